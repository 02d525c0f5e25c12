//! The parts of a session, as a store is given them and gives them back.

use alloc::vec::Vec;

use zeroize::Zeroizing;

/// A session as bytes: what a store is given. Two equal parts are one row that need not be written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// What every message changes; empty without a current state.
    pub hot: Zeroizing<Vec<u8>>,
    /// What a turn of the conversation changes, and who it is with. Never empty.
    pub turn: Zeroizing<Vec<u8>>,
    /// Keys of skipped messages in the current state; empty if there are none.
    pub skipped: Zeroizing<Vec<u8>>,
    /// Inactive states; empty if there are none.
    pub archive: Zeroizing<Vec<u8>>,
    /// What first messages carry; empty once the recipient has answered.
    pub pending: Zeroizing<Vec<u8>>,
    /// What the key exchange of the post-quantum ratchet has gathered; empty if nothing.
    pub exchange: Zeroizing<Vec<u8>>,
}

/// The parts of a session as a store gave them back. A part that was empty may be absent there: it
/// is given as empty.
#[derive(Clone, Copy, Default)]
pub struct PartRefs<'a> {
    /// As in [`Parts`].
    pub hot: &'a [u8],
    /// As in [`Parts`].
    pub turn: &'a [u8],
    /// As in [`Parts`].
    pub skipped: &'a [u8],
    /// As in [`Parts`].
    pub archive: &'a [u8],
    /// As in [`Parts`].
    pub pending: &'a [u8],
    /// As in [`Parts`].
    pub exchange: &'a [u8],
}

/// The parts of a session that have changed, each as in [`Parts`]: what a store has to be given.
#[derive(Default)]
#[must_use = "what is not written is lost: the session does not name it again"]
pub struct Changes {
    /// As in [`Parts`].
    pub hot: Option<Zeroizing<Vec<u8>>>,
    /// As in [`Parts`].
    pub turn: Option<Zeroizing<Vec<u8>>>,
    /// As in [`Parts`].
    pub skipped: Option<Zeroizing<Vec<u8>>>,
    /// As in [`Parts`].
    pub archive: Option<Zeroizing<Vec<u8>>>,
    /// As in [`Parts`].
    pub pending: Option<Zeroizing<Vec<u8>>>,
    /// As in [`Parts`].
    pub exchange: Option<Zeroizing<Vec<u8>>>,
}

impl core::fmt::Debug for Changes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { hot, turn, skipped, archive, pending, exchange } = self;
        let lengths = [hot, turn, skipped, archive, pending, exchange]
            .map(|part| part.as_ref().map(|part| part.len()));
        write!(f, "Changes(bytes: {lengths:?})")
    }
}

impl Parts {
    /// Takes over what has changed.
    pub fn apply(&mut self, changes: Changes) {
        let Changes { hot, turn, skipped, archive, pending, exchange } = changes;
        let slots = [
            (&mut self.hot, hot),
            (&mut self.turn, turn),
            (&mut self.skipped, skipped),
            (&mut self.archive, archive),
            (&mut self.pending, pending),
            (&mut self.exchange, exchange),
        ];
        for (slot, part) in slots {
            if let Some(part) = part {
                *slot = part;
            }
        }
    }
}

impl Parts {
    /// The parts, borrowed.
    pub fn refs(&self) -> PartRefs<'_> {
        let Self { hot, turn, skipped, archive, pending, exchange } = self;
        PartRefs { hot, turn, skipped, archive, pending, exchange }
    }
}

impl core::fmt::Debug for Parts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.refs().fmt(f)
    }
}

impl core::fmt::Debug for PartRefs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { hot, turn, skipped, archive, pending, exchange } = self;
        let lengths = [hot, turn, skipped, archive, pending, exchange].map(|part| part.len());
        write!(f, "Parts(bytes: {lengths:?})")
    }
}

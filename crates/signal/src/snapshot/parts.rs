//! The parts of a session, as a store is given them and gives them back.

use alloc::vec::Vec;

use zeroize::Zeroizing;

/// A session as bytes: what a store is given. Two equal parts are one row that need not be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Parts {
    /// What almost every message changes.
    pub hot: Zeroizing<Vec<u8>>,
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
    pub skipped: &'a [u8],
    /// As in [`Parts`].
    pub archive: &'a [u8],
    /// As in [`Parts`].
    pub pending: &'a [u8],
    /// As in [`Parts`].
    pub exchange: &'a [u8],
}

impl Parts {
    /// The parts, borrowed.
    pub fn refs(&self) -> PartRefs<'_> {
        let Self { hot, skipped, archive, pending, exchange } = self;
        PartRefs { hot, skipped, archive, pending, exchange }
    }
}

impl core::fmt::Debug for Parts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.refs().fmt(f)
    }
}

impl core::fmt::Debug for PartRefs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { hot, skipped, archive, pending, exchange } = self;
        let lengths = [hot, skipped, archive, pending, exchange].map(|part| part.len());
        write!(f, "Parts(bytes: {lengths:?})")
    }
}

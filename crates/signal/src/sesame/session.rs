//! The record of one remote device: an active state and inactive ones (Sesame section 3.1).

use alloc::{boxed::Box, collections::VecDeque};
use core::fmt;

use keys::{
    IdentityKey, PublicKey,
    mutant::{self, planted},
};
use vocab::limits::MAX_ARCHIVED_SESSIONS;

use super::{
    seal::SendingPosition,
    state::{Changed, State},
};

//= spec: sesame r2 3.1 active — one active state, and the inactive ones in order.
/// Everything that is kept for one remote device.
///
/// Not `Clone`: two copies of a ratchet that both move are two messages under one key. A copy for
/// the store is made by [`snapshot`](Session::snapshot).
pub struct Session {
    pub(crate) current: Option<Box<State>>,
    /// Newest first; at most [`MAX_ARCHIVED_SESSIONS`].
    pub(crate) archive: VecDeque<State>,
    /// The identity of the last state that was made active.
    pub(crate) remote: IdentityKey,
    /// Counts changes since this value came to be, so that a stale opening is known as one.
    pub(crate) steps: u64,
    /// Which parts have changed since the store was last given them.
    pub(crate) changed: Changed,
}

impl Session {
    /// The remote device's identity key.
    pub const fn remote_identity(&self) -> IdentityKey {
        self.remote
    }

    //= spec: sesame r2 2.2 session-id — a session is named by the base key.
    /// The base key that names the current state to both sides.
    pub fn base_key(&self) -> Option<PublicKey> {
        self.current.as_ref().map(|state| state.base_key)
    }

    /// Whether there is a current state, so that [`seal`](Session::seal) can be tried.
    pub const fn has_current(&self) -> bool {
        self.current.is_some()
    }

    /// Whether the current state waits for the recipient's first answer.
    pub fn is_unacknowledged(&self) -> bool {
        self.current.as_ref().is_some_and(|state| state.pending.is_some())
    }

    /// The registration id that the remote device had when the current state was made.
    pub fn remote_registration_id(&self) -> Option<u32> {
        self.current.as_ref().map(|state| state.remote_registration_id)
    }

    /// How many inactive states are kept.
    pub fn archived(&self) -> usize {
        self.archive.len()
    }

    /// Which number the next sealed message will bear, under which ratchet key.
    pub fn sending_position(&self) -> Option<SendingPosition> {
        let sending = &self.current.as_ref()?.ratchet.sending;
        Some(SendingPosition { ratchet_key: sending.pair.public, counter: sending.next })
    }

    /// Moves the current state, if any, to the archive: it still opens what is under way, and the
    /// next message needs a new session.
    pub fn archive_current(&mut self) {
        if let Some(state) = self.current.take() {
            self.steps = self.steps.wrapping_add(1);
            self.changed = Changed::ALL;
            self.archive_state(*state);
        }
    }

    //= spec: sesame r2 3.2 insert — a new session becomes the active one; the one that was active
    //= moves to the head of the inactive list, which loses its tail if it is too long.
    pub(super) fn insert(&mut self, state: Box<State>) {
        self.archive_current();
        self.steps = self.steps.wrapping_add(1);
        self.changed = Changed::ALL;
        self.remote = state.remote_identity;
        self.current = Some(state);
    }

    //= spec: sesame r2 3.2 activate — an inactive session becomes the active one, which moves to
    //= the head of the inactive list.
    pub(super) fn activate(&mut self, index: usize) {
        if let Some(state) = self.archive.remove(index) {
            self.insert(Box::new(state));
        }
    }

    //= spec: sesame r2 3.2 tail — the oldest goes when there are too many.
    //= spec: sesame r2 6.5 bounded-sessions — 40 are kept.
    fn archive_state(&mut self, mut state: State) {
        // An archived state is active again only after it has opened a message, which is an answer.
        state.pending = None;
        self.archive.push_front(state);
        let limit = if planted(mutant::SHORT_ARCHIVE) { 5 } else { MAX_ARCHIVED_SESSIONS };
        self.archive.truncate(limit);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { current, archive, remote, steps: _, changed: _ } = self;
        f.debug_struct("Session")
            .field("remote", remote)
            .field("current", current)
            .field("archived", &archive.len())
            .finish()
    }
}

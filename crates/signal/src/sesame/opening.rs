//! What opening one message would change, and making it real.

use alloc::{boxed::Box, collections::VecDeque, vec::Vec};
use core::{fmt, mem};

use keys::{IdentityKey, PublicKey};
use zeroize::Zeroizing;

use super::{
    session::Session,
    state::{Change, Changed, State},
};
use crate::{error::StaleOpening, prekeys::BaseKeyMark};

/// A message that has been opened on trial: MAC and padding have held, nothing has changed yet.
///
/// Dropping it wipes the plaintext and every key it derived.
#[must_use = "a trial changes nothing until it is committed"]
pub struct Opening {
    pub(super) plaintext: Zeroizing<Vec<u8>>,
    pub(super) change: Change,
    pub(super) place: Place,
    pub(super) consumed: Consumed,
    pub(super) remote_identity: IdentityKey,
    /// The session that the trial was made on.
    pub(super) basis: Basis,
}

/// Which state opened the message.
pub(super) enum Place {
    Current,
    Archived(usize),
    New(Box<State>),
}

/// What a first message used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Consumed {
    pub(super) one_time: Option<u32>,
    pub(super) kem: Option<(u32, bool)>,
    pub(super) mark: Option<BaseKeyMark>,
}

/// Tells one moment of one session from every other: none, or changes made and current base key.
pub(super) type Basis = Option<(u64, Option<PublicKey>)>;

/// An opened message, and what must become durable together with the session.
#[must_use = "what was consumed has to be removed together with the session's change"]
pub struct Opened {
    /// What was sealed.
    pub plaintext: Vec<u8>,
    /// The one-time Curve25519 prekey to remove.
    pub consumed_one_time: Option<u32>,
    /// The KEM prekey that was used, and whether it is a last-resort one, which stays.
    pub consumed_kem: Option<(u32, bool)>,
    /// What to remember of a first message that no one-time key protects from replay.
    pub remember_base_key: Option<BaseKeyMark>,
    /// Whether the message started a new session state.
    pub session_was_created: bool,
    /// The sender's identity.
    pub remote_identity: IdentityKey,
}

impl Opening {
    /// What was sealed, before anything is committed: an endpoint checks its own padding here.
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// The sender's identity.
    pub const fn remote_identity(&self) -> IdentityKey {
        self.remote_identity
    }
}

impl Session {
    pub(super) fn basis(session: Option<&Self>) -> Basis {
        session.map(|session| (session.steps, session.base_key()))
    }

    //= spec: sesame r2 6.7 errors — a trial that does not fit any more changes nothing.
    //= spec: sesame r2 3.4 receive — a session that opened a message is activated if it was not
    //= the active one.
    /// Makes a trial real: the session moves, and what it opened is handed over.
    ///
    /// # Errors
    ///
    /// [`StaleOpening`] if `session` is not as it was when the trial was made; it is unchanged.
    pub fn commit(session: &mut Option<Self>, opening: Opening) -> Result<Opened, StaleOpening> {
        if Self::basis(session.as_ref()) != opening.basis {
            return Err(StaleOpening);
        }
        let Opening { mut plaintext, change, place, consumed, remote_identity, basis: _ } = opening;
        let session_was_created = matches!(place, Place::New(_));
        let record = session.get_or_insert_with(|| Self {
            current: None,
            archive: VecDeque::new(),
            remote: remote_identity,
            steps: 0,
            changed: Changed::ALL,
        });
        match place {
            Place::Current => {}
            Place::Archived(index) => record.activate(index),
            Place::New(state) => record.insert(state),
        }
        record.steps = record.steps.wrapping_add(1);
        //= spec: pqxdh r3 3.3 delete-ciphertext — the first answer removes what first messages
        //= carried.
        //= spec: sesame r2 2.2 becomes-regular — and ends them.
        if let Some(state) = record.current.as_mut() {
            record.changed = record.changed.and(state.commit(change));
        }
        Ok(Opened {
            plaintext: mem::take(&mut *plaintext),
            consumed_one_time: consumed.one_time,
            consumed_kem: consumed.kem,
            remember_base_key: consumed.mark,
            session_was_created,
            remote_identity,
        })
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plaintext, change: _, place, consumed, remote_identity, basis: _ } = self;
        let place = match place {
            Place::Current => "current",
            Place::Archived(_) => "archived",
            Place::New(_) => "new",
        };
        f.debug_struct("Opening")
            .field("from", remote_identity)
            .field("state", &place)
            .field("bytes", &plaintext.len())
            .field("consumed", consumed)
            .finish()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("from", &self.remote_identity)
            .field("bytes", &self.plaintext.len())
            .field("session_was_created", &self.session_was_created)
            .finish_non_exhaustive()
    }
}

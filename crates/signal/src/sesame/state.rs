//! One session state: a handshake's outcome and the ratchet that grew from it.

use alloc::vec::Vec;
use core::fmt;

use keys::{IdentityKey, PublicKey};
use sha2::{Digest, Sha256};
use wire::signal::{KemPart, PreKeyFields, PreKeySignalMessage};

use crate::{
    double_ratchet::ratchet::{self, Ratchet},
    profile::Profile,
    spqr::{self, Spqr},
};

/// One session state.
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) our_identity: IdentityKey,
    pub(crate) remote_identity: IdentityKey,
    pub(crate) our_registration_id: u32,
    pub(crate) remote_registration_id: u32,
    /// The initiator's ephemeral key: names the session to both sides.
    pub(crate) base_key: PublicKey,
    /// When the state was made, by our clock, in seconds since 1970.
    pub(crate) created_seconds: u64,
    /// Responder only: what the outer part of the first message was, so that a changed copy is
    /// known as one.
    pub(crate) flight: Option<FlightPrint>,
    /// Initiator only, until the first answer.
    pub(crate) pending: Option<Pending>,
    pub(crate) ratchet: Ratchet,
    /// The post-quantum ratchet beside it, where the profile has one.
    pub(crate) post_quantum: Option<Spqr>,
}

/// Which parts of a session have changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changed {
    pub(crate) hot: bool,
    pub(crate) turn: bool,
    pub(crate) skipped: bool,
    pub(crate) archive: bool,
    pub(crate) pending: bool,
    pub(crate) exchange: bool,
}

impl Changed {
    pub(crate) const ALL: Self =
        Self { hot: true, turn: true, skipped: true, archive: true, pending: true, exchange: true };

    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            hot: self.hot || other.hot,
            turn: self.turn || other.turn,
            skipped: self.skipped || other.skipped,
            archive: self.archive || other.archive,
            pending: self.pending || other.pending,
            exchange: self.exchange || other.exchange,
        }
    }
}

/// What opening one message would change in its state.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) ratchet: ratchet::Change,
    pub(crate) post_quantum: PostQuantumChange,
}

/// What opening one message would change in the post-quantum ratchet.
#[derive(Debug)]
pub(crate) enum PostQuantumChange {
    /// There is none.
    Nothing,
    /// The other side does not speak it: from now on there is none.
    FallBack,
    /// It moves.
    Move(spqr::Trial),
}

/// What first messages carry until the recipient has answered.
pub(crate) struct Pending {
    pub(crate) one_time: Option<u32>,
    pub(crate) signed: u32,
    /// KEM prekey id and ciphertext in wire form.
    pub(crate) kem: Option<(u32, Vec<u8>)>,
}

/// Digest of everything in a first message outside the message inside.
pub(crate) type FlightPrint = [u8; 16];

/// The [`FlightPrint`] of `message`.
pub(crate) fn flight_print(message: &PreKeySignalMessage<'_>) -> FlightPrint {
    let outer = PreKeyFields {
        version: message.version,
        registration_id: message.registration_id,
        pre_key_id: message.pre_key_id,
        signed_pre_key_id: message.signed_pre_key_id,
        kem: message.kem,
        base_key: message.base_key,
        identity_key: message.identity_key,
        message: &[],
    };
    let mut print = FlightPrint::default();
    let digest = Sha256::digest(outer.encode());
    print.iter_mut().zip(digest).for_each(|(slot, byte)| *slot = byte);
    print
}

impl State {
    //= spec: double-ratchet r4 6.6 decrypt — both ratchets move, or neither.
    /// Makes a verified change real. It must come from this state.
    pub(crate) fn commit(&mut self, change: Change) -> Changed {
        let Change { ratchet, post_quantum } = change;
        let mut changed = Changed { hot: true, ..Changed::default() };
        (changed.turn, changed.skipped) = self.ratchet.commit(ratchet);
        match (post_quantum, self.post_quantum.as_mut()) {
            (PostQuantumChange::Move(trial), Some(spqr)) => {
                let touched = spqr.commit(trial);
                changed.exchange = touched.exchange;
                changed.turn |= touched.turn || self.profile != Profile::V4Spqr;
                changed.skipped |= touched.skipped;
                self.profile = Profile::V4Spqr;
            }
            (PostQuantumChange::FallBack, Some(_)) => {
                self.post_quantum = None;
                (changed.exchange, changed.turn) = (true, true);
                self.profile = Profile::V4;
            }
            (PostQuantumChange::Nothing, _) | (_, None) => {}
        }
        // Whatever opens under this state is an answer.
        changed.pending = self.pending.take().is_some();
        changed
    }

    //= spec: double-ratchet r4 7.1 repeat-initial — what starts the session is before every message
    //= until the answer.
    //= spec: x3dh r1 3.3 initial-message — identity and ephemeral key, and the ids of the prekeys.
    //= spec: pqxdh r3 3.3 initial-message — and the KEM ciphertext with the id of its prekey.
    //= spec: sesame r2 2.2 initiation-identity — the identity key is in the open.
    //= spec: sesame r2 5.2 attach — as long as nobody answered.
    /// The first message that carries `message`, if the recipient has not answered yet.
    pub(crate) fn first_message(&self, message: &[u8]) -> Option<Vec<u8>> {
        let pending = self.pending.as_ref()?;
        let kem = pending.kem.as_ref();
        let fields = PreKeyFields {
            version: self.profile.version_byte(),
            registration_id: self.our_registration_id,
            pre_key_id: pending.one_time,
            signed_pre_key_id: pending.signed,
            kem: kem.map(|(id, ciphertext)| KemPart { pre_key_id: *id, ciphertext }),
            base_key: &self.base_key.encode(),
            identity_key: &self.our_identity.encode(),
            message,
        };
        Some(fields.encode())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("profile", &self.profile)
            .field("base_key", &self.base_key)
            .field("remote_identity", &self.remote_identity)
            .field("pending", &self.pending.is_some())
            .field("ratchet", &self.ratchet)
            .finish_non_exhaustive()
    }
}

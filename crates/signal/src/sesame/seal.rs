//! Sealing one message (Double Ratchet section 3.4).

use alloc::vec::Vec;

use keys::{
    PublicKey,
    mutant::{self, planted},
};
use vocab::limits::MAX_UNACKNOWLEDGED_AGE;
use wire::signal::{ADDRESSES_BYTES, SignalFields};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{session::Session, state::State};
use crate::{
    double_ratchet::message_keys::MessageKeys, error::SealError, incoming::MessageKind,
    ml_kem_braid::message::Encoded, spqr::Spqr, trace::Tracer,
};

/// What sealing a message may draw: only a message that brings the post-quantum ratchet to a new
/// exchange uses it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SealRandomness {
    /// The seed of a KEM key pair, or in its first half that of an encapsulation.
    pub braid: [u8; 64],
}

/// A sealed message, ready to leave once the session that sealed it is durable.
#[must_use = "the session has moved past this message's key"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which kind of message `bytes` are.
    pub kind: MessageKind,
    /// The message.
    pub bytes: Vec<u8>,
    /// Where in the sending chains it stands.
    pub position: SendingPosition,
    /// 16 bytes that were derived beside cipher key and IV: a checker sees a repeated pair without
    /// seeing a key.
    pub key_fingerprint: [u8; 16],
}

/// A place in the sending chains: no two sealed messages have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendingPosition {
    /// Our ratchet key.
    pub ratchet_key: PublicKey,
    /// Number of the message in its chain.
    pub counter: u32,
}

impl Session {
    //= spec: double-ratchet r4 3.1 none-chain — without a state there is no chain, and nothing is
    //= sealed.
    /// Seals `plaintext` with the current state, which moves past the key.
    ///
    /// The bytes must not leave before the session as it is then is durable: restored from an
    /// earlier state it would seal another message under the same key. `addresses` (sender, then
    /// recipient) travel in first messages only.
    ///
    /// # Errors
    ///
    /// [`SealError`]; the session is unchanged then.
    pub fn seal(
        &mut self,
        plaintext: &[u8],
        mut r: SealRandomness,
        now_seconds: u64,
        addresses: Option<&[u8; ADDRESSES_BYTES]>,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Sealed, SealError> {
        let state = self.current.as_mut().ok_or(SealError::NoSession)?;
        refuse_unacknowledged(state, now_seconds)?;
        if state.post_quantum.as_ref().is_some_and(|spqr| !spqr.can_send()) {
            return Err(SealError::ChainExhausted);
        }
        let ratchet_key = state.ratchet.sending.pair.public;
        let advanced = state.ratchet.sending.advance(trace);
        let (counter, seed) = advanced.ok_or(SealError::ChainExhausted)?;
        self.steps = self.steps.wrapping_add(1);

        //= spec: double-ratchet r4 6.1 in-parallel — each ratchet gives a key of its own.
        //= spec: double-ratchet r4 6.5 composite-header — the post-quantum part has a field of its
        //= own in the header.
        let touched = state.post_quantum.as_ref().map(Spqr::sending_touches).unwrap_or_default();
        self.changed.hot = true;
        self.changed.turn |= touched.turn;
        self.changed.exchange |= touched.exchange;
        self.changed.skipped |= touched.skipped;
        let sent = state.post_quantum.as_mut().and_then(|spqr| spqr.send(&mut r.braid, trace));
        let (step, post_quantum) = sent.unzip();
        let post_quantum = post_quantum.flatten();
        let salt = post_quantum.as_deref();
        let keys = MessageKeys::expand(&seed, salt, trace);
        let ciphertext = keys.encrypt(plaintext);
        //= spec: double-ratchet r4 6.5 encrypt — the whole header is authenticated, both parts.
        //= spec: double-ratchet r4 2.3 ratchet-key-in-header — our current ratchet key is in every
        //= header.
        //= spec: double-ratchet r4 3.4 encrypt — the header carries the ratchet key and the number,
        //= and is authenticated with the ciphertext.
        let fields = SignalFields {
            version: state.profile.version_byte(),
            ratchet_key: &ratchet_key.encode(),
            counter: if planted(mutant::COUNTER_OF_A_BYTE) { counter & 0xff } else { counter },
            previous_counter: state.ratchet.previous_counter,
            ciphertext: &ciphertext,
            pq_ratchet: step.as_ref().map(Encoded::as_slice).unwrap_or_default(),
            addresses: addresses.filter(|_| state.pending.is_some()),
        };
        let mut message = fields.encode_authenticated();
        let tag = keys.mac(&state.our_identity, &state.remote_identity, &message, trace);
        message.extend_from_slice(&tag);

        let (kind, bytes) = match state.first_message(&message) {
            Some(first) => (MessageKind::PreKey, first),
            None => (MessageKind::Message, message),
        };
        let position = SendingPosition { ratchet_key, counter };
        Ok(Sealed { kind, bytes, position, key_fingerprint: keys.cipher_fingerprint() })
    }
}

//= spec: sesame r2 4.2 maxsend — past a certain age a session is not used for encryption. Deployed
//= for sessions that were never answered.
fn refuse_unacknowledged(state: &State, now_seconds: u64) -> Result<(), SealError> {
    let limit_seconds = MAX_UNACKNOWLEDGED_AGE.0 / 1_000_000;
    //= spec: sesame r2 4.2 timestamp — the time at which the state was made.
    let age_seconds = now_seconds.saturating_sub(state.created_seconds);
    if state.pending.is_some() && age_seconds > limit_seconds {
        return Err(SealError::Unacknowledged { age_seconds, limit_seconds });
    }
    Ok(())
}

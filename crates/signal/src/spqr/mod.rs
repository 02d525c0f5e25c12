//! The Sparse Post-Quantum Ratchet (Double Ratchet revision 4, section 5), as deployed: the ML-KEM
//! Braid, and symmetric chains from the secrets that it agrees on.
//!
//! Together with the Double Ratchet it is the Triple Ratchet (section 6): both run side by side,
//! and the keys of a message come from both.

pub(crate) mod chains;
#[cfg(test)]
mod tests;

use keys::mutant::{self, planted};
use zeroize::Zeroizing;

use crate::{
    crypto::secret::KEY_BYTES,
    double_ratchet::receiving::Work,
    error::PostQuantumError,
    ml_kem_braid::{
        braid::Braid,
        message::{BraidMessage, Encoded, Payload},
        receive::Change,
        send::SEND_RANDOM_BYTES,
    },
    trace::Tracer,
};
use chains::{Chains, Direction, Epoch, EpochRoot, KeyTrial, PostQuantumKey};

//= spec: double-ratchet r4 7.2 scka — the agreement is the ML-KEM Braid.
/// One side of the post-quantum ratchet.
#[derive(Debug)]
pub(crate) struct Spqr {
    pub(crate) braid: Braid,
    pub(crate) chains: Chains,
    /// We started the session, left it to the other side whether it speaks this ratchet, and have
    /// not heard from it: messages have no post-quantum key yet.
    pub(crate) offered: bool,
}

/// Which parts of a session a step changed, of those that not every message changes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touched {
    /// Authenticator, root key, or which epochs are kept.
    pub(crate) turn: bool,
    pub(crate) exchange: bool,
    pub(crate) skipped: bool,
}

/// What receiving one message would change.
#[derive(Debug)]
pub(crate) struct Trial {
    change: Change,
    /// The epoch that the message completes.
    added: Option<(EpochRoot, Epoch)>,
    /// Absent for a message without post-quantum key.
    key: Option<KeyTrial>,
}

impl Spqr {
    //= spec: double-ratchet r4 6.4 init — the ratchet begins with a key of its own from the
    //= handshake, in the initialisation of its role.
    /// The side that started the session.
    pub(crate) fn initiator(
        key: &[u8; KEY_BYTES],
        offered: bool,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Self {
        let braid = Braid::initiator(key, trace);
        Self { braid, chains: Chains::start(key, Direction::FromInitiator, trace), offered }
    }

    /// The side that answers.
    pub(crate) fn responder(key: &[u8; KEY_BYTES], trace: &mut (impl Tracer + ?Sized)) -> Self {
        let braid = Braid::responder(key, trace);
        let chains = Chains::start(key, Direction::FromResponder, trace);
        Self { braid, chains, offered: false }
    }

    /// Whether another message can be sent.
    pub(crate) fn can_send(&self) -> bool {
        self.offered || self.chains.can_send(self.sending_epoch())
    }

    //= spec: mlkem-braid r1 2.5 sending-epoch — messages are keyed from the epoch before the one
    //= that is being negotiated.
    const fn sending_epoch(&self) -> u64 {
        self.braid.epoch.saturating_sub(1)
    }

    //= spec: mlkem-braid r1 1.1 sender-knows-epoch — what is sent is keyed from an epoch that is
    //= there.
    //= spec: double-ratchet r4 5.5 advance-on-send — a secret that sending agreed on makes the next
    //= epoch.
    /// What the next message carries, and its post-quantum key, if it has one. `None` if the chain
    /// is exhausted.
    pub(crate) fn send(
        &mut self,
        random: &mut [u8; SEND_RANDOM_BYTES],
        trace: &mut (impl Tracer + ?Sized),
    ) -> Option<(Encoded, Option<Zeroizing<[u8; KEY_BYTES]>>)> {
        if !self.can_send() {
            return None;
        }
        let (payload, secret) = if planted(mutant::BRAID_STANDS_STILL) {
            (Payload::None, None)
        } else {
            self.braid.send(random, trace)
        };
        if let Some(secret) = secret {
            let epoch = self.chains.derive_epoch(&secret, trace);
            self.chains.add_epoch(epoch);
        }
        let (index, key) = if self.offered {
            (0, None)
        } else {
            let (index, key) = self.chains.send(self.sending_epoch(), trace)?;
            (index, Some(key))
        };
        let message = BraidMessage { epoch: self.braid.epoch, index, payload };
        Some((message.encode(), key))
    }

    //= spec: mlkem-braid r1 1.1 receiver-knows-epoch — and so is what is received.
    //= spec: mlkem-braid r1 1.1 epoch-agreement — the message says which.
    //= spec: double-ratchet r4 5.1 chain-of-epoch — a message is keyed from the chain of the epoch
    //= that the braid names for it.
    /// What receiving `bytes` would change.
    ///
    /// # Errors
    ///
    /// [`PostQuantumError`] if the whole message has to be refused.
    pub(crate) fn try_receive(
        &self,
        bytes: &[u8],
        work: &mut Work,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Trial, PostQuantumError> {
        let message = BraidMessage::decode(bytes)?;
        let change = self.braid.receive(message.epoch, &message.payload, trace)?;
        //= spec: double-ratchet r4 5.6 advance-on-receive — a secret that receiving agreed on makes
        //= the next epoch.
        let added = change.secret().map(|secret| self.chains.derive_epoch(secret, trace));
        // One who offers the ratchet has no key before the first answer. Deployed peers take such a
        // message at any time; here it is taken only before the first that has a key.
        let keyless = message.epoch == 1 && message.index == 0 && self.chains.is_unheard(0);
        let epoch = message.epoch.saturating_sub(1);
        let key = if keyless {
            None
        } else {
            Some(self.chains.try_key(epoch, message.index, work, trace)?)
        };
        Ok(Trial { change, added, key })
    }

    /// The post-quantum key of a message on trial, if it has one.
    pub(crate) fn key<'a>(
        &'a self,
        trial: &'a Trial,
    ) -> Result<Option<&'a PostQuantumKey>, PostQuantumError> {
        match &trial.key {
            None => Ok(None),
            Some(key) => {
                let used = PostQuantumError::Used { index: 0 };
                self.chains.key(key).map(Some).ok_or(used)
            }
        }
    }

    /// Makes a trial real. It must come from this state.
    pub(crate) fn commit(&mut self, trial: Trial) -> Touched {
        let Trial { change, added, key } = trial;
        let mut touched = Touched {
            turn: added.is_some(),
            exchange: !matches!(change, Change::Nothing),
            skipped: false,
        };
        self.braid.commit(change);
        if let Some(epoch) = added {
            self.chains.add_epoch(epoch);
        }
        if let Some(key) = key {
            touched.skipped |= self.chains.commit(key);
        }
        self.offered = false;
        touched
    }

    /// What sending would touch, as far as it is not touched by every message.
    pub(crate) fn sending_touches(&self) -> Touched {
        let drops = self.chains.first.saturating_add(1) < self.sending_epoch();
        Touched {
            turn: drops || self.braid.draws(),
            exchange: self.braid.draws(),
            skipped: drops && self.chains.has_skipped(),
        }
    }
}

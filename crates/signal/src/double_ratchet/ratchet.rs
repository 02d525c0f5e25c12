//! The state of one Double Ratchet (section 3.2) and the Diffie-Hellman ratchet (section 2.3).

use alloc::vec::Vec;

use keys::{
    PublicKey,
    mutant::{self, planted},
};
use vocab::limits::MAX_RECEIVING_CHAINS;

use super::{
    chain::{ChainKey, MessageSeed},
    receiving::{ReceivingChain, Step, Work},
    root::RootKey,
    sending::SendingChain,
};
use crate::{
    crypto::dh::{KeyPair, LowOrder},
    error::OpenError,
    trace::{Tracer, Value, report},
};

/// `RK`, the sending chain, and the receiving chains of the peer's last ratchet keys.
#[derive(Debug)]
pub(crate) struct Ratchet {
    pub(crate) root: RootKey,
    pub(crate) sending: SendingChain,
    /// Sent in headers and ignored by receivers: length of the chain before, less one.
    pub(crate) previous_counter: u32,
    /// Oldest first; at most [`MAX_RECEIVING_CHAINS`].
    pub(crate) receiving: Vec<ReceivingChain>,
}

/// What opening one message would change. Dropping it wipes what it derived.
#[derive(Debug)]
pub(crate) struct Trial {
    number: u32,
    step: Step,
    /// Where the key comes from.
    source: Source,
}

/// The chain that a trial's key comes from.
#[derive(Debug)]
enum Source {
    /// A chain that the ratchet has, by position.
    Known(usize),
    /// The chain of a ratchet key not seen before, and the root key after its receiving half.
    New { chain: ReceivingChain, root: RootKey },
}

/// A verified trial, ready to be committed: it now has our half of the ratchet step too.
#[derive(Debug)]
pub(crate) struct Change {
    number: u32,
    step: Step,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Known(usize),
    New { chain: ReceivingChain, root: RootKey, sending: SendingChain },
}

impl Ratchet {
    //= spec: double-ratchet r4 3.3 initialization — the initiator takes a ratchet step against the
    //= responder's ratchet key, here its signed prekey. The handshake's chain key becomes the first
    //= receiving chain, which section 3.3 permits and deployed peers do.
    /// The initiator's first state.
    pub(crate) fn initiator(
        root: &RootKey,
        chain: ChainKey,
        their_key: PublicKey,
        ours: KeyPair,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Self, LowOrder> {
        let (root, sending) = step(root, &ours, &their_key, trace)?;
        let receiving = Vec::from([ReceivingChain::new(their_key, chain)]);
        let sending = SendingChain::new(ours, sending);
        Ok(Self { root, sending, previous_counter: 0, receiving })
    }

    //= spec: double-ratchet r4 7.1 signed-prekey — the signed prekey is the first ratchet key pair.
    //= spec: double-ratchet r4 3.3 initialization — the responder's first ratchet key is the key
    //= pair that the initiator used: its signed prekey.
    /// The responder's first state.
    pub(crate) const fn responder(root: RootKey, chain: ChainKey, ours: KeyPair) -> Self {
        let sending = SendingChain::new(ours, chain);
        Self { root, sending, previous_counter: 0, receiving: Vec::new() }
    }

    /// Whether a chain of this ratchet key is kept.
    pub(crate) fn knows(&self, ratchet_key: &PublicKey) -> bool {
        self.receiving.iter().any(|chain| chain.ratchet_key == *ratchet_key)
    }

    //= spec: double-ratchet r4 3.5 decrypt — a stored key of a skipped message if there is one;
    //= else a ratchet step if the ratchet key is new; then the chain moves to the message's number.
    //= On any error the state stays as it was.
    /// Derives the key of message `number` under `ratchet_key`, leaving the ratchet as it is.
    pub(crate) fn try_key(
        &self,
        ratchet_key: &PublicKey,
        number: u32,
        work: &mut Work,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Trial, OpenError> {
        let known = self.receiving.iter().enumerate();
        let mut known = known.filter(|(_, chain)| chain.ratchet_key == *ratchet_key);
        if let Some((index, chain)) = known.next() {
            let step = chain.try_key(number, work, trace)?;
            return Ok(Trial { number, step, source: Source::Known(index) });
        }
        if !work.spend_dh() {
            return Err(OpenError::TooFarAhead { number, jump: number, limit: 0 });
        }
        let (root, chain) = step(&self.root, &self.sending.pair, ratchet_key, trace)?;
        let chain = ReceivingChain::new(*ratchet_key, chain);
        let step = chain.try_key(number, work, trace)?;
        Ok(Trial { number, step, source: Source::New { chain, root } })
    }

    /// The key that `trial` would open its message with.
    pub(crate) fn seed<'a>(&'a self, trial: &'a Trial) -> Option<&'a MessageSeed> {
        let chain = match &trial.source {
            Source::Known(index) => self.receiving.get(*index)?,
            Source::New { chain, .. } => chain,
        };
        chain.seed(trial.number, &trial.step)
    }

    //= spec: x3dh r1 4.3 randomize — before anything is sealed, a fresh pair is mixed in.
    //= spec: pqxdh r3 4.3 key-reuse — the same.
    //= spec: double-ratchet r4 2.3 new-pair — a ratchet key not seen before makes us draw another
    //= pair.
    //= spec: double-ratchet r4 3.5 dh-ratchet — after the receiving chain, a new key pair of ours
    //= and a second root step give the next sending chain.
    /// Adds our half of the ratchet step to a trial whose MAC has held.
    ///
    /// Only now: a forgery must not make us generate keys.
    pub(crate) fn verified(
        trial: Trial,
        random: &mut [u8; 32],
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Change, LowOrder> {
        let Trial { number, step: at, source } = trial;
        let place = match source {
            Source::Known(index) => Place::Known(index),
            Source::New { chain, root } => {
                let ours = KeyPair::from_secret(random);
                let (root, sending) = step(&root, &ours, &chain.ratchet_key, trace)?;
                Place::New { chain, root, sending: SendingChain::new(ours, sending) }
            }
        };
        Ok(Change { number, step: at, place })
    }

    //= spec: double-ratchet r4 8.4 deletion-in-time — skipped keys go with their chain, after five
    //= newer ratchet keys of the peer.
    /// Makes a verified trial real. It must come from this state of this ratchet. Says whether more
    /// than the newest receiving chain changed, and whether the skipped keys, chain by chain, did.
    pub(crate) fn commit(&mut self, change: Change) -> (bool, bool) {
        let Change { number, step, place } = change;
        match place {
            Place::Known(index) => {
                let is_newest = index.saturating_add(1) == self.receiving.len();
                let chain = self.receiving.get_mut(index);
                (!is_newest, chain.is_some_and(|chain| chain.commit(number, step)))
            }
            Place::New { mut chain, root, sending } => {
                let mut changed = chain.commit(number, step);
                let unlimited = planted(mutant::CHAINS_UNLIMITED);
                if self.receiving.len() >= MAX_RECEIVING_CHAINS && !unlimited {
                    changed |= !self.receiving.remove(0).skipped.is_empty();
                }
                self.receiving.push(chain);
                self.root = root;
                self.previous_counter = self.sending.next.saturating_sub(1);
                self.sending = sending;
                (true, changed)
            }
        }
    }
}

/// One half of a Diffie-Hellman ratchet step: the next root key and a chain key.
fn step(
    root: &RootKey,
    ours: &KeyPair,
    theirs: &PublicKey,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<(RootKey, ChainKey), LowOrder> {
    let shared = ours.private.agree(theirs)?;
    let inputs =
        [Value::public("DHs", ours.public.as_bytes()), Value::public("DHr", theirs.as_bytes())];
    let outputs = [Value::secret("dh_out", shared.expose())];
    report(trace, "dh", "double-ratchet r4 3.1", &inputs, &outputs);
    Ok(root.step(&shared, trace))
}

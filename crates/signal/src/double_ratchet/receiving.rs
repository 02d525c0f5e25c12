//! One receiving chain and the keys it has skipped (Double Ratchet section 2.6).
//!
//! Opening a message is a trial. It borrows the chain, so that a forgery costs nothing; only a
//! message whose MAC has held may commit what its trial derived.

use alloc::{collections::BTreeMap, vec::Vec};

use keys::{
    PublicKey,
    mutant::{self, planted},
};
use vocab::limits::{MAX_FORWARD_JUMP, MAX_SKIPPED_KEYS, MAX_TRIAL_DH, MAX_TRIAL_LINKS};

use super::chain::{ChainKey, MessageSeed};
use crate::{error::OpenError, trace::Tracer};

/// A peer's ratchet key with the chain that its messages come from.
#[derive(Debug)]
pub(crate) struct ReceivingChain {
    /// The peer's ratchet key, by its encoding.
    pub(crate) ratchet_key: PublicKey,
    pub(crate) chain: ChainKey,
    /// `Nr`: number of the next message this chain expects.
    pub(crate) next: u32,
    pub(crate) skipped: BTreeMap<u32, MessageSeed>,
}

/// What opening one message would change in its chain. Dropping it wipes the keys it derived.
#[derive(Debug)]
pub(crate) enum Step {
    /// The key was skipped earlier and waits in the chain.
    Dig,
    /// The chain moves forward: the message's key, the keys skipped on the way, the next link.
    Advance { seed: MessageSeed, skipped: Vec<(u32, MessageSeed)>, next_link: ChainKey },
}

/// How much one incoming message may still make us compute, over all session states together.
#[derive(Debug)]
pub(crate) struct Work {
    links: u32,
    /// Links of the post-quantum ratchet's chains.
    post_quantum: u32,
    dh: u32,
}

impl Work {
    pub(crate) const fn one_message() -> Self {
        Self { links: MAX_TRIAL_LINKS, post_quantum: MAX_TRIAL_LINKS, dh: MAX_TRIAL_DH }
    }

    /// Allows one more Diffie-Hellman step, if there is one left.
    pub(crate) fn spend_dh(&mut self) -> bool {
        let left = self.dh.checked_sub(1);
        self.dh = left.unwrap_or(0);
        left.is_some()
    }

    /// Allows so many links of a post-quantum chain; else says how many are left.
    pub(crate) fn spend_post_quantum(&mut self, jump: u32) -> Result<(), u32> {
        let limit = self.post_quantum.min(MAX_FORWARD_JUMP);
        if jump > limit {
            return Err(limit);
        }
        self.post_quantum = self.post_quantum.saturating_sub(jump);
        Ok(())
    }

    //= spec: double-ratchet r4 3.1 max-skip — a limit on the keys that one message can make a
    //= recipient skip: high enough for ordinary loss, low enough to bound the work.
    fn spend_jump(&mut self, number: u32, jump: u32) -> Result<(), OpenError> {
        let limit = self.links.min(MAX_FORWARD_JUMP);
        if jump > limit && !planted(mutant::JUMP_UNLIMITED) {
            return Err(OpenError::TooFarAhead { number, jump, limit });
        }
        self.links = self.links.saturating_sub(jump);
        Ok(())
    }
}

impl ReceivingChain {
    /// A chain that has received nothing.
    pub(crate) const fn new(ratchet_key: PublicKey, chain: ChainKey) -> Self {
        Self { ratchet_key, chain, next: 0, skipped: BTreeMap::new() }
    }

    /// Derives what message `number` needs, leaving the chain as it is.
    ///
    /// # Errors
    ///
    /// [`OpenError::Duplicate`] if its key is spent; [`OpenError::TooFarAhead`] if more keys would
    /// be derived than `work` allows.
    pub(crate) fn try_key(
        &self,
        number: u32,
        work: &mut Work,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Step, OpenError> {
        match number.checked_sub(self.next) {
            None if self.skipped.contains_key(&number) => Ok(Step::Dig),
            None => Err(OpenError::Duplicate { number }),
            Some(jump) => {
                work.spend_jump(number, jump)?;
                Ok(self.derive(number, trace))
            }
        }
    }

    /// The key that `step` would open its message with.
    pub(crate) fn seed<'a>(&'a self, number: u32, step: &'a Step) -> Option<&'a MessageSeed> {
        match step {
            Step::Dig => self.skipped.get(&number),
            Step::Advance { seed, .. } => Some(seed),
        }
    }

    //= spec: double-ratchet r4 3.5 skipped-first — a stored key opens its message and is gone.
    /// Makes a verified trial real: its key is spent and cannot be had again. Says whether the
    /// skipped keys changed.
    pub(crate) fn commit(&mut self, number: u32, step: Step) -> bool {
        match step {
            Step::Dig if planted(mutant::SKIPPED_USED_TWICE) => false,
            Step::Dig => self.skipped.remove(&number).is_some(),
            Step::Advance { skipped, next_link, .. } => {
                let has_skipped = !skipped.is_empty();
                if !planted(mutant::SKIPPED_FORGOTTEN) {
                    self.skipped.extend(skipped);
                }
                let unlimited = planted(mutant::SKIPPED_UNLIMITED);
                while self.skipped.len() > MAX_SKIPPED_KEYS && !unlimited {
                    self.skipped.pop_first();
                }
                self.chain = next_link;
                self.next = number.saturating_add(1);
                has_skipped
            }
        }
    }

    //= spec: double-ratchet r4 2.6 skipped — keys of messages that have not arrived are stored
    //= until they do.
    //= spec: double-ratchet r4 8.4 deletion — the number of stored keys is limited, the oldest go
    //= first.
    fn derive(&self, number: u32, trace: &mut (impl Tracer + ?Sized)) -> Step {
        let limit = if planted(mutant::SKIPPED_UNLIMITED) { usize::MAX } else { MAX_SKIPPED_KEYS };
        let kept = u32::try_from(limit).unwrap_or(u32::MAX);
        let first_kept = number.saturating_sub(kept).max(self.next);
        let room = number.saturating_sub(first_kept);
        let mut skipped = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
        let mut link = None;
        for earlier in self.next..number {
            let current = link.as_ref().unwrap_or(&self.chain);
            if earlier >= first_kept {
                skipped.push((earlier, current.message_seed(trace)));
            }
            link = Some(current.next(trace));
        }
        let current = link.as_ref().unwrap_or(&self.chain);
        let (seed, next_link) = (current.message_seed(trace), current.next(trace));
        Step::Advance { seed, skipped, next_link }
    }
}

//! The sending chain (Double Ratchet section 3.4).

use zeroize::Zeroizing;

use super::chain::ChainKey;
use crate::{
    crypto::{dh::KeyPair, secret::KEY_BYTES},
    trace::Tracer,
};

/// `DHs`, `CKs` and `Ns`: the chain that our messages come from.
#[derive(Debug)]
pub(crate) struct SendingChain {
    /// Our current ratchet key.
    pub(crate) pair: KeyPair,
    pub(crate) chain: ChainKey,
    /// Number of the next message.
    pub(crate) next: u32,
}

impl SendingChain {
    pub(crate) const fn new(pair: KeyPair, chain: ChainKey) -> Self {
        Self { pair, chain, next: 0 }
    }

    //= spec: double-ratchet r4 2.2 unique-keys — each message takes a key of its own.
    //= spec: double-ratchet r4 2.6 number — messages are numbered from 0 in their chain.
    /// Moves the chain forward by one message: its number and key. `None` when all numbers are
    /// used; the chain is unchanged then.
    pub(crate) fn advance(
        &mut self,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Option<(u32, Zeroizing<[u8; KEY_BYTES]>)> {
        let number = self.next;
        self.next = number.checked_add(1)?;
        let seed = self.chain.message_key(trace);
        self.chain.advance(trace);
        Some((number, seed))
    }
}

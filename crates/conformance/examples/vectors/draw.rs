//! Randomness that is the same in every run.

use sha2::{Digest, Sha256};

/// SHA-256 of a seed and a count: what a case draws, in order.
pub(crate) struct Draw {
    seed: &'static str,
    count: u64,
}

impl Draw {
    /// The beginning of the stream that belongs to `seed`.
    pub(crate) const fn new(seed: &'static str) -> Self {
        Self { seed, count: 0 }
    }

    /// The next bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(32) {
            self.count = self.count.wrapping_add(1);
            let hash = Sha256::new().chain_update(self.seed).chain_update(self.count.to_be_bytes());
            chunk.iter_mut().zip(hash.finalize()).for_each(|(slot, byte)| *slot = byte);
        }
        bytes
    }

    /// An X25519 private key as RFC 7748 section 5 has it before use.
    pub(crate) fn private(&mut self) -> [u8; 32] {
        let mut key: [u8; 32] = self.bytes();
        let [first, .., last] = &mut key;
        *first &= 0xf8;
        *last = (*last & 0x7f) | 0x40;
        key
    }

    /// A number below `limit`, near enough to evenly spread for a script.
    pub(crate) fn below(&mut self, limit: u8) -> u8 {
        let [byte] = self.bytes();
        byte.checked_rem(limit).unwrap_or(0)
    }
}

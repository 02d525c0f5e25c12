//! Randomness of the suite: a stream for each case and purpose, all from one seed.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// One stream.
pub(crate) struct Seeded(ChaCha20Rng);

impl Seeded {
    /// The stream of `seed` for what `names` say.
    pub(crate) fn new(seed: u64, names: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"blindpost conformance 1");
        hash.update(seed.to_be_bytes());
        for name in names {
            hash.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(name);
        }
        Self(ChaCha20Rng::from_seed(hash.finalize().into()))
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A number below `limit`, or 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let word = usize::try_from(self.0.next_u32()).unwrap_or(0);
        word.checked_rem(limit).unwrap_or(0)
    }

    /// The numbers below `count` in some order.
    pub(crate) fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last.saturating_add(1)));
        }
        order
    }
}

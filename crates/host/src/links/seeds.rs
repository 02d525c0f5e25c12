//! The randomness of handshakes.

use std::sync::{Arc, Mutex, PoisonError};

use link::Seed;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Draws what handshakes need; copies draw from the same stream.
#[derive(Clone, Debug)]
pub struct Seeds(Arc<Mutex<ChaCha20Rng>>);

impl Seeds {
    /// From a key that no start had before.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(key))))
    }

    pub(super) fn next(&self) -> Seed {
        let mut bytes = [0; 32];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        Seed::from_secret(&mut bytes)
    }

    pub(super) fn word(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

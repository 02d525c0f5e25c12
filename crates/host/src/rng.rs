//! Randomness for hops: a stream of its own for each input.
//!
//! The stream of an input follows from the node's key, what kind of input it is and how many of
//! that kind came before. With a key that follows from `--seed` the third request of a node draws
//! the same message id in every run, whatever else happens beside it.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

/// What randomness of one node follows from.
#[derive(Debug)]
pub struct Randomness {
    key: Key,
    counts: [u64; Kind::ALL.len()],
}

/// A secret of which nothing is printed.
struct Key([u8; 32]);

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(_secret) = self;
        f.write_str("Key")
    }
}

/// Kinds of inputs, counted apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Boot,
    Link,
    Frame,
    Request,
    Response,
    Stored,
    Wake,
    Command,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Boot,
        Self::Link,
        Self::Frame,
        Self::Request,
        Self::Response,
        Self::Stored,
        Self::Wake,
        Self::Command,
    ];

    /// The name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Link => "link",
            Self::Frame => "frame",
            Self::Request => "request",
            Self::Response => "response",
            Self::Stored => "stored",
            Self::Wake => "wake",
            Self::Command => "command",
        }
    }
}

impl Randomness {
    /// A node's randomness. No two starts of a node may have the same key.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key: Key(key), counts: [0; Kind::ALL.len()] }
    }

    /// The stream of the next input of this kind.
    pub(crate) fn next(&mut self, kind: Kind) -> ChaCha20Rng {
        let count = self.counts.get_mut(kind as usize).map_or(0, |count| {
            *count = count.saturating_add(1);
            *count
        });
        let mut hash = Sha256::new();
        hash.update(b"blindpost input");
        hash.update(self.key.0);
        hash.update([kind as u8]);
        hash.update(count.to_be_bytes());
        ChaCha20Rng::from_seed(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;

    use super::{Kind, Randomness};

    #[test]
    fn what_an_input_draws_depends_on_no_input_of_another_kind() {
        let (mut one, mut other) = (Randomness::new([7; 32]), Randomness::new([7; 32]));
        let _first = one.next(Kind::Frame);
        assert_eq!(one.next(Kind::Request).next_u64(), other.next(Kind::Request).next_u64());
        assert_ne!(
            one.next(Kind::Request).next_u64(),
            Randomness::new([8; 32]).next(Kind::Request).next_u64()
        );
    }

    #[test]
    fn no_two_inputs_draw_the_same() {
        let mut randomness = Randomness::new([7; 32]);
        assert_ne!(
            randomness.next(Kind::Frame).next_u64(),
            randomness.next(Kind::Frame).next_u64()
        );
    }
}

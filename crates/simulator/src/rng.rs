//! Where every random number of a run comes from.
//!
//! Each purpose has a stream of its own, keyed by the seed and by names, never by the order in
//! which things happen to be drawn: removing one message, one fault or one host shifts no other
//! draw.
//!
//! - A hop's input number `n`: ChaCha20, a key for each host, `n` as the stream. The number counts
//!   on over restarts, so a hop that was rebuilt never sees randomness that it saw before.
//! - A message on one direction of a link: ChaCha8, a key for each sender, the receiver's name as
//!   the stream, the message's number as the block. Eight words, each with a fixed meaning.
//! - Anything else (workload, fault plan): [`stream`], by purpose and name.

use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The key of one stream: 32 bytes of its own for each seed, purpose and name.
pub(crate) type StreamKey = [u8; 32];

/// Random words that one message gets, one for each question that its link may ask.
pub(crate) const WORDS: usize = 8;

/// A stream of its own for `purpose` (what is drawn) and `name` (for whom).
pub fn stream(seed: u64, purpose: &str, name: &str) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(key(seed, purpose, name))
}

/// The key for `purpose` and `name`.
pub(crate) fn key(seed: u64, purpose: &str, name: &str) -> StreamKey {
    let mut hash = Sha256::new();
    hash.update(b"blindpost random stream 1");
    hash.update(seed.to_be_bytes());
    for part in [purpose, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Eight bytes that stand for a name where a stream has room for no more.
pub(crate) fn tag(name: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(name));
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The generator for input number `number` of the host that `key` belongs to.
///
/// It computes nothing before the first draw, so inputs that draw nothing cost nothing.
pub(crate) fn for_input(key: &StreamKey, number: u64) -> ChaCha20Rng {
    let mut rng = ChaCha20Rng::from_seed(*key);
    rng.set_stream(number);
    rng
}

/// The words of item `number` on `stream`.
pub(crate) fn words(key: &StreamKey, stream: u64, number: u64) -> [u64; WORDS] {
    let mut rng = ChaCha8Rng::from_seed(*key);
    rng.set_stream(stream);
    // One block of ChaCha is 16 words of 32 bits: exactly what one item gets.
    rng.set_word_pos(u128::from(number) << 4);
    core::array::from_fn(|_| rng.next_u64())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_core::Rng;

    use super::{for_input, key, stream, tag, words};

    #[test]
    fn every_purpose_name_seed_and_number_draws_from_a_stream_of_its_own() {
        let mut seen = BTreeSet::new();
        for seed in 0..3 {
            for name in ["anna", "ann", "a"] {
                for purpose in ["hop", "hopa"] {
                    assert!(seen.insert(stream(seed, purpose, name).next_u64()));
                    let key = key(seed, purpose, name);
                    for number in 1..4 {
                        assert!(seen.insert(for_input(&key, number).next_u64()));
                        let drawn = words(&key, tag(name), number);
                        assert!(drawn.iter().all(|word| seen.insert(*word)));
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_message_draws_depends_on_its_number_and_not_on_what_was_drawn_before() {
        let key = key(7, "link", "anna");
        let third = words(&key, 5, 3);
        let _others = [words(&key, 5, 0), words(&key, 6, 3)];
        assert_eq!(words(&key, 5, 3), third);
        assert_ne!(words(&key, 5, 2), third);
    }
}

//! What the known-answer tests share: hexadecimal and the published vectors.

use std::{string::String, vec::Vec};

/// The bytes that `text` spells; white space is ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    digits.as_bytes().as_chunks::<2>().0.iter().map(|[h, l]| digit(*h) << 4 | digit(*l)).collect()
}

/// As [`hex`], for a known length.
pub(crate) fn hex_array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

/// One vector of `tests/vectors/published.json`.
pub(crate) struct Published(serde_json::Value);

impl Published {
    /// The vector with this id.
    pub(crate) fn vector(id: &str) -> Self {
        let file = include_str!("../tests/vectors/published.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        Self(vectors.iter().find(|vector| vector["id"] == id).unwrap().clone())
    }

    /// One of its values.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        hex(self.0[name].as_str().unwrap())
    }

    /// One of its values that is text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    /// One of its values, of a known length.
    pub(crate) fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }
}

/// `tests/vectors/spqr-values.json`: a worked exchange of the deployed post-quantum ratchet, by an
/// independent program; the deployed library gives the same bytes and keys.
pub(crate) fn worked_exchange() -> serde_json::Value {
    serde_json::from_str(include_str!("../tests/vectors/spqr-values.json")).unwrap()
}

/// The text of a JSON value, as bytes.
pub(crate) fn json_hex(value: &serde_json::Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

/// Runs a property on so many made-up inputs. One that fails names the seed that makes it again.
pub(crate) fn property(seeds: u64, holds: impl Fn(&mut MadeUp) + std::panic::RefUnwindSafe) {
    for seed in 0..seeds {
        let run = std::panic::catch_unwind(|| holds(&mut MadeUp(seed << 32)));
        if let Err(why) = run {
            std::eprintln!("seed {seed}");
            std::panic::resume_unwind(why);
        }
    }
}

/// Made-up values, the same for a seed in every run (SplitMix64).
pub(crate) struct MadeUp(u64);

impl MadeUp {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.number() % limit as u64) as usize
    }

    /// A number of any size: as often small as large.
    pub(crate) fn any_size(&mut self) -> u64 {
        let bits = self.below(65);
        self.number().checked_shr(64 - bits as u32).unwrap_or(0)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.number() as u8).collect()
    }
}

#[test]
fn a_property_that_does_not_hold_is_found() {
    let found = std::panic::catch_unwind(|| property(100, |made_up| assert!(made_up.below(9) > 0)));
    assert!(found.is_err());
}

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

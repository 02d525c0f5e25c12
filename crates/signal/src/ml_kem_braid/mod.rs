//! The ML-KEM Braid (revision 1), as deployed: one KEM exchange after another, each spread over the
//! messages of a conversation.
//!
//! In every epoch one side generates a key pair and the other encapsulates; then they change
//! places. What they exchange is far larger than a message, so it travels as chunks of an erasure
//! code, one with each message, and a lost message costs nothing but itself.
//!
//! | file | what |
//! |---|---|
//! | `field`, `erasure` | GF(2^16), and the code over it |
//! | `authenticator` | the MACs inside, and the secret of an epoch |
//! | `message` | what one message carries |
//! | `braid` | the eleven states |
//! | `send`, `receive` | what sending and receiving do in each of them |
//!
//! Deployment departs from the text in what these files say beside the line: the order inside the
//! key hash, the salt of the authenticator's derivation, and the type that is sent by one who waits
//! for the second part of a ciphertext.

pub(crate) mod authenticator;
pub(crate) mod braid;
pub(crate) mod erasure;
mod field;
pub(crate) mod message;
pub(crate) mod receive;
pub(crate) mod send;
#[cfg(test)]
pub(crate) mod tests;

use crate::crypto::ml_kem::{CT1_BYTES, CT2_BYTES, HEADER_BYTES, VECTOR_BYTES};

/// Length of every MAC of the braid.
pub(crate) const MAC_BYTES: usize = 32;

/// Rows of the header with its MAC.
pub(crate) const HEADER_ROWS: usize = (HEADER_BYTES + MAC_BYTES) / erasure::ROW_BYTES;
/// Rows of the vector.
pub(crate) const VECTOR_ROWS: usize = VECTOR_BYTES / erasure::ROW_BYTES;
/// Rows of the first part of a ciphertext.
pub(crate) const CT1_ROWS: usize = CT1_BYTES / erasure::ROW_BYTES;
/// Rows of the second part of a ciphertext with its MAC.
pub(crate) const CT2_ROWS: usize = (CT2_BYTES + MAC_BYTES) / erasure::ROW_BYTES;

//= spec: mlkem-braid r1 2.2 kem-sizes — the sizes of ML-KEM-768's parts.
const _: () = assert!(
    HEADER_ROWS == 3 && VECTOR_ROWS == 36 && CT1_ROWS == 30 && CT2_ROWS == 5,
    "whole rows, as many as peers expect"
);

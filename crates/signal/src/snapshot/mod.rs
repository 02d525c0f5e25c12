//! Secrets as bytes. No other module serializes any.
//!
//! The encoding is ours, versioned and canonical: one state has one encoding, and whatever is not
//! that is refused. Every part begins with a tag byte and the format version and ends with a
//! checksum of what is before. Numbers are little endian, lists are preceded by their length in two
//! bytes, options by one byte, 0 or 1.
//!
//! The checksum finds damage, not malice. It begins with the length, and takes in words of 8 bytes,
//! the last filled up with zeros (and all zeros where none is left over): exclusive or with the
//! word, times 0x9e3779b97f4a7c15 modulo 2^64, exclusive or with its own upper half. The lower
//! 4 bytes of the last are it.
//!
//! A session is six parts, so that a message writes only what it changed. A part that would say
//! nothing is empty.
//!
//! | part | tag | content | changes |
//! |---|---|---|---|
//! | `hot` | `H` | the links at which the current state's chains stand | with every message |
//! | `turn` | `T` | remote identity; the rest of the current state | when the conversation turns |
//! | `skipped` | `S` | keys of skipped messages, current state | when messages are lost or late |
//! | `pending` | `P` | what first messages carry | at the start, at the first answer |
//! | `archive` | `A` | inactive states, newest first, whole | when one is added or promoted |
//! | `exchange` | `X` | what the key exchange under way has gathered | with chunks that come in |
//!
//! `hot` is the first 8 bytes of our ratchet key (so that parts of different turns are not mixed),
//! sending chain key (32) and its next number (4), the same of the newest receiving chain (option),
//! and an option of the post-quantum ratchet: epoch (8), state of the braid (1, in the order of
//! ML-KEM Braid section 2.5), number of the next chunk (2; 0 where none goes out), and so many (1)
//! epochs: sending chain (option: key 32, count 4), receiving chain (key 32, count 4).
//!
//! `turn` is the remote identity (32) and an option of: profile (1), our identity (32), theirs
//! (32), our registration id (4), theirs (4), base key (32), time made (8), digest of the first
//! flight (option, 16), root key (32), previous counter (4), our ratchet key (private 32, public
//! 32), a list of receiving ratchet keys (32), oldest first, chain key (32) and next number (4) of
//! each but the newest, from the newer to the older, and an option of the post-quantum ratchet:
//! offered (1), authenticator (root 32, key 32), direction of the chains (1), their root key (32),
//! number of the first epoch (8).
//!
//! `skipped` is the base key's first 8 bytes (so that parts of different states are not mixed) and
//! a list of the receiving chains that have some, oldest first: ratchet key (32) and a list of
//! (number 4, key 32) in ascending order. With a post-quantum ratchet its epochs follow in the same
//! form, the epoch's number (8) in place of the ratchet key.
//!
//! `pending` is the same 8 bytes, one-time prekey id (option, 4), signed prekey id (4), and an
//! option of KEM prekey id (4) and ciphertext (1,569).
//!
//! `exchange` is the same 8 bytes, epoch (8), state of the braid (1), and what that state has, in
//! this order: seed of the key pair (64) or of the encapsulation (32), header (64), whole vector
//! (1,152), whole first part of the ciphertext (960), a list of chunks that came in (number 2,
//! bytes 32), second part of the ciphertext with its MAC (160). What goes out is computed again
//! from the seeds. An archived state is `hot` and `turn` from their first field on, `turn` without
//! the remote identity and the option, then its skipped keys and its exchange.
//!
//! Identity and prekeys: `I` private key (32); `G` id (4), private key (32), signature (64);
//! `O` id (4), private key (32); `K` id (4), seed (64), signature (64), last resort (1).

mod exchange;
mod hot;
mod key_records;
mod parts;
mod post_quantum;
mod reader;
mod session;
mod skipped;
mod writer;

pub use parts::{Changes, PartRefs, Parts};

/// Bytes that are not a snapshot. The store, or whoever wrote to it, is to blame.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The part is shorter than what it says it holds.
    #[error("truncated snapshot")]
    Truncated,
    /// The checksum does not match: the bytes were damaged.
    #[error("damaged snapshot")]
    Checksum,
    /// Another part, or another version of the format.
    #[error("snapshot tag {found:?} where {expected:?} was expected")]
    Tag {
        /// Tag and version found.
        found: [u8; 2],
        /// Tag and version expected.
        expected: [u8; 2],
    },
    /// Bytes follow the end of the part.
    #[error("{excess} bytes after the snapshot")]
    Trailing {
        /// How many.
        excess: usize,
    },
    /// A value is out of its range, or not in its only encoding.
    #[error("{what} out of range")]
    Range {
        /// What was read.
        what: &'static str,
    },
    /// The parts belong to different states.
    #[error("parts of different states")]
    Mixed,
}

/// Version of the format.
const VERSION: u8 = 3;
/// Bytes of checksum at the end of a part.
const CHECKSUM_BYTES: usize = 4;

//! Why a link is refused, and what an end may not ask of it.
//!
//! Every one ends the link. None of them says anything about another link.

use vocab::{
    NoiseKey,
    limits::{MAX_FRAME, MAX_LINK_MESSAGE, MAX_LINK_RECORDS},
};

/// Why a handshake came to nothing. Messages are counted from 1.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The first bytes are not those of this protocol: somebody else's client.
    #[error("byte {at} of the connection is {byte:#04x}: this is no Blindpost link")]
    NotBlindpost {
        /// Its place, from 0.
        at: usize,
        /// What is there.
        byte: u8,
    },
    /// A client of another version.
    #[error("the client speaks version {theirs} of the link")]
    Version {
        /// What it speaks.
        theirs: u8,
    },
    /// A message of another length than it always has; an oversized one among them.
    #[error("handshake message {message} has {length} bytes instead of {expected}")]
    Length {
        /// Which one.
        message: u8,
        /// What its length says.
        length: usize,
        /// What it has to be.
        expected: usize,
    },
    /// A message does not verify: changed on its way, replayed, or of another handshake.
    #[error("handshake message {message} does not verify")]
    Unverified {
        /// Which one.
        message: u8,
    },
    /// A public key with which every secret is zero. No honest end has one.
    #[error("handshake message {message} has a public key of low order")]
    LowOrder {
        /// Which one.
        message: u8,
    },
    /// The server proved another key than the pinned one. It has learnt nothing from this client.
    #[error("the server has the key {shown:?}, pinned is {pinned:?}")]
    WrongServerKey {
        /// What this client was told to expect.
        pinned: NoiseKey,
        /// What the server has.
        shown: NoiseKey,
    },
    /// The connection ended before the handshake did.
    #[error("the connection ended within handshake message {message}, after {bytes} bytes of it")]
    Truncated {
        /// Which one was due.
        message: u8,
        /// How much of it had come.
        bytes: usize,
    },
    /// Bytes were pushed into a handshake that is over, one way or the other.
    #[error("this handshake is over")]
    Over,
    /// The Noise engine refuses what it cannot refuse: a defect on this side.
    #[error("the Noise engine cannot go on")]
    Engine,
}

/// Why received bytes were not opened.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A length that no record can have: not even a kind and a tag fit.
    #[error("a record of {length} bytes is too short to be one")]
    Undersized {
        /// What its length says.
        length: usize,
    },
    /// A length beyond what a Noise message may have.
    #[error("a record of {length} bytes; at most {MAX_LINK_MESSAGE} are allowed")]
    Oversized {
        /// What its length says.
        length: usize,
    },
    /// The record is not what the peer sealed: somebody in between changed or made it.
    #[error("record {number} does not verify")]
    Tampered {
        /// Which one was due.
        number: u64,
    },
    /// An earlier record once more.
    #[error("record {number} came again when {due} was due")]
    Replayed {
        /// Which one it is.
        number: u64,
        /// Which one was due.
        due: u64,
    },
    /// A later record: one in between was left out, or overtaken.
    #[error("record {number} came when {due} was due")]
    Misplaced {
        /// Which one it is.
        number: u64,
        /// Which one was due.
        due: u64,
    },
    /// The connection ended within a record or a frame.
    #[error("the connection ended with {bytes} bytes of an unfinished frame")]
    Truncated {
        /// How much of it had come.
        bytes: usize,
    },
    /// The peer sealed a record of a kind that there is not.
    #[error("record {number} is of the unknown kind {kind}")]
    UnknownKind {
        /// Which record.
        number: u64,
        /// What it claims to be.
        kind: u8,
    },
    /// The peer sealed a part of a frame with nothing in it.
    #[error("record {number} is an empty part of a frame")]
    EmptyPart {
        /// Which record.
        number: u64,
    },
    /// The parts of the peer's frame are more than a frame may be.
    #[error("a frame of at least {bytes} bytes; at most {MAX_FRAME} are allowed")]
    FrameTooLong {
        /// The parts until here.
        bytes: usize,
    },
    /// The peer sealed a ping or pong that has not 8 bytes.
    #[error("record {number} is a keep-alive with {bytes} bytes")]
    KeepAlive {
        /// Which record.
        number: u64,
        /// What it contains.
        bytes: usize,
    },
    /// The direction has had all the records that it may have.
    #[error("this direction has had its {MAX_LINK_RECORDS} records")]
    Exhausted,
}

/// Why something cannot be sent. The link is unharmed, but for [`SealError::Exhausted`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than a frame may be.
    #[error("a frame of {bytes} bytes; at most {MAX_FRAME} are allowed")]
    FrameTooLong {
        /// What it has.
        bytes: usize,
    },
    /// The direction has had all the records that it may have: connect again.
    #[error("this direction has had its {MAX_LINK_RECORDS} records")]
    Exhausted,
}

//! Why a session was not started, a message not sealed, or a message not opened.

use keys::KeyError;
use wire::signal::Malformed;

use crate::crypto::dh::LowOrder;

/// Why no session was started from a verified bundle.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitiateError {
    /// The caller asked for a profile that the recipient does not publish for.
    #[error("the bundle has no KEM prekey, which this profile needs")]
    NoKemPreKey,
    /// The recipient published a key of small order under a valid signature.
    #[error("the bundle holds a key of small order")]
    LowOrder(#[from] LowOrder),
}

/// Why a message was not sealed. The session is unchanged.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no current session state to seal with.
    #[error("no session")]
    NoSession,
    /// The recipient has not answered for so long that the session is no longer sent on: start
    /// another from a fresh bundle.
    #[error("session unanswered for {age_seconds} s; the limit is {limit_seconds} s")]
    Unacknowledged {
        /// Age of the session in seconds.
        age_seconds: u64,
        /// Age up to which it is used.
        limit_seconds: u64,
    },
    /// A sending chain has used all of its 2^32 - 1 numbers.
    #[error("the sending chain is exhausted")]
    ChainExhausted,
}

/// Which of the recipient's prekeys a first message names.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreKeyKind {
    /// The signed Curve25519 prekey.
    Signed,
    /// A one-time Curve25519 prekey.
    OneTime,
    /// A KEM prekey, one-time or last-resort.
    Kem,
}

/// Why a received message was not opened. The session is unchanged.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Anyone on the path: the bytes do not parse.
    #[error("malformed message: {0}")]
    Malformed(#[from] Malformed),
    /// Anyone on the path: a key in the message is not in its wire form.
    #[error("malformed key: {0}")]
    Key(#[from] KeyError),
    /// Anyone on the path: the KEM ciphertext is not in its wire form.
    #[error("malformed KEM ciphertext of {length} bytes")]
    KemCiphertext {
        /// How many bytes there were.
        length: usize,
    },
    /// Anyone on the path: neither session nor policy speaks this version.
    #[error("version byte 0x{found:02x} is not accepted here")]
    Version {
        /// The version byte found.
        found: u8,
    },
    /// Anyone on the path: a later copy of a first message differs from the first outside its MAC.
    #[error("the outer part of a first message was changed")]
    OuterChanged,
    /// Anyone on the path: the sender's registration id is not the expected one.
    #[error("registration id {found} where {expected} was expected")]
    RegistrationId {
        /// The id in the message.
        found: u32,
        /// The id that the caller knows.
        expected: u32,
    },
    /// Anyone on the path, or a peer whose state was rolled back: the MAC does not hold.
    #[error("bad MAC")]
    BadMac,

    /// The network: the message was opened before, or its key was dropped as too old.
    #[error("message {number} was already opened")]
    Duplicate {
        /// Number of the message in its chain.
        number: u32,
    },
    /// The sender, or a forger: opening would derive more keys than one message may cost.
    #[error("message {number} skips {jump} keys; {limit} are left for it")]
    TooFarAhead {
        /// Number of the message in its chain.
        number: u32,
        /// Keys that would have to be derived before its own.
        jump: u32,
        /// How many may be.
        limit: u32,
    },
    /// The sender, or a forger: a Diffie-Hellman step with this key gives nothing secret.
    #[error("key of small order")]
    LowOrder(#[from] LowOrder),
    /// The sender, or a forger: the base key has another encoding or a part of small order.
    #[error("base key is not canonical and free of torsion")]
    BadBaseKey,
    /// The sender: the MAC holds but the padding does not.
    #[error("bad padding under a good MAC")]
    BadPadding,
    /// The sender: the addresses under the MAC are not those of this conversation.
    #[error("the message names other addresses")]
    AddressMismatch,

    /// The network, replaying a first message: its base key was used before.
    #[error("base key was used before with signed prekey {signed}")]
    ReusedBaseKey {
        /// The signed prekey it was used with.
        signed: u32,
    },
    /// The sender, or a forger: the step of the post-quantum ratchet is refused, and the message
    /// with it.
    #[error("post-quantum ratchet: {0}")]
    PostQuantum(#[from] PostQuantumError),

    /// Nobody in particular: the message names a prekey that is not, or no longer, kept.
    #[error("no {kind:?} prekey {id}")]
    UnknownPreKey {
        /// Which kind.
        kind: PreKeyKind,
        /// Its id.
        id: u32,
    },
    /// Nobody in particular: the sender's identity is not the pinned one.
    #[error("the sender's identity is not the pinned one")]
    UntrustedIdentity,
    /// Nobody in particular: there is no session, and the message cannot start one.
    #[error("no session")]
    NoSession,
}

/// Why the post-quantum part of a message was refused, and the message with it. The session is
/// unchanged.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostQuantumError {
    /// The sender, or a downgrade: the session has this ratchet, and the message has no part of it.
    #[error("absent, where the session has one")]
    Absent,
    /// The sender: another version of the ratchet.
    #[error("version {found} is not spoken here")]
    Version {
        /// The version found.
        found: u8,
    },
    /// The sender: the bytes do not parse.
    #[error("malformed")]
    Malformed,
    /// The sender: an epoch that it cannot be in yet.
    #[error("epoch {found} while ours is {ours}")]
    Epoch {
        /// The epoch in the message.
        found: u64,
        /// Our epoch.
        ours: u64,
    },
    /// The network: so late that the keys of its epoch are gone.
    #[error("the keys of epoch {epoch} are gone")]
    EpochGone {
        /// The epoch in the message.
        epoch: u64,
    },
    /// The network: the key was used before, or dropped as too old.
    #[error("key {index} was used or is too old")]
    Used {
        /// Number of the key in its chain.
        index: u32,
    },
    /// The sender: opening would derive more keys than one message may cost.
    #[error("key {index} skips {jump} keys; {limit} are left for it")]
    TooFarAhead {
        /// Number of the key in its chain.
        index: u32,
        /// Keys that would have to be derived.
        jump: u32,
        /// How many may be.
        limit: u32,
    },
    /// The sender: header or ciphertext fail their MAC.
    #[error("bad MAC in the key exchange")]
    Authentication,
    /// The sender: the encapsulation key is not the announced one, or not reduced.
    #[error("bad encapsulation key")]
    EncapsulationKey,
}

/// An opening was committed to a session that has moved on since the trial. Nothing was changed;
/// try the message again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session moved on between trial and commit")]
pub struct StaleOpening;

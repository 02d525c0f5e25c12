//! What the transport tells the world's log: never content, never a number.

use alloc::string::String;

use vocab::{MessageId, Micros, NoiseKey};
use wire::transport::Status;

use crate::alias::Alias;

/// What happened, once it is durable.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A number and device belong to a link now.
    Registered {
        /// Whose number.
        account: Alias,
        /// The device.
        device: u8,
        /// Whether the Cloud API acts for it.
        hosted: bool,
        /// The link.
        by: NoiseKey,
    },
    /// A short message with a code is to go to a number; only its owner reads it.
    CodeSent {
        /// Which number.
        account: Alias,
        /// What it says: six digits.
        code: String,
    },
    /// A business was flagged for its way of messaging.
    Flagged {
        /// Which.
        business: Alias,
        /// For what.
        signal: Signal,
        /// Whether it reaches only those who wrote to it from now on.
        throttled: bool,
    },
    /// A device has another identity key than before; its prekeys are gone, its mail is not.
    IdentityChanged {
        /// Whose.
        account: Alias,
        /// The device.
        device: u8,
    },
    /// Prekeys joined the directory.
    Published {
        /// Whose.
        account: Alias,
        /// One-time prekeys that were new.
        one_time: u32,
        /// One-time KEM prekeys that were new.
        kem_one_time: u32,
    },
    /// A one-time prekey left the directory.
    OneTimeKeyTaken {
        /// Whose it was.
        account: Alias,
        /// The device.
        device: u8,
        /// Which kind.
        kind: PrekeyKind,
        /// Its publisher's name for it.
        id: u32,
        /// Who has it now.
        by: NoiseKey,
    },
    /// A device was told to publish more.
    PrekeysLow {
        /// Whose.
        account: Alias,
        /// One-time prekeys left.
        one_time: u32,
        /// One-time KEM prekeys left.
        kem_one_time: u32,
    },
    /// An envelope is in its recipient's mailbox.
    Accepted {
        /// The envelope.
        id: MessageId,
        /// Whose number sent it.
        from: Alias,
        /// Whose mailbox it is in.
        to: Alias,
        /// Which transmission.
        attempt: u32,
        /// Bytes of ciphertext; 0 for a receipt.
        bytes: usize,
    },
    /// An envelope was dropped, since its recipient blocks its sender.
    Dropped {
        /// The envelope.
        id: MessageId,
        /// Whose number sent it.
        from: Alias,
        /// Whose mailbox it is not in.
        to: Alias,
    },
    /// A request was refused.
    Refused {
        /// The link it came on.
        link: NoiseKey,
        /// Why.
        why: Refusal,
    },
    /// An envelope was pushed to its recipient.
    Delivered {
        /// The envelope.
        id: MessageId,
        /// Whose mailbox it is in.
        to: Alias,
        /// Its place there.
        place: u64,
        /// Whether it was pushed before, since the recipient came.
        again: bool,
    },
    /// Envelopes were acknowledged, and are gone.
    Forgotten {
        /// Whose.
        account: Alias,
        /// How many.
        envelopes: u32,
    },
    /// A piece of a blob was stored.
    BlobStored {
        /// Whose blob it is.
        account: Alias,
        /// Bytes of the piece.
        bytes: usize,
    },
    /// Somebody was given a piece of a blob.
    BlobRead {
        /// Whose blob it is.
        account: Alias,
        /// Who has it now.
        by: Alias,
        /// Bytes of the piece.
        bytes: usize,
    },
    /// An account was deleted by its owner; what is kept of it is being removed.
    Deleted {
        /// Whose.
        account: Alias,
    },
    /// Nothing is kept of a deleted account any more but what suppresses.
    Erased {
        /// Whose.
        account: Alias,
    },
    /// A person reported a number.
    Reported {
        /// Who.
        by: Alias,
        /// Whom.
        about: Alias,
        /// Whether the person disclosed content with it.
        attached: bool,
    },
    /// A person blocked a number, or stopped blocking it.
    Blocked {
        /// Who.
        by: Alias,
        /// Whom.
        blocked: Alias,
        /// Whether from now on, or no longer.
        on: bool,
    },
}

/// What was noticed about a business, from who wrote to whom and when alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// It writes to everybody, asked or not.
    FanOut,
    /// Many of those it writes to report it.
    Reports,
    /// It writes faster than is agreed.
    Rate,
}

impl Signal {
    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FanOut => "fan_out",
            Self::Reports => "reports",
            Self::Rate => "rate",
        }
    }
}

/// The kinds of one-time prekeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrekeyKind {
    /// Curve25519.
    Curve,
    /// Kyber1024.
    Kem,
}

/// Why a request was refused. Nothing of it was stored.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The end sent no frame of this schema, or broke a limit of one.
    #[error("the frame does not parse")]
    Malformed,
    /// The end sent an envelope that holds no ciphertext of the Signal protocol.
    #[error("the envelope's content is no Signal message")]
    NotCiphertext,
    /// The end spoke for a number or device that belongs to no link, or to another one.
    #[error("the link does not own the number")]
    NotOwner,
    /// The number belongs to another link already.
    #[error("the number is taken")]
    NumberTaken,
    /// An envelope from a hosted number came on another link than the Cloud API's.
    #[error("the sender is a hosted number and the link is not the Cloud API's")]
    BusinessSender,
    /// No such account or device.
    #[error("no such account")]
    NoAccount,
    /// The device published nothing that a session could start from.
    #[error("no prekeys are published")]
    NoPrekeys,
    /// A prekey of the upload is not what its owner signed.
    #[error("the signature over prekey {id} does not verify")]
    BadSignature {
        /// The prekey's id.
        id: u32,
    },
    /// The directory holds as many one-time prekeys of the device as it may.
    #[error("the directory is full")]
    DirectoryFull,
    /// The recipient's mailbox is full.
    #[error("the mailbox is full")]
    MailboxFull,
    /// The end owns, blocks or reports as many numbers as it may.
    #[error("the list is full")]
    ListFull,
    /// Too many requests of the link wait for their answers; this one was dropped unanswered.
    #[error("too many unanswered requests")]
    TooManyUnanswered,
    /// Nobody stored such a piece, or not within [`vocab::limits::BLOB_AGE`].
    #[error("no such piece of a blob")]
    NoBlob,
    /// The blob has another piece with this number.
    #[error("the blob has another piece with this number")]
    PieceTaken,
    /// Too much of this; it is of use to ask again later.
    #[error("too much of this, for now")]
    Limited {
        /// How much later.
        wait: Micros,
    },
    /// Frames came faster than they are read; this one was dropped unanswered.
    #[error("too many frames or bytes; one was not read")]
    TooFast,
    /// The number is claimed with a code, and there is none in the request or no such code.
    #[error("a code is needed")]
    CodeNeeded,
    /// Another code than was sent to the number.
    #[error("the code is wrong")]
    BadCode,
    /// The business reaches only those who wrote to it, for now.
    #[error("the business is throttled")]
    Throttled {
        /// For how long.
        wait: Micros,
    },
    /// The frame is of a version that is not spoken here.
    #[error("the frame's version is not spoken here")]
    Version,
    /// A row does not read back: the store or this program is to blame.
    #[error("a row is damaged")]
    Damaged,
}

impl Refusal {
    /// What the end is told.
    pub const fn status(self) -> Status {
        match self {
            Self::Malformed | Self::NotCiphertext => Status::Malformed,
            Self::NotOwner | Self::NumberTaken | Self::BusinessSender | Self::PieceTaken => {
                Status::Forbidden
            }
            Self::NoAccount | Self::NoPrekeys | Self::NoBlob | Self::Damaged => Status::NotFound,
            Self::BadSignature { .. } => Status::BadSignature,
            Self::DirectoryFull | Self::MailboxFull | Self::ListFull | Self::TooManyUnanswered => {
                Status::Full
            }
            Self::Limited { .. } | Self::TooFast => Status::Limited,
            Self::CodeNeeded => Status::CodeNeeded,
            Self::BadCode => Status::BadCode,
            Self::Throttled { .. } => Status::Throttled,
            Self::Version => Status::Version,
        }
    }

    /// After how long it is of use to ask again; zero where that is not known.
    pub const fn retry_after(self) -> Micros {
        match self {
            Self::Limited { wait } | Self::Throttled { wait } => wait,
            Self::Malformed
            | Self::NotCiphertext
            | Self::NotOwner
            | Self::NumberTaken
            | Self::BusinessSender
            | Self::NoAccount
            | Self::NoPrekeys
            | Self::BadSignature { .. }
            | Self::DirectoryFull
            | Self::MailboxFull
            | Self::ListFull
            | Self::NoBlob
            | Self::PieceTaken
            | Self::TooManyUnanswered
            | Self::TooFast
            | Self::CodeNeeded
            | Self::BadCode
            | Self::Version
            | Self::Damaged => Micros(0),
        }
    }
}

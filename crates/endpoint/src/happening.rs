//! What happened at an end, for the hop to act on within the same attempt.

use alloc::{boxed::Box, vec::Vec};

use keys::IdentityKey;
use signal::trace::Recorded;
use vocab::{Address, MessageId};
use wire::{content::Content, transport::Operator};

use crate::files::Fetched;

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The number is ours and the prekeys are published: messages can come and go.
    Ready,
    /// The transport gave the number to somebody else.
    NotOurs,
    /// The account is deleted, and nothing of it is left here.
    Deleted,
    /// The number is claimed with a code, which comes to it in a short message.
    CodeNeeded,
    /// The code that was entered is not the one that came.
    WrongCode,
    /// A message was sealed. The fingerprint stands for its (key, IV) pair: no two may be equal.
    Sealed {
        /// The message.
        id: MessageId,
        /// 16 bytes of a hash of key and IV.
        fingerprint: [u8; 16],
    },
    /// Keys were derived. Only fingerprints of values are told.
    Derived {
        /// `initiate`, `seal` or `open`.
        during: &'static str,
        /// The message, where it is about one.
        id: Option<MessageId>,
        /// The steps, oldest first.
        steps: Vec<Recorded>,
    },
    /// The transport has taken the message over.
    Accepted {
        /// The message.
        id: MessageId,
        /// Its recipient.
        to: Address,
    },
    /// The message will not go out.
    Failed {
        /// The message.
        id: MessageId,
        /// Its recipient.
        to: Address,
        /// Why.
        why: Failure,
    },
    /// The recipient's device has it.
    Delivered {
        /// The message.
        id: MessageId,
        /// Its recipient.
        to: Address,
    },
    /// The recipient has read it.
    Read {
        /// The message.
        id: MessageId,
        /// Its recipient.
        to: Address,
    },
    /// The recipient has listened to it.
    Played {
        /// The message.
        id: MessageId,
        /// Its recipient.
        to: Address,
    },
    /// Somebody is writing an answer, for the next [`vocab::limits::TYPING_AGE`] or until it comes.
    Typing {
        /// Who.
        from: Address,
    },
    /// A message was opened, for the first time.
    Opened {
        /// Its sender.
        from: Address,
        /// What it says.
        content: Content,
    },
    /// The file of a message that was opened is here, or will not be.
    File {
        /// The message's sender.
        from: Address,
        /// What it says.
        content: Content,
        /// The file, or why there is none.
        outcome: Result<Box<Fetched>, Failure>,
    },
    /// A copy of a message that was opened before.
    Copy {
        /// Its sender.
        from: Address,
        /// The message.
        id: MessageId,
    },
    /// A message could not be opened.
    NotOpened {
        /// Its sender.
        from: Address,
        /// The message.
        id: MessageId,
        /// Why, in the words of the engine.
        why: alloc::string::String,
        /// Whether it was asked for again.
        retry: bool,
    },
    /// The other end has another identity than before. A person must see this.
    IdentityChanged {
        /// Whose.
        peer: Address,
        /// The new one.
        identity: IdentityKey,
    },
    /// A bundle says who runs the other end.
    RunBy {
        /// Whose end.
        peer: Address,
        /// Who runs it.
        operator: Operator,
    },
    /// A kept message was encrypted anew.
    Retransmitted {
        /// The message.
        id: MessageId,
        /// Which attempt this is.
        attempt: u32,
    },
    /// A message that somebody asked for again is not sent again.
    RetransmissionRefused {
        /// The message.
        id: MessageId,
        /// Who asked.
        to: Address,
        /// Why.
        why: Failure,
    },
    /// The other end does not send a message again that we asked for.
    RefusedByPeer {
        /// The messages.
        ids: Vec<MessageId>,
        /// Its sender.
        from: Address,
    },
}

/// Why a message does not go out.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody is registered under the number.
    #[error("no such account")]
    NoSuchAccount,
    /// The recipient deleted the account before the message arrived.
    #[error("the recipient deleted the account before the message arrived")]
    AccountDeleted,
    /// The transport refuses this sender.
    #[error("the transport refuses this sender")]
    Forbidden,
    /// The recipient's bundle is not what its owner signed.
    #[error("the recipient's prekeys do not verify")]
    BadBundle,
    /// The recipient's identity is another than the message was first encrypted to.
    #[error("the recipient's identity changed since the message was first encrypted")]
    IdentityChanged,
    /// The message is no longer kept.
    #[error("the message is no longer kept")]
    NotKept,
    /// It was sent again as often as one message may be.
    #[error("the message was sent again as often as is allowed")]
    TooManyRetries,
    /// The message is longer than a recipient takes.
    #[error("the message is longer than may be sent")]
    TooLong,
    /// The recipient's mailbox is full.
    #[error("the recipient's mailbox is full")]
    MailboxFull,
    /// The transport lets this sender reach only those who wrote to it, for now.
    #[error("this sender reaches only those who wrote to it, for now")]
    Throttled,
    /// The transport does not store its file.
    #[error("the transport does not store the file")]
    FileNotStored,
    /// Its file is not stored any more.
    #[error("the file is not stored any more")]
    FileMissing,
    /// Its file is another than the message speaks of.
    #[error("the file is not what the message says")]
    FileWrong,
    /// The engine cannot seal it.
    #[error("the session cannot seal it")]
    Unsealable,
}

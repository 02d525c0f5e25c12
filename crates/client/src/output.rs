//! What the device tells the person.

use alloc::string::String;

use endpoint::{Failure, Happening};
use vocab::{MessageId, PhoneNumber, UnixMicros};
use wire::{content::Body, transport::Operator};

/// Something the person is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What was asked under this number is durable.
    Acknowledged {
        /// The command's number.
        number: u64,
    },
    /// A message appears in a chat, once.
    Shown {
        /// Who wrote it.
        from: PhoneNumber,
        /// The name the sender gave.
        name: String,
        /// The message.
        id: MessageId,
        /// The words that are shown of it; empty where there are none.
        text: String,
        /// The message that it answers.
        quoted: Option<MessageId>,
        /// What it says.
        body: Body,
        /// When it was written, by the sender's clock.
        sent_at: UnixMicros,
    },
    /// The file of a message is here, or will not be.
    Fetched {
        /// Who wrote the message.
        from: PhoneNumber,
        /// The message.
        id: MessageId,
        /// The file as it is on the device: SHA-256 and length in bytes.
        outcome: Result<([u8; 32], u64), Failure>,
    },
    /// A chat says who runs its other end.
    Labelled {
        /// The chat.
        with: PhoneNumber,
        /// What it says.
        operator: Operator,
    },
    /// Anything else that happened to the account.
    Happened(Happening),
}

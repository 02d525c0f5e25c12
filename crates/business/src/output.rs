//! What a business tells its owner.

use vocab::{MessageId, PhoneNumber, UnixMicros};

/// What a business tells its owner.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Business Manager has the record, the number, and the grant or its revocation.
    Registered {
        /// Whether the Cloud API may act for the number.
        granted: bool,
    },
    /// Business Manager knows whether the automatic-reply service is to answer.
    AutoReply {
        /// Whether it is.
        on: bool,
    },
    /// A message of a customer; each exactly once.
    Shown {
        /// Its id at the Cloud API.
        wamid: String,
        /// The customer.
        from: PhoneNumber,
        /// The text.
        text: String,
        /// When it was sent, in whole seconds, as the webhook says.
        at: UnixMicros,
    },
    /// What became of a message of the business; each status of each message exactly once.
    StatusSeen {
        /// The message.
        wamid: String,
        /// What became of it.
        status: Status,
        /// The code of the first error, where there is one.
        error: Option<u32>,
    },
    /// The bot has written an answer, which is now on its way.
    Wrote {
        /// Names the request at the Cloud API.
        request: MessageId,
        /// The customer.
        to: PhoneNumber,
        /// The text as it is sent.
        text: String,
        /// The word at each end of it, where the configuration has a canary.
        word: Option<String>,
    },
    /// A command is durable.
    Accepted {
        /// As in [`crate::Command::Send`].
        id: MessageId,
    },
    /// The Cloud API has taken a message.
    SendAccepted {
        /// Names the request.
        request: MessageId,
        /// The id that the Cloud API gave it.
        wamid: String,
    },
    /// The Cloud API has refused a message for good.
    SendFailed {
        /// Names the request.
        request: MessageId,
        /// The status of its answer.
        status: u16,
    },
    /// Somebody who does not know the app secret, or the verify token, called the webhook.
    Refused {
        /// The status of the answer.
        status: u16,
    },
}

/// What became of a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The transport has it.
    Sent,
    /// A device has it.
    Delivered,
    /// It was opened.
    Read,
    /// It will not arrive.
    Failed,
    /// A voice message was played.
    Played,
}

impl Status {
    /// The status that a webhook calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sent, Self::Delivered, Self::Read, Self::Failed, Self::Played]
            .into_iter()
            .find(|status| status.name() == name)
    }

    /// What a webhook calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Played => "played",
        }
    }
}

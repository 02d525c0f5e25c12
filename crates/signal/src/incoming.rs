//! A received message, parsed and not yet trusted.

use wire::signal::{PreKeySignalMessage, SignalMessage};

use crate::error::OpenError;

/// The two kinds of message, with the numbers that deployed peers give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    /// A message inside a session that both sides have.
    Message = 2,
    /// A first message: it carries what the recipient needs to start the session.
    PreKey = 3,
}

impl MessageKind {
    /// The number used on the wire around a message.
    pub const fn number(self) -> u8 {
        match self {
            Self::Message => 2,
            Self::PreKey => 3,
        }
    }

    /// The kind with this number.
    pub const fn of_number(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::Message),
            3 => Some(Self::PreKey),
            _ => None,
        }
    }
}

/// A received message, parsed. It borrows the bytes that it was parsed from.
#[derive(Clone, Copy, Debug)]
pub enum Incoming<'a> {
    /// A first message.
    PreKey(PreKeySignalMessage<'a>),
    /// A message inside a session.
    Message(SignalMessage<'a>),
}

impl<'a> Incoming<'a> {
    /// Parses `bytes` as a message of `kind`.
    ///
    /// # Errors
    ///
    /// [`OpenError::Malformed`].
    pub fn parse(kind: MessageKind, bytes: &'a [u8]) -> Result<Self, OpenError> {
        Ok(match kind {
            MessageKind::PreKey => Self::PreKey(PreKeySignalMessage::parse(bytes)?),
            MessageKind::Message => Self::Message(SignalMessage::parse(bytes)?),
        })
    }

    /// The kind of this message.
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::PreKey(_) => MessageKind::PreKey,
            Self::Message(_) => MessageKind::Message,
        }
    }
}

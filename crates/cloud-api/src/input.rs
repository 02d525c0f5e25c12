//! The work that inputs become.

use endpoint::forgetting::Cursor;
use hop::ExchangeId;
use store::Key;
use vocab::{MessageId, PhoneNumber};
use wire::transport::{Bundle, Envelope, Notice, Status};

use crate::rows::GrantRow;

/// An operator has nothing to ask of this hop: what it does, it does for its businesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {}

/// A piece of work on the desk.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// Read the grants and the outbox.
    Boot,
    /// Business Manager says which grants there are.
    Grants(Vec<GrantRow>),
    /// Something about one number.
    Number { slot: u32, work: NumberJob },
    /// Read more of the outbox.
    Refill,
    /// Send one item of the outbox.
    Dispatch { key: Key, exchange: ExchangeId },
    /// An item of the outbox arrived.
    Arrived { key: Key },
    /// Export statistics.
    Export { exchange: ExchangeId },
}

/// A piece of work on one number.
#[derive(Clone, Debug)]
pub(crate) enum NumberJob {
    Boot,
    Deliver { place: u64, envelope: Box<Envelope> },
    Gone { place: u64, notice: Notice },
    Forget { place: u64, phone: PhoneNumber, cursor: Cursor },
    Answer { id: u64, status: Status, bundle: Option<Bundle> },
    PrekeysLow { one_time: u32, kem: u32 },
    Send { exchange: ExchangeId, message: Outgoing },
    MarkRead { exchange: ExchangeId, id: MessageId },
    History { exchange: ExchangeId },
}

impl NumberJob {
    /// The call that waits for its answer, if this is one.
    pub(crate) const fn exchange(&self) -> Option<ExchangeId> {
        match self {
            Self::Send { exchange, .. }
            | Self::MarkRead { exchange, .. }
            | Self::History { exchange } => Some(*exchange),
            Self::Boot
            | Self::Deliver { .. }
            | Self::Gone { .. }
            | Self::Forget { .. }
            | Self::Answer { .. }
            | Self::PrekeysLow { .. } => None,
        }
    }
}

/// A message that a business sends.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// Drawn when the request came, so that every attempt at it means the same message.
    pub(crate) id: MessageId,
    /// As the business wrote it.
    pub(crate) input: String,
    /// Digits of the recipient's number.
    pub(crate) to: PhoneNumber,
    /// The text.
    pub(crate) text: String,
    /// Makes a repeated request one message.
    pub(crate) request_id: Option<String>,
}

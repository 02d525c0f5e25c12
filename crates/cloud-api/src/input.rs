//! The work that inputs become.

use endpoint::forgetting::Cursor;
use hop::ExchangeId;
use store::Key;
use vocab::{MessageId, PhoneNumber};
use wire::content::Body;
use wire::transport::{Bundle, Envelope, Notice, Status};

use crate::{
    graph::{
        manage::Managed,
        messages::{Marking, Outgoing},
    },
    handle::flows::FlowJob,
    outbox::Batch,
    rows::{GrantRow, manage::PendingRow},
};

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
    /// Send items of the outbox.
    Dispatch(Batch),
    /// Items of the outbox were refused for the first time.
    Late { keys: Vec<Key> },
    /// Items of the outbox arrived.
    Arrived { keys: Vec<Key> },
    /// Export statistics.
    Export { exchange: ExchangeId },
}

/// A piece of work on one number.
#[derive(Clone, Debug)]
pub(crate) enum NumberJob {
    Boot,
    Deliver {
        place: u64,
        envelope: Box<Envelope>,
    },
    Gone {
        place: u64,
        notice: Notice,
    },
    Forget {
        place: u64,
        phone: PhoneNumber,
        cursor: Cursor,
    },
    Answer {
        id: u64,
        status: Status,
        bundle: Option<Bundle>,
    },
    Piece {
        id: u64,
        bytes: Vec<u8>,
    },
    PrekeysLow {
        one_time: u32,
        kem: u32,
    },
    Send {
        exchange: ExchangeId,
        message: Box<Outgoing>,
    },
    MarkRead {
        exchange: ExchangeId,
        marking: Marking,
    },
    Manage(Box<Managed>),
    Flow(Box<FlowJob>),
    Judge(PendingRow),
    /// An optional service answered what it was handed; what it wrote, if anything, becomes the
    /// message `id`.
    Replied {
        handover: Key,
        id: MessageId,
        reply: Option<Body>,
    },
}

impl NumberJob {
    /// The call that waits for its answer, if this is one.
    pub(crate) fn exchange(&self) -> Option<ExchangeId> {
        match self {
            Self::Send { exchange, .. } | Self::MarkRead { exchange, .. } => Some(*exchange),
            Self::Manage(call) => Some(call.exchange),
            Self::Flow(job) => job.exchange(),
            Self::Boot
            | Self::Judge(_)
            | Self::Replied { .. }
            | Self::Deliver { .. }
            | Self::Gone { .. }
            | Self::Forget { .. }
            | Self::Answer { .. }
            | Self::Piece { .. }
            | Self::PrekeysLow { .. } => None,
        }
    }
}

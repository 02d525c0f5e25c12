//! The contract between a hop and the world it lives in.

use alloc::{string::String, vec::Vec};

use rand_core::CryptoRng;
use store::{Answer, Key, Transaction, TxId};
use vocab::{Instant, NoiseKey, Now};

use crate::http;

/// One hop on the message path, as a pure state machine.
///
/// A hop owns no socket, clock, thread, file or random source. Given the same state, input, `now`
/// and randomness it returns the same outputs, so a run is replayed from its seed and nothing else.
pub trait Hop {
    /// What the person or operator in front of this hop can ask of it.
    type Command;
    /// What it tells them.
    type Event;

    /// Advances the hop by exactly one input.
    ///
    /// `now.mono` never decreases between calls. Every effect is in the returned [`Outputs`]; there
    /// is nothing to poll afterwards.
    fn handle(
        &mut self,
        input: Input<Self::Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Self::Event>;
}

/// What a world can tell a hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<C> {
    /// The first input after a start or a restart: what the hop needs is in its store.
    Boot,
    /// The link to `peer` came up or went down. Frames are sent only while it is up.
    Link {
        /// The static Noise key of the other end, which the world has authenticated.
        peer: NoiseKey,
        /// Whether it is up.
        up: bool,
    },
    /// A frame arrived. Any frame may be lost, doubled or out of order.
    Frame {
        /// The static Noise key of the link it came on. No sender named inside a frame is trusted.
        from: NoiseKey,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Somebody asks over HTTP; the answer is [`Act::Reply`] with the same id.
    Request {
        /// Names this exchange.
        id: ExchangeId,
        /// The request.
        request: http::Request,
    },
    /// An HTTP request of this hop has ended, in one way or the other, exactly once.
    Response {
        /// As in [`Act::Request`].
        id: ExchangeId,
        /// The answer. After [`Unreachable`] the other side may or may not have acted.
        outcome: Result<http::Response, Unreachable>,
    },
    /// A transaction has ended: each exactly once, in the order in which they were asked for.
    Stored {
        /// As in [`Act::Store`].
        tx: TxId,
        /// How.
        answer: Answer,
    },
    /// Another node of the same store added a row to a queue that this hop watches. A hint: it may
    /// come late, twice, for nothing or never.
    Joined {
        /// As in [`Act::Watch`].
        queue: Key,
    },
    /// The moment of [`Outputs::wake_at`] has come.
    Wake,
    /// The person or operator asks for something.
    Command(C),
}

/// Effects in the order the world must apply them, and when to call back.
#[must_use = "dropping outputs loses messages"]
#[derive(Debug, PartialEq, Eq)]
pub struct Outputs<E> {
    /// Effects, oldest first.
    pub effects: Vec<Effect<E>>,
    /// Deliver [`Input::Wake`] no later than this; `None` when the hop is idle. It replaces what an
    /// earlier output asked for.
    pub wake_at: Option<Instant>,
}

impl<E> Outputs<E> {
    /// No effect, and nothing to be woken for.
    pub const fn none() -> Self {
        Self { effects: Vec::new(), wake_at: None }
    }
}

/// Something the hop wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect<E> {
    /// The world holds the effect until this transaction is durable, and drops it when the
    /// transaction conflicts or the node crashes. `None`: at once.
    pub after: Option<TxId>,
    /// What is to be done.
    pub act: Act<E>,
}

/// What a hop can ask of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act<E> {
    /// Put a frame on the link to `to`.
    Send {
        /// The static Noise key of the other end.
        to: NoiseKey,
        /// The frame, at most [`vocab::limits::MAX_FRAME`] bytes.
        bytes: Vec<u8>,
    },
    /// Answer an HTTP request.
    Reply {
        /// As in [`Input::Request`].
        id: ExchangeId,
        /// The answer.
        response: http::Response,
    },
    /// Ask somebody over HTTP.
    Request {
        /// Chosen by the hop, unique since its start.
        id: ExchangeId,
        /// The request; its authority says whom.
        request: http::Request,
    },
    /// Run a transaction.
    Store {
        /// Chosen by the hop, ascending since its start.
        tx: TxId,
        /// The transaction.
        transaction: Transaction,
    },
    /// Say with [`Input::Joined`] when another node adds a row to a queue of the store, from now on
    /// until the node stops, or no longer. A store of one node alone has nothing to say.
    Watch {
        /// The key of the queue, without a number.
        queue: Key,
        /// From now on, or no longer.
        on: bool,
    },
    /// Tell the person or operator, and record it.
    Event(E),
    /// A line of the operator's log: never content, never a phone number.
    Log(String),
}

/// Names one HTTP exchange, among those that one side started since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExchangeId(pub u64);

/// No answer came; whether the other side acted is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer from the other side; it may have acted or not")]
pub struct Unreachable;

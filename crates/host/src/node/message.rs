//! What can come to a node, from its store, its links, its server and its person.

use hop::{
    ExchangeId, Unreachable,
    http::{Request, Response},
};
use store::{Answer, TxId};
use tokio::sync::oneshot;
use vocab::NoiseKey;

use crate::{clock::Busy, links::LineId};

/// A message, and what waits for it to be dealt with.
#[derive(Debug)]
pub(super) struct Letter<C> {
    pub(super) message: Message<C>,
    pub(super) busy: Busy,
}

/// What can come to a node.
#[derive(Debug)]
pub(super) enum Message<C> {
    /// A link came up or went down.
    Link { peer: NoiseKey, up: bool },
    /// A frame arrived.
    Frame { from: NoiseKey, line: LineId, bytes: Vec<u8> },
    /// Somebody asks over HTTP and waits at the other end of `answer`.
    Request { request: Request, answer: oneshot::Sender<Response> },
    /// A request of the hop has ended.
    Response { id: ExchangeId, outcome: Result<Response, Unreachable> },
    /// A transaction has ended.
    Stored { tx: TxId, answer: Answer },
    /// The person or operator asks for something.
    Command(C),
    /// The node is to end: nothing new comes, what is under way is finished.
    Drain,
}

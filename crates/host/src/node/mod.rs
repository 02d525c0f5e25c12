//! A hop in the live world.
//!
//! Knows: one hop, its store, its links, its requests; that effects wait for their transaction.
//! Does not know: what any hop does. `simulator::node` is the same over virtual links.

mod driver;
mod exchanges;
mod inbox;
mod message;
mod meters;
mod shelf;

use std::{fmt::Debug, sync::Arc};

use hop::{
    Hop,
    http::{Request, Response},
};
use tokio::{sync::oneshot, task::JoinHandle};
use vocab::NoiseKey;

use self::{
    driver::Driver,
    inbox::Inbox,
    message::{Letter, Message},
};
pub use self::{inbox::Ended, meters::Meters};
use crate::{
    clock::{Busy, Clock},
    http::Asker,
    ledger::Ledger,
    links::{LineId, Links},
    log::Log,
    rng::Randomness,
};

/// A hop that the live world can house.
pub trait Resident: Hop<Command: Send, Event: Send + Debug> + Send + 'static {}

impl<H: Hop<Command: Send, Event: Send + Debug> + Send + 'static> Resident for H {}

/// Is told every event of one hop, in order, when it is durable.
pub type Observer<E> = Box<dyn FnMut(E) + Send>;

/// What a node has of the world.
pub struct World<E> {
    /// Its name in the log.
    pub name: String,
    /// What time it is.
    pub clock: Clock,
    /// Its way to its store.
    pub ledger: Box<dyn Ledger>,
    /// Its connections.
    pub links: Arc<Links>,
    /// Whom it can ask over HTTP.
    pub asker: Asker,
    /// What it draws.
    pub randomness: Randomness,
    /// Where its operator reads.
    pub log: Log,
    /// What is counted.
    pub meters: Arc<Meters>,
    /// Who is told its events.
    pub observer: Observer<E>,
}

/// The way to a node. Copies lead to the same one.
#[derive(Debug)]
pub struct Handle<C> {
    inbox: Arc<Inbox<Letter<C>>>,
    clock: Clock,
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self { inbox: self.inbox.clone(), clock: self.clock.clone() }
    }
}

/// A node that runs.
#[derive(Debug)]
pub struct Node<C> {
    /// The way to it.
    pub handle: Handle<C>,
    task: JoinHandle<()>,
}

impl<C> Node<C> {
    /// Starts a node on this runtime; its hop is told to boot.
    pub fn start<H: Resident<Command = C>>(hop: H, world: World<H::Event>) -> Self
    where
        C: Send + 'static,
    {
        let handle = Handle { inbox: Inbox::new(), clock: world.clock.clone() };
        let driver = Driver::new(hop, world, handle.clone());
        // Until it has booted, it is not at rest.
        let busy = handle.clock.busy();
        Self { handle, task: tokio::spawn(driver.run(busy)) }
    }

    /// Nothing new comes to the node; what is under way is finished and made durable.
    pub async fn drain(self) {
        self.handle.inbox.answer(Letter { message: Message::Drain, busy: Busy::untold() });
        // A node that panicked has nothing to finish.
        let _ended = self.task.await;
    }
}

impl<C> Handle<C> {
    /// Asks something of the hop.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn command(&self, command: C) -> Result<(), Ended> {
        self.wish(Message::Command(command)).await
    }

    /// The same, for who cannot wait: it is asked as soon as there is room.
    pub fn post(&self, command: C)
    where
        C: Send + 'static,
    {
        let (inbox, busy) = (self.inbox.clone(), self.clock.busy());
        let letter = Letter { message: Message::Command(command), busy };
        // Whoever posts to a node that has ended, posted too late.
        drop(tokio::spawn(async move { inbox.wish(letter).await }));
    }

    /// Asks over HTTP; `None` where the hop does not answer.
    pub async fn request(&self, request: Request) -> Option<Response> {
        let (answer, answered) = oneshot::channel();
        self.wish(Message::Request { request, answer }).await.ok()?;
        answered.await.ok()
    }

    /// A link came up or went down: known before any frame that comes later.
    pub(crate) fn link(&self, peer: NoiseKey, up: bool) {
        self.answer(Message::Link { peer, up }, self.clock.busy());
    }

    /// A frame arrived, on a connection that is dropped unread if it is not the newest.
    pub(crate) async fn frame(
        &self,
        from: NoiseKey,
        line: LineId,
        bytes: Vec<u8>,
        busy: Busy,
    ) -> Result<(), Ended> {
        self.inbox.wish(Letter { message: Message::Frame { from, line, bytes }, busy }).await
    }

    async fn wish(&self, message: Message<C>) -> Result<(), Ended> {
        self.inbox.wish(Letter { message, busy: self.clock.busy() }).await
    }

    fn answer(&self, message: Message<C>, busy: Busy) {
        self.inbox.answer(Letter { message, busy });
    }
}

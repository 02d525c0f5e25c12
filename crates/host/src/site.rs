//! What everything in one process shares, and what runs in it.

use std::{
    future::Future,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};

use getrandom::fill;
use hop::http::{Request, Response};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    clock::Clock,
    deliveries::Deliveries,
    failure::Failure,
    faults::Faults,
    http::{Asker, Hosts, Server, Service, service},
    links::{Dial, Ground, Here, KeyLog, Links, Rules, Seeds},
    log::Log,
    metrics::Metrics,
    node::{Handle, Meters, Node, Observer, Resident, World},
    rng::Randomness,
    secrets::Secrets,
    stop::{Stop, Stopper},
    stores::{StoreError, Stores},
};

/// What everything in one process shares.
#[derive(Clone, Debug)]
pub struct Site {
    /// What time it is.
    pub clock: Clock,
    /// Where the operator reads.
    pub log: Log,
    /// What is counted.
    pub metrics: Metrics,
    /// Whom hops may ask over HTTP.
    pub hosts: Hosts,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
    /// Webhooks that were delivered, where they are kept.
    pub(crate) deliveries: Deliveries,
    asker: Asker,
    ground: Ground,
    stores: Stores,
    draws: Draws,
}

/// What randomness follows from.
#[derive(Clone, Debug)]
pub enum Draws {
    /// The operating system's.
    System,
    /// The seed of a folder and which of its starts this is.
    Seeded(Secrets, u64),
}

impl Draws {
    /// 32 bytes for `name` that no other start has.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn key(&self, name: &str) -> Result<[u8; 32], getrandom::Error> {
        match self {
            Self::Seeded(secrets, start) => Ok(secrets.secret("draws", &format!("{start} {name}"))),
            Self::System => {
                let mut key = [0; 32];
                fill(&mut key)?;
                Ok(key)
            }
        }
    }
}

/// Why something does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// A store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys of links cannot be logged.
    #[error("{}: {source}", path.display())]
    KeyLog {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nobody can listen there.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// Where.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Listens on `address`; with port 0 on one that is free.
///
/// # Errors
///
/// [`StartError::Listen`].
pub async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address: address.to_string(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Site {
    /// A process over these stores.
    ///
    /// # Errors
    ///
    /// [`StartError::Randomness`].
    pub fn new(clock: Clock, log: Log, stores: Stores, draws: Draws) -> Result<Self, StartError> {
        let hosts = Hosts::default();
        let metrics = Metrics::default();
        let ground = Ground {
            clock: clock.clone(),
            here: Here::new(clock.clone()),
            seeds: Seeds::new(draws.key("links")?),
            log: log.clone(),
            metrics: metrics.clone(),
            keys: KeyLog::default(),
        };
        let faults = Faults::default();
        let deliveries = Deliveries::new(clock.clone());
        let looks_on = (faults.clone(), deliveries.clone());
        let asker = Asker::with(hosts.clone(), log.clone(), looks_on);
        Ok(Self { clock, log, metrics, hosts, faults, deliveries, asker, ground, stores, draws })
    }

    /// From now on the keys of links go to a file.
    ///
    /// # Errors
    ///
    /// [`StartError::KeyLog`].
    pub(crate) fn log_keys(&mut self, path: &Path) -> Result<(), StartError> {
        let failed = |source| StartError::KeyLog { path: path.to_path_buf(), source };
        self.ground.keys = KeyLog::append(path).map_err(failed)?;
        self.log.line("links", "keys of links are logged: for development only", &[]);
        Ok(())
    }

    /// Starts a hop. Its store is `store`, its name in the log `name`; what is counted of it is
    /// counted with all others of `role`.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start<H: Resident>(
        &self,
        (name, role, store): (&str, &str, &str),
        hop: H,
        links: &Arc<Links>,
        observer: Observer<H::Event>,
    ) -> Result<Node<H::Command>, StartError> {
        let ledger = self.stores.open(store, name)?;
        self.stores.show(store, &self.metrics);
        let world = World {
            name: name.to_owned(),
            clock: self.clock.clone(),
            ledger,
            links: links.clone(),
            asker: self.asker.clone(),
            randomness: Randomness::new(self.draws.key(name)?),
            log: self.log.clone(),
            meters: Arc::new(Meters::new(&self.metrics, role)),
            observer,
        };
        Ok(Node::start(hop, world))
    }

    /// That a store of the process failed for good.
    pub fn failure(&self) -> Failure {
        self.stores.failure()
    }

    /// The stores, for who breaks them on purpose.
    pub(crate) const fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Randomness of something that is no hop.
    ///
    /// # Errors
    ///
    /// [`StartError::Randomness`].
    pub fn randomness(&self, name: &str) -> Result<Randomness, StartError> {
        Ok(Randomness::new(self.draws.key(name)?))
    }
}

/// The requests of a server go to a node.
pub fn to_node<C: Send + 'static>(node: &Handle<C>) -> Service {
    let node = node.clone();
    service(move |request: Request| {
        let node = node.clone();
        async move { node.request(request).await }
    })
}

type Ending = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What runs in one process, and how it ends.
pub struct Crew {
    site: Site,
    nodes: Vec<Ending>,
    servers: JoinSet<()>,
    links: JoinSet<()>,
    serving: (Stopper, Stop),
    linking: (Stopper, Stop),
}

impl core::fmt::Debug for Crew {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (nodes, servers) = (self.nodes.len(), self.servers.len());
        write!(f, "Crew({nodes} nodes, {servers} servers, {} links)", self.links.len())
    }
}

impl Crew {
    /// Nobody yet.
    pub fn new(site: Site) -> Self {
        let (servers, links) = (JoinSet::new(), JoinSet::new());
        let (serving, linking) = (Stopper::new(), Stopper::new());
        Self { site, nodes: Vec::new(), servers, links, serving, linking }
    }

    /// A node joins; the way to it.
    pub fn join<C: Send + 'static>(&mut self, node: Node<C>) -> Handle<C> {
        let handle = node.handle.clone();
        self.nodes.push(Box::pin(node.drain()));
        handle
    }

    /// Serves HTTP on a socket.
    pub fn serve(&mut self, listener: TcpListener, name: &str, service: Service) {
        let server = Server::new(listener, name, self.site.log.clone());
        self.servers.spawn(server.run(service, self.serving.1.clone()));
    }

    /// Lets devices in.
    pub fn open_door<C: Send + 'static>(
        &mut self,
        listener: TcpListener,
        key: link::StaticKey,
        node: (&Handle<C>, &Arc<Links>),
        rules: Rules,
    ) {
        let door = self.site.ground.door((listener, Arc::new(key)), node, rules);
        self.links.spawn(door.run(self.linking.1.clone()));
    }

    /// Keeps up a node's connection to the transport.
    pub fn dial<C: Send + 'static>(
        &mut self,
        dial: Dial,
        node: (&Handle<C>, &Arc<Links>),
        name: &str,
    ) {
        let dialer = self.site.ground.dialer(dial, node, name);
        self.links.spawn(dialer.run(self.linking.1.clone()));
    }

    /// Waits until something breaks that nothing here goes on without; what it was. There is
    /// nothing to be ended in order then: what was acknowledged is on the disk.
    pub async fn failed(&self) -> String {
        self.site.failure().happened().await
    }

    /// Ends everything: no new request, those under way answered, what hops work on made durable,
    /// then the links.
    pub async fn end(self) {
        let Self { nodes, mut servers, mut links, serving, linking, .. } = self;
        serving.0.stop();
        while servers.join_next().await.is_some() {}
        let mut draining = JoinSet::new();
        nodes.into_iter().for_each(|node| drop(draining.spawn(node)));
        while draining.join_next().await.is_some() {}
        linking.0.stop();
        while links.join_next().await.is_some() {}
    }
}

/// An answer with a JSON value.
pub(crate) fn json(status: u16, value: &serde_json::Value) -> Response {
    Response::json(status, value.to_string().into_bytes())
}

//! The side that is dialed: who is let in, and how many.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use link::StaticKey;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
    time::{Duration, sleep, timeout},
};
use vocab::{NoiseKey, limits};

use super::{
    bucket::Paces,
    connection::{Habits, Owner, carry},
    handshake,
    seeds::Seeds,
    transit::Here,
};
use crate::{
    log::Log,
    metrics::{Counter, Gauge, Metrics},
    stop::Stop,
};

/// How long connections may take to end when everything does.
const GRACE: Duration = Duration::from_secs(1);
/// How long nobody is let in after the machine had no room for another socket.
const NO_ROOM: Duration = Duration::from_millis(100);

/// What a listener is told.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Connections in total.
    pub most: usize,
    /// Connections of which the handshake is not done; one more ends the oldest of them.
    pub most_half_open: usize,
    /// How fast a peer is read.
    pub paces: Paces,
    /// Peers that are read as fast as they send.
    pub unpaced: Vec<NoiseKey>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            most: limits::MAX_LINKS,
            most_half_open: limits::MAX_HALF_OPEN,
            paces: Paces { frames: limits::FRAMES_PER_CONNECTION, bytes: limits::BYTES_PER_LINK },
            unpaced: Vec::new(),
        }
    }
}

/// What is counted of a listener.
#[derive(Clone, Debug)]
struct Meters {
    open: Gauge,
    half_open: Gauge,
    full: Counter,
    evicted: Counter,
    failed: Counter,
}

impl Meters {
    fn new(metrics: &Metrics) -> Self {
        let gauge = |name, help| metrics.gauge(name, help, &[]);
        let counter = |name, help| metrics.counter(name, help, &[]);
        Self {
            open: gauge("blindpost_links", "Connections of devices that are up."),
            half_open: gauge("blindpost_links_half_open", "Connections within their handshake."),
            full: counter("blindpost_links_refused_total", "Connections beyond the limit."),
            evicted: counter(
                "blindpost_handshakes_evicted_total",
                "Handshakes ended since there were too many newer ones.",
            ),
            failed: counter("blindpost_handshakes_failed_total", "Handshakes that failed."),
        }
    }
}

/// A listener that runs until it is stopped.
#[derive(Debug)]
pub struct Door<C> {
    pub(super) listener: TcpListener,
    pub(super) key: Arc<StaticKey>,
    pub(super) owner: Owner<C>,
    pub(super) here: Here,
    pub(super) rules: Arc<Rules>,
    pub(super) seeds: Seeds,
    pub(super) log: Log,
    pub(super) metrics: Metrics,
}

/// Handshakes under way, oldest first, and how to end each.
#[derive(Debug, Default)]
struct HalfOpen {
    waiting: Mutex<(u64, BTreeMap<u64, Arc<Notify>>)>,
}

impl HalfOpen {
    /// One more: its name, how it hears that it is to end, and whether another was ended.
    fn enter(&self, most: usize) -> (u64, Arc<Notify>, bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, all) = &mut *waiting;
        *last = last.saturating_add(1);
        let evicted = if all.len() >= most { all.pop_first() } else { None };
        if let Some((_, oldest)) = &evicted {
            oldest.notify_one();
        }
        let ends = Arc::<Notify>::default();
        all.insert(*last, ends.clone());
        (*last, ends, evicted.is_some())
    }

    fn leave(&self, name: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&name);
    }
}

/// What one connection needs.
struct Entrance<C> {
    key: Arc<StaticKey>,
    owner: Owner<C>,
    here: Here,
    rules: Arc<Rules>,
    log: Log,
    meters: Meters,
    half_open: HalfOpen,
}

impl<C: Send + 'static> Door<C> {
    /// Lets in whoever proves a key, until it is stopped. Then every connection ends.
    pub async fn run(self, mut stop: Stop) {
        let Self { listener, key, owner, here, rules, seeds, log, metrics } = self;
        let meters = Meters::new(&metrics);
        let half_open = HalfOpen::default();
        let entrance = Entrance { key, owner, here, rules, log, meters, half_open };
        let entrance = Arc::new(entrance);
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.stopped() => break,
                Some(_ended) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, from)) if connections.len() < entrance.rules.most => {
                    connections.spawn(enter(entrance.clone(), stream, from, seeds.next()));
                }
                Ok(_full) => entrance.meters.full.add(),
                Err(error) => {
                    let why = [("why", error.to_string().into())];
                    entrance.log.line("links", "no connection could be accepted", &why);
                    sleep(NO_ROOM).await;
                }
            }
        }
        entrance.owner.links.drain();
        // Each writes what waits for its socket; whoever is within a handshake is not waited for.
        let ended = async { while connections.join_next().await.is_some() {} };
        let _cut_off = timeout(GRACE, ended).await;
        connections.shutdown().await;
    }
}

async fn enter<C: Send + 'static>(
    entrance: Arc<Entrance<C>>,
    mut stream: TcpStream,
    _from: SocketAddr,
    seed: link::Seed,
) {
    let Entrance { key, owner, here, rules, log, meters, half_open } = &*entrance;
    // Small frames leave at once. Where that cannot be had, they leave later.
    let _later = stream.set_nodelay(true);
    let (name, ends, evicted) = half_open.enter(rules.most_half_open);
    if evicted {
        meters.evicted.add();
    }
    let held = meters.half_open.hold();
    let greeted = tokio::select! {
        greeted = handshake::answer(&mut stream, key.clone(), seed) => Some(greeted),
        () = ends.notified() => None,
    };
    half_open.leave(name);
    drop(held);
    let greeted = match greeted {
        Some(Ok(greeted)) => greeted,
        Some(Err(why)) => {
            meters.failed.add();
            return log.line("links", "a handshake failed", &[("why", why.to_string().into())]);
        }
        None => return,
    };
    let peer = greeted.channel.peer;
    let paces = (!rules.unpaced.contains(&peer)).then_some(rules.paces);
    let transit = here.listens(greeted.channel.session);
    let _up = meters.open.hold();
    let habits = Habits { pings: false, paces };
    let over = carry(stream, greeted.channel, &greeted.rest, owner, (transit, habits)).await;
    let with = [("peer", format!("{peer:?}").into()), ("why", over.to_string().into())];
    log.line("links", "a link ended", &with);
}

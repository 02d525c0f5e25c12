//! A store that several nodes share: a host of its own, asked over links.
//!
//! Each node numbers its requests, which are done in the order of their numbers and each once: a
//! request that comes again is answered again. How it ended is in the log with its writes, so that
//! a crash of the store forgets both or neither. A node that started again is another client: it
//! gets no answer to what it asked before.
//!
//! Knows: rows, requests, who watches which queue. Does not know: what the rows mean.

mod client;
mod code;
pub(crate) mod frame;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use hop::http::{Request as HttpRequest, Response};
use store::{Answer, Engine, Key, Memory, Op, Transaction, TxId};
use vocab::{DataClass, NoiseKey};

use self::{
    client::{Client, Due},
    frame::{Request, Said, Wish},
};
use super::{
    Node,
    disk::{Disk, StoreTiming},
    shelf::Shelf,
};
use crate::kernel::{HostId, Port, Timer, WireId};

/// A host whose only business is a store.
pub struct SharedStore {
    shelf: Shelf<Infallible>,
    clients: BTreeMap<NoiseKey, Client>,
    /// Whom to tell of new rows, by queue.
    watching: BTreeMap<Key, BTreeSet<NoiseKey>>,
    /// Requests that are done and not yet durable, by what the shelf calls them.
    under_way: BTreeMap<TxId, Ticket>,
    tickets: u64,
}

/// Whose request it is.
struct Ticket {
    node: NoiseKey,
    start: u32,
    number: u64,
    /// Whether something is lost with it if it does not become durable.
    writes: bool,
    /// Queues that it adds rows to.
    joins: Vec<Key>,
}

impl SharedStore {
    /// An empty one in memory.
    pub fn new() -> Self {
        Self::over(Box::new(Memory::new()))
    }

    /// One over another disk.
    pub fn over(disk: Box<dyn Disk>) -> Self {
        Self {
            shelf: Shelf::new(disk),
            clients: BTreeMap::new(),
            watching: BTreeMap::new(),
            under_way: BTreeMap::new(),
            tickets: 0,
        }
    }

    /// The same with a store that answers as fast as `timing` says.
    #[must_use]
    pub fn with_timing(mut self, timing: StoreTiming) -> Self {
        self.shelf.set_timing(timing);
        self
    }

    /// Rows that sweeps removed, by class.
    pub const fn swept(&self) -> &BTreeMap<DataClass, u64> {
        self.shelf.swept()
    }

    /// The client of a request, which may be of a new start; `None` if it is of an earlier one.
    fn client(&mut self, node: NoiseKey, start: u32) -> Option<&mut Client> {
        let client = self.clients.entry(node).or_insert_with(|| Client::new(start));
        if client.start < start {
            *client = Client::new(start);
            self.watching.retain(|_, nodes| {
                nodes.remove(&node);
                !nodes.is_empty()
            });
        }
        Some(client).filter(|client| client.start == start)
    }

    fn grant(
        &mut self,
        node: NoiseKey,
        start: u32,
        (number, wish): (u64, Wish),
        port: &mut Port<'_>,
    ) {
        let transaction = match wish {
            Wish::Transact(transaction) => transaction,
            Wish::Watch { queue, on } => {
                self.watch(node, queue, on);
                // It is answered in its turn, as whatever reads nothing.
                Transaction::default()
            }
        };
        self.tickets = self.tickets.saturating_add(1);
        let joins = transaction.ops.iter().filter_map(joins).cloned().collect();
        let writes = !transaction.is_read_only();
        let tx = TxId(self.tickets);
        self.under_way.insert(tx, Ticket { node, start, number, writes, joins });
        self.shelf.apply(tx, transaction, port);
    }

    fn watch(&mut self, node: NoiseKey, queue: Key, on: bool) {
        let nodes = self.watching.entry(queue.clone()).or_default();
        if on {
            nodes.insert(node);
        } else {
            nodes.remove(&node);
        }
        if nodes.is_empty() {
            self.watching.remove(&queue);
        }
    }

    /// A request is durable or has failed: its node is told, and those who watch.
    fn ended(&mut self, tx: TxId, port: &mut Port<'_>) -> bool {
        let Some((answer, _no_effects)) = self.shelf.answer(tx) else { return false };
        let Some(Ticket { node, start, number, writes, joins }) = self.under_way.remove(&tx) else {
            return false;
        };
        if matches!(answer, Answer::Done(_)) {
            for queue in joins {
                let nodes = self.watching.get(&queue).into_iter().flatten();
                for other in nodes.filter(|other| **other != node) {
                    port.send(*other, Said::Joined { queue: queue.clone() }.encode());
                }
            }
        }
        if let Some(client) = self.clients.get_mut(&node).filter(|client| client.start == start) {
            client.ended(number, answer.clone(), writes);
            port.send(node, Said::Answer { start, number, answer }.encode());
        }
        true
    }

    fn lose(&mut self, torn: Option<u64>) {
        for (tx, answer) in self.shelf.crash(torn) {
            let Some(ticket) = self.under_way.remove(&tx) else { continue };
            let client = self.clients.get_mut(&ticket.node);
            if let Some(client) = client.filter(|client| client.start == ticket.start) {
                client.ended(ticket.number, answer, ticket.writes);
            }
        }
        self.clients.values_mut().for_each(Client::crashed);
        self.under_way.clear();
        self.watching.clear();
    }
}

impl Default for SharedStore {
    fn default() -> Self {
        Self::new()
    }
}

const fn joins(op: &Op) -> Option<&Key> {
    match op {
        Op::Append(row) => Some(&row.key),
        Op::Get(_) | Op::Put(_) | Op::Delete(_) | Op::Scan { .. } | Op::TakeFirst(_) => None,
    }
}

impl Node for SharedStore {
    fn boot(&mut self, port: &mut Port<'_>) {
        self.shelf.plan_sweep(port);
    }

    fn crash(&mut self, _port: &mut Port<'_>) {
        self.lose(None);
    }

    fn crash_torn(&mut self, word: u64, _port: &mut Port<'_>) {
        self.lose(Some(word));
    }

    fn unsynced(&self) -> usize {
        self.shelf.disk().unsynced()
    }

    fn limit_disk(&mut self, full: bool, read_only: bool) {
        self.shelf.disk_mut().limit(full, read_only);
    }

    fn clock_was_set(&mut self, port: &mut Port<'_>) {
        self.shelf.plan_sweep(port);
    }

    /// A node asks again what it lacks when its link is up.
    fn link(&mut self, _peer: NoiseKey, _up: bool, _port: &mut Port<'_>) {}

    fn frame(&mut self, from: NoiseKey, bytes: Vec<u8>, port: &mut Port<'_>) {
        let Some(request) = Request::decode(&bytes) else { return };
        let (start, number) = (request.start, request.number);
        let due = self.client(from, start).map_or(Due::Nothing, |client| client.asks(request));
        match due {
            Due::Do(all) => all.into_iter().for_each(|one| self.grant(from, start, one, port)),
            Due::Again(answer) => port.send(from, Said::Answer { start, number, answer }.encode()),
            Due::Nothing => {}
        }
    }

    fn request(&mut self, from: HostId, wire: WireId, _request: HttpRequest, port: &mut Port<'_>) {
        port.refuse(from, wire);
    }

    fn expects(&self, _exchange: u64) -> bool {
        false
    }

    fn response(&mut self, _exchange: u64, _response: Option<Response>, _port: &mut Port<'_>) {}

    fn command(&mut self, _number: u64, _port: &mut Port<'_>) {}

    fn timer(&mut self, timer: Timer, port: &mut Port<'_>) -> bool {
        match timer {
            Timer::Answer(tx) => self.ended(TxId(tx), port),
            Timer::Sweep => self.shelf.sweep(port),
            Timer::Wake | Timer::Deadline(_) | Timer::Own(_) => false,
        }
    }

    fn transactions(&self) -> u64 {
        self.shelf.transactions()
    }

    fn store(&self) -> Option<&dyn Engine> {
        Some(self.shelf.disk())
    }
}

//! One partition: hosts that share a heap and run on one thread.

use std::collections::BTreeMap;

use vocab::Micros;

use super::{
    directory::Directory,
    event::{Event, Happening, HostId, Stamp, Time},
    ground::Ground,
    port::{Lane, Port},
    queue::Queue,
};
use crate::node::Node;

/// One partition. While a window runs it shares nothing that changes.
pub(crate) struct Partition {
    pub(crate) index: usize,
    pub(crate) queue: Queue,
    pub(crate) hosts: Vec<Host>,
    pub(crate) lane: Lane,
    /// For each other partition, to be handed over at the window's end.
    pub(crate) outboxes: Vec<Vec<Event>>,
    /// Whether there is anything in them.
    pub(crate) wrote: bool,
    /// What others handed over, not yet in the heap: each partition sorts in its own.
    inbox: Vec<Event>,
    /// When the first of that happens.
    inbox_next: Option<Time>,
    /// Events that came up, whether a host received them or not.
    pub(crate) handled: u64,
    /// Events that hosts received.
    pub(crate) processed: u64,
    /// When the last of them happened.
    pub(crate) last: Time,
    /// Hosts to crash after an event, by its number; only where there is one partition.
    pub(crate) triggers: BTreeMap<u64, Vec<(HostId, Micros)>>,
}

/// One host.
#[repr(C)]
pub(crate) struct Host {
    pub(crate) node: Box<dyn Node>,
    pub(crate) ground: Ground,
}

const fn _partitions_can_move_to_other_threads(partition: Partition) -> impl Send {
    partition
}

/// Records after which a partition that need not finish its window stops to hand them over.
const MANY_RECORDS: usize = 4_096;

impl Partition {
    pub(crate) fn new(index: usize, partitions: usize) -> Self {
        Self {
            index,
            queue: Queue::default(),
            hosts: Vec::new(),
            lane: Lane::default(),
            outboxes: (0..partitions).map(|_| Vec::new()).collect(),
            wrote: false,
            inbox: Vec::new(),
            inbox_next: None,
            handled: 0,
            processed: 0,
            last: Time(0),
            triggers: BTreeMap::new(),
        }
    }

    /// When its next event happens.
    pub(crate) fn next(&self) -> Option<Time> {
        let first = self.queue.next();
        first.into_iter().chain(self.inbox_next).min()
    }

    /// Takes what another partition caused here, and leaves `events` empty.
    pub(crate) fn take_in(&mut self, events: &mut Vec<Event>) {
        let first = events.iter().map(|event| event.at).min();
        self.inbox_next = self.inbox_next.into_iter().chain(first).min();
        self.inbox.append(events);
    }

    /// Runs everything up to and including `last`. A partition that is `alone` may stop earlier.
    pub(crate) fn run(&mut self, last: Time, alone: bool, directory: &Directory) {
        if self.next().is_none_or(|at| at > last) {
            return;
        }
        self.inbox_next = None;
        self.inbox.drain(..).for_each(|event| self.queue.push(event));
        while let Some(event) = self.queue.pop_until(last) {
            self.handled = self.handled.saturating_add(1);
            self.process(event, directory);
            if alone && self.lane.records.len() >= MANY_RECORDS {
                break;
            }
        }
    }

    fn process(&mut self, event: Event, directory: &Directory) {
        let order = event.stamp();
        let mut next = self.handle(event, (order, false), directory);
        while let Some(waited) = next {
            next = self.handle(waited, (order, true), directory);
        }
    }

    /// One event happens to its host, or waits there. Returns what happens to this host next at the
    /// same moment, of what waited: what happens now comes after the event that stands at `order`.
    fn handle(
        &mut self,
        event: Event,
        (order, waited): (Stamp, bool),
        directory: &Directory,
    ) -> Option<Event> {
        let stamp = event.stamp();
        let Event { target, happening, .. } = event;
        let happened = self.with_host(target, stamp, directory, |node, port| {
            port.order = order;
            let (mut received, mut next) = (false, None);
            if let Happening::Next { piece } = happening {
                next = port.done(piece);
            } else if waited {
                received = port.receive(node, happening);
            } else if let Some(happening) = port.hold_back(happening) {
                received = port.receive(node, happening);
            }
            if port.is_troubled() {
                port.tear(node);
                next = next.or_else(|| port.next_in_line());
            }
            (received, next)
        });
        let (received, next) = happened?;
        if received {
            self.processed = self.processed.saturating_add(1);
            self.last = stamp.at;
            if !self.triggers.is_empty() {
                self.pull_triggers(stamp, directory);
            }
        }
        next
    }

    /// Crashes whoever is to crash after the event that was just received.
    fn pull_triggers(&mut self, stamp: Stamp, directory: &Directory) {
        for (host, down) in self.triggers.remove(&self.processed).unwrap_or_default() {
            self.with_host(host, stamp, directory, |node, port| {
                let _received = port.receive(node, Happening::Crash { down });
            });
        }
    }

    /// Runs `work` on a host of this partition and sorts what it caused.
    fn with_host<T>(
        &mut self,
        host: HostId,
        stamp: Stamp,
        directory: &Directory,
        work: impl FnOnce(&mut dyn Node, &mut Port<'_>) -> T,
    ) -> Option<T> {
        let place = directory.place(host)?.place;
        let host = self.hosts.get_mut(place as usize)?;
        let mut port =
            Port { ground: &mut host.ground, lane: &mut self.lane, directory, stamp, order: stamp };
        let value = work(host.node.as_mut(), &mut port);
        for event in self.lane.caused.drain(..) {
            let Some(home) = directory.place(event.target).map(|place| place.partition as usize)
            else {
                continue;
            };
            if home == self.index {
                self.queue.push(event);
            } else if let Some(outbox) = self.outboxes.get_mut(home) {
                self.wrote = true;
                outbox.push(event);
            }
        }
        Some(value)
    }
}

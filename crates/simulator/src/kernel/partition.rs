//! One partition: hosts that share a heap and run on one thread.

use std::collections::{BTreeMap, BinaryHeap};

use vocab::Micros;

use super::{
    directory::Directory,
    event::{Event, Happening, HostId, Stamp, Time},
    ground::Ground,
    port::{Lane, Port},
};
use crate::node::Node;

/// One partition. While a window runs it shares nothing that changes.
pub(crate) struct Partition {
    pub(crate) index: usize,
    pub(crate) heap: BinaryHeap<Event>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) lane: Lane,
    /// For other partitions, to be handed over at the window's end.
    pub(crate) outbox: Vec<Event>,
    /// Events that hosts received.
    pub(crate) processed: u64,
    /// When the last of them happened.
    pub(crate) last: Time,
    /// Hosts to crash after an event, by its number; only where there is one partition.
    pub(crate) triggers: BTreeMap<u64, Vec<(HostId, Micros)>>,
}

/// One host.
pub(crate) struct Host {
    pub(crate) ground: Ground,
    pub(crate) node: Box<dyn Node>,
}

const fn _partitions_can_move_to_other_threads(partition: Partition) -> impl Send {
    partition
}

/// Records after which a partition that need not finish its window stops to hand them over.
const MANY_RECORDS: usize = 4_096;

impl Partition {
    pub(crate) fn new(index: usize) -> Self {
        Self {
            index,
            heap: BinaryHeap::new(),
            hosts: Vec::new(),
            lane: Lane::default(),
            outbox: Vec::new(),
            processed: 0,
            last: Time(0),
            triggers: BTreeMap::new(),
        }
    }

    /// When its next event happens.
    pub(crate) fn next(&self) -> Option<Time> {
        self.heap.peek().map(|event| event.stamp.at)
    }

    /// Runs everything up to and including `last`. A partition that is `alone` may stop earlier.
    pub(crate) fn run(&mut self, last: Time, alone: bool, directory: &Directory) {
        while self.next().is_some_and(|at| at <= last) {
            if let Some(event) = self.heap.pop() {
                self.process(event, directory);
            }
            if alone && self.lane.records.len() >= MANY_RECORDS {
                break;
            }
        }
    }

    fn process(&mut self, event: Event, directory: &Directory) {
        let order = event.stamp;
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
        let Event { stamp, target, happening } = event;
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
            self.pull_triggers(stamp, directory);
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
        let place = directory.entry(host)?.place;
        let host = self.hosts.get_mut(place)?;
        let mut port =
            Port { ground: &mut host.ground, lane: &mut self.lane, directory, stamp, order: stamp };
        let value = work(host.node.as_mut(), &mut port);
        for event in self.lane.caused.drain(..) {
            let home = directory.entry(event.target).map(|entry| entry.partition);
            if home == Some(self.index) {
                self.heap.push(event);
            } else {
                self.outbox.push(event);
            }
        }
        Some(value)
    }
}

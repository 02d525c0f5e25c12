//! What is wrong with one host.

use std::collections::{BTreeMap, VecDeque};

use store::Refusal;
use vocab::Micros;

use crate::{
    fault::{NodeFault, What},
    kernel::{
        event::{Event, HostId, Time, WireId},
        port::Port,
    },
};

/// What is wrong with one host. Hosts that nothing ever happened to have none.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    /// Faults that are on, in the order in which they began.
    pub(super) on: Vec<usize>,
    /// By how much its wall clock is ahead.
    pub(crate) clock: i64,
    /// When narrow ways are free again, by fault and receiver.
    pub(super) narrow: BTreeMap<(usize, HostId), Time>,
    /// Faults that keep it from going on.
    pub(super) paused: Vec<usize>,
    /// What waits until it goes on, or has its turn.
    pub(super) line: VecDeque<Event>,
    /// The piece of work that it is at, while it is slow.
    pub(super) at_work: Option<u64>,
    /// Pieces of work so far.
    pub(super) pieces: u64,
    /// Crashes that wait for a write to be torn.
    pub(super) torn: Vec<usize>,
    /// Webhooks that are answered in another way.
    pub(super) answers: BTreeMap<(HostId, WireId), Answering>,
}

/// What becomes of the answer to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answering {
    /// It leaves later.
    Later(Micros),
    /// It never leaves.
    Never,
    /// It leaves, and a second one does not.
    Once,
}

impl Troubles {
    /// The process is gone, and with it what it or its machine held in memory.
    pub(super) fn forget(&mut self) -> VecDeque<Event> {
        self.paused.clear();
        self.torn.clear();
        self.at_work = None;
        self.answers.clear();
        core::mem::take(&mut self.line)
    }
}

impl Port<'_> {
    /// Whether anything ever was wrong with the host.
    pub(in crate::kernel) const fn is_troubled(&self) -> bool {
        self.ground.troubles.is_some()
    }

    pub(super) fn troubles(&mut self) -> &mut Troubles {
        self.ground.troubles.get_or_insert_default()
    }

    /// A fault of the plan did something.
    pub(super) fn hit(&mut self, fault: usize) {
        if let Some(hits) = self.lane.hits.get_mut(fault) {
            *hits = hits.saturating_add(1);
        }
    }

    /// Faults of this host's that are on.
    pub(super) fn on(&self) -> impl Iterator<Item = (usize, &What)> {
        let on = self.ground.troubles.iter().flat_map(|troubles| &troubles.on);
        on.filter_map(|fault| {
            let planned = self.directory.book.planned.get(*fault)?;
            Some((*fault, &planned.fault.what))
        })
    }

    /// The same of those that are something that happens to a node.
    pub(super) fn on_node(&self) -> impl Iterator<Item = (usize, &NodeFault)> {
        self.on().filter_map(|(fault, what)| match what {
            What::Node { how, .. } => Some((fault, how)),
            What::Link { .. }
            | What::Split { .. }
            | What::Flap { .. }
            | What::Storm { .. }
            | What::Webhook { .. }
            | What::Dishonest { .. } => None,
        })
    }

    /// How much longer the store takes for the answer that it is asked for now.
    pub(crate) fn slower_disk(&mut self) -> Micros {
        if self.ground.troubles.is_none() {
            return Micros(0);
        }
        let mut slow: Vec<(usize, Micros)> = Vec::new();
        for (fault, how) in self.on_node() {
            if let NodeFault::SlowDisk(longer) = how {
                slow.push((fault, *longer));
            }
        }
        slow.iter().for_each(|(fault, _)| self.hit(*fault));
        Micros(slow.iter().fold(0, |sum, (_, longer)| sum.saturating_add(longer.0)))
    }

    /// The store refused something.
    pub(crate) fn refused_by_disk(&mut self, refusal: Refusal) {
        let to_blame = |how: &NodeFault| match how {
            NodeFault::DiskFull => refusal == Refusal::Full,
            NodeFault::DiskReadOnly => refusal == Refusal::ReadOnly,
            NodeFault::Crash { .. }
            | NodeFault::Pause
            | NodeFault::SlowDisk(_)
            | NodeFault::ClockSkew(_)
            | NodeFault::ClockJump(_)
            | NodeFault::SlowConsumer(_) => false,
        };
        let blamed: Vec<usize> =
            self.on_node().filter(|(_, how)| to_blame(how)).map(|(fault, _)| fault).collect();
        blamed.into_iter().for_each(|fault| self.hit(fault));
    }
}

//! A plan in terms of hosts.

use std::collections::BTreeMap;

use vocab::Micros;

use super::weather::{Spell, Ways, Weather};
use crate::{
    fault::{Fault, LinkFault, NodeFault, On, What},
    kernel::{
        Kernel,
        directory::Directory,
        event::{Happening, HostId, Phase, Time},
    },
    rng::{self, StreamKey},
};

/// A plan names a node that the world does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "fault {} of the plan is about {node:?}, but there is no such node",
    fault.saturating_add(1)
)]
pub struct NoSuchNode {
    /// Which fault, counted from zero.
    pub fault: usize,
    /// The name.
    pub node: String,
}

/// Everything that goes wrong in a run.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) planned: Vec<Planned>,
    pub(crate) weather: Weather,
}

/// One fault and whom it is about.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) fault: Fault,
    /// `None` for what happens on the way.
    pub(crate) host: Option<HostId>,
    /// Of the random words of everything that it may strike.
    pub(crate) key: StreamKey,
}

/// All messages are lost.
const EVERY_ONE: u32 = 1_000_000;

impl Kernel {
    /// Has the faults of `plan` happen, in addition to those that it was given before. Dishonest
    /// nodes are not the world's affair; of them only the name is checked.
    ///
    /// # Errors
    ///
    /// [`NoSuchNode`], and then none of them happens.
    pub fn afflict(&mut self, plan: &[Fault]) -> Result<(), NoSuchNode> {
        let first = self.directory.book.planned.len();
        let (mut planned, mut spells) = (Vec::new(), Vec::new());
        let mut alike: BTreeMap<String, u64> = BTreeMap::new();
        for fault in plan {
            let number = first.saturating_add(planned.len());
            let host = target(&self.directory, number, fault)?;
            let about = about(fault);
            let before = alike.entry(about.clone()).or_default();
            let key = rng::key(self.directory.seed, "fault", &format!("{about} {before}"));
            *before = before.saturating_add(1);
            if let Some((ways, how)) = on_the_way(&self.directory, number, fault)? {
                let (from, until) = (Time(fault.at.0), Time(fault.ends().0));
                spells.push(Spell { fault: number, from, until, ways, how, key });
            }
            planned.push(Planned { fault: fault.clone(), host, key });
        }
        for partition in &mut self.partitions {
            partition.lane.hits.resize(first.saturating_add(planned.len()), 0);
        }
        for (number, one) in (first..).zip(&planned) {
            if let Some(host) = one.host {
                let strike = |phase| Happening::Strike { fault: number as u32, phase };
                self.schedule(host, Time(one.fault.at.0), strike(Phase::On));
                if has_an_end(&one.fault) {
                    self.schedule(host, Time(one.fault.ends().0), strike(Phase::Off));
                }
            }
        }
        self.directory.book.planned.extend(planned);
        self.directory.book.weather.add(spells);
        Ok(())
    }

    /// How often each fault of the plan did something, by its place in the plan: messages that it
    /// lost, doubled, held up or damaged, times that links went down, crashes, events that waited
    /// for a node to go on, writes that were refused, transactions that took longer, webhooks that
    /// were treated wrongly. The same however hosts are spread.
    pub fn fault_hits(&self) -> Vec<(usize, u64)> {
        let count = self.directory.book.planned.len();
        let hits = |fault: usize| {
            let lanes = self.partitions.iter().map(|partition| &partition.lane);
            let counted = lanes.filter_map(|lane| lane.hits.get(fault).copied());
            counted.fold(0, u64::saturating_add)
        };
        (0..count).map(|fault| (fault, hits(fault))).collect()
    }
}

/// What the random words of a fault depend on besides the seed: neither on its time nor on its
/// rate, so that a fault that is made smaller strikes some of what it struck before.
fn about(fault: &Fault) -> String {
    let family = fault.family().name();
    match &fault.what {
        What::Link { on, .. } => format!("{family} {on:?}"),
        What::Split { .. } => family.to_owned(),
        What::Flap { node, .. }
        | What::Storm { node }
        | What::Node { node, .. }
        | What::Webhook { node, .. }
        | What::Dishonest { node, .. } => format!("{family} {node:?}"),
    }
}

fn find(directory: &Directory, fault: usize, node: &str) -> Result<HostId, NoSuchNode> {
    let known = directory.authorities.get(node).copied();
    known.ok_or_else(|| NoSuchNode { fault, node: node.to_owned() })
}

/// The host whose own affair a fault is.
fn target(
    directory: &Directory,
    number: usize,
    fault: &Fault,
) -> Result<Option<HostId>, NoSuchNode> {
    match &fault.what {
        What::Link { .. } | What::Split { .. } => Ok(None),
        What::Flap { node, .. }
        | What::Storm { node }
        | What::Node { node, .. }
        | What::Webhook { node, .. } => find(directory, number, node).map(Some),
        What::Dishonest { node, .. } => find(directory, number, node).map(|_| None),
    }
}

fn on_the_way(
    directory: &Directory,
    number: usize,
    fault: &Fault,
) -> Result<Option<(Ways, LinkFault)>, NoSuchNode> {
    let find = |node: &String| find(directory, number, node);
    Ok(match &fault.what {
        What::Link { on, how } => {
            let ways = match on {
                On::All => Ways::All,
                On::Node(node) => Ways::Node(find(node)?),
                On::Between { from, to, one_way } => {
                    Ways::Between { from: find(from)?, to: find(to)?, one_way: *one_way }
                }
            };
            Some((ways, how.clone()))
        }
        What::Split { groups } => {
            let mut sides = BTreeMap::new();
            for (side, group) in groups.iter().enumerate() {
                for node in group {
                    sides.insert(find(node)?, side);
                }
            }
            Some((Ways::Apart(sides), LinkFault::Loss(EVERY_ONE)))
        }
        What::Flap { .. }
        | What::Storm { .. }
        | What::Node { .. }
        | What::Webhook { .. }
        | What::Dishonest { .. } => None,
    })
}

/// Whether somebody has to see to it that it ends.
const fn has_an_end(fault: &Fault) -> bool {
    !matches!(
        fault.what,
        What::Node { how: NodeFault::Crash { torn: false } | NodeFault::ClockJump(_), .. }
    ) && fault.lasts.0 > Micros(0).0
}

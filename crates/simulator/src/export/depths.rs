//! How much waits where: rows of messages on their way, counted from time to time.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    actor::Actor,
    kernel::{HostId, Kernel},
    watch::Host,
};

/// Looks during a run, evenly spaced; one more at its end.
pub const LOOKS: u64 = 120;
/// Lines that a report keeps: those that rose highest.
const MAX_SERIES: usize = 24;

/// Rows of one queue of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Whose.
    pub host: HostId,
    /// What the rows are.
    pub queue: &'static str,
    /// How many.
    pub rows: u64,
}

/// Tables of messages on their way, and what their rows are.
pub const QUEUES: [(&str, &str); 5] = [
    ("mail", "mailbox envelopes"),
    ("wait", "waiting for a bundle"),
    ("ask", "requests to the transport"),
    ("hook", "webhooks pending"),
    ("outbox", "outbox"),
];

/// What the rows of a table are, if it is a queue.
pub fn queue(key: &[u8]) -> Option<&'static str> {
    let table = key.split(|byte| *byte == 0).next()?;
    QUEUES.iter().find(|(name, _)| name.as_bytes() == table).map(|(_, what)| *what)
}

/// Counts the queues of every node. A queue that a node does not have is not in it.
pub fn look(kernel: &Kernel) -> Vec<Depth> {
    let mut all = Vec::new();
    for (host, _) in kernel.hosts() {
        let Some(store) = kernel.store(host) else { continue };
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        store.visit(&mut |row| {
            if let Some(queue) = queue(row.key.as_bytes()) {
                let count = counts.entry(queue).or_default();
                *count = count.saturating_add(1);
            }
        });
        all.extend(counts.into_iter().map(|(queue, rows)| Depth { host, queue, rows }));
    }
    all
}

/// One queue over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// The node, or `people` for all devices together.
    pub node: String,
    /// What its rows are.
    pub queue: String,
    /// The most rows that a look found.
    pub most: u64,
    /// Moments, in microseconds, and rows; only where the number changed.
    pub points: Vec<(u64, u64)>,
}

/// Queues over time, devices of people taken together.
#[derive(Debug, Default)]
pub struct Depths {
    series: BTreeMap<(String, &'static str), Series>,
    /// What the last look found, to tell which queues are empty again.
    looked: u64,
}

impl Depths {
    /// Takes in a look. Returns what changed since the last one, for whoever draws counters.
    pub fn take(&mut self, at_us: u64, depths: &[Depth], hosts: &[Host]) {
        let mut now: BTreeMap<(String, &'static str), u64> = BTreeMap::new();
        for Depth { host, queue, rows } in depths {
            let Some(host) = hosts.get(host.index()) else { continue };
            let node = match host.actor {
                Actor::User => PEOPLE.to_owned(),
                Actor::Transport
                | Actor::CloudApi
                | Actor::Business
                | Actor::RestOfMeta
                | Actor::Ads
                | Actor::BusinessManager => host.name.clone(),
            };
            let total = now.entry((node, queue)).or_default();
            *total = total.saturating_add(*rows);
        }
        for (node, queue) in now.keys() {
            self.series.entry((node.clone(), queue)).or_insert_with(|| Series {
                node: node.clone(),
                queue: (*queue).to_owned(),
                most: 0,
                points: if self.looked > 0 { vec![(0, 0)] } else { Vec::new() },
            });
        }
        for (name, series) in &mut self.series {
            let rows = now.get(name).copied().unwrap_or(0);
            series.most = series.most.max(rows);
            if series.points.last().is_none_or(|(_, last)| *last != rows) {
                series.points.push((at_us, rows));
            }
        }
        self.looked = self.looked.saturating_add(1);
    }

    /// The queues that rose highest, by name.
    pub fn series(&self) -> Vec<Series> {
        let mut all: Vec<Series> = self.series.values().cloned().collect();
        all.sort_by_key(|series| core::cmp::Reverse(series.most)); // Stable: names decide the rest.
        all.truncate(MAX_SERIES);
        all.sort_by(|a, b| (&a.queue, &a.node).cmp(&(&b.queue, &b.node)));
        all
    }
}

/// The name of all devices together.
pub const PEOPLE: &str = "people";

#[cfg(test)]
mod tests {
    use super::{Depth, Depths, PEOPLE, QUEUES};
    use crate::{actor::Actor, kernel::HostId, watch::Host};

    #[test]
    fn every_table_of_messages_on_their_way_is_a_queue_here() {
        let ends = endpoint::rows::ON_THEIR_WAY.into_iter().chain(business::ON_THEIR_WAY);
        let carriers = transport::ON_THEIR_WAY.into_iter().chain(cloud_api::rows::ON_THEIR_WAY);
        let mut tables: Vec<&str> = ends.chain(carriers).collect();
        let mut queues: Vec<&str> = QUEUES.iter().map(|(table, _)| *table).collect();
        tables.sort_unstable();
        queues.sort_unstable();
        assert_eq!(queues, tables);
    }

    #[test]
    fn devices_are_taken_together_and_only_changes_are_kept() {
        let host = |name: &str, actor| Host { name: name.into(), actor };
        let hosts =
            [host("Maria", Actor::User), host("Tom", Actor::User), host("t", Actor::Transport)];
        let depth = |host, queue, rows| Depth { host: HostId(host), queue, rows };
        let mut depths = Depths::default();
        depths.take(1, &[depth(2, "mail", 3)], &hosts);
        depths.take(2, &[depth(0, "ask", 1), depth(1, "ask", 2), depth(2, "mail", 3)], &hosts);
        depths.take(3, &[depth(2, "mail", 0)], &hosts);
        let series = depths.series();
        let told: Vec<_> = series.iter().map(|s| (&*s.node, s.most, s.points.clone())).collect();
        assert_eq!(
            told,
            [(PEOPLE, 3, vec![(0, 0), (2, 3), (3, 0)]), ("t", 3, vec![(1, 3), (3, 0)]),]
        );
    }
}

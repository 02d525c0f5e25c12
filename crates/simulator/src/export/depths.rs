//! How much waits where: rows of messages on their way.
//!
//! Rows are followed as they are written and removed. What nobody tells of, such as rows that
//! expire or that a crash takes back, is seen at the next look into the stores.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    actor::Actor,
    kernel::{HostId, Kernel},
    view::{Stream, View},
    watch::Host,
};

/// Looks during a run, evenly spaced.
pub const LOOKS: u64 = 120;
/// Lines that a report keeps: those that rose highest.
const MAX_SERIES: usize = 24;
/// Points of one line; where there are more, two become one.
const MAX_POINTS: usize = 1_024;

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

/// Keys of the rows of each queue of each node.
pub type Rows = BTreeMap<(HostId, &'static str), BTreeSet<Vec<u8>>>;

/// Tables of messages on their way, and what their rows are.
pub const QUEUES: [(&str, &str); 6] = [
    ("mail", "mailbox envelopes"),
    ("wait", "waiting for a bundle"),
    ("ask", "requests to the transport"),
    ("put", "files on their way out"),
    ("hook", "webhooks pending"),
    ("outbox", "outbox"),
];

/// What the rows of a table are, if it is a queue.
pub fn queue(key: &[u8]) -> Option<&'static str> {
    let table = key.split(|byte| *byte == 0).next()?;
    QUEUES.iter().find(|(name, _)| name.as_bytes() == table).map(|(_, what)| *what)
}

/// Looks into the queues of every node.
pub fn look(kernel: &Kernel) -> Rows {
    let mut rows = Rows::new();
    for (host, _) in kernel.hosts() {
        let Some(store) = kernel.store(host) else { continue };
        store.visit(&mut |row| {
            let key = row.key.as_bytes();
            if let Some(queue) = queue(key) {
                rows.entry((host, queue)).or_default().insert(key.to_vec());
            }
        });
    }
    rows
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
    rows: Rows,
    lines: BTreeMap<(String, &'static str), Line>,
}

#[derive(Debug, Default)]
struct Line {
    now: u64,
    most: u64,
    points: Vec<(u64, u64)>,
}

impl Depths {
    /// Takes in what a node saw; how much lies in the queue that it changed.
    pub fn view(&mut self, view: &View, hosts: &[Host]) -> Option<Depth> {
        if !matches!(view.stream, Stream::Store | Stream::Erased) {
            return None;
        }
        let (host, queue) = (view.host, queue(&view.key)?);
        let rows = self.rows.entry((host, queue)).or_default();
        let before = rows.len() as u64;
        if view.stream == Stream::Store {
            rows.insert(view.key.clone());
        } else {
            rows.remove(&view.key);
        }
        let rows = rows.len() as u64;
        (rows != before).then(|| {
            self.draw(view.at.0, (host, queue), (before, rows), hosts);
            Depth { host, queue, rows }
        })
    }

    /// Takes in what really lies there; what is different from what was thought.
    pub fn look(&mut self, at_us: u64, found: Rows, hosts: &[Host]) -> Vec<Depth> {
        let count = |rows: &Rows, key: &(HostId, &'static str)| {
            rows.get(key).map_or(0, |rows| rows.len() as u64)
        };
        let keys: BTreeSet<_> = self.rows.keys().chain(found.keys()).copied().collect();
        let changed =
            keys.into_iter().map(|key| (key, count(&self.rows, &key), count(&found, &key)));
        let changed: Vec<_> = changed.filter(|(_, before, now)| before != now).collect();
        self.rows = found;
        for (key, before, now) in &changed {
            self.draw(at_us, *key, (*before, *now), hosts);
        }
        let depth = |((host, queue), _, rows)| Depth { host, queue, rows };
        changed.into_iter().map(depth).collect()
    }

    fn draw(
        &mut self,
        at_us: u64,
        (host, queue): (HostId, &'static str),
        (before, now): (u64, u64),
        hosts: &[Host],
    ) {
        let Some(host) = hosts.get(host.index()) else { return };
        let node = if host.actor == Actor::User { PEOPLE.to_owned() } else { host.name.clone() };
        let line = self.lines.entry((node, queue)).or_default();
        line.now = line.now.saturating_sub(before).saturating_add(now);
        line.most = line.most.max(line.now);
        match line.points.last_mut() {
            Some((at, rows)) if *at == at_us => *rows = line.now,
            _ => line.points.push((at_us, line.now)),
        }
        if line.points.len() > MAX_POINTS {
            line.points = thinned(&line.points);
        }
    }

    /// The queues that rose highest, by name.
    pub fn series(&self) -> Vec<Series> {
        let series = |((node, queue), line): (&(String, &'static str), &Line)| Series {
            node: node.clone(),
            queue: (*queue).to_owned(),
            most: line.most,
            points: line.points.clone(),
        };
        let mut all: Vec<Series> = self.lines.iter().map(series).collect();
        all.sort_by_key(|series| core::cmp::Reverse(series.most)); // Stable: names decide the rest.
        all.truncate(MAX_SERIES);
        all.sort_by(|a, b| (&a.queue, &a.node).cmp(&(&b.queue, &b.node)));
        all
    }
}

/// Half as many points: of two neighbours the time of the first and the greater number, and the
/// last as it is.
fn thinned(points: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let Some((last, others)) = points.split_last() else { return Vec::new() };
    let halves = others.chunks(2).filter_map(|pair| {
        let most = pair.iter().map(|(_, rows)| *rows).max()?;
        Some((pair.first()?.0, most))
    });
    halves.chain([*last]).collect()
}

/// The name of all devices together.
pub const PEOPLE: &str = "people";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Depth, Depths, PEOPLE, QUEUES, thinned};
    use crate::{
        actor::Actor,
        kernel::{HostId, Time},
        view::{Stream, View, Way},
        watch::Host,
    };

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
    fn rows_are_followed_as_they_come_and_go_and_a_look_sets_them_right() {
        let host = |name: &str, actor| Host { name: name.into(), actor };
        let hosts =
            [host("Maria", Actor::User), host("Tom", Actor::User), host("t", Actor::Transport)];
        let mut depths = Depths::default();
        let mut see = |at, host, stream, key: &[u8]| {
            let view = View {
                at: Time(at),
                host: HostId(host),
                stream,
                peer: None,
                number: 0,
                way: Way::Home,
                class: None,
                key: key.to_vec(),
                bytes: Vec::new(),
            };
            depths.view(&view, &hosts).map(|depth| depth.rows)
        };
        assert_eq!(see(1, 2, Stream::Store, b"mail\0a"), Some(1));
        assert_eq!(see(2, 2, Stream::Store, b"mail\0a"), None, "written again");
        assert_eq!(see(3, 2, Stream::Store, b"account\0a"), None, "no queue");
        assert_eq!(see(4, 0, Stream::Store, b"ask\0a"), Some(1));
        assert_eq!(see(5, 1, Stream::Store, b"ask\0a"), Some(1));
        assert_eq!(see(6, 0, Stream::Erased, b"ask\0a"), Some(0));
        assert_eq!(see(7, 0, Stream::Erased, b"ask\0a"), None, "it was gone");
        let changed = depths.look(
            9,
            [((HostId(1), "requests to the transport"), BTreeSet::from([b"ask\0a".to_vec()]))]
                .into(),
            &hosts,
        );
        assert_eq!(changed, [Depth { host: HostId(2), queue: "mailbox envelopes", rows: 0 }]);
        let series = depths.series();
        let told: Vec<_> = series.iter().map(|s| (&*s.node, s.most, s.points.clone())).collect();
        assert_eq!(
            told,
            [("t", 1, vec![(1, 1), (9, 0)]), (PEOPLE, 2, vec![(4, 1), (5, 2), (6, 1)])]
        );
    }

    #[test]
    fn a_line_with_too_many_points_keeps_its_heights_and_its_end() {
        let points: Vec<(u64, u64)> = vec![(1, 5), (2, 9), (3, 1), (4, 0), (5, 3)];
        assert_eq!(thinned(&points), [(1, 9), (3, 1), (5, 3)]);
    }
}

//! Says why nothing moves: which messages wait, where they lie, what each hop waits for, and what
//! goes wrong meanwhile.

use std::collections::BTreeMap;

use vocab::MessageId;

use super::{MAX_LINES, carriers, contacts::Contact, hop3};
use crate::{
    actor::Actor,
    export::{bands::Band, depths::queue},
    kernel::{HostId, Kernel},
    report::words::plural,
    scenario::Scenario,
    watch::{Entry, Watch, time},
};

/// Messages that are described one by one.
const MESSAGES: usize = 6;
/// Places where one message is said to lie.
const PLACES: usize = 2;
/// Nodes whose state is described.
const NODES: usize = 6;
/// Directions that are described of each.
const WAYS: usize = 2;
/// Faults that are named.
const FAULTS: usize = 6;

/// What there is to explain.
pub(super) struct Scene<'a> {
    pub(super) at_us: u64,
    pub(super) first: String,
    /// Places of the messages in the journal.
    pub(super) stuck: &'a [usize],
    pub(super) bands: &'a [Band],
    pub(super) kernel: &'a Kernel,
    pub(super) scenario: &'a Scenario,
    pub(super) watch: &'a Watch,
}

/// At most [`MAX_LINES`] lines.
pub(super) fn explain(scene: &Scene<'_>) -> Vec<String> {
    let mut lines = vec![scene.first.clone(), "messages that wait:".to_owned()];
    let mut nodes: Vec<HostId> = Vec::new();
    for index in scene.stuck.iter().take(MESSAGES) {
        if let Some(entry) = scene.watch.journal.entries().get(*index) {
            lines.extend(scene.message(entry, &mut nodes));
        }
    }
    lines.extend(more(scene.stuck.len(), MESSAGES, "messages"));
    lines.push("nodes on their way:".to_owned());
    nodes.sort_unstable();
    nodes.dedup();
    for node in nodes.iter().take(NODES) {
        lines.extend(scene.node(*node, &nodes));
    }
    lines.extend(more(nodes.len(), NODES, "nodes"));
    let active: Vec<&Band> = scene.bands.iter().filter(|band| band.is_on(scene.at_us)).collect();
    if active.is_empty() {
        lines.push("no fault of the scenario is active".to_owned());
    } else {
        lines.push("faults that are active:".to_owned());
    }
    for band in active.iter().take(FAULTS) {
        let (from, until) = (time(band.from_us), time(band.until_us));
        lines.push(format!("  {} from {from} until {until}", band.what));
    }
    lines.extend(more(active.len(), FAULTS, "faults"));
    lines.truncate(MAX_LINES);
    lines
}

fn more(all: usize, shown: usize, what: &str) -> Option<String> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(format!("  and {more} more {what}"))
}

impl Scene<'_> {
    fn host(&self, name: &str) -> Option<HostId> {
        self.kernel.hosts().find(|(_, known)| *known == name).map(|(id, _)| id)
    }

    /// A message, and where it lies; the nodes on its way are added to `nodes`.
    fn message(&self, entry: &Entry, nodes: &mut Vec<HostId>) -> Vec<String> {
        let label = entry.label.clone().or_else(|| entry.id.map(|id| id.to_string()));
        let written = entry.written_us.map_or_else(|| "?".to_owned(), time);
        let mut lines = vec![format!(
            "  {} from {} to {}, written at {written}",
            label.as_deref().unwrap_or("a message without an id"),
            entry.from,
            entry.to
        )];
        let hop3 = hop3(self.scenario, entry);
        let mut path = vec![entry.from.clone()];
        path.extend(carriers(self.scenario, entry, &hop3));
        path.extend([hop3.clone(), entry.to.clone()]);
        for name in &path {
            let Some(host) = self.host(name) else { continue };
            nodes.push(host);
            for table in self.tables_with(host, entry) {
                let queue = queue(table.as_bytes()).unwrap_or_default();
                let waits = self.waits_for(&table, entry, &hop3);
                lines.push(format!("    lies in `{table}` of {name} ({queue}): waits for {waits}"));
            }
        }
        if lines.len() == 1 {
            lines.extend(self.sealed(&hop3, entry));
        }
        if lines.len() == 1 {
            lines.push("    lies in no queue of any node on its way".to_owned());
        }
        lines.truncate(PLACES.saturating_add(1));
        lines
    }

    /// Where a message may lie at hop 3, whose rows are sealed: in every queue that is not empty.
    fn sealed(&self, hop3: &str, entry: &Entry) -> Vec<String> {
        let store = self.host(hop3).and_then(|host| self.kernel.store(host));
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        if let Some(store) = store {
            store.visit(&mut |row| {
                let key = row.key.as_bytes();
                if queue(key).is_some() {
                    let count = counts.entry(table(key)).or_default();
                    *count = count.saturating_add(1);
                }
            });
        }
        let line = |(table, rows): (&String, &u64)| {
            let (rows, waits) = (plural(*rows, "sealed row"), self.waits_for(table, entry, hop3));
            format!("    perhaps among {rows} in `{table}` of {hop3}: waits for {waits}")
        };
        counts.iter().map(line).collect()
    }

    /// Queues of a node that hold the message: its id in bytes or as the Cloud API writes it. A
    /// business's own message has no id before hop 3 has taken it.
    fn tables_with(&self, host: HostId, entry: &Entry) -> Vec<String> {
        let Some(store) = self.kernel.store(host) else { return Vec::new() };
        let mut tables: Vec<String> = Vec::new();
        store.visit(&mut |row| {
            let key = row.key.as_bytes();
            if queue(key).is_none() {
                return;
            }
            let here = match entry.id {
                Some(id) => holds(key, id) || holds(row.value, id),
                None => self.watch.name(host) == entry.from,
            };
            let table = table(key);
            if here && !tables.contains(&table) {
                tables.push(table);
            }
        });
        tables
    }

    /// A node: whether it is up, and whether the others on the way hear from it.
    fn node(&self, host: HostId, others: &[HostId]) -> Vec<String> {
        let name = self.watch.name(host);
        let state = if self.kernel.is_alive(host) { "up" } else { "down" };
        let mut lines = Vec::new();
        let mut silent = true;
        for other in others.iter().filter(|other| **other != host) {
            let contact = self.watch.contacts.between(host, *other);
            if contact.sent == 0 || lines.len() >= WAYS {
                continue;
            }
            silent = false;
            let tried = tried(&contact);
            lines.push(format!("    to {}: {tried}", self.watch.name(*other)));
        }
        let role = self.watch.host(host).map_or(Actor::User, |host| host.actor).name();
        let tries = if silent { ", sends nothing" } else { "" };
        let down =
            others.iter().filter(|other| self.kernel.link_is_up(host, **other) == Some(false));
        let down: String =
            down.map(|other| format!(", no link to {}", self.watch.name(*other))).collect();
        lines.insert(0, format!("  {name} ({role}) is {state}{down}{tries}"));
        lines
    }

    /// What has to happen to a row of a table.
    fn waits_for(&self, table: &str, entry: &Entry, hop3: &str) -> String {
        let to_business = self.scenario.business(&entry.to).is_some();
        match table {
            "mail" if to_business => format!("{hop3} to take and acknowledge it"),
            "mail" => format!("the device of {} to take and acknowledge it", entry.to),
            "wait" => format!("a bundle of {} from the transport", entry.to),
            "ask" => "the transport to answer the request".to_owned(),
            "hook" => format!("the server of {} to answer the webhook with 200", entry.to),
            "outbox" => "hop 3 to take the request".to_owned(),
            _ => "somebody to take it".to_owned(),
        }
    }
}

/// The table of a row.
fn table(key: &[u8]) -> String {
    let table = key.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(table).into_owned()
}

/// What went one way since something was last delivered.
fn tried(contact: &Contact) -> String {
    let Contact { sent, arrived, last_sent_us, last_arrived_us } = contact;
    let last = match last_arrived_us {
        Some(at) => format!("the last one arrived at {}", time(*at)),
        None => "none arrived".to_owned(),
    };
    format!("{sent} sent since, {arrived} arrived; last tried at {}, {last}", time(*last_sent_us))
}

fn holds(bytes: &[u8], id: MessageId) -> bool {
    let hex = id.to_string();
    let find = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    find(&id.0) || find(hex.as_bytes())
}

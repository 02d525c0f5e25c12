//! Rows of all stores by table, and the memory that they take.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use simulator::world::World;

/// Tables of messages on their way, of what is kept to send again, and of what tells copies.
const PASSING: [&str; 14] = [
    "mail",
    "fill",
    "kept",
    "sealed",
    "sent",
    "retry",
    "wait",
    "ask",
    "seen",
    "published",
    "accepted",
    "answered",
    "req",
    "done",
];

/// What a row takes beside its key and value: its head and counts, and its share of the tree.
const ROW: f64 = 19.0 + 16.0 + 16.0 * TREE;
/// What an expiry takes beside it.
const EXPIRY: f64 = 24.0 * TREE;
/// Nodes of a tree are two thirds full, on average.
const TREE: f64 = 1.5;
/// What the allocator adds: a word, and half of what it rounds up to.
const ALLOCATED: f64 = 16.0;

/// For each device: rows of each table, bytes of their keys and values, and the memory that they
/// take; and the memory of those tables which [`PASSING`] names.
pub(crate) fn counted(world: &World, devices: u64) -> (Value, f64) {
    let mut tables: BTreeMap<String, (u64, u64, f64)> = BTreeMap::new();
    for (host, _) in world.kernel.hosts() {
        let Some(store) = world.kernel.store(host) else { continue };
        store.visit(&mut |row| {
            let key = row.key.as_bytes();
            let table = key.split(|byte| *byte == 0).next().unwrap_or_default();
            let table = String::from_utf8_lossy(table).into_owned();
            let (rows, bytes, memory) = tables.entry(table).or_default();
            let own = key.len() + row.value.len();
            *rows += 1;
            *bytes += own as u64;
            let expiry = if row.expires.is_some() { EXPIRY } else { 0.0 };
            *memory += own as f64 + ROW + ALLOCATED + expiry;
        });
    }
    let devices = devices as f64;
    let passing = tables.iter().filter(|(table, _)| PASSING.contains(&table.as_str()));
    let passing: f64 = passing.map(|(_, (_, _, memory))| memory / devices).sum();
    let told = |(rows, bytes, memory): (u64, u64, f64)| {
        json!({
            "rows": rows as f64 / devices,
            "bytes": bytes as f64 / devices,
            "memory": (memory / devices).round(),
        })
    };
    (tables.into_iter().map(|(table, counted)| (table, told(counted))).collect(), passing)
}

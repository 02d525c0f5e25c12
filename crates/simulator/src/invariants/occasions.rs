//! Occasions: what a sweep over many seeds should see happen at least once. One run says which of
//! them it hit; a sweep adds the runs up and names those that none did.

use std::collections::BTreeMap;

use super::{Ended, Kind, messages};
use crate::fault::Family;

/// Something that should happen sometimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Its name in reports.
    pub name: &'static str,
    /// What happens.
    pub says: &'static str,
}

impl Occasion {
    /// That of all occasions.
    pub const KIND: Kind = Kind::Sometimes;
}

const fn occasion(name: &'static str, says: &'static str) -> Occasion {
    Occasion { name, says }
}

/// All occasions but those of faults, in the order of their names.
pub const OCCASIONS: &[Occasion] = &[
    occasion("blocked-dropped", "the transport dropped a message on its addressee's wish"),
    occasion("crash-lost-writes", "a crash lost writes that were not synced"),
    occasion("duplicate-suppressed", "an end knew a message that came again"),
    occasion("identity-changed", "an end saw somebody's new identity"),
    occasion("last-resort-used", "one-time KEM prekeys had run out, and a last resort served"),
    occasion("mailbox-waited", "somebody came back and messages waited"),
    occasion("message-expired", "a message was not fetched in time"),
    occasion("older-session", "a first flight opened in a session that is not the newest"),
    occasion("retransmission", "a kept message was encrypted anew"),
    occasion("retransmission-refused", "a message that was asked for again was not sent again"),
    occasion("retry-receipt", "an end asked for a message that it could not open"),
    occasion("session-anew", "a session was begun over an earlier one"),
    occasion("simultaneous-initiation", "both ends began a session at the same time"),
    occasion("skipped-key", "a message that was overtaken opened with the key set aside for it"),
    occasion("store-conflict", "a transaction met a row that was not as it had been read"),
    occasion("store-unavailable", "a store could not do a transaction"),
    occasion("upload-refused", "the directory refused an upload of prekeys"),
    occasion("webhook-retried", "a webhook was sent again"),
];

/// How often each occasion came in a run, those that never did included; faults under `fault:` and
/// their family.
pub fn occasions(ended: &Ended<'_>) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> =
        OCCASIONS.iter().map(|one| (one.name.to_owned(), 0)).collect();
    counts.extend(Family::ALL.into_iter().map(|family| (of_family(family.name()), 0)));
    for (name, times) in &ended.watch.occasions {
        add(&mut counts, name, *times);
    }
    let faults = &ended.scenario.faults;
    let hits = ended.world.fault_hits().into_iter().chain(ended.watch.dishonest.tally.counts());
    for (fault, times) in hits {
        if let Some(fault) = faults.get(fault) {
            add(&mut counts, &of_family(fault.family().name()), times);
        }
    }
    let kernel = &ended.world.kernel;
    for node in kernel.hosts().filter_map(|(host, _)| kernel.any_node(host)) {
        let strains = node.strains();
        add(&mut counts, "crash-lost-writes", strains.lossy_crashes);
        add(&mut counts, "store-conflict", strains.conflicts);
        add(&mut counts, "store-unavailable", strains.unavailable);
    }
    add(&mut counts, "message-expired", messages::count(ended).expired);
    counts
}

fn of_family(name: &str) -> String {
    format!("fault:{name}")
}

fn add(counts: &mut BTreeMap<String, u64>, name: &str, times: u64) {
    let count = counts.entry(name.to_owned()).or_default();
    *count = count.saturating_add(times);
}

/// Adds the occasions of one more run to those of a sweep.
pub fn merge(sweep: &mut BTreeMap<String, u64>, run: &BTreeMap<String, u64>) {
    for (name, times) in run {
        add(sweep, name, *times);
    }
}

/// One line about a sweep: how many occasions came, and which never did.
pub fn line(sweep: &BTreeMap<String, u64>) -> String {
    let never: Vec<&str> =
        sweep.iter().filter(|(_, times)| **times == 0).map(|(name, _)| name.as_str()).collect();
    let hit = sweep.len().saturating_sub(never.len());
    let rest =
        if never.is_empty() { String::new() } else { format!("; never: {}", never.join(", ")) };
    format!("{hit} of {} occasions came{rest}", sweep.len())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{OCCASIONS, line, merge};

    #[test]
    fn occasions_stand_in_the_order_of_their_names_each_once() {
        let names: Vec<_> = OCCASIONS.iter().map(|one| one.name).collect();
        let sorted: BTreeSet<_> = names.iter().copied().collect();
        assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_sweep_adds_up_and_names_what_never_came() {
        let run = |a, b| BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
        let mut sweep = BTreeMap::new();
        merge(&mut sweep, &run(1, 0));
        merge(&mut sweep, &run(2, 0));
        assert_eq!(sweep, run(3, 0));
        assert_eq!(line(&sweep), "1 of 2 occasions came; never: b");
        merge(&mut sweep, &run(0, 1));
        assert_eq!(line(&sweep), "2 of 2 occasions came");
    }
}

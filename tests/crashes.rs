//! A crash at every event: each node in turn loses its memory and what it did not sync, is rebuilt
//! from its store alone, and the outcome is the same.
//!
//! Ordinary runs try a sample; `BLINDPOST_CRASH_STRIDE=1` tries every event.

#![expect(clippy::expect_used, reason = "a test: what cannot be built is a failed test")]
#![expect(clippy::arithmetic_side_effects, reason = "a test: an overflow is a failed test")]

use std::{
    num::NonZero,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use simulator::{
    invariants::{self, Ended},
    kernel::HostId,
    report::model::Verdict,
    scenario::{self, Scenario},
    world::{Options, World},
};
use vocab::Micros;

/// Invariants that need bytes to be looked at: without that a run is many times faster.
const NEEDS_LOOKING: [&str; 13] = [
    "R008",
    "R023",
    "R024",
    "R031",
    "R049",
    "R050",
    "R051",
    "R052",
    "R053",
    "R066",
    "measured",
    "one-time-key-once",
    "sealed-at-rest",
];

fn load(name: &str) -> Scenario {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../sims/{name}.toml"));
    let mut scenario = scenario::load(&path).expect("a scenario of this repository");
    // The readers only ask; without them an event is a step of the story or of its upkeep.
    scenario.readers.rounds = 0;
    scenario
}

/// The outcome: messages sent, delivered, doubled and lost, and the invariants that did not hold.
fn outcome(scenario: &Scenario, crash: Option<(u64, HostId)>) -> (u64, u64, u64, u64, Vec<String>) {
    let options = Options { partitions: Some(1), ..Options::default() };
    let mut world = World::new(scenario, &options, None).expect("a world that can be built");
    world.shared.with(|watch| watch.looks = false);
    if let Some((event, host)) = crash {
        world.kernel.crash_after(event, host, Micros::seconds(1)).expect("one partition");
    }
    let probes = world.run(scenario, &mut |_, _| {});
    let shared = world.shared.clone();
    shared.with(|watch| {
        let ended = Ended::new(scenario, &world, watch, &probes);
        let table = invariants::table(&ended);
        let judged = invariants::judge(&ended, &table);
        let failed = judged
            .iter()
            .filter(|one| one.verdict == Verdict::Fail && !NEEDS_LOOKING.contains(&one.id.as_str()))
            .map(|one| format!("{}: {:?}", one.id, one.evidence))
            .collect();
        let counted = invariants::count(&ended);
        (counted.sent, counted.delivered, counted.duplicated, counted.lost, failed)
    })
}

fn events_and_hosts(scenario: &Scenario) -> (u64, Vec<(HostId, String)>) {
    let options = Options { partitions: Some(1), ..Options::default() };
    let mut world = World::new(scenario, &options, None).expect("a world that can be built");
    world.shared.with(|watch| watch.looks = false);
    world.run(scenario, &mut |_, _| {});
    let hosts = world.kernel.hosts().map(|(id, name)| (id, name.to_owned())).collect();
    (world.kernel.report().events, hosts)
}

#[expect(clippy::print_stdout, reason = "how much was tried is the result")]
fn crash_everywhere(name: &str, sample: u64) {
    let stride = std::env::var("BLINDPOST_CRASH_STRIDE").ok().and_then(|text| text.parse().ok());
    let stride: u64 = stride.unwrap_or(sample);
    let scenario = load(name);
    let whole = outcome(&scenario, None);
    assert_eq!(whole.4, Vec::<String>::new(), "{name} without a crash");
    let (events, hosts) = events_and_hosts(&scenario);
    let readers = ["rest-of-meta", "ads", "whatsapp", "business-manager-staff"];
    let mut crashes = Vec::new();
    for event in 1..=events {
        for (index, (host, node)) in (0..).zip(&hosts) {
            // Different nodes are tried at different events of a sample, so that it covers more.
            let chosen = event.wrapping_add(index * 3) % stride == 0;
            if chosen && !readers.contains(&node.as_str()) {
                crashes.push((event, *host, node));
            }
        }
    }
    // Every run is a world of its own, so they share nothing but the list.
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((event, host, node)) = crashes.get(next.fetch_add(1, Ordering::Relaxed)) {
            let crashed = outcome(&scenario, Some((*event, *host)));
            assert_eq!(crashed, whole, "{name}: {node} crashed after event {event}");
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let tried = crashes.len();
    println!("{name}: {tried} crashes after {events} events");
    assert!(tried > 20, "{tried} crashes are no sample");
}

#[test]
fn a_crash_after_any_event_of_the_first_message_changes_nothing() {
    crash_everywhere("01-first-message", 41);
}

#[test]
fn a_crash_after_any_event_on_a_lossy_network_changes_nothing() {
    crash_everywhere("02-lost-and-reordered", 997);
}

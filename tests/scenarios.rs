//! Every scenario, whole: its digest, its partitions, and what each actor saw.

#![expect(clippy::expect_used, reason = "a test: what cannot be read is a failed test")]

use std::path::PathBuf;

use simulator::{
    report::model::{Report, Verdict},
    run::{Options, run},
    scenario::{self, Scenario},
};

/// Scenarios in teaching order, with whether what is planted in them must be found.
const SCENARIOS: [&str; 9] = [
    "01-first-message",
    "02-lost-and-reordered",
    "03-thirty-days",
    "04-planted-leak",
    "05-chat-export",
    "06-on-premises",
    "07-asked-again",
    "08-impostor",
    "09-triple-ratchet",
];

fn load(name: &str) -> Scenario {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../sims/{name}.toml"));
    scenario::load(&path).expect("a scenario of this repository")
}

fn report(scenario: &Scenario, options: &Options) -> Report {
    run(scenario, options, &mut |_progress| {}).expect("a world that can be built").report
}

fn plain(name: &str) -> Report {
    report(&load(name), &Options::default())
}

#[track_caller]
fn assert_holds(report: &Report) {
    let failed: Vec<_> =
        report.invariants.iter().filter(|one| one.verdict != Verdict::Pass).collect();
    assert!(failed.is_empty(), "{}: {failed:#?}", report.title);
}

#[test]
fn a_digest_depends_on_the_seed_and_not_on_partitions() {
    for name in SCENARIOS {
        let scenario = load(name);
        let once = report(&scenario, &Options::default());
        for partitions in [1, 2, 7] {
            let options = Options { partitions: Some(partitions), ..Options::default() };
            let again = report(&scenario, &options);
            assert_eq!(again.digest, once.digest, "{name} in {partitions} partitions");
            assert_eq!(again.events, once.events, "{name} in {partitions} partitions");
        }
        let other = Options { seed: Some(scenario.seed.wrapping_add(1)), ..Options::default() };
        assert_ne!(report(&scenario, &other).digest, once.digest, "{name} with another seed");
    }
}

#[test]
fn content_is_seen_at_the_ends_alone_in_every_scenario_without_a_leak() {
    for name in SCENARIOS.iter().filter(|name| **name != "04-planted-leak") {
        let report = plain(name);
        assert_holds(&report);
        for actor in ["transport", "rest_of_meta", "ads"] {
            let cell = report
                .views
                .iter()
                .find(|cell| cell.data_class == "message_content" && cell.actor == actor)
                .expect("a cell for every class and actor");
            assert_eq!(cell.measured, Some(false), "{name}: {actor}");
            assert!(cell.attempts > 0 && cell.bytes_scanned > 0, "{name}: {cell:?}");
        }
        let unknown = report.views.iter().filter(|cell| cell.verdict == Some(Verdict::Unknown));
        assert_eq!(unknown.count(), 0, "{name}");
    }
}

#[test]
fn a_lossy_network_loses_nothing_and_shows_everything_once() {
    let report = plain("02-lost-and-reordered");
    assert!(report.frames.lost > 100 && report.frames.duplicated > 50, "{:?}", report.frames);
    assert!(report.messages.sent >= 40, "{:?}", report.messages);
    assert_eq!(report.messages.delivered, report.messages.sent);
    assert_eq!((report.messages.lost, report.messages.duplicated), (0, 0));
}

#[test]
fn every_form_of_a_leak_fails_and_names_actor_message_and_place() {
    let report = plain("04-planted-leak");
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.runs.len(), 6);
    for run in &report.runs {
        let failed: Vec<_> =
            run.invariants.iter().filter(|one| one.verdict == Verdict::Fail).collect();
        assert_eq!(failed.len(), 1, "{:?}: {failed:#?}", run.variant);
        let evidence = failed.iter().flat_map(|one| &one.evidence).next().expect("evidence");
        for part in ["transport", "from Maria to Forno Bianchi", "transport/"] {
            assert!(evidence.contains(part), "{:?}: {evidence}", run.variant);
        }
    }
}

#[test]
fn the_portable_diffie_hellman_gives_the_same_digests() {
    // The choice is for the whole process; every digest before and after is the same anyway.
    let fast: Vec<String> =
        ["01-first-message", "07-asked-again"].map(|name| plain(name).digest).into();
    signal::crypto::force_portable();
    let portable: Vec<String> =
        ["01-first-message", "07-asked-again"].map(|name| plain(name).digest).into();
    assert_eq!(fast, portable);
}

#[test]
fn the_older_handshake_carries_the_same_story() {
    let mut scenario = load("01-first-message");
    scenario.profile = scenario::Profile::V3;
    let report = report(&scenario, &Options::default());
    assert_holds(&report);
    assert_ne!(report.digest, plain("01-first-message").digest);
}

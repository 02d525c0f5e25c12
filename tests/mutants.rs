//! Each planted mistake is seen by the invariant that names it, and by none in a run without it.

#![expect(clippy::expect_used, reason = "a test: what cannot be read is a failed test")]

use std::path::PathBuf;

use simulator::{
    mutants::Planted,
    report::model::{Report, Verdict},
    run::{Options, run},
    scenario,
};

/// A scenario that gives each mistake an occasion: of `sims/`, or made for it in `occasions/`.
const OCCASIONS: &[(&str, &[&str])] = &[
    (
        "../sims/01-first-message",
        &[
            "transport-scan-off",
            "effect-before-transaction",
            "answered-before-durable",
            "ratchet-without-revision",
            "desk-unchecked",
            "turn-unsaved",
            "one-time-key-kept",
            "kept-too-long",
            "author-in-clear",
            "author-for-ever",
            "bill-names-person",
        ],
    ),
    (
        "../sims/02-lost-and-reordered",
        &[
            "one-time-key-twice",
            "taken-stays",
            "webhook-dedupe-forgotten",
            "accepted-twice",
            "ack-takes-all-before",
            "forgotten-when-pushed",
            "pushed-once",
            "request-forgotten",
            "webhook-done-anyhow",
            "unanswered-is-settled",
            "outbox-unordered",
        ],
    ),
    ("../sims/03-thirty-days", &["sweep-off", "dedupe-forgotten", "dedupe-too-short"]),
    ("../sims/06-on-premises", &["operator-assumed"]),
    (
        "../sims/07-asked-again",
        &["key-reused-on-retransmission", "any-identity", "receipt-without-opening"],
    ),
    ("../sims/11-pictures", &["file-in-clear"]),
    ("../sims/08-impostor", &["sender-check-missing"]),
    ("../sims/43-auto-reply", &["service-fed-while-off"]),
    ("../sims/41-deleted-account", &["published-outlives-account", "sent-outlives-account"]),
    ("occasions/asked-too-often", &["retry-without-limit"]),
    ("occasions/blocked", &["block-ignored"]),
    ("occasions/both-write-first", &["archive-unsaved"]),
    ("occasions/burst", &["skipped-unsaved"]),
    ("occasions/crashes", &["inserts-survive-crash", "sync-late"]),
    ("occasions/down-when-written", &["early-input-forgotten"]),
    ("occasions/many-strangers", &["last-resort-deleted"]),
    ("occasions/phone-off", &["delivered-when-taken", "numbers-from-one"]),
    ("occasions/stranger", &["receipts-of-strangers"]),
    ("../sims/regressions/mutants/conflict-is-done", &["conflict-is-done"]),
    ("../sims/regressions/mutants/postponed-forgotten", &["postponed-forgotten"]),
];

fn report(name: &str, mutant: Option<Planted>) -> Report {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("{name}.toml"));
    let mut scenario = scenario::load(&path).expect("a scenario of this repository");
    scenario.heal = Some(scenario.duration);
    let options = Options { mutant, ..Options::default() };
    run(&scenario, &options, &mut |_| {}).expect("a world that can be built").report
}

fn failed(report: &Report) -> Vec<(&str, Option<&String>)> {
    let failed = report.invariants.iter().filter(|one| one.verdict == Verdict::Fail);
    failed.map(|one| (one.id.as_str(), one.evidence.first())).collect()
}

#[test]
fn every_mistake_has_an_occasion() {
    let known: Vec<&str> = OCCASIONS.iter().flat_map(|(_, names)| *names).copied().collect();
    for planted in Planted::ALL {
        let name = planted.name();
        assert!(known.contains(&name), "{name}");
    }
    assert_eq!(known.len(), Planted::ALL.len(), "each once");
}

#[test]
fn every_mistake_is_caught_by_the_invariant_that_names_it() {
    let mut missed = Vec::new();
    for (scenario, names) in OCCASIONS {
        let sound = report(scenario, None);
        assert_eq!(failed(&sound), Vec::new(), "{scenario} without a mistake");
        for name in *names {
            let planted = Planted::named(name).expect("a mistake of the registry");
            let spoilt = report(scenario, Some(planted));
            let seen = failed(&spoilt);
            if !seen.iter().any(|(id, _)| *id == planted.caught_by()) {
                missed.push(format!(
                    "{name} in {scenario}: {seen:#?} failed, not {}",
                    planted.caught_by()
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Where the smallest plan for each mistake is, as `tests/sweep/run mutants` found it.
const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sims/regressions/mutants");

#[test]
fn the_recorded_plan_of_each_mistake_shows_it_and_nothing_without_it() {
    let mut wrong = Vec::new();
    for planted in Planted::ALL {
        let name = planted.name();
        let path = PathBuf::from(PLANS).join(format!("{name}.toml"));
        let plan = match scenario::load(&path) {
            Ok(plan) => plan,
            Err(error) => {
                wrong.push(error.to_string());
                continue;
            }
        };
        let nodes = plan.nodes_on_the_path();
        let most = match name {
            // Who claims that somebody else read a message needs that somebody, and its writer.
            "receipts-of-strangers" => 5,
            // Beside the business that runs its own end, one that does not.
            "operator-assumed" => 5,
            // Five one-time KEM prekeys must be gone, and no one person gets them all.
            "last-resort-deleted" => 10,
            _ => 4,
        };
        if plan.faults.len() > 6 || nodes > most {
            wrong.push(format!("{name}: {} faults and {nodes} nodes", plan.faults.len()));
        }
        for (mutant, expected) in [(Some(*planted), true), (None, false)] {
            let options = Options { mutant, ..Options::default() };
            let report =
                run(&plan, &options, &mut |_| {}).expect("a world that can be built").report;
            let seen = failed(&report);
            let is_seen = seen.iter().any(|(id, _)| *id == planted.caught_by());
            if is_seen != expected || (!expected && !seen.is_empty()) {
                wrong.push(format!("{name}, planted {expected}: {seen:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Each defence of the transport, and the attack that shows why it exists: with the rule the attack
//! gets nowhere, without it the invariant that names it fails, and no other.

#![expect(clippy::expect_used, reason = "a test: what cannot be read is a failed test")]

use std::path::{Path, PathBuf};

use simulator::{
    report::model::Verdict,
    run::{Options, Outcome, run},
    scenario,
};

fn sims() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sims")
}

fn outcome(name: &str) -> Outcome {
    let scenario = scenario::load(&sims().join(format!("{name}.toml")));
    let scenario = scenario.expect("a scenario of this repository");
    let options = Options { log: true, ..Options::default() };
    run(&scenario, &options, &mut |_progress| {}).expect("a world that can be built")
}

fn failed(outcome: &Outcome) -> Vec<&str> {
    let failed = outcome.report.invariants.iter().filter(|one| one.verdict != Verdict::Pass);
    failed.map(|one| one.id.as_str()).collect()
}

/// Lines of the event log that say all of `words`.
fn told(outcome: &Outcome, words: &[&str]) -> usize {
    outcome.log.iter().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

#[track_caller]
fn with_and_without(name: &str, invariant: &str) -> Outcome {
    let protected = outcome(name);
    assert_eq!(failed(&protected), Vec::<&str>::new(), "{name}");
    let unprotected = outcome(&format!("{name}-unprotected"));
    assert_eq!(failed(&unprotected), [invariant], "{name} without the rule");
    assert_eq!(unprotected.expected_failures, [invariant]);
    protected
}

#[test]
fn guessing_codes_gets_nobody_a_number_and_keeps_no_owner_out() {
    let outcome = with_and_without("30-guessed-codes", "number-owner");
    assert!(told(&outcome, &["BadCode"]) > 0 && told(&outcome, &["Limited"]) > 0);
    let messages = outcome.report.messages;
    assert_eq!((messages.sent, messages.delivered), (4, 4), "Maria has her number, and writes");
}

#[test]
fn one_requester_cannot_use_up_the_prekeys_of_a_person_who_is_away() {
    let outcome = with_and_without("31-drained-prekeys", "prekeys-last");
    assert!(told(&outcome, &["Limited"]) > 0);
    assert_eq!(outcome.report.messages.delivered, outcome.report.messages.sent);
}

#[test]
fn trying_all_numbers_tells_of_a_few() {
    let outcome = with_and_without("32-all-numbers", "no-enumeration");
    assert!(told(&outcome, &["Limited"]) > 1_000);
}

#[test]
fn a_flood_costs_others_some_seconds() {
    let outcome = with_and_without("33-flood", "fair");
    assert!(told(&outcome, &["Limited"]) > 1_000);
}

#[test]
fn who_messages_everybody_does_not_get_far_and_who_answers_is_never_flagged() {
    let outcome = with_and_without("34-everybody", "integrity");
    assert_eq!(told(&outcome, &["\"flagged\"", "FanOut"]), 1);
    assert!(told(&outcome, &["Throttled"]) > 0);
    assert!(told(&outcome, &["\"failed\"", "reaches only those who wrote to it"]) > 0);
}

#[test]
fn a_mailbox_that_is_filled_is_full_and_its_senders_are_told() {
    let outcome = with_and_without("35-full-mailbox", "mailbox-quota");
    assert_eq!(told(&outcome, &["\"failed\"", "the recipient's mailbox is full"]), 1);
}

/// What is refused for a limit, as the transport's log has it.
const LIMITS: [&str; 3] = ["Limited {", "TooFast", "Throttled {"];

#[test]
fn honest_traffic_never_meets_a_limit() {
    let mut looked = 0;
    for entry in std::fs::read_dir(sims()).expect("the scenarios") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|end| end != "toml") || stem.starts_with('3') {
            continue;
        }
        let Ok(scenario) = scenario::load(&path) else { continue };
        if !scenario.attackers.is_empty() || !scenario.faults.is_empty() {
            continue;
        }
        let outcome = outcome(&stem);
        looked += 1;
        assert!(told(&outcome, &["\"code-sent\""]) > 0, "{stem}: the defences are on");
        let limited = outcome.log.iter().filter(|line| LIMITS.iter().any(|it| line.contains(it)));
        assert_eq!(limited.collect::<Vec<_>>(), Vec::<&String>::new(), "{stem}");
    }
    assert!(looked >= 9, "{looked} scenarios");
}

//! Stories of shrinking.

use vocab::Micros;

use super::{ShrinkError, Target, concrete, shrink};
use crate::{
    fault::Fault,
    run::{Options, run},
    scenario::{parse, write},
};

/// A town in which one message is forged (a defence is off), among much that does not matter.
const TOWN: &str = r#"
title = "Much that does not matter"
duration = "20m"
heal = "15m"
[rules]
business_sender_check = false
[swarm]
from = "1m"
most = 3
[[person]]
name = "Maria"
offline = [["2m", "3m"]]
[[person]]
name = "Nadia"
[[person]]
name = "Tom"
[[business]]
name = "Forno Bianchi"
[[business.rule]]
when = "any"
reply = "Yes, {name}."
[[business]]
name = "Libreria Nord"
[[impostor]]
name = "Mallory"
as = "Forno Bianchi"
to = "Maria"
at = "6m"
text = "Send me the code, please."
[[say]]
at = "3m 30s"
from = "Tom"
to = "Libreria Nord"
text = "Is it in?"
label = "question"
[[generate]]
from = "everyone"
to = "Forno Bianchi"
count = 12
start = "30s"
every = { min = "1s", max = "20s" }
"#;

fn target(seed: u64) -> Target<'static> {
    Target { seed, invariant: None, mutant: None, runs: 400 }
}

#[test]
fn a_failing_run_is_reduced_to_what_it_needs_and_fails_the_same_invariant_on_replay() {
    let town = parse(TOWN, "town.toml").unwrap();
    let seed = (1..50).find(|seed| crate::fault::draw(&town, *seed).len() > 4).unwrap();
    let shrunk = shrink(&town, &target(seed), &mut |_, _| {}).unwrap();
    assert_eq!(shrunk.invariant.id, "no-forgery");
    assert_eq!(shrunk.scenario.faults, Vec::<Fault>::new());
    assert_eq!(shrunk.scenario.nodes_on_the_path(), 4, "{:?}", shrunk.scenario.people);
    assert!(shrunk.scenario.says.len() <= 1);
    assert!(shrunk.scenario.duration < Micros::minutes(15));

    let text = write(&shrunk.scenario, seed).unwrap();
    let again = parse(&text, "again.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let outcome = run(&again, &Options::default(), &mut |_| {}).unwrap();
    let failed: Vec<String> = outcome
        .report
        .invariants
        .into_iter()
        .filter(|one| one.verdict == crate::report::model::Verdict::Fail)
        .map(|one| one.id)
        .collect();
    assert!(failed.contains(&"no-forgery".to_owned()), "{failed:?}");
}

#[test]
fn a_run_that_does_not_fail_is_not_shrunk() {
    let town = TOWN.replace("business_sender_check = false", "business_sender_check = true");
    let town = parse(&town, "town.toml").unwrap();
    let quiet = (1..50).find(|seed| crate::fault::draw(&town, *seed).is_empty()).unwrap();
    let error = shrink(&town, &target(quiet), &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, ShrinkError::DoesNotFail { .. }), "{error}");
    let wanted = Target { invariant: Some("key-once"), ..target(quiet) };
    let error = shrink(&town, &wanted, &mut |_, _| {}).unwrap_err();
    let message = format!("seed {quiet} does not fail key-once: expected a failing run to shrink");
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_a_seed_draws_is_the_same_run_when_it_is_written_down() {
    let town = parse(TOWN, "town.toml").unwrap();
    for seed in [3, 4] {
        let options = Options { seed: Some(seed), ..Options::default() };
        let drawn = run(&town, &options, &mut |_| {}).unwrap();
        let concrete = concrete(&town, seed).unwrap();
        let listed = run(&concrete, &options, &mut |_| {}).unwrap();
        assert_eq!(listed.report.digest, drawn.report.digest);
        assert_eq!(listed.faults, drawn.faults);
    }
}

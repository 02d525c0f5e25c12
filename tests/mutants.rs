//! Each planted mistake is seen by the invariant that names it, and by none in a run without it.

#![expect(clippy::expect_used, reason = "a test: what cannot be read is a failed test")]

use std::path::PathBuf;

use simulator::{
    mutants::Planted,
    report::model::Verdict,
    run::{Options, run},
    scenario,
};

/// A scenario that gives the mistake an occasion.
const fn occasion(planted: Planted) -> &'static str {
    match planted {
        Planted::TransportScanOff
        | Planted::EffectBeforeTransaction
        | Planted::RatchetWithoutRevision => "01-first-message",
        Planted::OneTimeKeyTwice | Planted::WebhookDedupeForgotten => "02-lost-and-reordered",
        Planted::SweepOff | Planted::DedupeForgotten => "03-thirty-days",
        Planted::KeyReusedOnRetransmission | Planted::AnyIdentity => "07-asked-again",
        Planted::SenderCheckMissing => "08-impostor",
    }
}

fn failed(name: &str, mutant: Option<Planted>) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../sims/{name}.toml"));
    let scenario = scenario::load(&path).expect("a scenario of this repository");
    let options = Options { mutant, ..Options::default() };
    let outcome = run(&scenario, &options, &mut |_| {}).expect("a world that can be built");
    let judged = outcome.report.invariants.into_iter();
    judged.filter(|one| one.verdict == Verdict::Fail).map(|one| one.id).collect()
}

#[test]
fn every_mistake_is_caught_by_the_invariant_that_names_it() {
    for planted in Planted::ALL {
        let name = occasion(planted);
        assert_eq!(failed(name, None), Vec::<String>::new(), "{name} without a mistake");
        let seen = failed(name, Some(planted));
        assert!(
            seen.iter().any(|id| id == planted.caught_by()),
            "{}: {seen:?} failed in {name}, not {}",
            planted.name(),
            planted.caught_by()
        );
    }
}

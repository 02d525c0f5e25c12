//! The report as JSON.

use serde_json::{Value, json as object};

use super::super::run::{Outcome, Verdict};

/// The whole report: counts, and every case in every profile and role.
pub fn json(outcome: &Outcome) -> String {
    let counts = outcome.counts();
    let named = Verdict::ALL.map(|one| (one.name().replace(' ', "_"), counts.of(one).into()));
    let results: Vec<Value> = outcome
        .judged
        .iter()
        .map(|one| {
            object!({
                "id": one.case.id,
                "section": one.case.section,
                "level": one.case.level.name(),
                "profile": one.profile.name(),
                "role": one.role.name(),
                "verdict": one.verdict.name(),
                "mode": one.reading.map(super::super::case::Reading::name),
                "reason": one.reason,
                "seconds": one.elapsed.as_secs_f64(),
                "transcript": one.transcript,
            })
        })
        .collect();
    let report = object!({
        "implementation": outcome.implementation,
        "seed": outcome.seed,
        "as_expected": outcome.as_expected(),
        "counts": named.into_iter().collect::<serde_json::Map<String, Value>>(),
        "results": results,
    });
    format!("{report:#}\n")
}

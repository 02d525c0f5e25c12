//! Whether a run came out as it should have.

use std::collections::BTreeSet;

use simulator::report::model::{Report, Verdict};

use crate::exit::Exit;

/// Without `--check`: whether everything held.
pub(crate) fn plainly(report: &Report) -> Exit {
    if report.verdict == Verdict::Pass { Exit::Held } else { Exit::Failed }
}

/// With `--check`: whether exactly the invariants in `expected` failed, in every form that the
/// scenario has; otherwise what is different, for people.
pub(crate) fn against(report: &Report, expected: &[String]) -> Result<(), String> {
    if report.runs.is_empty() {
        return one(report, expected);
    }
    report.runs.iter().try_for_each(|run| one(run, expected))
}

fn one(report: &Report, expected: &[String]) -> Result<(), String> {
    let form = report.variant.as_deref().map(|form| format!(" ({form})")).unwrap_or_default();
    let with = |verdict: Verdict| -> BTreeSet<&str> {
        let invariants = report.invariants.iter().filter(|i| i.verdict == verdict);
        invariants.map(|invariant| &*invariant.id).collect()
    };
    let expected: BTreeSet<&str> = expected.iter().map(|id| &**id).collect();
    let (failed, unknown) = (with(Verdict::Fail), with(Verdict::Unknown));
    if failed != expected {
        let (failed, expected) = (listed(&failed), listed(&expected));
        return Err(format!("{failed} failed{form}: expected exactly {expected}"));
    }
    // A run that does not look at bytes says so, and nothing else may be unknown in it.
    if !unknown.is_empty() && !report.unseen {
        return Err(format!("nothing is known of {}{form}: expected an answer", listed(&unknown)));
    }
    if expected.is_empty() && report.verdict != Verdict::Pass {
        return Err(format!("the run failed{form}: expected that it holds"));
    }
    Ok(())
}

fn listed(ids: &BTreeSet<&str>) -> String {
    if ids.is_empty() {
        return "none".to_owned();
    }
    ids.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use simulator::report::model::{Invariant, Report, Verdict};

    use super::{against, plainly};
    use crate::exit::Exit;

    #[test]
    fn what_is_expected_to_fail_must_fail_and_nothing_else() {
        let leak = report(&[("R008", Verdict::Fail), ("exactly-once", Verdict::Pass)]);
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();

        assert_eq!(against(&leak, &ids(&["R008"])), Ok(()));
        assert_eq!(plainly(&leak), Exit::Failed, "and without --check it is a failure");
        assert_eq!(against(&leak, &[]), Err("R008 failed: expected exactly none".to_owned()));
        assert_eq!(
            against(&leak, &ids(&["R008", "R022"])),
            Err("R008 failed: expected exactly R008, R022".to_owned())
        );
    }

    #[test]
    fn every_form_must_fail_as_expected() {
        let mut caught = report(&[("R008", Verdict::Fail)]);
        caught.variant = Some("raw".to_owned());
        let mut missed = report(&[("R008", Verdict::Pass)]);
        missed.variant = Some("gzip".to_owned());
        let mut whole = report(&[("R008", Verdict::Fail)]);
        whole.runs = vec![caught, missed];

        let expected = ["R008".to_owned()];
        assert_eq!(
            against(&whole, &expected),
            Err("none failed (gzip): expected exactly R008".to_owned())
        );
    }

    #[test]
    fn an_invariant_of_which_nothing_is_known_does_not_hold() {
        let vague = report(&[("R008", Verdict::Unknown)]);
        assert_eq!(
            against(&vague, &[]),
            Err("nothing is known of R008: expected an answer".to_owned())
        );
    }

    #[test]
    fn a_cell_that_differs_fails_the_check_even_if_every_invariant_held() {
        let mut torn = report(&[("R008", Verdict::Pass)]);
        torn.verdict = Verdict::Fail;
        assert_eq!(against(&torn, &[]), Err("the run failed: expected that it holds".to_owned()));
    }

    fn report(invariants: &[(&str, Verdict)]) -> Report {
        let invariant = |(id, verdict): &(&str, Verdict)| Invariant {
            id: (*id).to_owned(),
            says: String::new(),
            verdict: *verdict,
            requirements: Vec::new(),
            evidence: Vec::new(),
        };
        let failed = invariants.iter().any(|(_, verdict)| *verdict != Verdict::Pass);
        Report {
            verdict: if failed { Verdict::Fail } else { Verdict::Pass },
            invariants: invariants.iter().map(invariant).collect(),
            ..Report::default()
        }
    }
}

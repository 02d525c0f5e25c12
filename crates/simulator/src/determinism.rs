//! Determinism: a scenario runs again with other threads and partitions, and everything that it
//! comes to has to be the same.

use crate::{
    report::json,
    run::{Options, Outcome},
};

/// Partitions and threads that are tried. Threads are used in every window, however small.
const TRIALS: [(usize, usize); 4] = [(1, 1), (2, 2), (7, 1), (7, 2)];

/// What there is to say when all is well.
pub const HELD: &str = "the same digest again with 1, 2 and 7 partitions, on 1 and 2 threads";

/// How a scenario is run for the first time, so that it can be compared.
pub fn comparable(options: &Options) -> Options {
    Options { record: true, ..options.clone() }
}

/// Runs again, by `attempt`, and compares with what came `before`.
///
/// # Errors
///
/// [`Unlike`] says what differs, and first in which event; or why there is no other run.
pub fn check<E>(
    before: &Outcome,
    options: &Options,
    mut attempt: impl FnMut(&Options) -> Result<Outcome, E>,
) -> Result<(), Unlike<E>> {
    let mut log: Option<Vec<String>> = None;
    for (partitions, threads) in TRIALS {
        let other = attempt(&Options {
            partitions: Some(partitions),
            threads,
            eager: true,
            log: true,
            trace: false,
            record: true,
            ..options.clone()
        })
        .map_err(Unlike::Unusable)?;
        let what = if other.report.digest != before.report.digest {
            let (now, before) = (&other.report.digest, &before.report.digest);
            Some(format!("the digest is {now}, and was {before}"))
        } else if json::one(&other.report).ok() != json::one(&before.report).ok() {
            Some("the digest is the same, the report is not".to_owned())
        } else {
            let lines = log.get_or_insert_with(|| other.log.clone());
            let line = lines.iter().zip(&other.log).position(|(one, other)| one != other);
            let shorter =
                (lines.len() != other.log.len()).then(|| lines.len().min(other.log.len()));
            let line = line.or(shorter).map(|line| line.saturating_add(1));
            line.map(|line| format!("the log differs in line {line}"))
        };
        if let Some(what) = what {
            let first = before.first_difference(&other);
            let first = first.map(|first| format!("\n  {first}")).unwrap_or_default();
            let tried = format!("with {partitions} partitions on {threads} threads");
            return Err(Unlike::Differs(format!("not deterministic {tried}: {what}{first}")));
        }
    }
    Ok(())
}

/// Why a check of determinism did not hold.
#[derive(Debug, PartialEq, Eq)]
pub enum Unlike<E> {
    /// Two runs differ.
    Differs(String),
    /// A run cannot be.
    Unusable(E),
}

#[cfg(test)]
mod tests {
    use crate::{
        kernel::{HostId, Received, Recording, Stamp, Time},
        report::model::Report,
        run::{Options, Outcome},
    };

    use super::{Unlike, check};

    fn outcome(digest: &str, hashes: &[u64], log: &[&str]) -> Outcome {
        let received = (0_u64..).zip(hashes).map(|(sequence, hash)| Received {
            stamp: Stamp {
                at: Time(sequence.saturating_add(1_500_000)),
                source: HostId(0),
                sequence,
            },
            host: HostId(1),
            what: "frame",
            hash: *hash,
        });
        let names = vec!["anna".to_owned(), "bakery".to_owned()];
        Outcome {
            report: Report { digest: digest.to_owned(), ..Report::default() },
            expected_failures: Vec::new(),
            log: log.iter().map(|line| (*line).to_owned()).collect(),
            trace: Vec::new(),
            faults: Vec::new(),
            recordings: vec![Recording { names, received: received.collect() }],
        }
    }

    fn told(other: impl Fn(&Options) -> Outcome) -> Result<(), Unlike<String>> {
        let before = outcome("d1", &[1, 2, 3], &[]);
        check(&before, &Options::default(), |options| Ok(other(options)))
    }

    #[test]
    fn where_digests_differ_the_first_event_that_does_is_named_with_what_each_run_received() {
        let Err(Unlike::Differs(why)) = told(|_| outcome("d2", &[1, 9, 3], &[])) else {
            panic!("it differs");
        };
        assert!(why.contains("the digest is d2, and was d1"), "{why}");
        assert!(why.contains("at 1.500001 s, on \"bakery\", after 1 that agree"), "{why}");
        assert!(why.contains("one run:   at 1.500001 s frame (0000000000000002)"), "{why}");
        assert!(why.contains("the other: at 1.500001 s frame (0000000000000009)"), "{why}");
    }

    #[test]
    fn a_difference_on_two_threads_alone_or_in_the_log_alone_is_found() {
        let same = |log| outcome("d1", &[1, 2, 3], log);
        assert_eq!(told(|_| same(&["a"])), Ok(()));
        let logs = |options: &Options| same(if options.threads == 2 { &["b"] } else { &["a"] });
        let Err(Unlike::Differs(why)) = told(logs) else { panic!("it differs") };
        assert!(why.contains("2 partitions on 2 threads: the log differs in line 1"), "{why}");
        let Err(Unlike::Differs(why)) = told(|options| {
            let mut other = same(&[]);
            other.report.events = u64::from(options.threads == 2);
            other
        }) else {
            panic!("it differs")
        };
        assert!(why.contains("the digest is the same, the report is not"), "{why}");
    }
}

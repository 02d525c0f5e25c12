//! Sweeps: one scenario under many seeds, on as many threads as wanted, in as many parts as wanted.
//!
//! A seed's outcome depends on nothing but the seed, so parts of a sweep that ran anywhere are put
//! together by [`Results::merge`] to what one machine would have found.

mod results;
#[cfg(test)]
mod tests;

use std::{
    ops::RangeInclusive,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

pub use self::results::{Failure, Group, MergeError, Results, Span};
use crate::{
    mutants::Planted,
    report::{
        json,
        model::{Invariant, Report, Verdict},
    },
    run::{self, Options, RunError},
    scenario::Scenario,
};

/// A part of a sweep: number `index` of `of`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Self = Self { index: 1, of: 1 };

    /// Whether a seed of a sweep that begins with `first` belongs to this part.
    const fn has(self, seed: u64, first: u64) -> bool {
        let place = seed.saturating_sub(first).checked_rem(self.of);
        matches!(place, Some(place) if place == self.index.saturating_sub(1))
    }
}

/// What a sweep is to do.
#[derive(Clone, Copy)]
pub struct Sweep<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its seeds, both ends included.
    pub seeds: (u64, u64),
    /// Which of them.
    pub shard: Shard,
    /// Threads to run on, at least one.
    pub threads: usize,
    /// A planted mistake.
    pub mutant: Option<Planted>,
    /// Whether to start no further seed once one has failed, with a planted mistake in the invariant
    /// that must see it.
    pub until_first: bool,
    /// Whether each seed is run again with other partitions, to see that it comes to the same.
    pub determinism: bool,
    /// Microseconds of real time since whenever: a sweep says how long seeds take.
    pub clock: &'a (dyn Fn() -> u64 + Sync),
}

/// How far a sweep has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Seeds that have run.
    pub done: u64,
    /// Of how many.
    pub of: u64,
    /// Those that failed.
    pub failed: u64,
}

impl Sweep<'_> {
    fn mine(&self) -> impl Iterator<Item = u64> {
        let (first, last) = self.seeds;
        let seeds: RangeInclusive<u64> = first..=last;
        let shard = self.shard;
        seeds.filter(move |seed| shard.has(*seed, first))
    }

    /// Runs every seed of this part.
    ///
    /// # Errors
    ///
    /// [`RunError`] if the world of the scenario cannot be built.
    pub fn run(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Results, RunError> {
        let seeds: Vec<u64> = self.mine().collect();
        let results = Mutex::new(Ok(Results::empty(self)));
        let (next, done, failed) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let enough = AtomicBool::new(false);
        let of = seeds.len() as u64;
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(|| {
                    while !enough.load(Ordering::Relaxed) {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let place = usize::try_from(place).unwrap_or(usize::MAX);
                        let Some(seed) = seeds.get(place) else { break };
                        let begun = (self.clock)();
                        let outcome = self.one(*seed);
                        let took = (self.clock)().saturating_sub(begun);
                        let bad = outcome.as_ref().map_or(true, |report| failures(report) > 0);
                        let found = outcome.as_ref().map_or(true, |report| self.is_found(report));
                        let now_done = done.fetch_add(1, Ordering::Relaxed).saturating_add(1);
                        let now_failed = failed.fetch_add(u64::from(bad), Ordering::Relaxed);
                        take(&results, *seed, outcome, took);
                        if found && self.until_first {
                            enough.store(true, Ordering::Relaxed);
                        }
                        let failed = now_failed.saturating_add(u64::from(bad));
                        progress(Progress { done: now_done, of, failed });
                    }
                });
            }
        });
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.map(Results::settled)
    }

    /// Whether a run shows what the sweep is after.
    fn is_found(&self, report: &Report) -> bool {
        let wanted = self.mutant.map(|mutant| mutant.caught_by());
        let mut failed = report.invariants.iter().filter(|one| one.verdict == Verdict::Fail);
        failed.any(|one| wanted.is_none_or(|wanted| one.id == wanted))
    }

    fn one(&self, seed: u64) -> Result<Report, RunError> {
        let options = Options { seed: Some(seed), mutant: self.mutant, ..Options::default() };
        let mut report = run::run(self.scenario, &options, &mut |_| {})?.report;
        for partitions in PARTITIONS.into_iter().filter(|_| self.determinism) {
            let options = Options { partitions: Some(partitions), ..options.clone() };
            let other = run::run(self.scenario, &options, &mut |_| {})?.report;
            if json::one(&other).ok() != json::one(&report).ok() {
                report.invariants.push(differs(partitions, &report, &other));
            }
        }
        Ok(report)
    }
}

/// Into how many partitions a world is divided to see that it makes no difference.
const PARTITIONS: [usize; 2] = [2, 7];

/// A judgement that is no invariant of the world but of this program.
fn differs(partitions: usize, one: &Report, other: &Report) -> Invariant {
    let (here, there) = (&one.digest, &other.digest);
    Invariant {
        id: "deterministic".to_owned(),
        says: "a seed comes to the same whatever the partitions and threads".to_owned(),
        verdict: Verdict::Fail,
        requirements: vec!["M003".to_owned()],
        evidence: vec![format!("digest {there} with {partitions} partitions, {here} before")],
    }
}

/// Invariants that failed, those that the scenario expects to fail included: a sweep is over
/// scenarios in which nothing is to fail.
fn failures(report: &Report) -> usize {
    let failed = report.invariants.iter();
    failed.filter(|invariant| invariant.verdict == Verdict::Fail).count()
}

fn take(
    results: &Mutex<Result<Results, RunError>>,
    seed: u64,
    outcome: Result<Report, RunError>,
    took: u64,
) {
    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
    match (results.as_mut(), outcome) {
        (Ok(all), Ok(report)) => all.add(seed, &report, took),
        (Ok(_), Err(error)) => *results = Err(error),
        (Err(_), _) => {}
    }
}

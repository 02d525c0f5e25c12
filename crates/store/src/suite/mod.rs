//! What every engine must pass: cases as data, run against fresh stores.
//!
//! An engine's crate calls [`run`] in a test and asks that nothing failed. Broken engines in this
//! crate's own tests show, for each promise, which case notices when it is not kept.
//!
//! Knows: [`Engine`] and how to crash one. Does not know: any engine.

mod bed;
mod durability;
mod expiry;
mod model;
mod queues;
mod reads;
mod refusals;
#[cfg(test)]
mod tests;
mod transactions;

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

pub use self::model::model_check;
use crate::engine::Engine;

/// An engine that can lose what is not durable, as a real one does when its process dies.
pub trait CrashableEngine: Engine {
    /// Loses everything since the last [`Engine::sync`] and nothing else: for an engine on a disk,
    /// closes without a commit and opens again.
    fn crash(&mut self);

    /// The same in the middle of a sync: at most the oldest `keep` of the transactions that changed
    /// rows since the last one are durable, each as a whole or not at all. Returns how many are. An
    /// engine that cannot stop in the middle of a sync keeps none.
    fn crash_torn(&mut self, keep: usize) -> usize {
        let _none = keep;
        self.crash();
        0
    }

    /// Whether whatever would change a row is refused with
    /// [`Refusal::ReadOnly`](crate::Refusal::ReadOnly), which is how an operator drains a store.
    fn set_read_only(&mut self, read_only: bool);
}

/// One promise of an engine.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name in reports, kept for good.
    pub id: &'static str,
    /// The promise, as a sentence.
    pub shows: &'static str,
    /// Whether an empty store keeps it, or what was seen instead.
    pub check: fn(&mut dyn CrashableEngine) -> Result<(), String>,
}

/// Every case, the simplest promises first.
pub fn cases() -> impl Iterator<Item = Case> {
    [
        transactions::CASES,
        reads::CASES,
        queues::CASES,
        expiry::CASES,
        durability::CASES,
        refusals::CASES,
        model::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Runs every case, each on a store of its own from `make`, which must be empty.
pub fn run(make: &mut dyn FnMut() -> Box<dyn CrashableEngine>) -> Report {
    let outcomes = cases()
        .map(|case| Outcome { id: case.id, shows: case.shows, result: (case.check)(&mut *make()) })
        .collect();
    Report { outcomes }
}

/// How one engine did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an engine that failed must not be used"]
pub struct Report {
    /// One for each case, in the order of [`cases`].
    pub outcomes: Vec<Outcome>,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// As in [`Case::id`].
    pub id: &'static str,
    /// As in [`Case::shows`].
    pub shows: &'static str,
    /// What was expected and what was seen, where they differ.
    pub result: Result<(), String>,
}

impl Report {
    /// Ids of the cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &'static str> {
        self.outcomes.iter().filter(|outcome| outcome.result.is_err()).map(|outcome| outcome.id)
    }

    /// Whether every promise was kept.
    pub fn is_pass(&self) -> bool {
        self.failed().next().is_none()
    }
}

/// One line for each case.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outcomes.iter().try_for_each(|outcome| match &outcome.result {
            Ok(()) => writeln!(f, "pass {}: {}", outcome.id, outcome.shows),
            Err(found) => writeln!(f, "FAIL {}: {}\n     {found}", outcome.id, outcome.shows),
        })
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({}: {})", self.id, self.shows)
    }
}

//! Planted mistakes of the memory engine: each disables one guard, so that a checker can be seen to
//! catch it. Without the feature `mutants` none can be chosen and the guards are unconditional.

/// A mistake planted in a store.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Taking the first row leaves it where it was.
    TakenStays,
    /// What was not there before is not undone on a crash.
    InsertsSurviveCrash,
    /// After a crash queues count from one again.
    NumbersFromOne,
}

/// Whether the mistake `wanted` is planted.
#[cfg(feature = "mutants")]
pub(crate) fn planted(mutant: Option<Mutant>, wanted: Mutant) -> bool {
    mutant == Some(wanted)
}

/// Without the feature nothing is ever planted.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn planted(_mutant: Option<Mutant>, _wanted: Mutant) -> bool {
    false
}

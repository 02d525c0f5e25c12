//! Planted mistakes of the desk: each disables one guard, so that a checker can be seen to catch
//! it.
//!
//! Without the feature `mutants` none of them can be chosen and the guards are unconditional.

/// A mistake planted in a hop's desk.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A transaction that conflicted counts as done: its work is not attempted again.
    ConflictIsDone,
    /// Rows that were read are not checked to be as they were.
    Unchecked,
    /// Work that the store could not do is forgotten.
    PostponedForgotten,
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

//! Planted mistakes: each disables one guard, so that a checker can be seen to catch it.
//!
//! Without the feature `mutants` none of them acts and the guards are unconditional.

/// A mistake planted in a device.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// What is asked before the account's row is read is forgotten.
    EarlyForgotten,
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

//! Planted mistakes of the world: each disables one guard, so that a checker can be seen to catch
//! it. Without the feature `mutants` none can be planted and the guards are unconditional.

/// A mistake planted in the world around one hop.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Effects leave before the transaction that they wait for is durable.
    EffectBeforeTransaction,
    /// Expired rows are never swept.
    SweepOff,
    /// Most transactions are answered as durable before they are synced: one in eight syncs.
    SyncLate,
}

/// Whether the mistake `wanted` is planted.
#[cfg(feature = "mutants")]
pub(super) fn planted(mutant: Option<Mutant>, wanted: Mutant) -> bool {
    mutant == Some(wanted)
}

/// Without the feature nothing is ever planted.
#[cfg(not(feature = "mutants"))]
pub(super) const fn planted(_mutant: Option<Mutant>, _wanted: Mutant) -> bool {
    false
}

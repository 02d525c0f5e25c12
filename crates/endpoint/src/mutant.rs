//! Planted mistakes: each disables one guard, so that a checker can be seen to catch it.
//!
//! Without the feature `mutants` none of them can be chosen and the guards are unconditional.

/// A mistake planted in an end of a conversation.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A message that was already opened is opened to the application again.
    ForgottenDedupe,
    /// What a retransmission did to its session is not saved, so the next message repeats its key.
    KeyReusedOnRetransmission,
    /// The rows of a session are written without a check of the revision they build on.
    RatchetWithoutRevision,
    /// A kept message is encrypted to whatever identity the recipient has now.
    AnyIdentity,
    /// What was sent to somebody stays when their account is deleted.
    SentOutlivesAccount,
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

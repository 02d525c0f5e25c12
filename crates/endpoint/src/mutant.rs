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
    /// A KEM prekey of last resort goes with its first use, as a one-time one does.
    LastResortDeleted,
    /// A message is encrypted anew however often it is asked for.
    RetryWithoutLimit,
    /// A one-time private key stays after the session that used it began.
    OneTimeKept,
    /// That a message was opened is remembered for a minute.
    DedupeTooShort,
    /// A session that was replaced is not saved.
    ArchiveUnsaved,
    /// A message is kept for retransmission for a sweep longer than it may be.
    KeptTooLong,
    /// A message that could not be opened is reported as delivered.
    ReceiptWithoutOpening,
    /// Keys that were set aside for messages which were overtaken are not saved.
    SkippedUnsaved,
    /// What a turn of the ratchet changes is saved the first time only.
    TurnUnsaved,
    /// Anybody's word for how far a message got is taken.
    AnybodysReceipt,
    /// A file is stored at the transport as it is.
    FileInClear,
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

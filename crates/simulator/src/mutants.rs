//! The registry of planted mistakes: for each, what it breaks and the invariant that must see it.

/// A mistake that can be planted into a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planted {
    /// The watch does not scan what the transport sees.
    TransportScanOff,
    /// A one-time prekey is handed out twice.
    OneTimeKeyTwice,
    /// Expired rows of the Cloud API are never swept.
    SweepOff,
    /// An end opens a message to its application again.
    DedupeForgotten,
    /// A business shows a webhook that it had before.
    WebhookDedupeForgotten,
    /// The transport takes a business number's envelopes from any link.
    SenderCheckMissing,
    /// The transport's answers leave before the rows that they speak of are durable.
    EffectBeforeTransaction,
    /// The rows of a session are written without a check of their revision.
    RatchetWithoutRevision,
    /// What a retransmission did to its session is not saved.
    KeyReusedOnRetransmission,
    /// A kept message is encrypted to whatever identity its recipient has now.
    AnyIdentity,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TransportScanOff,
        Self::OneTimeKeyTwice,
        Self::SweepOff,
        Self::DedupeForgotten,
        Self::WebhookDedupeForgotten,
        Self::SenderCheckMissing,
        Self::EffectBeforeTransaction,
        Self::RatchetWithoutRevision,
        Self::KeyReusedOnRetransmission,
        Self::AnyIdentity,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TransportScanOff => "transport-scan-off",
            Self::OneTimeKeyTwice => "one-time-key-twice",
            Self::SweepOff => "sweep-off",
            Self::DedupeForgotten => "dedupe-forgotten",
            Self::WebhookDedupeForgotten => "webhook-dedupe-forgotten",
            Self::SenderCheckMissing => "sender-check-missing",
            Self::EffectBeforeTransaction => "effect-before-transaction",
            Self::RatchetWithoutRevision => "ratchet-without-revision",
            Self::KeyReusedOnRetransmission => "key-reused-on-retransmission",
            Self::AnyIdentity => "any-identity",
        }
    }

    /// The invariant that must fail, in a scenario that gives the mistake an occasion.
    pub const fn caught_by(self) -> &'static str {
        match self {
            Self::TransportScanOff => "measured",
            Self::OneTimeKeyTwice => "one-time-key-once",
            Self::SweepOff => "retention",
            Self::DedupeForgotten | Self::WebhookDedupeForgotten => "exactly-once",
            Self::SenderCheckMissing => "no-forgery",
            Self::EffectBeforeTransaction => "durable-first",
            Self::RatchetWithoutRevision => "ratchet-revision",
            Self::KeyReusedOnRetransmission => "key-once",
            Self::AnyIdentity => "identity-pinned",
        }
    }

    /// The mistake of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|planted| planted.name() == name)
    }
}

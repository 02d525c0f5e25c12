//! What kind of data a stored value is, and how long it may stay.

use crate::time::{Micros, UnixMicros};

/// The class of a stored or transmitted value.
///
/// The first six are the rows of the source documents' data table (requirements R048 to R053); the
/// others are this project's own (R054), for what the table does not speak of.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataClass {
    /// What people and businesses write to each other.
    MessageContent,
    /// The telephone number of a person.
    ConsumerPhone,
    /// Counts from which no person can be told.
    Statistics,
    /// What the transport notices about a business's way of messaging.
    IntegritySignals,
    /// Name, address, contacts, type and numbers of a business.
    BusinessInformation,
    /// What a business is charged for.
    Billing,
    /// Private identity keys, prekeys and the keys that seal rows.
    KeyMaterial,
    /// Tokens and link keys: what proves who is calling.
    Credential,
    /// The state of Signal sessions.
    RatchetState,
    /// Message templates of a business.
    Template,
    /// Who agreed to receive what.
    Consent,
    /// Accounts, mailboxes, receipts, dedupe ids: what moves a message without being one.
    ConnectionMetadata,
    /// Who accessed what, and why.
    Audit,
}

impl DataClass {
    /// The six classes of the source documents' data table, in its order.
    pub const TABLE: [Self; 6] = [
        Self::MessageContent,
        Self::ConsumerPhone,
        Self::Statistics,
        Self::IntegritySignals,
        Self::BusinessInformation,
        Self::Billing,
    ];

    /// All of them, each at the place of its own number.
    pub const ALL: [Self; 13] = [
        Self::MessageContent,
        Self::ConsumerPhone,
        Self::Statistics,
        Self::IntegritySignals,
        Self::BusinessInformation,
        Self::Billing,
        Self::KeyMaterial,
        Self::Credential,
        Self::RatchetState,
        Self::Template,
        Self::Consent,
        Self::ConnectionMetadata,
        Self::Audit,
    ];

    /// The name in reports and scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessageContent => "message_content",
            Self::ConsumerPhone => "consumer_phone",
            Self::Statistics => "statistics",
            Self::IntegritySignals => "integrity_signals",
            Self::BusinessInformation => "business_information",
            Self::Billing => "billing",
            Self::KeyMaterial => "key_material",
            Self::Credential => "credential",
            Self::RatchetState => "ratchet_state",
            Self::Template => "template",
            Self::Consent => "consent",
            Self::ConnectionMetadata => "connection_metadata",
            Self::Audit => "audit",
        }
    }
}

/// How long a row may be read. Set and judged by the store's clock, never by the hop's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Until this much time after the commit that writes it.
    For(Micros),
    /// Until this moment, which an earlier row already had.
    Until(UnixMicros),
    /// Until it is deleted, and why that is right.
    Never(Reason),
}

/// Why a row has no expiry. Every reason appears on a generated reference page.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The owner's own account, identity and keys: they live as long as the account.
    Account,
    /// A session: it lives until the other end or the account goes.
    Session,
    /// A person's own chat history on the person's own device.
    OwnHistory,
    /// A business's record of itself, kept by contract.
    BusinessRecord,
    /// Billing rows, kept for accounting.
    Accounting,
    /// Aggregates from which no person can be told.
    Aggregate,
    /// Work that is not finished; the row goes when it is.
    UntilDone,
}

impl Reason {
    /// The reason in words, for reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Account => "lives as long as the account",
            Self::Session => "lives until the other end or the account goes",
            Self::OwnHistory => "a person's own history on the person's own device",
            Self::BusinessRecord => "a business's record of itself, kept by contract",
            Self::Accounting => "kept for accounting",
            Self::Aggregate => "an aggregate from which no person can be told",
            Self::UntilDone => "unfinished work; deleted when done",
        }
    }
}

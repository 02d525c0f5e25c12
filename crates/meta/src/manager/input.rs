//! What Business Manager is asked, and the work it gives itself.

use std::collections::BTreeMap;

use vocab::PhoneNumber;

use super::rows::Business;

/// One call, understood.
pub(super) enum Ask {
    /// Write the record of `id`; numbers it already has stay.
    Record { id: String, record: Business },
    /// Add or change a number of `id`.
    Number { id: String, phone_number_id: String, display: PhoneNumber },
    /// Grant, or revoke.
    Grant { id: String, phone_number_id: String, granted: bool },
    /// Add an optional service under these terms of its own, or remove it.
    Service { id: String, service: String, terms_id: Option<String> },
    /// Read records, all or one business's own.
    List { only: Option<String>, after: Option<String> },
    /// Read one record.
    One { id: String },
    /// Read all grants.
    Grants,
    /// Whose a token is, if it is anybody's.
    Principal(Option<String>),
}

/// Work that no call asked for.
pub(super) enum Own {
    /// What is there after a start.
    Load,
    /// The Cloud API has heard of grants up to this change.
    Told(u64),
}

/// How often grants have changed, and how much of that the Cloud API knows.
pub(super) enum Note {
    /// As it stands in the store.
    Changes {
        /// Changes so far.
        made: u64,
        /// Changes that the Cloud API was told of.
        told: u64,
    },
}

/// The numbers of a business by their ids.
pub(super) type Numbers = BTreeMap<String, super::rows::Number>;

/// The optional services that a business added, by name.
pub(super) type Services = BTreeMap<String, super::rows::Service>;

//! What Business Manager is asked, and the work it gives itself.

use std::collections::BTreeMap;

use hop::router::TokenHash;
use vocab::PhoneNumber;

use super::rows::{Business, Issued, SystemUser};

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
    /// Whose a token is: of one that was there from the start that is known already.
    Principal { known: Option<String>, hash: TokenHash },
    /// Write a system user, or remove it.
    User { id: String, user: String, wanted: Option<SystemUser> },
    /// Read the system users of a business.
    Users { id: String },
    /// Hand out a token with this hash.
    Issue { token: String, hash: TokenHash, issued: Issued },
    /// Take a token back.
    Revoke { id: String, hash: TokenHash },
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

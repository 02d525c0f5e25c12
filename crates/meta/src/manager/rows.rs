//! Rows of Business Manager: a record for each business, a claim for each number, and how far the
//! Cloud API has heard of changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{DataClass, Keep, PhoneNumber, Reason};

use super::input::{Numbers, Services};

pub(super) const CLASS: DataClass = DataClass::BusinessInformation;
pub(super) const KEEP: Keep = Keep::Never(Reason::BusinessRecord);

/// What is known of a business (requirement R075).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Business {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) contacts: Vec<String>,
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The terms that the business agreed to (requirement R076).
    pub(super) terms_id: String,
    /// Drawn when the record came into being.
    pub(super) reference: String,
    pub(super) numbers: Numbers,
    /// Optional services: none unless the business adds one.
    #[serde(default, skip_serializing_if = "Services::is_empty")]
    pub(super) services: Services,
}

/// One number of a business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Number {
    /// Its digits.
    pub(super) display: String,
    /// The power to act for it, while the Cloud API has it.
    pub(super) grant: Option<Grant>,
}

/// A business's word that the Cloud API may act for a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    /// Seconds since 1970.
    pub(super) since: u64,
}

/// An optional service that a business added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Service {
    /// The terms of the service, which the business agreed to beside its own.
    pub(super) terms_id: String,
    /// Seconds since 1970.
    pub(super) since: u64,
}

/// How often grants have changed, and how many of these changes the Cloud API was told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Changes {
    pub(super) made: u64,
    pub(super) told: u64,
}

/// Whom a business lets act for it with tokens of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SystemUser {
    pub(super) role: Role,
    /// Those of an employee; an admin acts for all.
    #[serde(default)]
    pub(super) numbers: BTreeSet<String>,
}

/// How far a system user may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// Everything that is the business's.
    Admin,
    /// The numbers that are named.
    Employee,
}

/// A token that a business had issued beside its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issued {
    /// The business that it acts for.
    pub(super) business: String,
    /// To whom.
    pub(super) user: String,
    /// What it is good for, in the order of [`super::SCOPES`].
    pub(super) scopes: Vec<String>,
    /// When it ends, in seconds since 1970; `None` for one that was given no end.
    pub(super) expires_at: Option<u64>,
}

pub(super) fn businesses() -> Key {
    Key::table("business")
}

pub(super) fn business(id: &str) -> Key {
    businesses().with(id.as_bytes())
}

/// Whose a phone number id is.
pub(super) fn id_claim(phone_number_id: &str) -> Key {
    Key::table("claimed-id").with(phone_number_id.as_bytes())
}

/// Whose a business's number is. Keys lie unsealed on a disk, so it is named by a hash: without a
/// key, for it is the number of a business, which is no secret and names no person.
pub(super) fn number_claim(number: &PhoneNumber) -> Key {
    let hash: [u8; 32] = Sha256::digest(number.digits().as_bytes()).into();
    Key::table("claimed-number").with(&hash)
}

/// The system users of a business.
pub(super) fn users(id: &str) -> Key {
    Key::table("system-user").with(id.as_bytes())
}

pub(super) fn user(id: &str, user: &str) -> Key {
    users(id).with(user.as_bytes())
}

/// The tokens that a system user has, each by its SHA-256.
pub(super) fn tokens_of(id: &str, user: &str) -> Key {
    Key::table("token-of").with(id.as_bytes()).with(user.as_bytes())
}

/// A token that was issued, by its SHA-256: the token itself lies nowhere.
pub(super) fn token(hash: &[u8]) -> Key {
    Key::table("token").with(hash)
}

pub(super) fn changes() -> Key {
    Key::table("changes")
}

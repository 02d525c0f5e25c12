//! Rows of Billing: one for each record, kept for accounting.

use serde::{Deserialize, Serialize};
use store::Key;
use vocab::{DataClass, Keep, Reason};

pub(super) const CLASS: DataClass = DataClass::Billing;
pub(super) const KEEP: Keep = Keep::Never(Reason::Accounting);

/// One billable event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) business: String,
    pub(super) category: Category,
    pub(super) count: u64,
    pub(super) reference: String,
    /// Day since 1970 on which it was first reported.
    pub(super) day: u64,
}

/// What kind of conversation is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Category {
    Service,
    Marketing,
    Utility,
    Authentication,
}

pub(super) fn table() -> Key {
    Key::table("record")
}

pub(super) fn record(id: &str) -> Key {
    table().with(id.as_bytes())
}

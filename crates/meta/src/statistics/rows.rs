//! Rows of Statistics: one for each export.

use serde::{Deserialize, Serialize};
use store::Key;
use vocab::{DataClass, Keep, Reason};

pub(super) const CLASS: DataClass = DataClass::Statistics;
pub(super) const KEEP: Keep = Keep::Never(Reason::Aggregate);

/// What the Cloud API exported at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Export {
    pub(super) cells: Vec<Cell>,
    pub(super) reference: String,
}

/// How often something happened. Another field is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cell {
    /// Day since 1970.
    pub(super) day: u64,
    pub(super) business: String,
    pub(super) kind: Kind,
    pub(super) count: u64,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Received,
    Sent,
    Delivered,
    Read,
    Failed,
}

pub(super) fn table() -> Key {
    Key::table("export")
}

pub(super) fn export(id: &str) -> Key {
    table().with(id.as_bytes())
}

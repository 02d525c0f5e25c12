//! The one row of a reader: how many rounds are done and when the next begins.

use serde::{Deserialize, Serialize};
use store::Key;
use vocab::{DataClass, Keep, Reason};

pub(super) const CLASS: DataClass = DataClass::Audit;
pub(super) const KEEP: Keep = Keep::Never(Reason::UntilDone);

/// How far a reader has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Rounds that have ended.
    pub(super) done: u32,
    /// When the next begins, in microseconds since 1970 by the reader's clock: it outlives a
    /// restart.
    pub(super) next: u64,
}

pub(super) fn progress() -> Key {
    Key::table("progress")
}

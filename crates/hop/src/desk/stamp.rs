//! Revisions that no two writes of a row share.
//!
//! A write that is under way may be built upon by its revision alone. Were revisions counted one by
//! one, another writer would choose the same number for its own write: ours conflicts, theirs
//! stands, and what was built on ours would find its precondition met. So a revision is the wall
//! clock in microseconds, pushed ahead of every revision that this desk chose or built on, followed
//! by the number of the writer.

use store::Revision;
use vocab::UnixMicros;

/// Where the revisions of one attempt come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    count: u64,
    writer: u8,
}

impl Stamp {
    /// The first one of a writer.
    pub(super) const fn of(writer: u8) -> Self {
        Self { count: 0, writer }
    }

    /// One for an attempt at this moment.
    pub(super) fn next(self, wall: UnixMicros) -> Self {
        let clock = wall.0.min(LATEST);
        Self { count: self.count.saturating_add(1).max(clock), ..self }
    }

    /// One that is later than `revision` too.
    pub(super) fn behind(self, revision: Revision) -> Self {
        let after = (revision.0 >> WRITER_BITS).saturating_add(1).min(u64::MAX >> WRITER_BITS);
        Self { count: self.count.max(after), ..self }
    }

    /// The revision to write.
    pub(super) fn revision(self) -> Revision {
        Revision((self.count << WRITER_BITS) | u64::from(self.writer))
    }
}

const WRITER_BITS: u32 = 8;

/// The last moment (in the year 3111) that leaves room for as many revisions after it.
const LATEST: u64 = u64::MAX >> (WRITER_BITS + 1);

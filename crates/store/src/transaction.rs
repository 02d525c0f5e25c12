//! One request to a store: operations that apply all or none, under preconditions.

use alloc::vec::Vec;

use vocab::{DataClass, Keep, UnixMicros};

use crate::key::Key;

/// Names a transaction among those of one hop since its last start; counts from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TxId(pub u64);

/// The version of a row, set by the writer: no two writes of one row ever share it, whoever writes.
///
/// A row deleted and made again is thus never mistaken for the one before it, nor the write of one
/// hop for that of another. Later ones are greater; the hop's desk makes them of its wall clock in
/// microseconds and the number of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Operations that apply all or none, after every check has held.
///
/// Reads answer in the order of `ops` and see the writes before them in the same transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// What must hold, or nothing is done.
    pub checks: Vec<Check>,
    /// What is done, in order.
    pub ops: Vec<Op>,
}

impl Transaction {
    /// Whether it changes nothing, so that no engine need sync for its own sake.
    pub fn is_read_only(&self) -> bool {
        self.ops.iter().all(|op| matches!(op, Op::Get(_) | Op::Scan { .. }))
    }
}

/// One precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The row it speaks of.
    pub key: Key,
    /// What must be true of it.
    pub expect: Expect,
}

/// What must be true of a row. An expired row is absent, swept or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No such row.
    Absent,
    /// The row is there at exactly this revision.
    At(Revision),
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Reads one row: [`Value::Row`].
    Get(Key),
    /// Writes one row, new or not: [`Value::Written`].
    Put(Row),
    /// Removes one row if it is there: [`Value::Written`].
    Delete(Key),
    /// Adds a row at the end of a queue, under the queue's key and a number of eight bytes that no
    /// row of this queue ever had before, greater than all: [`Value::Appended`].
    ///
    /// Its `row.key` is the queue; its revision is kept as given. Numbers may leave gaps. Rows of a
    /// queue come into being by this operation alone; a put may write one again.
    Append(Row),
    /// Reads rows whose keys begin with `prefix` and sort after `after`, in order of their keys, at
    /// most `limit` and at most [`vocab::limits::MAX_ROWS_READ`]: [`Value::Rows`].
    Scan {
        /// What the keys begin with.
        prefix: Key,
        /// A cursor: the last key that was already read.
        after: Option<Key>,
        /// At most this many.
        limit: usize,
    },
    /// Takes the first row whose key begins with the prefix: removes it and answers with it, so
    /// that it leaves exactly once: [`Value::Row`], with `None` where there is none.
    TakeFirst(Key),
}

/// A row to write.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Its key.
    pub key: Key,
    /// Its new revision.
    pub revision: Revision,
    /// Its bytes.
    pub value: Vec<u8>,
    /// What kind of data it holds.
    pub class: DataClass,
    /// How long it may be read.
    pub keep: Keep,
}

impl core::fmt::Debug for Row {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Values may hold keys: their length is all that a log may show.
        let Self { key, revision, value, class, keep } = self;
        write!(f, "Row({key:?} r{} {}B {} {keep:?})", revision.0, value.len(), class.name())
    }
}

/// What one operation answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A row as stored, or none: an expired row is none.
    Row(Option<Stored>),
    /// Rows in the order of their keys.
    Rows(Vec<Stored>),
    /// Done.
    Written,
    /// The key that the queue gave.
    Appended(Key),
}

/// A row as a store holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: Key,
    /// Its revision.
    pub revision: Revision,
    /// Its bytes.
    pub value: Vec<u8>,
    /// When it stops being readable, by the store's clock.
    pub expires: Option<UnixMicros>,
}

impl core::fmt::Debug for Stored {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { key, revision, value, expires } = self;
        write!(f, "Stored({key:?} r{} {}B {expires:?})", revision.0, value.len())
    }
}

/// How a transaction ended. Each is answered exactly once, in the order of each hop's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is applied and durable; one value for each operation.
    Done(Vec<Value>),
    /// Check number `check` is the first that did not hold; nothing was done.
    Conflict {
        /// Index into [`Transaction::checks`].
        check: usize,
    },
    /// Nothing was done, and the same request may succeed later.
    Unavailable(Refusal),
}

/// Why a store could not do anything.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no room.
    #[error("the store is full")]
    Full,
    /// It can be read but not written.
    #[error("the store is read-only")]
    ReadOnly,
    /// Writing or reading failed below the store: the disk, the file system, the machine.
    #[error("the disk failed")]
    Failed,
    /// A row that is needed, or the file around it, is not as it was written.
    #[error("the store is damaged")]
    Damaged,
    /// A key or a value is longer than [`vocab::limits`] allows.
    #[error("a row is larger than the limit")]
    RowTooLarge,
}

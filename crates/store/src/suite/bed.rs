//! A test bed: one store, its clock, and short words for what cases do.

use alloc::{
    format,
    string::String,
    vec::{self, Vec},
};
use core::fmt::Debug;

use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};

use super::CrashableEngine;
use crate::{
    key::Key,
    transaction::{Answer, Check, Expect, Op, Revision, Row, Stored, Transaction, Value},
};

/// Where the clock of every case starts: any moment far from both ends of time.
pub(super) const START: UnixMicros = UnixMicros(1_700_000_000_000_000);

/// For rows whose expiry is not what a case is about.
pub(super) const FOR_GOOD: Keep = Keep::Never(Reason::UntilDone);

/// What a case says: nothing, or what it saw.
pub(super) type Verdict = Result<(), String>;

/// One store and its clock.
pub(super) struct Bed<'a> {
    pub(super) engine: &'a mut dyn CrashableEngine,
    pub(super) now: UnixMicros,
}

impl<'a> Bed<'a> {
    pub(super) fn new(engine: &'a mut dyn CrashableEngine) -> Self {
        Self { engine, now: START }
    }

    pub(super) fn answers(&mut self, all: &[Transaction]) -> Result<vec::IntoIter<Answer>, String> {
        let answers = self.engine.apply(all, self.now);
        same("answers, one for each transaction", &answers.len(), &all.len())?;
        Ok(answers.into_iter())
    }

    pub(super) fn answer(&mut self, transaction: Transaction) -> Result<Answer, String> {
        let mut answers = self.answers(&[transaction])?;
        answers.next().ok_or_else(|| String::from("no answer"))
    }

    /// Runs operations without checks, all in one transaction.
    pub(super) fn all(&mut self, ops: Vec<Op>) -> Result<Vec<Value>, String> {
        let count = ops.len();
        match self.answer(Transaction { checks: Vec::new(), ops })? {
            Answer::Done(values) => {
                same("values, one for each operation", &values.len(), &count)?;
                Ok(values)
            }
            other @ (Answer::Conflict { .. } | Answer::Unavailable(_)) => {
                Err(format!("expected it to be done, found {other:?}"))
            }
        }
    }

    pub(super) fn one(&mut self, op: Op) -> Result<Value, String> {
        let mut values = self.all([op].into())?.into_iter();
        values.next().ok_or_else(|| String::from("no value"))
    }

    pub(super) fn put(&mut self, key: &Key, revision: u64, value: &[u8]) -> Verdict {
        self.put_for(key, revision, value, FOR_GOOD)
    }

    pub(super) fn put_for(
        &mut self,
        key: &Key,
        revision: u64,
        value: &[u8],
        keep: Keep,
    ) -> Verdict {
        let written = self.one(Op::Put(row(key, revision, value, keep)))?;
        same("the value of a put", &written, &Value::Written)
    }

    pub(super) fn get(&mut self, key: &Key) -> Result<Option<Stored>, String> {
        into_row(self.one(Op::Get(key.clone()))?)
    }

    pub(super) fn sync(&mut self) -> Verdict {
        synced(self.engine)
    }

    /// The bytes under `key`.
    pub(super) fn value(&mut self, key: &Key) -> Result<Option<Vec<u8>>, String> {
        Ok(self.get(key)?.map(|stored| stored.value))
    }

    pub(super) fn take(&mut self, prefix: &Key) -> Result<Option<Stored>, String> {
        into_row(self.one(Op::TakeFirst(prefix.clone()))?)
    }

    pub(super) fn append(&mut self, queue: &Key, value: &[u8]) -> Result<Key, String> {
        match self.one(Op::Append(row(queue, 1, value, FOR_GOOD)))? {
            Value::Appended(key) => Ok(key),
            other @ (Value::Row(_) | Value::Rows(_) | Value::Written) => {
                Err(format!("an append answered {other:?}"))
            }
        }
    }

    /// Keys under `prefix`.
    pub(super) fn keys(&mut self, prefix: &Key) -> Result<Vec<Key>, String> {
        self.keys_after(prefix, None, 100)
    }

    pub(super) fn keys_after(
        &mut self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, String> {
        let rows = self.rows_after(prefix, after, limit)?;
        Ok(rows.into_iter().map(|stored| stored.key).collect())
    }

    pub(super) fn rows_after(
        &mut self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Stored>, String> {
        match self.one(Op::Scan { prefix: prefix.clone(), after: after.cloned(), limit })? {
            Value::Rows(rows) => Ok(rows),
            other @ (Value::Row(_) | Value::Written | Value::Appended(_)) => {
                Err(format!("a scan answered {other:?}"))
            }
        }
    }

    /// Keys of all rows that have bytes in the store, in order.
    pub(super) fn raw(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.engine.visit(&mut |row| keys.push(row.key.clone()));
        keys.sort();
        keys
    }

    pub(super) const fn later(&mut self, span: Micros) {
        self.now = self.now.after(span);
    }
}

/// Syncs, which nothing in a case is to hinder.
pub(super) fn synced(engine: &mut dyn CrashableEngine) -> Verdict {
    engine.sync().map_err(|refusal| format!("a sync failed: {refusal}"))
}

/// A row of a class that no case asks about.
pub(super) fn row(key: &Key, revision: u64, value: &[u8], keep: Keep) -> Row {
    Row {
        key: key.clone(),
        revision: Revision(revision),
        value: value.into(),
        class: DataClass::ConnectionMetadata,
        keep,
    }
}

pub(super) fn put(key: &Key, revision: u64, value: &[u8]) -> Op {
    Op::Put(row(key, revision, value, FOR_GOOD))
}

pub(super) fn at(key: &Key, revision: u64) -> Check {
    Check { key: key.clone(), expect: Expect::At(Revision(revision)) }
}

pub(super) fn absent(key: &Key) -> Check {
    Check { key: key.clone(), expect: Expect::Absent }
}

pub(super) fn into_row(value: Value) -> Result<Option<Stored>, String> {
    match value {
        Value::Row(row) => Ok(row),
        other @ (Value::Rows(_) | Value::Written | Value::Appended(_)) => {
            Err(format!("expected a row or none, found {other:?}"))
        }
    }
}

/// A key of the table that most cases use.
pub(super) fn key(name: &str) -> Key {
    Key::table("row").with(name.as_bytes())
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Verdict {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, found {found:?}"))
}

pub(super) fn holds(what: &str, condition: bool) -> Verdict {
    if condition { Ok(()) } else { Err(format!("not so: {what}")) }
}

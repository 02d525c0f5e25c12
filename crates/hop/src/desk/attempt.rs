//! One attempt at a piece of work: it reads, writes and asks, and nothing happens until it ends.

use alloc::vec::Vec;

use store::{Check, Expect, Key, Op, Revision, Row, Transaction, Value, transaction::Stored};
use vocab::{DataClass, Keep, Now};

use super::{Waiting, few::Few, rows::Rows, stamp::Stamp};
use crate::contract::Act;

/// One attempt at a piece of work.
#[derive(Debug)]
pub struct Attempt<'a, E, N> {
    rows: &'a Rows,
    brought: &'a [(Op, Value)],
    now: Now,
    stamp: Stamp,
    /// Rows on the desk that it looked at, to read them now or later.
    seen: Few<Key, ()>,
    /// Prefixes that it took rows of, once for each row.
    taken: Vec<Key>,
    reads: Few<Key, Expect>,
    writes: Few<Key, Option<Row>>,
    appends: Vec<Row>,
    missing: Vec<Op>,
    acts: Vec<Act<E>>,
    notes: Vec<N>,
}

/// A row as an attempt left it; `None` where it removed it.
pub(super) type Written = (Key, Option<(Revision, Vec<u8>)>);

/// What an attempt came to.
pub(super) struct Done<E, N> {
    pub(super) transaction: Transaction,
    pub(super) touched: Vec<Key>,
    pub(super) written: Vec<Written>,
    pub(super) missing: Vec<Op>,
    /// Rows on the desk that it looked at.
    pub(super) seen: Vec<Key>,
    /// The newest stamp that it used.
    pub(super) stamp: Stamp,
    pub(super) acts: Vec<Act<E>>,
    pub(super) notes: Vec<N>,
}

impl<'a, E, N> Attempt<'a, E, N> {
    pub(super) const fn new(
        rows: &'a Rows,
        brought: &'a [(Op, Value)],
        now: Now,
        stamp: Stamp,
    ) -> Self {
        Self {
            rows,
            brought,
            now,
            stamp,
            seen: Few::new(),
            taken: Vec::new(),
            reads: Few::new(),
            writes: Few::new(),
            appends: Vec::new(),
            missing: Vec::new(),
            acts: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The two clocks at this input.
    pub const fn now(&self) -> Now {
        self.now
    }

    /// Reads a row: its bytes, or `None` where there is no such row.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if the row is not on the desk; it is then fetched.
    pub fn read(&mut self, key: &Key) -> Result<Option<Vec<u8>>, Waiting> {
        if let Some(written) = self.writes.get(key) {
            return Ok(written.as_ref().map(|row| row.value.clone()));
        }
        let Some(copy) = self.rows.get(key) else {
            self.ask(Op::Get(key.clone()));
            return Err(Waiting);
        };
        self.seen.insert(key.clone(), ());
        self.reads.insert(key.clone(), copy.expect());
        Ok(copy.row.as_ref().map(|(_, value)| value.clone()))
    }

    /// Reads a row without a check that it is still the same when this attempt commits: for what is
    /// shown, never for what is built upon.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if the row is not on the desk; it is then fetched.
    pub fn peek(&mut self, key: &Key) -> Result<Option<Vec<u8>>, Waiting> {
        let checked = self.reads.contains(key);
        let value = self.read(key)?;
        if !checked {
            self.reads.remove(key);
        }
        Ok(value)
    }

    /// Makes sure that all of `keys` are on the desk, in one fetch.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if one is not; all that lack are then fetched together.
    pub fn need(&mut self, keys: &[Key]) -> Result<(), Waiting> {
        for key in keys {
            if self.rows.get(key).is_some() {
                self.seen.insert(key.clone(), ());
            } else if !self.writes.contains(key) {
                self.ask(Op::Get(key.clone()));
            }
        }
        if self.missing.is_empty() { Ok(()) } else { Err(Waiting) }
    }

    /// Reads rows by prefix, in order of their keys, past the desk: what is under way is seen,
    /// since a store answers in order, and nothing checks later that no row joined them.
    ///
    /// # Errors
    ///
    /// [`Waiting`] the first time.
    pub fn scan(
        &mut self,
        prefix: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<&'a [Stored], Waiting> {
        let op = Op::Scan { prefix: prefix.clone(), after: after.cloned(), limit };
        match self.was_brought(&op, 0) {
            Some(Value::Rows(rows)) => Ok(rows),
            _ => {
                self.ask(op);
                Err(Waiting)
            }
        }
    }

    /// Takes the first row of a prefix out of the store, exactly once for all attempts at this
    /// work, whatever becomes of them: the first call of every attempt gives the same row, the
    /// second one the row after it. A row that was taken is gone even if this work does not end: it
    /// leaves at most once.
    ///
    /// # Errors
    ///
    /// [`Waiting`] the first time.
    pub fn take_first(&mut self, prefix: &Key) -> Result<Option<&'a Stored>, Waiting> {
        let op = Op::TakeFirst(prefix.clone());
        let before = self.taken.iter().filter(|taken| *taken == prefix).count();
        match self.was_brought(&op, before) {
            Some(Value::Row(row)) => {
                self.taken.push(prefix.clone());
                Ok(row.as_ref())
            }
            _ => {
                self.ask(op);
                Err(Waiting)
            }
        }
    }

    /// What was brought for `op`, behind the first `before` of them.
    fn was_brought(&self, op: &Op, before: usize) -> Option<&'a Value> {
        self.brought.iter().filter(|(asked, _)| asked == op).nth(before).map(|(_, value)| value)
    }

    fn ask(&mut self, op: Op) {
        if !self.missing.contains(&op) {
            self.missing.push(op);
        }
    }

    /// Writes a row. A row that this attempt did not read is written whatever stands there.
    pub fn write(&mut self, key: Key, value: Vec<u8>, class: DataClass, keep: Keep) {
        let revision = self.next_revision(&key);
        self.writes.insert(key.clone(), Some(Row { key, revision, value, class, keep }));
    }

    /// Removes a row if it is there.
    pub fn delete(&mut self, key: Key) {
        self.writes.insert(key, None);
    }

    /// Adds a row at the end of a queue; the key it gets is in [`super::Turn::appended`].
    pub fn append(&mut self, queue: Key, value: Vec<u8>, class: DataClass, keep: Keep) {
        let revision = self.stamp.revision();
        self.appends.push(Row { key: queue, revision, value, class, keep });
    }

    /// Asks for an effect, to leave after this attempt is durable.
    pub fn act(&mut self, act: Act<E>) {
        self.acts.push(act);
    }

    /// Tells the person or operator, once this attempt is durable.
    pub fn event(&mut self, event: E) {
        self.act(Act::Event(event));
    }

    /// Leaves a note for the hop's memory, to be applied when this attempt is durable.
    pub fn note(&mut self, note: N) {
        self.notes.push(note);
    }

    fn next_revision(&mut self, key: &Key) -> Revision {
        let there = self.rows.get(key).and_then(|copy| copy.row.as_ref());
        if let Some((revision, _)) = there {
            self.stamp = self.stamp.behind(*revision);
        }
        self.stamp.revision()
    }

    pub(super) fn finish(self) -> Done<E, N> {
        let mut touched: Vec<Key> = self.reads.iter().map(|(key, _)| key.clone()).collect();
        let written = self.writes.iter().map(|(key, _)| key);
        touched.extend(written.filter(|key| !self.reads.contains(key)).cloned());
        let written = self
            .writes
            .iter()
            .map(|(key, row)| {
                (key.clone(), row.as_ref().map(|row| (row.revision, row.value.clone())))
            })
            .collect();
        let checks = self.reads.into_iter().map(|(key, expect)| Check { key, expect }).collect();
        let ops = self
            .writes
            .into_iter()
            .map(|(key, row)| row.map_or(Op::Delete(key), Op::Put))
            .chain(self.appends.into_iter().map(Op::Append))
            .collect();
        Done {
            transaction: Transaction { checks, ops },
            touched,
            written,
            missing: self.missing,
            seen: self.seen.into_iter().map(|(key, ())| key).collect(),
            stamp: self.stamp,
            acts: self.acts,
            notes: self.notes,
        }
    }
}

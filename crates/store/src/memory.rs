//! The memory engine: rows in ordered maps, with the losses of a real disk on a crash.
//!
//! What is not yet durable is known by how to undo it, so a crash costs what it loses and nothing
//! for the rest: a run may hold a hundred thousand stores. A value that leaves this engine for good
//! (overwritten, deleted or swept, and synced) is wiped, since it may hold keys; copies that were
//! handed out are their owners' to wipe.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::{fmt, ops::Bound};

use vocab::{
    DataClass, UnixMicros,
    limits::{MAX_ROW_KEY, MAX_ROW_VALUE, MAX_ROWS_READ},
};

use crate::{
    engine::{Engine, RawRow},
    key::Key,
    mutant::{Mutant, planted},
    suite::CrashableEngine,
    transaction::{Answer, Check, Expect, Op, Refusal, Row, Transaction, Value},
};

mod held;
mod snapshot;
#[cfg(test)]
mod tests;

use self::held::Held;
pub use self::snapshot::Snapshot;

/// A store in memory.
#[derive(Default)]
pub struct Memory {
    rows: BTreeSet<Held>,
    /// Only rows that have an expiry.
    expiries: BTreeSet<(UnixMicros, Held)>,
    /// Bytes of keys and values.
    bytes: usize,
    /// The newest number that a queue gave. One counter serves all queues: it is never set back
    /// below what is durable, so no queue ever gives a number twice, however empty it became.
    last_number: u64,
    /// The same as of the last sync.
    durable_number: u64,
    /// What stood under a key before each change since the last sync, oldest first.
    undo: Vec<(Key, Option<Held>)>,
    /// Where each transaction began that changed rows since the last sync, oldest first. A sweep
    /// counts as one.
    begun: Vec<Mark>,
    capacity: Option<usize>,
    read_only: bool,
    mutant: Option<Mutant>,
}

impl Memory {
    /// An empty store without a limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same store with a planted mistake, which has an effect only with the feature `mutants`.
    #[must_use]
    pub const fn with_mutant(mut self, mutant: Option<Mutant>) -> Self {
        self.mutant = mutant;
        self
    }

    /// From now on at most `bytes` of keys and values, or any number.
    ///
    /// A transaction that would grow a store beyond it is refused with [`Refusal::Full`]; reads,
    /// deletes and whatever else does not grow the store still work.
    pub const fn set_capacity(&mut self, bytes: Option<usize>) {
        self.capacity = bytes;
    }

    /// Whether whatever would change a row is refused with [`Refusal::ReadOnly`].
    pub const fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Loses everything since the last [`Engine::sync`], as a crash does.
    pub fn crash(&mut self) {
        self.crash_torn(0);
    }

    /// The same, but the oldest `keep` of the transactions that are not durable are, each as a
    /// whole: they had reached the disk when it happened.
    pub fn crash_torn(&mut self, keep: usize) {
        let from_one = planted(self.mutant, Mutant::NumbersFromOne);
        let number = if from_one { 0 } else { self.durable_number };
        if planted(self.mutant, Mutant::InsertsSurviveCrash) {
            self.undo.retain(|(_, before)| before.is_some());
        }
        let start = match keep {
            0 => Some(Mark { undo: 0, number }),
            _ => self.begun.get(keep).copied(),
        };
        if let Some(start) = start {
            self.roll_back(start);
        }
        self.sync();
    }

    /// Makes everything applied so far durable. Memory never fails to.
    pub fn sync(&mut self) {
        // Not their room: a run holds many stores, and most of them are at rest.
        self.undo = Vec::new();
        self.begun = Vec::new();
        self.durable_number = self.last_number;
    }

    /// Transactions that changed rows since the last [`Engine::sync`].
    pub const fn unsynced(&self) -> usize {
        self.begun.len()
    }

    /// Bytes of all keys and values, readable or not.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Rows that have bytes here, readable or not.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row has bytes here.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn transact(&mut self, transaction: &Transaction, now: UnixMicros) -> Answer {
        if let Err(refusal) = self.admit(transaction) {
            return Answer::Unavailable(refusal);
        }
        if let Some(check) = transaction.checks.iter().position(|check| !self.holds(check, now)) {
            return Answer::Conflict { check };
        }
        let (start, bytes) = (self.mark(), self.bytes);
        let values = transaction.ops.iter().map(|op| self.perform(op, now)).collect();
        let too_much = self.capacity.is_some_and(|most| self.bytes > most);
        if too_much && self.bytes > bytes {
            self.roll_back(start);
            return Answer::Unavailable(Refusal::Full);
        }
        self.ends(start);
        Answer::Done(values)
    }

    /// Whether the transaction may be tried at all, whatever is in the store.
    fn admit(&self, transaction: &Transaction) -> Result<(), Refusal> {
        if self.read_only && !transaction.is_read_only() {
            return Err(Refusal::ReadOnly);
        }
        let fits = transaction.ops.iter().all(|op| match op {
            Op::Put(row) => fits(row, 0),
            Op::Append(row) => fits(row, NUMBER_BYTES),
            Op::Get(_) | Op::Delete(_) | Op::Scan { .. } | Op::TakeFirst(_) => true,
        });
        if fits { Ok(()) } else { Err(Refusal::RowTooLarge) }
    }

    fn holds(&self, check: &Check, now: UnixMicros) -> bool {
        let revision = self.readable(&check.key, now).map(Held::revision);
        match check.expect {
            Expect::Absent => revision.is_none(),
            Expect::At(expected) => revision == Some(expected),
        }
    }

    fn perform(&mut self, op: &Op, now: UnixMicros) -> Value {
        match op {
            Op::Get(key) => Value::Row(self.readable(key, now).map(Held::stored)),
            Op::Put(row) => {
                self.change(row.key.clone(), Some(Held::new(&row.key, row, now)));
                Value::Written
            }
            Op::Delete(key) => {
                self.change(key.clone(), None);
                Value::Written
            }
            Op::Append(row) => {
                self.last_number = self.last_number.saturating_add(1);
                let key = row.key.clone().with_number(self.last_number);
                self.change(key.clone(), Some(Held::new(&key, row, now)));
                Value::Appended(key)
            }
            Op::Scan { prefix, after, limit } => {
                let rows = self.walk(prefix, after.as_ref(), now);
                let limit = MAX_ROWS_READ.min(*limit);
                Value::Rows(rows.take(limit).map(Held::stored).collect())
            }
            Op::TakeFirst(prefix) => {
                let first = self.walk(prefix, None, now).next();
                let taken = first.map(Held::stored);
                let stays = planted(self.mutant, Mutant::TakenStays);
                if let Some(row) = taken.as_ref().filter(|_| !stays) {
                    self.change(row.key.clone(), None);
                }
                Value::Row(taken)
            }
        }
    }

    fn readable(&self, key: &Key, now: UnixMicros) -> Option<&Held> {
        self.rows.get(key.as_bytes()).filter(|held| held.is_readable(now))
    }

    /// Readable rows under `prefix` behind `after`, in order of their keys.
    fn walk<'a>(
        &'a self,
        prefix: &'a Key,
        after: Option<&'a Key>,
        now: UnixMicros,
    ) -> impl Iterator<Item = &'a Held> {
        let (prefix, after) = (prefix.as_bytes(), after.map(Key::as_bytes));
        let from = after.filter(|key| *key >= prefix);
        let from = from.map_or(Bound::Included(prefix), Bound::Excluded);
        self.rows
            .range::<[u8], _>((from, Bound::Unbounded))
            .take_while(move |held| held.key().starts_with(prefix))
            .filter(move |held| held.is_readable(now))
    }

    fn change(&mut self, key: Key, held: Option<Held>) {
        let stands = held.is_some();
        let before = self.place(&key, held);
        if before.is_some() || stands {
            self.undo.push((key, before));
        }
    }

    const fn mark(&self) -> Mark {
        Mark { undo: self.undo.len(), number: self.last_number }
    }

    /// What began at `start` is complete.
    fn ends(&mut self, start: Mark) {
        if self.undo.len() > start.undo {
            self.begun.push(start);
        }
    }

    /// Undoes everything since `start`, newest first.
    fn roll_back(&mut self, start: Mark) {
        for (key, before) in self.undo.split_off(start.undo).into_iter().rev() {
            self.place(&key, before);
        }
        self.last_number = start.number;
    }

    /// The one place where rows change: it keeps the index and the count true.
    fn place(&mut self, key: &Key, held: Option<Held>) -> Option<Held> {
        let expires = held.as_ref().and_then(Held::expires);
        let before = match held {
            Some(held) => {
                self.bytes = self.bytes.saturating_add(held.size());
                if let Some(moment) = expires {
                    // The one there may be the same row as it was: it must not live on here.
                    self.expiries.replace((moment, held.clone()));
                }
                self.rows.replace(held)
            }
            None => self.rows.take(key.as_bytes()),
        };
        if let Some(before) = &before {
            self.bytes = self.bytes.saturating_sub(before.size());
            if let Some(moment) = before.expires().filter(|_| before.expires() != expires) {
                self.expiries.remove(&(moment, before.clone()));
            }
        }
        before
    }
}

impl Engine for Memory {
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer> {
        transactions.iter().map(|transaction| self.transact(transaction, now)).collect()
    }

    fn sync(&mut self) -> Result<(), Refusal> {
        Self::sync(self);
        Ok(())
    }

    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)> {
        let (start, mut swept) = (self.mark(), BTreeMap::<DataClass, u64>::new());
        while let Some((_, held)) = self.expiries.first().filter(|(moment, _)| *moment <= now) {
            let count = swept.entry(held.class()).or_default();
            *count = count.saturating_add(1);
            let key = Key::from_bytes(held.key().to_vec());
            self.change(key, None);
        }
        self.ends(start);
        swept.into_iter().collect()
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        self.expiries.first().map(|(moment, _)| *moment)
    }

    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        self.rows.iter().for_each(|held| held.show(visit));
    }
}

impl CrashableEngine for Memory {
    fn crash(&mut self) {
        Self::crash(self);
    }

    fn crash_torn(&mut self, keep: usize) -> usize {
        let kept = keep.min(self.unsynced());
        Self::crash_torn(self, keep);
        kept
    }

    fn set_read_only(&mut self, read_only: bool) {
        Self::set_read_only(self, read_only);
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, undo) = (self.rows.len(), self.undo.len());
        write!(f, "Memory({rows} rows, {} bytes, {undo} changes not durable)", self.bytes)
    }
}

/// Where a transaction began.
#[derive(Clone, Copy)]
struct Mark {
    undo: usize,
    number: u64,
}

fn fits(row: &Row, more_key: usize) -> bool {
    row.key.as_bytes().len().saturating_add(more_key) <= MAX_ROW_KEY
        && row.value.len() <= MAX_ROW_VALUE
}

/// Bytes of the number behind a queue's key.
const NUMBER_BYTES: usize = 8;

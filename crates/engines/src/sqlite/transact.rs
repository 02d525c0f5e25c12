//! One transaction: its checks, then its operations, each on a row as it lies in the file or as it
//! has changed since.

use std::mem;

use store::{
    Answer, Check, Expect, Key, Op, Refusal, Revision, Row, Transaction, Value, transaction::Stored,
};
use vocab::{
    Keep, UnixMicros,
    limits::{MAX_ROW_KEY, MAX_ROW_VALUE, MAX_ROWS_READ},
};

use super::{Sqlite, moment};
use crate::{
    error::Trouble,
    seal::About,
    tables::{self, Columns, Range},
};

impl Sqlite {
    pub(super) fn transact(&mut self, transaction: &Transaction, now: UnixMicros) -> Answer {
        if let Some(refusal) = self.lost {
            return Answer::Unavailable(refusal);
        }
        if let Err(refusal) = self.admit(transaction) {
            return Answer::Unavailable(refusal);
        }
        let mut has_written = false;
        self.attempt(transaction, now, &mut has_written).unwrap_or_else(|trouble| {
            let refusal = trouble.refusal;
            self.note(trouble);
            self.standings.forget();
            // One operation that fails has done nothing; SQLite may have undone all the same.
            if has_written || (self.begun && self.connection.is_autocommit()) {
                self.give_up(refusal);
            }
            Answer::Unavailable(refusal)
        })
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

    fn attempt(
        &mut self,
        transaction: &Transaction,
        now: UnixMicros,
        has_written: &mut bool,
    ) -> Result<Answer, Trouble> {
        for (check, expected) in transaction.checks.iter().enumerate() {
            if !self.holds(expected, now)? {
                return Ok(Answer::Conflict { check });
            }
        }
        if !transaction.is_read_only() {
            self.begin()?;
        }
        let mut values = Vec::with_capacity(transaction.ops.len());
        for op in &transaction.ops {
            values.push(self.perform(op, now)?);
            *has_written |= !matches!(op, Op::Get(_) | Op::Scan { .. });
        }
        Ok(Answer::Done(values))
    }

    fn holds(&mut self, check: &Check, now: UnixMicros) -> Result<bool, Trouble> {
        let key = &check.key;
        let standing = match (self.standings.get(key), self.changes.get(key)) {
            (Some(standing), _) => standing,
            (None, Some(change)) => change.standing(),
            (None, None) => {
                let standing = tables::standing(&self.connection, key, self.number(key))?;
                self.standings.set(key, standing);
                standing
            }
        };
        let readable = standing.filter(|(_, expires)| expires.is_none_or(|end| moment(now) < end));
        let revision = readable.map(|(revision, _)| Revision(revision.cast_unsigned()));
        Ok(match check.expect {
            Expect::Absent => revision.is_none(),
            Expect::At(expected) => revision == Some(expected),
        })
    }

    fn perform(&mut self, op: &Op, now: UnixMicros) -> Result<Value, Trouble> {
        match op {
            Op::Get(key) => {
                let row = match (self.standings.get(key), self.changes.get(key)) {
                    (Some(None), _) => None,
                    (_, Some(change)) => change.row.clone(),
                    (_, None) => {
                        let row = tables::get(&self.connection, key, self.number(key))?;
                        let standing = row.as_ref().map(|row| (row.revision, row.expires));
                        self.standings.set(key, standing);
                        row
                    }
                };
                let readable = row.filter(|row| row.expires.is_none_or(|end| moment(now) < end));
                Ok(Value::Row(readable.map(|row| self.stored(row)).transpose()?))
            }
            Op::Put(row) => {
                let sealed = self.sealed(&row.key, row, now)?;
                self.write(&row.key, sealed, None);
                Ok(Value::Written)
            }
            Op::Delete(key) => {
                self.erase(key);
                Ok(Value::Written)
            }
            Op::Append(row) => {
                let number = self.counts.last_number.saturating_add(1);
                let key = row.key.clone().with_number(number);
                let sealed = self.sealed(&key, row, now)?;
                self.counts.last_number = number;
                self.write(&key, sealed, Some(number.cast_signed()));
                Ok(Value::Appended(key))
            }
            Op::Scan { prefix, after, limit } => {
                let range = Range::under(prefix, after.as_ref());
                let rows = self.scan(&range, moment(now), *limit)?;
                let rows = rows.into_iter().map(|row| self.stored(row));
                Ok(Value::Rows(rows.collect::<Result<_, _>>()?))
            }
            Op::TakeFirst(prefix) => {
                let range = Range::under(prefix, None);
                let rows = self.scan(&range, moment(now), 1)?;
                let taken = rows.into_iter().next().map(|row| self.stored(row)).transpose()?;
                if let Some(row) = &taken {
                    self.erase(&row.key);
                }
                Ok(Value::Row(taken))
            }
        }
    }

    fn write(&mut self, key: &Key, row: Columns, number: Option<i64>) {
        // A number was given to no row before; a row that is not there is in no table.
        let absent = number.is_some() || self.standings.get(key) == Some(None);
        self.standings.set(key, Some((row.revision, row.expires)));
        self.changes.put(key, row, absent, number);
    }

    fn erase(&mut self, key: &Key) {
        let absent = self.standings.get(key) == Some(None);
        self.standings.set(key, None);
        self.changes.delete(key, absent);
    }

    /// Readable rows of a range, in the order of their keys, at most `limit`.
    fn scan(&self, range: &Range, now: i64, limit: usize) -> Result<Vec<Columns>, Trouble> {
        let limit = limit.min(MAX_ROWS_READ);
        let changed: Vec<_> = self.changes.within(range).map(|(_, change)| change).collect();
        let older = changed.iter().filter(|change| change.is_older).count();
        let mut rows = tables::scan(&self.connection, range, now, limit.saturating_add(older))?;
        if !changed.is_empty() {
            let is_as_it_was =
                |row: &Columns| self.changes.get(&Key::from_bytes(row.key.clone())).is_none();
            rows.retain(is_as_it_was);
            let changed = changed.into_iter().filter_map(|change| change.row.as_ref());
            rows.extend(changed.filter(|row| row.expires.is_none_or(|end| now < end)).cloned());
            rows.sort_by(|one, other| one.key.cmp(&other.key));
            rows.truncate(limit);
        }
        Ok(rows)
    }

    pub(super) fn number(&self, key: &Key) -> Option<i64> {
        tables::number(key, self.counts.last_number)
    }

    /// The row `key` for `row`, whose key may be that of a queue, written now.
    fn sealed(&mut self, key: &Key, row: &Row, now: UnixMicros) -> Result<Columns, Trouble> {
        let expires = match row.keep {
            Keep::For(span) => Some(moment(now.after(span))),
            Keep::Until(end) => Some(moment(end)),
            Keep::Never(_) => None,
        };
        let revision = row.revision.0.cast_signed();
        let (key, class) = (key.as_bytes().to_vec(), i64::from(row.class as u8));
        let about = About { key: &key, revision, class, expires };
        let (data_key, value) = self.seal(&about, &row.value)?;
        Ok(Columns { key, revision, class, expires, data_key, value })
    }

    pub(super) fn seal(
        &mut self,
        about: &About<'_>,
        plain: &[u8],
    ) -> Result<(u32, Vec<u8>), Trouble> {
        let data_key = self.keyring.newest();
        let cipher = self.keyring.get(data_key);
        let value = cipher.and_then(|cipher| cipher.seal_row(about, plain, &mut *self.rng));
        let value = value.ok_or_else(|| Trouble::damaged("the keyring has no key"))?;
        self.counts.sealed = self.counts.sealed.saturating_add(1);
        Ok((data_key, value))
    }

    pub(super) fn stored(&self, mut row: Columns) -> Result<Stored, Trouble> {
        let cipher = self.keyring.get(row.data_key);
        let cipher = cipher.ok_or_else(|| Trouble::damaged("a row's data key is not there"))?;
        let sealed = mem::take(&mut row.value);
        let value = cipher.open_row(&row.about(), sealed);
        let value = value.ok_or_else(|| Trouble::damaged("a row's value does not open"))?;
        Ok(Stored {
            key: Key::from_bytes(row.key),
            revision: Revision(row.revision.cast_unsigned()),
            value,
            expires: row.expires.map(|end| UnixMicros(end.unsigned_abs())),
        })
    }
}

fn fits(row: &Row, more_key: usize) -> bool {
    row.key.as_bytes().len().saturating_add(more_key) <= MAX_ROW_KEY
        && row.value.len() <= MAX_ROW_VALUE
}

/// Bytes of the number behind a queue's key.
const NUMBER_BYTES: usize = 8;

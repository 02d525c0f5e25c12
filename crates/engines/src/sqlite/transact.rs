//! One transaction: its checks, then its operations, each on a row as it lies in the file.

use store::{
    Answer, Check, Expect, Key, Op, Refusal, Revision, Row, Transaction, Value, transaction::Stored,
};
use vocab::{
    Keep, UnixMicros,
    limits::{MAX_ROW_KEY, MAX_ROW_VALUE},
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
        let standing = match self.standings.get(key) {
            Some(standing) => standing,
            None => {
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
                if self.standings.get(key) == Some(None) {
                    return Ok(Value::Row(None));
                }
                let row = tables::get(&self.connection, key, self.number(key))?;
                self.standings.set(key, row.as_ref().map(|row| (row.revision, row.expires)));
                let readable = row.filter(|row| row.expires.is_none_or(|end| moment(now) < end));
                Ok(Value::Row(readable.map(|row| self.stored(row)).transpose()?))
            }
            Op::Put(row) => {
                let sealed = self.sealed(&row.key, row, now)?;
                tables::put(&self.connection, &sealed, self.number(&row.key))?;
                self.standings.set(&row.key, Some((sealed.revision, sealed.expires)));
                Ok(Value::Written)
            }
            Op::Delete(key) => {
                tables::delete(&self.connection, key, self.number(key))?;
                self.standings.set(key, None);
                Ok(Value::Written)
            }
            Op::Append(row) => {
                let number = self.counts.last_number.saturating_add(1);
                let key = row.key.clone().with_number(number);
                let sealed = self.sealed(&key, row, now)?;
                tables::append(&self.connection, number.cast_signed(), &sealed)?;
                self.counts.last_number = number;
                self.standings.set(&key, Some((sealed.revision, sealed.expires)));
                Ok(Value::Appended(key))
            }
            Op::Scan { prefix, after, limit } => {
                let range = Range::under(prefix, after.as_ref());
                let rows = tables::scan(&self.connection, &range, moment(now), *limit)?;
                let rows = rows.into_iter().map(|row| self.stored(row));
                Ok(Value::Rows(rows.collect::<Result<_, _>>()?))
            }
            Op::TakeFirst(prefix) => {
                let range = Range::under(prefix, None);
                let rows = tables::scan(&self.connection, &range, moment(now), 1)?;
                let taken = rows.into_iter().next().map(|row| self.stored(row)).transpose()?;
                if let Some(row) = &taken {
                    tables::delete(&self.connection, &row.key, self.number(&row.key))?;
                    self.standings.set(&row.key, None);
                }
                Ok(Value::Row(taken))
            }
        }
    }

    fn number(&self, key: &Key) -> Option<i64> {
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

    pub(super) fn stored(&self, row: Columns) -> Result<Stored, Trouble> {
        let cipher = self.keyring.get(row.data_key);
        let cipher = cipher.ok_or_else(|| Trouble::damaged("a row's data key is not there"))?;
        let value = cipher.open_row(&row.about(), row.value.clone());
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

//! Rows as SQLite holds them, in two tables with the same columns.
//!
//! `queued` has what [`Op::Append`](store::Op::Append) made, in the order in which it came: its
//! primary key is the number at the end of the row's key. `rows` has every other row, by its key.
//! Both lag behind the table `redo`.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, Row, types::Value};
use store::Key;
use vocab::limits::MAX_ROW_KEY;

use crate::{changes::Change, seal::About};

/// The two tables, in the order in which they are looked through.
pub(crate) const TABLES: [&str; 2] = ["rows", "queued"];

/// A row as the file has it: its value is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) key: Vec<u8>,
    pub(crate) revision: i64,
    pub(crate) class: i64,
    pub(crate) expires: Option<i64>,
    pub(crate) data_key: u32,
    pub(crate) value: Vec<u8>,
}

/// The columns that make [`Columns`], in their order.
pub(crate) const COLUMNS: &str = "key, revision, class, expires, data_key, value";

impl Columns {
    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            revision: row.get(1)?,
            class: row.get(2)?,
            expires: row.get(3)?,
            data_key: row.get(4)?,
            value: row.get(5)?,
        })
    }

    pub(crate) fn about(&self) -> About<'_> {
        let Self { key, revision, class, expires, .. } = self;
        About { key, revision: *revision, class: *class, expires: *expires }
    }
}

/// The number of a queue's row, if `key` can be one: numbers up to `last` were given.
pub(crate) fn number(key: &Key, last: u64) -> Option<i64> {
    let number = key.last_number().filter(|number| (1..=last).contains(number))?;
    i64::try_from(number).ok()
}

/// Revision and expiry of the row `key`.
pub(crate) fn standing(
    connection: &Connection,
    key: &Key,
    number: Option<i64>,
) -> rusqlite::Result<Option<(i64, Option<i64>)>> {
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    if let Some(number) = number {
        let mut statement = connection.prepare_cached(
            "SELECT revision, expires FROM queued WHERE number = ?1 AND key = ?2",
        )?;
        let found = statement.query_row((number, key.as_bytes()), columns).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let mut statement =
        connection.prepare_cached("SELECT revision, expires FROM rows WHERE key = ?1")?;
    statement.query_row([key.as_bytes()], columns).optional()
}

/// The row `key`, readable or not.
pub(crate) fn get(
    connection: &Connection,
    key: &Key,
    number: Option<i64>,
) -> rusqlite::Result<Option<Columns>> {
    if let Some(number) = number {
        let mut statement = connection.prepare_cached(
            "SELECT key, revision, class, expires, data_key, value FROM queued
             WHERE number = ?1 AND key = ?2",
        )?;
        let found = statement.query_row((number, key.as_bytes()), Columns::of).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let mut statement = connection.prepare_cached(
        "SELECT key, revision, class, expires, data_key, value FROM rows WHERE key = ?1",
    )?;
    statement.query_row([key.as_bytes()], Columns::of).optional()
}

/// Writes a row over the one that is there, if any.
pub(crate) fn put(
    connection: &Connection,
    row: &Columns,
    number: Option<i64>,
) -> rusqlite::Result<()> {
    let Columns { key, revision, class, expires, data_key, value } = row;
    if let Some(number) = number {
        let mut statement = connection.prepare_cached(
            "UPDATE queued SET revision = ?3, class = ?4, expires = ?5, data_key = ?6, value = ?7
             WHERE number = ?1 AND key = ?2",
        )?;
        let changed =
            statement.execute((number, key, revision, class, expires, data_key, value))?;
        if changed > 0 {
            return Ok(());
        }
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO rows (key, revision, class, expires, data_key, value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, class = excluded.class,
         expires = excluded.expires, data_key = excluded.data_key, value = excluded.value",
    )?;
    statement.execute((key, revision, class, expires, data_key, value)).map(drop)
}

/// Adds a row at the end of its queue.
pub(crate) fn append(connection: &Connection, number: i64, row: &Columns) -> rusqlite::Result<()> {
    let Columns { key, revision, class, expires, data_key, value } = row;
    let mut statement = connection.prepare_cached(
        "INSERT INTO queued (number, key, revision, class, expires, data_key, value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    statement.execute((number, key, revision, class, expires, data_key, value)).map(drop)
}

/// Removes a row if it is there.
pub(crate) fn delete(
    connection: &Connection,
    key: &Key,
    number: Option<i64>,
) -> rusqlite::Result<()> {
    if let Some(number) = number {
        let mut statement =
            connection.prepare_cached("DELETE FROM queued WHERE number = ?1 AND key = ?2")?;
        if statement.execute((number, key.as_bytes()))? > 0 {
            return Ok(());
        }
    }
    let mut statement = connection.prepare_cached("DELETE FROM rows WHERE key = ?1")?;
    statement.execute([key.as_bytes()]).map(drop)
}

/// A range of keys: from the first, included, to the second, excluded.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Range {
    /// The first key in it, and the first behind it.
    pub(crate) fn keys(&self) -> (Key, Key) {
        (Key::from_bytes(self.from.clone()), Key::from_bytes(self.to.clone()))
    }

    /// Keys that begin with `prefix` and sort after `after`.
    pub(crate) fn under(prefix: &Key, after: Option<&Key>) -> Self {
        let from = match after.filter(|after| *after >= prefix) {
            Some(after) => after.clone().with(&[0]),
            None => prefix.clone(),
        };
        Self { from: from.as_bytes().to_vec(), to: behind(prefix.as_bytes()) }
    }
}

/// The first bytes that sort behind everything that begins with `prefix`.
fn behind(prefix: &[u8]) -> Vec<u8> {
    let kept = prefix.iter().rposition(|byte| *byte < u8::MAX);
    let mut bytes = prefix.get(..=kept.unwrap_or(usize::MAX - 1)).unwrap_or_default().to_vec();
    match bytes.last_mut() {
        Some(last) => *last = last.saturating_add(1),
        // No key is as long as this.
        None => bytes = vec![u8::MAX; MAX_ROW_KEY.saturating_add(1)],
    }
    bytes
}

/// Readable rows of a range, in the order of their keys, at most `limit`.
pub(crate) fn scan(
    connection: &Connection,
    range: &Range,
    now: i64,
    limit: usize,
) -> rusqlite::Result<Vec<Columns>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    // The key decides, not the expiry: `+` keeps the planner from the other index.
    let mut rows = Vec::new();
    for sql in [
        "SELECT key, revision, class, expires, data_key, value FROM rows
         WHERE key >= ?1 AND key < ?2 AND (+expires IS NULL OR +expires > ?3)
         ORDER BY key LIMIT ?4",
        "SELECT key, revision, class, expires, data_key, value FROM queued INDEXED BY queued_key
         WHERE key >= ?1 AND key < ?2 AND (+expires IS NULL OR +expires > ?3)
         ORDER BY key LIMIT ?4",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map((&range.from, &range.to, now, most), Columns::of)?;
        for row in found {
            rows.push(row?);
        }
    }
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows.truncate(limit);
    Ok(rows)
}

/// How many rows of each class are over at `now`, by the number of the class.
pub(crate) fn count_expired(
    connection: &Connection,
    now: i64,
) -> rusqlite::Result<Vec<(i64, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT class, count(*) FROM (
             SELECT class FROM rows WHERE expires <= ?1
             UNION ALL SELECT class FROM queued WHERE expires <= ?1
         ) GROUP BY class ORDER BY class",
    )?;
    let found = statement.query_map([now], |row| {
        let count: i64 = row.get(1)?;
        Ok((row.get(0)?, count.unsigned_abs()))
    })?;
    found.collect()
}

/// Removes every row that is over at `now`.
pub(crate) fn delete_expired(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    for sql in ["DELETE FROM rows WHERE expires <= ?1", "DELETE FROM queued WHERE expires <= ?1"] {
        connection.prepare_cached(sql)?.execute([now])?;
    }
    Ok(())
}

/// The earliest expiry of a row that `is_older` does not know to have changed.
pub(crate) fn next_expiry(
    connection: &Connection,
    is_older: &dyn Fn(Key) -> bool,
) -> rusqlite::Result<Option<i64>> {
    let mut next = None;
    for sql in [
        "SELECT expires, key FROM rows WHERE expires IS NOT NULL ORDER BY expires",
        "SELECT expires, key FROM queued WHERE expires IS NOT NULL ORDER BY expires",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            if !is_older(Key::from_bytes(row.get(1)?)) {
                next = next.into_iter().chain([row.get(0)?]).min();
                break;
            }
        }
    }
    Ok(next)
}

/// Every row as it is after `changes`, table by table, and behind these what is in neither yet. The
/// number is that of a queue's row.
pub(crate) fn each<E: From<rusqlite::Error>>(
    connection: &Connection,
    changes: &BTreeMap<Key, Change>,
    visit: &mut dyn FnMut(&'static str, Columns, Option<i64>) -> Result<(), E>,
) -> Result<(), E> {
    let mut seen = BTreeSet::new();
    for table in TABLES {
        let number = if table == "queued" { "number" } else { "NULL" };
        let mut statement =
            connection.prepare(&format!("SELECT {COLUMNS}, {number} FROM {table} ORDER BY key"))?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let number: Option<i64> = match row.get(6)? {
                Value::Integer(number) => Some(number),
                Value::Null | Value::Real(_) | Value::Text(_) | Value::Blob(_) => None,
            };
            let columns = Columns::of(row)?;
            let found = changes.get_key_value(&Key::from_bytes(columns.key.clone()));
            let Some((key, change)) = found else {
                visit(table, columns, number)?;
                continue;
            };
            if let Some(columns) = &change.row {
                visit(table, columns.clone(), number)?;
            }
            seen.insert(key);
        }
    }
    for (key, change) in changes {
        if let Some(columns) = change.row.as_ref().filter(|_| !seen.contains(key)) {
            visit("redo", columns.clone(), change.number)?;
        }
    }
    Ok(())
}

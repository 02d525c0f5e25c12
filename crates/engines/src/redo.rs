//! The table `redo`: what has changed since `rows` and `queued` were last brought up to date, one
//! row for each change, in the order in which they became durable.
//!
//! It grows at its end alone, so that a commit writes the few pages there, and not a page for each
//! row and each index that it changes.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, types::Null};
use store::Key;

use crate::{changes::Change, tables::Columns};

/// Adds what has become of a row: `None` where no table has it and none is to have it.
pub(crate) fn add(
    connection: &Connection,
    key: &Key,
    change: Option<&Change>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO redo (key, number, revision, class, expires, data_key, value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    match change.and_then(|change| Some((change.number, change.row.as_ref()?))) {
        Some((number, Columns { key, revision, class, expires, data_key, value })) => {
            statement.execute((key, number, revision, class, expires, data_key, value)).map(drop)
        }
        None => {
            let none = Null;
            statement.execute((key.as_bytes(), none, none, none, none, none, none)).map(drop)
        }
    }
}

/// Nothing is left to be done again.
pub(crate) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM redo")?.execute(()).map(drop)
}

/// What there is, the newest of each row; nothing in a store from before there was such a table.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<BTreeMap<Key, Change>> {
    let mut changes: BTreeMap<Key, Change> = BTreeMap::new();
    if !is_there(connection)? {
        return Ok(changes);
    }
    let mut statement = connection.prepare(
        "SELECT key, revision, class, expires, data_key, value, number FROM redo ORDER BY place",
    )?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let key = Key::from_bytes(row.get(0)?);
        let is_there = row.get::<_, Option<i64>>(1)?.is_some();
        let columns = is_there.then(|| Columns::of(row)).transpose()?;
        let number: Option<i64> = row.get(6)?;
        let number = number.or_else(|| changes.get(&key).and_then(|change| change.number));
        // What a queue gave since is in no table; of all else an older state may be.
        let change = Change { row: columns, number, is_older: number.is_none() };
        if change.row.is_none() && !change.is_older {
            changes.remove(&key);
        } else {
            changes.insert(key, change);
        }
    }
    Ok(changes)
}

/// The newest number of a queue in it, or 0, and how many values it has.
pub(crate) fn counts(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    if !is_there(connection)? {
        return Ok((0, 0));
    }
    let sql = "SELECT coalesce(max(number), 0), count(value) FROM redo";
    connection.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))
}

fn is_there(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE name = 'redo'";
    Ok(connection.query_row(sql, (), |_| Ok(())).optional()?.is_some())
}

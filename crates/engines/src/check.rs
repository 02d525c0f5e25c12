//! Looks through a whole store and says what is wrong with it, and where.

use std::{collections::BTreeMap, fmt, path::Path};

use store::Key;
use vocab::{UnixMicros, limits::SWEEP_INTERVAL};

use crate::{
    error::OpenError,
    folder::Folder,
    keyring::{Keyring, RootKey},
    redo, schema,
    sqlite::{class, moment, read_counts},
    tables::{self, Columns},
};

/// Something that is wrong with a store.
#[non_exhaustive]
#[derive(Debug)]
pub enum Finding {
    /// It cannot be opened at all.
    NotOpened(OpenError),
    /// SQLite finds the file damaged; its words.
    Database(String),
    /// Rows are sealed with a data key that is not in the keyring: they are lost.
    KeyMissing {
        /// The data key.
        data_key: u32,
        /// How many rows.
        rows: u64,
    },
    /// A value is not the one that was written for this row, revision, class and expiry.
    ValueDoesNotOpen(Place),
    /// A class that this program does not know.
    UnknownClass {
        /// The row.
        place: Place,
        /// Its class.
        class: i64,
    },
    /// A queue's row whose key does not end with its number: it would be read in another order.
    QueueOrder {
        /// The row.
        place: Place,
        /// Its number.
        number: i64,
    },
    /// A queue's row has a number that no queue gave yet: it would be given twice.
    NumberNotGiven {
        /// The row.
        place: Place,
        /// Its number.
        number: i64,
        /// The newest number that was given.
        last: i64,
    },
    /// A row that a sweep should have removed.
    Expired {
        /// The row.
        place: Place,
        /// When it was over.
        expires: UnixMicros,
    },
}

/// Where a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table in the file: `rows`, `queued`, or `redo` for what is in neither yet.
    pub table: &'static str,
    /// The row's key.
    pub key: Key,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.table, self.key)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpened(error) => write!(f, "{error}"),
            Self::Database(words) => write!(f, "the database is damaged: {words}"),
            Self::KeyMissing { data_key, rows } => {
                write!(f, "data key {data_key} is not in the keyring; it sealed {rows} rows")
            }
            Self::ValueDoesNotOpen(place) => {
                write!(f, "{place}: the value is not the one that was written here")
            }
            Self::UnknownClass { place, class } => write!(f, "{place}: no data class {class}"),
            Self::QueueOrder { place, number } => {
                write!(f, "{place}: the key does not end with the row's number {number}")
            }
            Self::NumberNotGiven { place, number, last } => {
                write!(f, "{place}: the row's number is {number}; queues have given up to {last}")
            }
            Self::Expired { place, expires } => {
                write!(f, "{place}: was over at {} µs and is still there", expires.0)
            }
        }
    }
}

/// Looks through the store in `folder`, which nobody may have open, and opens every value. Changes
/// nothing. A store is whole where there are no findings.
///
/// What it cannot find: a row that is missing as a whole, and one that stands as an older state of
/// the same row had it.
pub fn check(folder: &Path, root: &RootKey, now: UnixMicros) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Look::new(folder, root, now) {
        Err(error) => findings.push(Finding::NotOpened(error)),
        Ok(mut look) => {
            if let Err(error) = look.through(&mut findings) {
                findings.push(Finding::Database(error.to_string()));
            }
            let missing = look.missing.into_iter();
            findings.extend(missing.map(|(data_key, rows)| Finding::KeyMissing { data_key, rows }));
        }
    }
    findings
}

struct Look {
    connection: rusqlite::Connection,
    keyring: Keyring,
    /// Rows by data key that is not there.
    missing: BTreeMap<u32, u64>,
    now: UnixMicros,
    _lock: crate::folder::Lock,
}

impl Look {
    fn new(folder: &Path, root: &RootKey, now: UnixMicros) -> Result<Self, OpenError> {
        let folder = Folder::at(folder);
        let path = folder.database();
        if !path.exists() {
            return Err(OpenError::DatabaseMissing { path });
        }
        let lock = folder.lock()?;
        let keyring = Keyring::open(&folder, root)?;
        let connection = schema::open_to_read(&path)?;
        Ok(Self { connection, keyring, missing: BTreeMap::new(), now, _lock: lock })
    }

    fn through(&mut self, findings: &mut Vec<Finding>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        for words in statement.query_map((), |row| row.get::<_, String>(0))? {
            let words = words?;
            if words != "ok" {
                findings.push(Finding::Database(words));
            }
        }
        drop(statement);
        let last = read_counts(&self.connection)?.last_number.cast_signed();
        let Self { connection, keyring, missing, now, .. } = self;
        let mut visit = |table, row: Columns, number| -> rusqlite::Result<()> {
            let place = Place { table, key: Key::from_bytes(row.key.clone()) };
            findings.extend(at_row(&place, &row, number, last, *now));
            match keyring.get(row.data_key) {
                None => {
                    let rows = missing.entry(row.data_key).or_default();
                    *rows = rows.saturating_add(1);
                }
                Some(cipher) if cipher.open_row(&row.about(), row.value.clone()).is_none() => {
                    findings.push(Finding::ValueDoesNotOpen(place));
                }
                Some(_) => {}
            }
            Ok(())
        };
        tables::each(connection, &redo::load(connection)?, &mut visit)
    }
}

/// What is wrong with a row beside its value.
fn at_row(
    place: &Place,
    row: &Columns,
    number: Option<i64>,
    last: i64,
    now: UnixMicros,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = || place.clone();
    if class(row.class).is_none() {
        findings.push(Finding::UnknownClass { place: place(), class: row.class });
    }
    if let Some(number) = number {
        if place().key.last_number() != Some(number.cast_unsigned()) {
            findings.push(Finding::QueueOrder { place: place(), number });
        }
        if number > last {
            findings.push(Finding::NumberNotGiven { place: place(), number, last });
        }
    }
    if let Some(end) = row.expires {
        let expires = UnixMicros(end.unsigned_abs());
        if moment(expires.after(SWEEP_INTERVAL)) < moment(now) {
            findings.push(Finding::Expired { place: place(), expires });
        }
    }
    findings
}

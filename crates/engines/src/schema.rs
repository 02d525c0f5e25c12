//! What lies in the database file, and how an older one becomes it.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{error::OpenError, folder};

/// Marks a database as a store of Blindpost: `BPst`, at byte 68 of the file.
pub const APPLICATION_ID: i32 = 0x4250_7374;

/// The schema that this program writes, kept in the database's `user_version`.
pub const VERSION: i64 = 2;

/// The step at place `n` makes version `n + 1` of version `n`; an empty file is version 0. A step
/// that was released is never changed.
const STEPS: &[&str] = &[
    "
    CREATE TABLE store (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        last_number INTEGER NOT NULL,
        sealed INTEGER NOT NULL
    ) STRICT;
    INSERT INTO store VALUES (1, 0, 0);
    CREATE TABLE rows (
        key BLOB NOT NULL PRIMARY KEY,
        revision INTEGER NOT NULL,
        class INTEGER NOT NULL,
        expires INTEGER,
        data_key INTEGER NOT NULL,
        value BLOB NOT NULL
    ) STRICT;
    CREATE INDEX rows_expires ON rows (expires) WHERE expires IS NOT NULL;
    CREATE TABLE queued (
        number INTEGER PRIMARY KEY,
        key BLOB NOT NULL,
        revision INTEGER NOT NULL,
        class INTEGER NOT NULL,
        expires INTEGER,
        data_key INTEGER NOT NULL,
        value BLOB NOT NULL
    ) STRICT;
    CREATE INDEX queued_key ON queued (key);
    CREATE INDEX queued_expires ON queued (expires) WHERE expires IS NOT NULL;
",
    "
    CREATE TABLE redo (
        place INTEGER PRIMARY KEY,
        key BLOB NOT NULL,
        number INTEGER,
        revision INTEGER,
        class INTEGER,
        expires INTEGER,
        data_key INTEGER,
        value BLOB
    ) STRICT;
",
];

/// Bytes of a page of the database.
pub(crate) const PAGE_SIZE: usize = 8_192;

/// For every connection to a store.
///
/// Page size and checkpoint interval are those of `docs/reference/store.md`, measured. What is
/// deleted is overwritten with zeros. Nothing is written to temporary files.
const SETTINGS: &str = "
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 16384;
    PRAGMA cache_size = -65536;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
";

/// Opens the database at `path`, which may be new, and brings it to [`VERSION`].
pub(crate) fn open(path: &Path) -> Result<Connection, OpenError> {
    folder::make_private(path)?;
    open_with(path, SETTINGS, STEPS)
}

/// A new database at `path`, to be filled with a copy in one transaction. It is no store until that
/// is done, so nothing is kept to undo it; its log is an opened store's matter.
pub(crate) fn create(path: &Path) -> Result<Connection, OpenError> {
    folder::make_private(path)?;
    let settings = "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;";
    open_with(path, settings, STEPS)
}

/// Opens a database with `settings`, and takes it to the last of `steps`.
pub(crate) fn open_with(
    path: &Path,
    settings: &str,
    steps: &[&str],
) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let to_error = |source| OpenError::of(path.to_path_buf(), source);
    let mut connection = Connection::open_with_flags(path, flags).map_err(to_error)?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found = version(&connection, path, known)?;
    connection.execute_batch(settings).map_err(to_error)?;
    connection.set_prepared_statement_cache_capacity(64);
    // A statement keeps its plan whatever is bound to it; else each scan is compiled anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(to_error)?;
    // Only a copy under way holds anything, and nobody is to wait for that.
    connection.busy_timeout(Duration::ZERO).map_err(to_error)?;
    migrate(&mut connection, path, found, steps)?;
    Ok(connection)
}

/// Opens a database that is only to be looked at.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let to_error = |source| OpenError::of(path.to_path_buf(), source);
    let connection = Connection::open_with_flags(path, flags).map_err(to_error)?;
    connection.execute_batch("PRAGMA query_only = ON;").map_err(to_error)?;
    version(&connection, path, VERSION)?;
    Ok(connection)
}

/// Whether the database at `path` holds anything that a keyring is needed for.
pub(crate) fn has_rows(path: &Path) -> Result<bool, OpenError> {
    let connection = open_to_read(path)?;
    if version(&connection, path, VERSION)? == 0 {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM rows) OR EXISTS (SELECT 1 FROM queued)";
    let found = connection.query_row(sql, (), |row| row.get(0));
    found.map_err(|source| OpenError::of(path.to_path_buf(), source))
}

/// A number that the header of the database holds.
pub(crate) fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA {pragma}"), (), |row| row.get(0))
}

/// Which version the database has; refused unless it is ours or empty, and not newer than `known`.
fn version(connection: &Connection, path: &Path, known: i64) -> Result<i64, OpenError> {
    let to_error = |source| OpenError::of(path.to_path_buf(), source);
    let found = number(connection, "user_version").map_err(to_error)?;
    let application_id = number(connection, "application_id").map_err(to_error)?;
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)";
    let is_empty = connection.query_row(sql, (), |row| row.get(0)).map_err(to_error)?;
    if application_id == 0 && found == 0 && is_empty {
        return Ok(0);
    }
    if application_id != i64::from(APPLICATION_ID) {
        // SQLite keeps it in 32 bits.
        let application_id = i32::try_from(application_id).unwrap_or_default();
        return Err(OpenError::OtherApplication { path: path.to_path_buf(), application_id });
    }
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    Ok(found)
}

/// Takes the steps that the database lacks, each as a whole.
fn migrate(
    connection: &mut Connection,
    path: &Path,
    found: i64,
    steps: &[&str],
) -> Result<(), OpenError> {
    let to_error = |source| OpenError::of(path.to_path_buf(), source);
    for (next, step) in (1_i64..).zip(steps) {
        if next > found {
            let transaction = connection.transaction().map_err(to_error)?;
            transaction.execute_batch(step).map_err(to_error)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(to_error)?;
            transaction.pragma_update(None, "user_version", next).map_err(to_error)?;
            transaction.commit().map_err(to_error)?;
        }
    }
    Ok(())
}

//! Copies of a store: a back-up while it is in use, and a restore of one.
//!
//! Both write row by row what is to be in the copy, so that what is left out never touches the
//! copy's disk. Values stay sealed on the way: no key is needed.

use std::{
    fs::{self, File},
    path::Path,
};

use rusqlite::Connection;
use store::Key;
use vocab::UnixMicros;

use crate::{
    error::{CopyError, OpenError},
    folder::{Folder, at},
    redo, schema,
    sqlite::{Counts, Sqlite, moment, read_counts},
    tables,
};

/// How far a restore sets queue numbers forward: numbers given after the back-up are not given
/// again.
const NUMBERS_SKIPPED: i64 = 1 << 32;

/// A store as it was at one moment, to be copied: on any thread, while the store goes on.
///
/// As long as it lives, the log is not emptied; so copy and drop it.
#[derive(Debug)]
pub struct Source {
    connection: Connection,
    folder: Folder,
    keyring: Vec<u8>,
}

impl Sqlite {
    /// What is durable in the store at this moment.
    ///
    /// # Errors
    ///
    /// It could not be read.
    pub fn source(&self) -> Result<Source, OpenError> {
        Source::of(self.folder().clone())
    }
}

impl Source {
    fn of(folder: Folder) -> Result<Self, OpenError> {
        let (path, keyring) = (folder.database(), folder.keyring());
        if !path.exists() {
            return Err(OpenError::DatabaseMissing { path });
        }
        let connection = schema::open_to_read(&path)?;
        // From the first read on it sees this moment alone.
        let begun = connection.execute_batch("BEGIN; SELECT count(*) FROM store;");
        begun.map_err(|source| OpenError::of(path, source))?;
        let keyring = fs::read(&keyring).map_err(at(&keyring))?;
        Ok(Self { connection, folder, keyring })
    }

    /// Writes a back-up into the folder `to`, which must not hold a store: every row but those that
    /// are over at `now` and those that `leave_out` says. How many rows it has.
    ///
    /// Leave out the tables of the keys that content is sealed with (`day` and `mkey` of the Cloud
    /// API): then no copy of such content opens after its keys are gone from the store itself.
    ///
    /// # Errors
    ///
    /// Why there is no back-up; what was written of it is no store.
    pub fn back_up(
        &self,
        to: &Path,
        leave_out: impl Fn(&Key) -> bool,
        now: UnixMicros,
    ) -> Result<u64, CopyError> {
        self.copy(&Folder::at(to), &leave_out, now, 0)
    }

    fn copy(
        &self,
        to: &Folder,
        leave_out: &dyn Fn(&Key) -> bool,
        now: UnixMicros,
        numbers_skipped: i64,
    ) -> Result<u64, CopyError> {
        to.create()?;
        let _lock = to.lock()?;
        for path in [to.database(), to.keyring()] {
            if path.exists() {
                return Err(CopyError::Exists { path });
            }
        }
        let growing = to.growing();
        if growing.exists() {
            fs::remove_file(&growing).map_err(at(&growing))?;
        }
        let target = schema::create(&growing)?;
        let now = moment(now);
        let is_kept = |key: &[u8], expires: Option<i64>| {
            expires.is_none_or(|end| now < end) && !leave_out(&Key::from_bytes(key.to_vec()))
        };
        let count = self.copy_rows(&target, &is_kept, numbers_skipped);
        let count = count.map_err(|source| OpenError::of(self.folder.database(), source))?;
        drop(target);
        File::open(&growing).and_then(|file| file.sync_all()).map_err(at(&growing))?;
        // The database comes last: without it, this is no store.
        to.replace(&to.keyring(), &self.keyring)?;
        fs::rename(&growing, to.database()).map_err(at(&growing))?;
        to.sync_names()?;
        Ok(count)
    }

    fn copy_rows(
        &self,
        target: &Connection,
        is_kept: &dyn Fn(&[u8], Option<i64>) -> bool,
        numbers_skipped: i64,
    ) -> rusqlite::Result<u64> {
        let Counts { last_number, sealed } = read_counts(&self.connection)?;
        let (last_number, sealed) = (last_number.cast_signed(), sealed.cast_signed());
        let last_number = last_number.saturating_add(numbers_skipped);
        target.execute_batch("BEGIN")?;
        target.execute("UPDATE store SET last_number = ?1, sealed = ?2", (last_number, sealed))?;
        let mut count: u64 = 0;
        let mut take = |_, row: tables::Columns, number| -> rusqlite::Result<()> {
            if !is_kept(&row.key, row.expires) {
                return Ok(());
            }
            count = count.saturating_add(1);
            match number {
                Some(number) => tables::append(target, number, &row),
                None => tables::put(target, &row, None),
            }
        };
        tables::each(&self.connection, &redo::load(&self.connection)?, &mut take)?;
        target.execute_batch("COMMIT")?;
        Ok(count)
    }
}

/// Writes a back-up of the store in `from`, which nobody has open, into the folder `to`; as
/// [`Source::back_up`].
///
/// # Errors
///
/// Why there is no back-up; what was written of it is no store.
pub fn back_up(
    from: &Path,
    to: &Path,
    leave_out: impl Fn(&Key) -> bool,
    now: UnixMicros,
) -> Result<u64, CopyError> {
    let from = Folder::at(from);
    let _lock = from.lock()?;
    Source::of(from)?.back_up(to, leave_out, now)
}

/// Makes a store in the folder `to` from the back-up in `from`. Rows that are over at `now` are not
/// in it. How many rows it has. Its queues go on with numbers that the store before cannot have
/// given.
///
/// # Errors
///
/// Why there is no store; [`CopyError::Exists`] where there is one already.
pub fn restore(from: &Path, to: &Path, now: UnixMicros) -> Result<u64, CopyError> {
    let from = Folder::at(from);
    let path = from.keyring();
    if !path.exists() {
        return Err(OpenError::KeyringMissing { path }.into());
    }
    Source::of(from)?.copy(&Folder::at(to), &|_| false, now, NUMBERS_SKIPPED)
}

//! Copies of a store: a back-up while it is in use, and a restore of one.
//!
//! Both write row by row what is to be in the copy, so that what is left out never touches the
//! copy's disk. Values stay sealed on the way: no key is needed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
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
/// How often several stores are looked at until none of them changes meanwhile. A look takes less
/// than a millisecond, and a commit with its sync mostly more than one.
const LOOKS: usize = 10_000;

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
        let path = folder.database();
        if !path.exists() {
            return Err(OpenError::DatabaseMissing { path });
        }
        let mut source =
            Self { connection: schema::open_to_read(&path)?, folder, keyring: Vec::new() };
        source.look()?;
        Ok(source)
    }

    /// From now on it is the store as it is now.
    fn look(&mut self) -> Result<(), OpenError> {
        let connection = &self.connection;
        let ended = match connection.is_autocommit() {
            true => Ok(()),
            false => connection.execute_batch("ROLLBACK"),
        };
        // From the first read on it sees this moment alone.
        let begun =
            ended.and_then(|()| connection.execute_batch("BEGIN; SELECT count(*) FROM store;"));
        begun.map_err(|source| OpenError::of(self.folder.database(), source))?;
        // A key goes after the commit that sealed the last of its rows anew: what this moment has
        // needs none that is gone.
        let path = self.folder.keyring();
        self.keyring = fs::read(&path).map_err(at(&path))?;
        Ok(())
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

/// The stores in these folders, as all of them were at one and the same moment. Any process may
/// have them open and go on; what spans several of them is in all of these or in none.
///
/// # Errors
///
/// One of them could not be read, or [`CopyError::Restless`].
pub fn sources(folders: &[PathBuf]) -> Result<Vec<Source>, CopyError> {
    at_one_moment(folders, &mut || ())
}

/// The same; `between` is called before each look.
fn at_one_moment(folders: &[PathBuf], between: &mut dyn FnMut()) -> Result<Vec<Source>, CopyError> {
    let mut watched = Vec::new();
    for path in folders {
        let folder = Folder::at(path);
        let both = Source::of(folder.clone()).and_then(|source| Ok((source, Watch::on(folder)?)));
        watched.push(both.map_err(|why| CopyError::at(path, why))?);
    }
    let state = |watched: &[(Source, Watch)]| {
        let states = watched.iter().map(|(_, watch)| watch.state());
        states.collect::<Result<Vec<i64>, _>>()
    };
    for _ in 0..LOOKS {
        let before = state(&watched)?;
        for (source, _) in &mut watched {
            between();
            source.look()?;
        }
        if state(&watched)? == before {
            return Ok(watched.into_iter().map(|(source, _)| source).collect());
        }
        // Whoever writes is given the processor: it has something to do.
        std::thread::yield_now();
    }
    Err(CopyError::Restless)
}

/// Sees whether a store changes.
struct Watch {
    connection: Connection,
    path: PathBuf,
}

impl Watch {
    fn on(folder: Folder) -> Result<Self, OpenError> {
        let path = folder.database();
        Ok(Self { connection: schema::open_to_read(&path)?, path })
    }

    /// A number that is another one once anybody has committed.
    fn state(&self) -> Result<i64, OpenError> {
        let number = schema::number(&self.connection, "data_version");
        number.map_err(|source| OpenError::of(self.path.clone(), source))
    }
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
    use rusqlite::Connection;
    use zeroize::Zeroizing;

    use super::{at_one_moment, read_counts};
    use crate::{CopyError, RootKey, Sqlite};

    /// Two stores, and what somebody does to each who has it open.
    fn two() -> (tempfile::TempDir, [PathBuf; 2], [Connection; 2]) {
        let scratch = tempfile::tempdir().unwrap();
        let folders = ["a", "b"].map(|name| scratch.path().join(name));
        let others = folders.each_ref().map(|folder| {
            let root = RootKey::new(&Zeroizing::new([7; 32]));
            drop(Sqlite::open(folder, root, Box::new(ChaCha20Rng::seed_from_u64(1))).unwrap());
            Connection::open(folder.join(crate::DATABASE)).unwrap()
        });
        (scratch, folders, others)
    }

    fn change(store: &Connection) {
        store.execute("UPDATE store SET sealed = sealed + 1", ()).unwrap();
    }

    #[test]
    fn stores_that_change_between_two_looks_are_looked_at_again() {
        let (_scratch, folders, [a, b]) = two();
        let mut looks = 0;
        let sources = at_one_moment(&folders, &mut || {
            looks += 1;
            if looks == 2 {
                // After the look at the first: a moment with the second change alone never was.
                change(&a);
                change(&b);
            }
        });
        let sources = sources.unwrap().into_iter();
        let counts = sources.map(|source| read_counts(&source.connection).unwrap());
        let sealed: Vec<u64> = counts.map(|counts| counts.sealed).collect();
        assert_eq!((sealed, looks), (vec![1, 1], 4));
    }

    #[test]
    fn stores_that_never_rest_are_given_up() {
        let (_scratch, folders, [a, _b]) = two();
        a.execute_batch("PRAGMA synchronous = OFF").unwrap();
        let outcome = at_one_moment(&folders, &mut || change(&a));
        assert!(matches!(outcome, Err(CopyError::Restless)), "{outcome:?}");
    }
}

//! The engine: one connection that writes, one transaction of SQLite for all that is not synced.

use core::fmt;
use std::path::Path;

use rand_core::CryptoRng;
use rusqlite::Connection;
use store::{Answer, Engine, Key, RawRow, Refusal, Revision, Transaction};
use vocab::{DataClass, UnixMicros};

use crate::{
    changes::Changes,
    error::{OpenError, Trouble},
    folder::{Folder, Lock, at},
    keyring::{Keyring, RootKey},
    redo, schema,
    scrub::Scrubber,
    standings::Standings,
    tables::{self, Columns},
};

mod rotation;
mod syncing;
mod transact;

pub use self::rotation::Resealed;

type Listener = Box<dyn FnMut(&Trouble) + Send>;

/// A store in a folder. It is open in one process at a time.
///
/// A row's value is sealed at rest, its key is not: keys name people by keyed hashes alone.
pub struct Sqlite {
    connection: Connection,
    /// Closed after the connection.
    scrubber: Scrubber,
    keyring: Keyring,
    root: RootKey,
    rng: Box<dyn CryptoRng + Send>,
    folder: Folder,
    counts: Counts,
    /// The same as of the last sync.
    durable: Counts,
    /// What the tables do not have yet.
    changes: Changes,
    /// How rows stand, durable or not.
    standings: Standings,
    /// Whether SQLite has a transaction open.
    begun: bool,
    /// Why everything since the last sync was undone, until a sync says so.
    lost: Option<Refusal>,
    /// Whether the log still has pages from before a sweep.
    swept: bool,
    /// Whether anything was written since the file was last looked through for what it left.
    changed: bool,
    read_only: bool,
    trouble: Option<Trouble>,
    /// Who is told of trouble.
    listener: Option<Listener>,
    /// How far the old keys' rows were looked through.
    pass: rotation::Pass,
    /// Released last.
    _lock: Lock,
}

/// What is counted in the table `store`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// The newest number that a queue gave. One counter serves all queues.
    pub(crate) last_number: u64,
    /// Values sealed with the key in use.
    pub(crate) sealed: u64,
}

impl Sqlite {
    /// Opens the store in `folder`, which is made if there is none, and brings an older one up to
    /// date. `rng` makes data keys and nonces: whoever can guess it reads the store.
    ///
    /// # Errors
    ///
    /// Why it was not opened; then nothing of it was changed.
    pub fn open(
        folder: &Path,
        root: RootKey,
        mut rng: Box<dyn CryptoRng + Send>,
    ) -> Result<Self, OpenError> {
        let folder = Folder::at(folder);
        folder.create()?;
        let lock = folder.lock()?;
        let database = folder.database();
        let keyring = match (is_there(&database), folder.keyring().exists()) {
            (false, true) => return Err(OpenError::DatabaseMissing { path: database }),
            (true, false) if schema::has_rows(&database)? => {
                return Err(OpenError::KeyringMissing { path: folder.keyring() });
            }
            (_, false) => None,
            (true, true) => Some(Keyring::open(&folder, &root)?),
        };
        let connection = schema::open(&database)?;
        let keyring = match keyring {
            Some(keyring) => keyring,
            None => Keyring::create(&folder, &root, &mut *rng)?,
        };
        folder.sync_names()?;
        let read =
            read_counts(&connection).and_then(|counts| Ok((counts, redo::load(&connection)?)));
        let (counts, changes) = read.map_err(|source| OpenError::of(database.clone(), source))?;
        let scrubber = Scrubber::open(&database, schema::PAGE_SIZE).map_err(at(&database))?;
        Ok(Self {
            connection,
            scrubber,
            keyring,
            root,
            rng,
            folder,
            counts,
            durable: counts,
            changes: Changes::durable(changes),
            standings: Standings::default(),
            begun: false,
            lost: None,
            swept: false,
            // What an earlier process left is looked through too.
            changed: true,
            read_only: false,
            trouble: None,
            listener: None,
            pass: rotation::Pass::default(),
            _lock: lock,
        })
    }

    /// From now on refuses whatever would change a row with [`Refusal::ReadOnly`], or no longer.
    pub const fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Lets the database grow to about `bytes`, in whole pages, the log apart; what would make it
    /// longer is refused with [`Refusal::Full`].
    ///
    /// # Errors
    ///
    /// What SQLite said.
    pub fn set_capacity(&mut self, bytes: u64) -> Result<(), Trouble> {
        let size: i64 = self.connection.query_row("PRAGMA page_size", (), |row| row.get(0))?;
        let pages = bytes.checked_div(size.unsigned_abs()).unwrap_or_default().max(1);
        let sql = format!("PRAGMA max_page_count = {pages}");
        Ok(self.connection.query_row(&sql, (), |_| Ok(()))?)
    }

    /// Keeps so many KiB of the database's pages in memory, and no longer 64 MiB of them.
    ///
    /// # Errors
    ///
    /// What SQLite said.
    pub fn set_cache(&mut self, kib: u32) -> Result<(), Trouble> {
        // SQLite takes a number below zero for KiB, one above for pages.
        Ok(self.connection.execute_batch(&format!("PRAGMA cache_size = -{kib}"))?)
    }

    /// Tells `listener` whatever goes wrong beneath the store from now on, when it does.
    pub fn listen(&mut self, listener: impl FnMut(&Trouble) + Send + 'static) {
        self.listener = Some(Box::new(listener));
    }

    fn note(&mut self, trouble: Trouble) {
        if let Some(listener) = &mut self.listener {
            listener(&trouble);
        }
        self.trouble = Some(trouble);
    }

    /// What went wrong beneath the store the last time that something did.
    pub const fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    #[cfg(test)]
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) const fn folder(&self) -> &Folder {
        &self.folder
    }
}

impl Engine for Sqlite {
    fn apply(&mut self, transactions: &[Transaction], now: UnixMicros) -> Vec<Answer> {
        // One transaction of SQLite from the first read on, where there will be one anyhow: each
        // read outside of one takes and gives back the file. Where none can begin, whoever writes
        // hears why.
        if self.lost.is_none() && transactions.iter().any(|it| !it.is_read_only()) {
            let _heard_later = self.begin();
        }
        transactions.iter().map(|transaction| self.transact(transaction, now)).collect()
    }

    /// After a sweep it also empties the log and the unused parts of pages, so that bytes of rows
    /// that were swept, deleted or overwritten are in no file.
    ///
    /// A disk that fails while it syncs may have the batch all the same after a crash, as a whole.
    fn sync(&mut self) -> Result<(), Refusal> {
        self.make_durable()
    }

    fn sweep(&mut self, now: UnixMicros) -> Vec<(DataClass, u64)> {
        if self.lost.is_some() {
            return Vec::new();
        }
        self.swept = true;
        let swept = self.settle_and_remove(moment(now)).unwrap_or_else(|trouble| {
            let refusal = trouble.refusal;
            self.note(trouble);
            self.give_up(refusal);
            Vec::new()
        });
        swept.into_iter().filter_map(|(number, count)| Some((class(number)?, count))).collect()
    }

    fn next_expiry(&self) -> Option<UnixMicros> {
        let has_changed = |key: Key| self.changes.get(&key).is_some();
        let lying = tables::next_expiry(&self.connection, &has_changed).ok().flatten();
        let lying = lying.map(|end| UnixMicros(end.unsigned_abs()));
        lying.into_iter().chain(self.changes.next_expiry()).min()
    }

    /// Values are shown as they lie there: sealed.
    fn visit(&self, visit: &mut dyn FnMut(RawRow<'_>)) {
        let mut show = |_, row: Columns, _| -> Result<(), rusqlite::Error> {
            let key = Key::from_bytes(row.key);
            let class = class(row.class).unwrap_or(DataClass::MessageContent);
            let expires = row.expires.map(|end| UnixMicros(end.unsigned_abs()));
            let revision = Revision(row.revision.cast_unsigned());
            visit(RawRow { key: &key, revision, value: &row.value, class, expires });
            Ok(())
        };
        // What cannot be read any more has no row to show; `check` says what is wrong.
        let _shown = tables::each(&self.connection, self.changes.rows(), &mut show);
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (keys, Counts { last_number, sealed }) = (self.keyring.len(), self.counts);
        let folder = &self.folder;
        write!(f, "Sqlite({folder:?}, {keys} keys, {sealed} sealed, last number {last_number})")
    }
}

/// A file that SQLite made nothing of yet counts as none.
fn is_there(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.len() > 0)
}

/// What is counted in the table `store`, and what has come about since.
pub(crate) fn read_counts(connection: &Connection) -> rusqlite::Result<Counts> {
    let (given, values) = redo::counts(connection)?;
    connection.query_row("SELECT last_number, sealed FROM store", (), |row| {
        let (last_number, sealed): (i64, i64) = (row.get(0)?, row.get(1)?);
        let last_number = last_number.max(given).unsigned_abs();
        Ok(Counts { last_number, sealed: sealed.saturating_add(values).unsigned_abs() })
    })
}

/// The class with this number in the database.
pub(crate) fn class(number: i64) -> Option<DataClass> {
    usize::try_from(number).ok().and_then(|place| DataClass::ALL.get(place)).copied()
}

/// A moment as a column has it; beyond the year 294,000 it is the end of time.
pub(crate) fn moment(at: UnixMicros) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

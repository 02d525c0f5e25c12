//! Why a store was not opened or copied, and what SQLite said when it would not do something.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;
use store::Refusal;

/// Why a store was not opened. Nothing was changed.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open, or this one has it open already.
    #[error("{} is in use: one process at a time opens a store", folder.display())]
    InUse {
        /// The store's folder.
        folder: PathBuf,
    },
    /// A newer Blindpost wrote it.
    #[error("the store has schema version {found}; this program knows versions up to {known}")]
    Newer {
        /// The version in the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// An SQLite database of another program.
    #[error("{} is another application's ({application_id:#010x})", path.display())]
    OtherApplication {
        /// The file.
        path: PathBuf,
        /// What it says of itself.
        application_id: i32,
    },
    /// Not an SQLite database at all, or one whose first page is lost.
    #[error("{} is no SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// There is a database, and no keyring beside it: nothing in it could be read.
    #[error("the keyring {} is missing", path.display())]
    KeyringMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a keyring, and no database beside it.
    #[error("the database {} is missing", path.display())]
    DatabaseMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The keyring's text is not as it was written.
    #[error("{}:{line}: no key of a keyring", path.display())]
    KeyringMalformed {
        /// The keyring.
        path: PathBuf,
        /// The line, from one.
        line: usize,
    },
    /// Another root key wrapped it, or it was damaged.
    #[error("data key {id} does not open with this root key")]
    KeyringRefused {
        /// The data key.
        id: u32,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite would not do something, whatever it was.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl OpenError {
    /// What SQLite said about the database at `path`.
    pub(crate) fn of(path: PathBuf, source: rusqlite::Error) -> Self {
        if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            return Self::NotADatabase { path };
        }
        Self::Database { path, source }
    }
}

/// Why a back-up or a restore came to nothing.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is a store already, and it is left as it is.
    #[error("{} exists: a copy replaces nothing", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Several stores were to be copied as they are at one moment, and at every look one of them
    /// changed.
    #[error("at every look one of the stores had changed: try again when less is written to them")]
    Restless,
    /// One of several stores was not opened.
    #[error("the store in {}: {why}", folder.display())]
    One {
        /// Its folder.
        folder: PathBuf,
        /// Why.
        why: Box<OpenError>,
    },
    /// The store to copy was not opened, or the copy could not be written.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl CopyError {
    /// The store in this folder was not opened.
    pub(crate) fn at(folder: &Path, why: OpenError) -> Self {
        Self::One { folder: folder.to_path_buf(), why: Box::new(why) }
    }
}

/// What went wrong beneath the store, for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{refusal}: {said}")]
pub struct Trouble {
    /// What those who asked were answered.
    pub refusal: Refusal,
    /// What SQLite said. It names files and pages, never a row's key or value.
    pub said: String,
}

impl Trouble {
    pub(crate) fn damaged(said: &str) -> Self {
        Self { refusal: Refusal::Damaged, said: said.to_owned() }
    }

    pub(crate) fn failed(said: &str) -> Self {
        Self { refusal: Refusal::Failed, said: said.to_owned() }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::failed(&error.to_string())
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        let refusal = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Refusal::Full,
            Some(ErrorCode::ReadOnly) => Refusal::ReadOnly,
            // Without a code: a column is not of its type.
            None | Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Refusal::Damaged,
            Some(_) => Refusal::Failed,
        };
        Self { refusal, said: error.to_string() }
    }
}

//! The folder of a store: which files lie in it, who has it open, and how a file is replaced whole.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::error::OpenError;

/// The name of the database in a store's folder. SQLite keeps its log beside it (`-wal`, `-shm`).
pub const DATABASE: &str = "store.db";
/// The name of the keyring in a store's folder.
pub const KEYRING: &str = "keys";
const LOCK: &str = "lock";

/// A store's folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// As long as this lives, nobody else opens the store; the system releases it when a process dies.
#[derive(Debug)]
pub(crate) struct Lock(File);

/// The lock goes when it is said to. Closing the file alone leaves it for a moment where another
/// thread starts a process, which has the file until it runs a program of its own.
impl Drop for Lock {
    fn drop(&mut self) {
        let _released_with_the_file = self.0.unlock();
    }
}

impl Folder {
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_path_buf())
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    pub(crate) fn keyring(&self) -> PathBuf {
        self.0.join(KEYRING)
    }

    /// Where a copy of a database grows until it is whole.
    pub(crate) fn growing(&self) -> PathBuf {
        self.0.join("store.db.new")
    }

    /// Makes the folder if there is none, for its owner alone.
    pub(crate) fn create(&self) -> Result<(), OpenError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(at(&self.0))
    }

    /// Takes the store for this process.
    pub(crate) fn lock(&self) -> Result<Lock, OpenError> {
        let path = self.0.join(LOCK);
        let file = private().create(true).truncate(false).open(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: self.0.clone() }),
            Err(TryLockError::Error(source)) => Err(OpenError::Io { path, source }),
        }
    }

    /// Names of files that were made or renamed here are on the disk.
    pub(crate) fn sync_names(&self) -> Result<(), OpenError> {
        File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(at(&self.0))
    }

    /// Puts `bytes` into the file `path` of this folder: all of them or, after a crash, what was
    /// there before.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), OpenError> {
        let whole = path.with_extension("new");
        let mut file = private().create(true).truncate(true).open(&whole).map_err(at(&whole))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&whole))?;
        fs::rename(&whole, path).map_err(at(path))?;
        self.sync_names()
    }
}

/// Opens files for writing that only their owner reads.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file for its owner alone, where there is none.
pub(crate) fn make_private(path: &Path) -> Result<(), OpenError> {
    private().create(true).truncate(false).open(path).map(drop).map_err(at(path))
}

/// Says which file an error is about.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_path_buf();
    move |source| OpenError::Io { path, source }
}

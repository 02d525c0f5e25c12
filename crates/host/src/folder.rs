//! The folder in which one installation lives: who it is, and its stores.
//!
//! `identity.json` (mode 0600) holds the 32 bytes from which all keys, tokens and ids follow, how
//! often it was started, and which accounts are set up. Whoever has it has everything.

mod identity;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use vocab::UnixMicros;

use self::identity::{Identity, read};
use crate::secrets::Secrets;

const IDENTITY: &str = "identity.json";
const LOCK: &str = "lock";
const STORES: &str = "stores";
/// What a back-up has in place of the identity: so that nobody runs on one.
const BACKUP: &str = "backup.json";

/// A folder that nobody else uses as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    identity: Identity,
    _lock: File,
}

/// Who lives in a folder that any process may use.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen(Identity);

/// Why a folder cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process uses it.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// Its identity does not read.
    #[error("{}: {why}", path.display())]
    Identity {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is no identity in it.
    #[error("{}: no `{IDENTITY}` in it; expected the --data of a live command", .0.display())]
    Nothing(PathBuf),
    /// There is no back-up in it.
    #[error("{}: no `{BACKUP}` in it; expected what `store backup` wrote", .0.display())]
    NoBackup(PathBuf),
    /// It is a back-up, on which nobody runs.
    #[error("{} is a back-up; `blindpost store restore` makes a folder of it", .0.display())]
    Backup(PathBuf),
    /// There is something in it, which stays as it is.
    #[error("{} is there already and not empty: nothing is replaced", .0.display())]
    NotEmpty(PathBuf),
    /// It was made with another seed.
    #[error("{} was made {}; start it the same way, or use another folder", path.display(),
        made.map_or("without --seed".to_owned(), |seed| format!("with --seed {seed}")))]
    Seed {
        /// The folder.
        path: PathBuf,
        /// The seed that it was made with.
        made: Option<u64>,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Says which file or folder an error is about.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_path_buf();
    move |source| FolderError::Io { path, source }
}

impl Folder {
    /// Opens the folder at `path`, or makes it; one more start is counted. A folder that was made
    /// with a seed, or without one, is opened with the same, or with none said.
    ///
    /// # Errors
    ///
    /// [`FolderError`].
    pub fn open(path: &Path, seed: Option<u64>) -> Result<Self, FolderError> {
        if path.join(BACKUP).exists() {
            return Err(FolderError::Backup(path.to_path_buf()));
        }
        make(path)?;
        let lock = lock(path)?;
        let file = path.join(IDENTITY);
        let mut identity = match fs::read(&file) {
            Ok(bytes) => read(&file, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Identity::new(path, seed)?,
            Err(error) => return Err(at(&file)(error)),
        };
        if seed.is_some() && seed != identity.seed {
            return Err(FolderError::Seed { path: path.to_path_buf(), made: identity.seed });
        }
        identity.starts = identity.starts.saturating_add(1);
        let folder = Self { path: path.to_path_buf(), identity, _lock: lock };
        // No two starts may draw the same: it is counted before anything is drawn.
        folder.write()?;
        Ok(folder)
    }

    /// Opens the folder at `path` to look at what is there: no start is counted.
    ///
    /// # Errors
    ///
    /// [`FolderError`]; [`FolderError::Nothing`] where nobody ever lived.
    pub fn existing(path: &Path) -> Result<Self, FolderError> {
        let Seen(identity) = Seen::of(path)?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_path_buf(), identity, _lock: lock })
    }

    /// Makes a folder of what a back-up in `from` keeps of one, but for its stores, which `fill`
    /// makes: with its secrets, not counted as an earlier start, and with the accounts set up that
    /// `stay` says.
    ///
    /// # Errors
    ///
    /// [`FolderError`], or why `fill` fails; then the folder is gone again.
    pub(crate) fn restore<T, E: From<FolderError>>(
        (from, to): (&Path, &Path),
        stay: impl Fn(&str) -> bool,
        fill: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let file = from.join(BACKUP);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::NoBackup(from.to_path_buf()).into());
            }
            Err(error) => return Err(at(&file)(error).into()),
        };
        let identity = Identity::from_backup(&file, &bytes, stay)?;
        make_new(to)?;
        let lock = lock(to)?;
        let folder = Self { path: to.to_path_buf(), identity, _lock: lock };
        // Without its identity, which comes last, nobody runs on it.
        let filled = fill(&folder).and_then(|filled| Ok(folder.write().map(|()| filled)?));
        if filled.is_err() {
            // It was made here, and what went wrong is what there is to tell.
            let _left = fs::remove_dir_all(to);
        }
        filled
    }

    /// Where its stores are.
    pub fn stores(&self) -> PathBuf {
        Self::stores_in(&self.path)
    }

    /// Where the stores of a folder at `path` are.
    pub(crate) fn stores_in(path: &Path) -> PathBuf {
        path.join(STORES)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its keys, tokens and ids follow from.
    pub fn secrets(&self) -> Secrets {
        self.identity.secrets()
    }

    /// Whether its names and randomness follow from a seed.
    pub const fn is_seeded(&self) -> bool {
        self.identity.seed.is_some()
    }

    /// How often it was started, this time included.
    pub const fn starts(&self) -> u64 {
        self.identity.starts
    }

    /// Whether an account was set up once.
    pub fn is_ready(&self, account: &str) -> bool {
        self.identity.ready.contains(account)
    }

    /// Where its virtual clock stood.
    pub fn clock(&self) -> Option<UnixMicros> {
        self.identity.clock.map(UnixMicros)
    }

    /// One more start is counted.
    ///
    /// # Errors
    ///
    /// [`FolderError::Io`].
    pub(crate) fn starts_again(&mut self) -> Result<(), FolderError> {
        self.identity.starts = self.identity.starts.saturating_add(1);
        self.write()
    }

    /// What a snapshot keeps of it: where its clock stood, and which accounts are set up.
    ///
    /// # Errors
    ///
    /// [`FolderError::Identity`].
    pub(crate) fn marks(&self) -> Result<Vec<u8>, FolderError> {
        self.identity.marks().map_err(|why| self.is_no_identity(&why))
    }

    /// It is as those marks say; starts stay counted.
    ///
    /// # Errors
    ///
    /// [`FolderError`].
    pub(crate) fn go_back_to(&mut self, marks: &[u8]) -> Result<(), FolderError> {
        let gone_back = self.identity.go_back_to(marks);
        gone_back.map_err(|why| self.is_no_identity(&why))?;
        self.write()
    }

    fn is_no_identity(&self, why: &serde_json::Error) -> FolderError {
        FolderError::Identity { path: self.path.join(IDENTITY), why: why.to_string() }
    }

    /// These accounts are set up.
    ///
    /// # Errors
    ///
    /// [`FolderError::Io`].
    pub fn set_ready(
        &mut self,
        accounts: impl IntoIterator<Item = String>,
    ) -> Result<(), FolderError> {
        self.identity.ready.extend(accounts);
        self.write()
    }

    /// Its virtual clock stands there.
    ///
    /// # Errors
    ///
    /// [`FolderError::Io`].
    pub fn set_clock(&mut self, at: UnixMicros) -> Result<(), FolderError> {
        self.identity.clock = Some(at.0);
        self.write()
    }

    fn write(&self) -> Result<(), FolderError> {
        let path = self.path.join(IDENTITY);
        let text = serde_json::to_vec_pretty(&self.identity)
            .map_err(|why| FolderError::Identity { path: path.clone(), why: why.to_string() })?;
        replace(&path, &text).map_err(at(&path))
    }
}

impl Seen {
    /// Reads who lives in the folder at `path`.
    ///
    /// # Errors
    ///
    /// [`FolderError`]; [`FolderError::Nothing`] where nobody ever did.
    pub(crate) fn of(path: &Path) -> Result<Self, FolderError> {
        let file = path.join(IDENTITY);
        match fs::read(&file) {
            Ok(bytes) => Ok(Self(read(&file, &bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(FolderError::Nothing(path.to_path_buf()))
            }
            Err(error) => Err(at(&file)(error)),
        }
    }

    /// Where the virtual clock stood.
    pub(crate) fn clock(&self) -> Option<UnixMicros> {
        self.0.clock.map(UnixMicros)
    }

    /// Writes what a back-up keeps of the folder, but for its stores, into a new folder at `to`,
    /// once `fill` has made them.
    ///
    /// # Errors
    ///
    /// [`FolderError`], or why `fill` fails; what was written is no back-up then.
    pub(crate) fn back_up<T, E: From<FolderError>>(
        &self,
        to: &Path,
        fill: impl FnOnce(&Path) -> Result<T, E>,
    ) -> Result<T, E> {
        make_new(to)?;
        let filled = fill(&to.join(STORES))?;
        let path = to.join(BACKUP);
        let json = self.0.to_backup().map_err(io::Error::from);
        json.and_then(|json| replace(&path, &json)).map_err(at(&path))?;
        Ok(filled)
    }
}

/// Makes a folder that only its owner enters, where there is none.
pub(crate) fn make(path: &Path) -> Result<(), FolderError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))
}

/// The same, where nothing lies that would be replaced.
fn make_new(path: &Path) -> Result<(), FolderError> {
    make(path)?;
    match fs::read_dir(path).map_err(at(path))?.next() {
        None => Ok(()),
        Some(_) => Err(FolderError::NotEmpty(path.to_path_buf())),
    }
}

fn lock(folder: &Path) -> Result<File, FolderError> {
    let path = folder.join(LOCK);
    let file = private(false).open(&path).map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse(folder.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(at(&path)(source)),
    }
}

/// How files are opened that only their owner reads.
fn private(truncate: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Puts `bytes` into a file that only its owner reads: all of them or, after a crash, what was
/// there before.
///
/// # Errors
///
/// What the system says.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let whole = PathBuf::from(name);
    let mut file = private(true).open(&whole)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&whole, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new("."))).and_then(|folder| folder.sync_all())
}

#[cfg(test)]
mod tests {
    use super::{Folder, FolderError};

    fn scratch() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_folder_keeps_its_secrets_and_counts_its_starts() {
        let scratch = scratch();
        let first = Folder::open(scratch.path(), None).unwrap();
        let secrets = first.secrets();
        assert!(matches!(Folder::open(scratch.path(), None), Err(FolderError::InUse(_))));
        drop(first);
        let second = Folder::open(scratch.path(), None).unwrap();
        assert_eq!((second.secrets(), second.starts()), (secrets, 2));
    }

    #[test]
    fn a_folder_is_not_opened_with_another_seed_than_it_was_made_with() {
        let scratch = scratch();
        drop(Folder::open(scratch.path(), Some(7)).unwrap());
        let refused = Folder::open(scratch.path(), Some(8));
        assert!(matches!(refused, Err(FolderError::Seed { made: Some(7), .. })));
        assert!(Folder::open(scratch.path(), None).unwrap().is_seeded());
    }

    #[test]
    fn a_damaged_identity_is_refused_and_left_as_it_is() {
        let scratch = scratch();
        let file = scratch.path().join(super::IDENTITY);
        std::fs::write(&file, "{}").unwrap();
        let refused = Folder::open(scratch.path(), None);
        assert!(matches!(refused, Err(FolderError::Identity { .. })));
        assert_eq!(std::fs::read(&file).unwrap(), b"{}");
    }
}

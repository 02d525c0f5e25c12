//! The folder in which one installation lives: who it is, and its stores.
//!
//! `identity.json` (mode 0600) holds the 32 bytes from which all keys, tokens and ids follow, how
//! often it was started, and which accounts are set up. Whoever has it has everything.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use vocab::UnixMicros;

use crate::secrets::{Secrets, hex};

const IDENTITY: &str = "identity.json";
const LOCK: &str = "lock";
const STORES: &str = "stores";
/// The format of `identity.json`.
const FORMAT: u32 = 1;

/// A folder that nobody else uses as long as this lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    identity: Identity,
    _lock: File,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    format: u32,
    /// 32 bytes as hexadecimal digits.
    master: Hidden,
    /// The `--seed` that they follow from.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// Starts so far, the present one included.
    starts: u64,
    /// Accounts that were set up once.
    ready: BTreeSet<String>,
    /// Where a virtual clock stood, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<u64>,
}

/// Text of which nothing is printed.
#[derive(Clone, Serialize, Deserialize)]
struct Hidden(String);

impl core::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hidden")
    }
}

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
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(at(path))?;
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
        let file = path.join(IDENTITY);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::Nothing(path.to_path_buf()));
            }
            Err(error) => return Err(at(&file)(error)),
        };
        let lock = lock(path)?;
        Ok(Self { path: path.to_path_buf(), identity: read(&file, &bytes)?, _lock: lock })
    }

    /// Where its stores are.
    pub fn stores(&self) -> PathBuf {
        self.path.join(STORES)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its keys, tokens and ids follow from.
    pub fn secrets(&self) -> Secrets {
        let mut master = [0; 32];
        for (to, byte) in master.iter_mut().zip(from_hex(&self.identity.master.0)) {
            *to = byte;
        }
        Secrets::new(master)
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

impl Identity {
    fn new(path: &Path, seed: Option<u64>) -> Result<Self, FolderError> {
        let secrets = match seed {
            Some(seed) => Secrets::of_seed(seed),
            None => {
                let mut master = [0; 32];
                getrandom::fill(&mut master).map_err(|why| at(path)(io::Error::other(why)))?;
                Secrets::new(master)
            }
        };
        let master = hex(secrets.master());
        let (starts, ready, clock) = (0, BTreeSet::new(), None);
        Ok(Self { format: FORMAT, master: Hidden(master), seed, starts, ready, clock })
    }
}

fn read(file: &Path, bytes: &[u8]) -> Result<Identity, FolderError> {
    let wrong = |why: String| FolderError::Identity { path: file.to_path_buf(), why };
    let identity: Identity = serde_json::from_slice(bytes).map_err(|why| wrong(why.to_string()))?;
    if identity.format != FORMAT {
        return Err(wrong(format!("format {} is not known here", identity.format)));
    }
    if from_hex(&identity.master.0).count() != 32 {
        return Err(wrong("`master` is not 64 hexadecimal digits".to_owned()));
    }
    Ok(identity)
}

fn from_hex(text: &str) -> impl Iterator<Item = u8> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs.iter().filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
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

//! Snapshots of a whole world: everything that lies in its stores, put aside under a name, and put
//! back.
//!
//! Unlike a back-up a snapshot has sessions and prekeys, and all ends go back in time together.
//! Whoever recorded what went over the links sees keys serve twice: it is for tests.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    backup,
    folder::{Folder, FolderError, at, make, replace},
};

/// Where they lie, below the folder of everything.
const SNAPSHOTS: &str = "snapshots";
/// What is kept of the folder itself.
const MARKS: &str = "snapshot.json";
/// The longest name.
const MOST_NAME: usize = 64;

/// Why there is no snapshot, or nothing was put back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    /// A folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is none of this name.
    #[error("there is no snapshot {0}")]
    Absent(String),
}

/// The name of a snapshot: letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    /// `None` where it is no name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_name = (1..=MOST_NAME).contains(&text.len()) && text.bytes().all(fits);
        is_name.then(|| Self(text.to_owned()))
    }

    fn path(&self, folder: &Folder) -> PathBuf {
        folder.path().join(SNAPSHOTS).join(&self.0)
    }
}

/// Puts aside what lies in the stores of `folder`, which nobody has open; an earlier snapshot of
/// that name is replaced.
///
/// # Errors
///
/// [`SnapshotError`].
pub(crate) fn save(folder: &Folder, name: &Name) -> Result<(), SnapshotError> {
    let whole = name.path(folder);
    let growing = whole.with_extension("new");
    remove(&growing)?;
    copy_stores(&folder.stores(), &Folder::stores_in(&growing))?;
    let marks = growing.join(MARKS);
    replace(&marks, &folder.marks()?).map_err(at(&marks))?;
    remove(&whole)?;
    Ok(fs::rename(&growing, &whole).map_err(at(&whole))?)
}

/// Puts back what was put aside under a name.
///
/// # Errors
///
/// [`SnapshotError`]; then the stores are as they were.
pub(crate) fn restore(folder: &mut Folder, name: &Name) -> Result<(), SnapshotError> {
    let from = name.path(folder);
    let marks = match fs::read(from.join(MARKS)) {
        Ok(marks) => marks,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SnapshotError::Absent(name.0.clone()));
        }
        Err(error) => return Err(at(&from)(error).into()),
    };
    let stores = folder.stores();
    let (growing, old) = (stores.with_extension("new"), stores.with_extension("old"));
    remove(&growing)?;
    remove(&old)?;
    copy_stores(&Folder::stores_in(&from), &growing)?;
    fs::rename(&stores, &old).map_err(at(&old))?;
    fs::rename(&growing, &stores).map_err(at(&stores))?;
    folder.go_back_to(&marks)?;
    Ok(remove(&old)?)
}

/// Names of the snapshots of a folder, in order.
///
/// # Errors
///
/// [`FolderError`].
pub(crate) fn list(folder: &Folder) -> Result<Vec<String>, FolderError> {
    let path = folder.path().join(SNAPSHOTS);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let names = backup::names(&path)?.into_iter();
    // What was not finished has no name of a snapshot.
    Ok(names.filter(|name| Name::parse(name).is_some()).collect())
}

/// Copies every store, file by file.
fn copy_stores(from: &Path, to: &Path) -> Result<(), FolderError> {
    for name in backup::names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        make(&to)?;
        for entry in fs::read_dir(&from).map_err(at(&from))? {
            let entry = entry.map_err(at(&from))?;
            let file = to.join(entry.file_name());
            fs::copy(entry.path(), &file).map_err(at(&file))?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), FolderError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_no_path() {
        for name in ["a", "before-the-sale", "Run_7", &"x".repeat(64)] {
            assert!(Name::parse(name).is_some(), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a.new", "a b", "é", &"x".repeat(65)] {
            assert!(Name::parse(name).is_none(), "{name}");
        }
    }
}

//! Back-ups of an installation, whether it runs or not, and installations made of them.
//!
//! Knows: which rows must not come back. What opens content is in no back-up; whoever holds
//! ratchets and prekeys sets itself up anew, so that none of them serves twice.

use std::{
    fs,
    path::{Path, PathBuf},
};

use engines::{CopyError, Source};
use store::Key;

use crate::{
    clock::machine_wall,
    folder::{Folder, FolderError, Seen, at},
    up::{CLOUD_API, PEOPLE, TRANSPORT, is_end},
};

/// The store of the role `client`.
const CLIENT: &str = "client";

/// One store that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its name: the folder beneath `stores`.
    pub name: String,
    /// How many rows of it were copied.
    pub rows: u64,
}

/// Why there is no back-up, or nothing made of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is nothing to copy.
    #[error("{}: there is no store in it", .0.display())]
    Nothing(PathBuf),
    /// A store cannot be copied.
    #[error("the store {name}: {why}")]
    Copy {
        /// Which.
        name: String,
        /// Why.
        why: CopyError,
    },
    /// Stores cannot be read as they were at one moment.
    #[error(transparent)]
    Moment(CopyError),
    /// Whoever runs on the folder is setting something up in it.
    #[error("{}: what lives in it changed at every look; try again", .0.display())]
    Changing(PathBuf),
}

/// How often a folder is read until neither who it is nor which stores it has changed meanwhile.
const LOOKS: usize = 10;

/// Writes a back-up of the installation at `folder` to a new folder, as it is at one moment. A
/// process that runs on it goes on.
///
/// It has no row that is over, no key that opens content of the Cloud API, no session and no
/// private prekey of an end, and no one-time prekey of the directory.
///
/// # Errors
///
/// [`BackupError`]; what was written of it is no back-up.
pub fn back_up(folder: &Path, to: &Path) -> Result<Vec<Copied>, BackupError> {
    let (seen, sources) = at_one_moment(folder)?;
    let now = seen.clock().unwrap_or_else(machine_wall);
    seen.back_up(to, |stores| {
        let copied = sources.into_iter().map(|(name, source)| {
            let leave_out = |key: &Key| is_left_out(&name, key);
            match source.back_up(&stores.join(&name), leave_out, now) {
                Ok(rows) => Ok(Copied { name, rows }),
                Err(why) => Err(BackupError::Copy { name, why }),
            }
        });
        copied.collect()
    })
}

/// Who lives in a folder, and every store of theirs, at one moment.
fn at_one_moment(folder: &Path) -> Result<(Seen, Vec<(String, Source)>), BackupError> {
    let stores = Folder::stores_in(folder);
    let look = || Ok::<_, FolderError>((Seen::of(folder)?, names(&stores)?));
    let mut now = look()?;
    for _ in 0..LOOKS {
        if now.1.is_empty() {
            return Err(BackupError::Nothing(stores));
        }
        let places: Vec<PathBuf> = now.1.iter().map(|name| stores.join(name)).collect();
        let sources = engines::sources(&places).map_err(BackupError::Moment)?;
        let before = core::mem::replace(&mut now, look()?);
        if before == now {
            let (seen, names) = now;
            return Ok((seen, names.into_iter().zip(sources).collect()));
        }
    }
    Err(BackupError::Changing(folder.to_path_buf()))
}

/// Makes an installation at the new folder `to` of the back-up at `from`. What is over by now is
/// not in it; accounts that are ends of the encryption are set up anew at its next start.
///
/// # Errors
///
/// [`BackupError`]; then there is no such folder.
pub fn restore(from: &Path, to: &Path) -> Result<Vec<Copied>, BackupError> {
    Folder::restore(
        (from, to),
        |account| !is_end(account),
        |folder| {
            let now = folder.clock().unwrap_or_else(machine_wall);
            let stores = Folder::stores_in(from);
            let names = names(&stores)?;
            if names.is_empty() {
                return Err(BackupError::Nothing(stores));
            }
            let copied = names.into_iter().map(|name| {
                match engines::restore(&stores.join(&name), &folder.stores().join(&name), now) {
                    Ok(rows) => Ok(Copied { name, rows }),
                    Err(why) => Err(BackupError::Copy { name, why }),
                }
            });
            copied.collect()
        },
    )
}

/// Names of the stores in a folder, in order.
pub(crate) fn names(stores: &Path) -> Result<Vec<String>, FolderError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(stores).map_err(at(stores))? {
        let entry = entry.map_err(at(stores))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Whether a row of the store called `name` must not come back.
fn is_left_out(name: &str, key: &Key) -> bool {
    let mut parts = key.as_bytes().split(|byte| *byte == 0);
    // Rows of people's devices stand behind their names.
    let table = if name == PEOPLE { parts.nth(1) } else { parts.next() }.unwrap_or_default();
    let of_end = || is_one_of(&endpoint::rows::NOT_IN_BACKUPS, table);
    match name {
        CLOUD_API => of_end() || is_one_of(&cloud_api::rows::NOT_IN_BACKUPS, table),
        PEOPLE | CLIENT => of_end(),
        TRANSPORT => is_one_of(&transport::NOT_IN_BACKUPS, table),
        _ => false,
    }
}

fn is_one_of(tables: &[&str], table: &[u8]) -> bool {
    tables.iter().any(|one| one.as_bytes() == table)
}

#[cfg(test)]
mod tests {
    use store::Key;

    use super::is_left_out;

    #[test]
    fn what_must_not_come_back_is_left_out_of_the_stores_that_have_it() {
        let session = Key::table("ses").with(&[0; 16]);
        let of_ada = Key::table("person-1").with(session.as_bytes());
        for (store, key, expected) in [
            ("cloud-api", &session, true),
            ("cloud-api", &Key::table("mkey").with(b"1"), true),
            ("cloud-api", &Key::table("grant"), false),
            ("people", &of_ada, true),
            ("people", &Key::table("person-1").with(Key::table("hist").as_bytes()), false),
            ("client", &session, true),
            ("transport", &Key::table("one-time").with(b"1"), true),
            ("transport", &Key::table("account").with(b"1"), false),
            ("billing", &session, false),
        ] {
            assert_eq!(is_left_out(store, key), expected, "{store}: {key:?}");
        }
    }
}

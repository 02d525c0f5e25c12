//! Looks through the stores of an installation that nobody runs.

use std::{fs, path::Path, time::UNIX_EPOCH};

use engines::{DATABASE, Finding, check};
use vocab::UnixMicros;

use crate::{
    backup::names,
    folder::{Folder, FolderError},
    stores::root_key,
};

/// One store that was looked through.
#[derive(Debug)]
pub struct Checked {
    /// Its name: the folder beneath `stores`.
    pub name: String,
    /// What is wrong with it; nothing, if it is whole.
    pub findings: Vec<Finding>,
}

/// Looks through every store of the installation at `path`, in the order of their names. Changes
/// nothing in them.
///
/// # Errors
///
/// [`FolderError`]: there is no installation, or a process uses it.
pub fn check_stores(path: &Path) -> Result<Vec<Checked>, FolderError> {
    let folder = Folder::existing(path)?;
    let secrets = folder.secrets();
    let names = names(&folder.stores())?;
    let checked = names.into_iter().map(|name| {
        let store = folder.stores().join(&name);
        let root = root_key(&secrets, &name);
        let now = folder.clock().or_else(|| last_written(&store));
        let findings = check(&store, &root, now.unwrap_or(UnixMicros(0)));
        Checked { name, findings }
    });
    Ok(checked.collect())
}

/// When a store was written last: what was over by then, a sweep should have removed; what came to
/// an end while nobody ran it, none could.
fn last_written(store: &Path) -> Option<UnixMicros> {
    let at = fs::metadata(store.join(DATABASE)).and_then(|file| file.modified()).ok()?;
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_micros()).ok().map(UnixMicros)
}

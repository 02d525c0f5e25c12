//! The file that says that everything listens.

use std::{fs, io, path::Path};

use host::folder;
use serde::Serialize;

/// Why it cannot be written or removed.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub(crate) struct FileError {
    pub(crate) path: String,
    pub(crate) source: io::Error,
}

/// Says which file an error is about.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.display().to_string();
    move |source| FileError { path, source }
}

/// Removes that of an earlier start: whoever waits for it waits for this one.
pub(crate) fn remove(path: Option<&Path>) -> Result<(), FileError> {
    let Some(path) = path else { return Ok(()) };
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes it: all of it or nothing.
pub(crate) fn write(path: Option<&Path>, ready: &impl Serialize) -> Result<(), FileError> {
    let Some(path) = path else { return Ok(()) };
    let json = serde_json::to_vec_pretty(ready).map_err(io::Error::from);
    json.and_then(|json| folder::replace(path, &json)).map_err(at(path))
}

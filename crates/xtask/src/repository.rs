//! Where the repository is and which files it has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::finding::Error;

/// What is built or fetched, and so is nobody's style.
const UNTRACKED: &[&str] = &[".git", "__pycache__", "node_modules", "target"];

/// A checkout, by its root folder.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The checkout that this program was built in.
    pub(crate) fn of_this_build() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).unwrap_or(here);
        Self { root: root.to_owned() }
    }

    /// An empty folder for one test.
    #[cfg(test)]
    pub(crate) fn scratch(test: &str) -> Self {
        let root = std::env::temp_dir().join(format!("xtask-{}", std::process::id())).join(test);
        let _absent_is_fine = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root }
    }

    /// The absolute path of `relative`.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        self.path(target)
    }

    /// Names of the files in one folder that end in `.extension`, sorted; none if it is absent.
    pub(crate) fn list(&self, folder: &str, extension: &str) -> Result<Vec<String>, Error> {
        let folder = self.path(folder);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Error::file(&folder))? {
            let path = entry.map_err(Error::file(&folder))?.path();
            if path.extension().is_some_and(|found| found == extension) {
                names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Every file, by its path relative to the root, except what is built or fetched; sorted.
    pub(crate) fn files(&self) -> Result<Vec<String>, Error> {
        let (mut files, mut folders) = (Vec::new(), vec![self.root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(Error::file(&folder))? {
                let path = entry.map_err(Error::file(&folder))?.path();
                let skipped =
                    path.file_name().is_some_and(|name| UNTRACKED.iter().any(|it| name == *it));
                if path.is_symlink() || skipped {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.extend(self.relative(&path));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// `path` as seen from the root, with forward slashes; nothing where it lies elsewhere.
    pub(crate) fn relative(&self, path: impl AsRef<Path>) -> Option<String> {
        let relative = path.as_ref().strip_prefix(&self.root).ok()?;
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        Some(parts.join("/"))
    }

    /// The text of one file.
    pub(crate) fn read(&self, relative: &str) -> Result<String, Error> {
        let path = self.path(relative);
        fs::read_to_string(&path).map_err(Error::file(&path))
    }

    /// Replaces the text of one file, making its folder where that is missing.
    pub(crate) fn write(&self, relative: &str, text: &str) -> Result<(), Error> {
        let path = self.path(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
        }
        fs::write(&path, text).map_err(Error::file(&path))
    }
}

//! Where an output goes: a file that is opened when the first run begins, or memory.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// Where an output goes. Clones write to the same place, one behind the other.
#[derive(Clone)]
pub struct Target(Arc<Mutex<Inner>>);

struct Inner {
    /// The name in messages.
    name: String,
    place: Place,
    /// The first thing that went wrong; nothing is written after it.
    error: Option<io::Error>,
}

enum Place {
    Closed(PathBuf),
    Open(BufWriter<File>),
    Memory(Vec<u8>),
}

/// An output that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{name}: cannot be written: {error}")]
pub struct Unwritable {
    /// Which.
    pub name: String,
    /// Why.
    pub error: io::Error,
}

impl Target {
    /// A file. Nothing happens to it before [`Target::open`].
    pub fn file(path: PathBuf) -> Self {
        Self::new(path.display().to_string(), Place::Closed(path))
    }

    /// Memory, for whoever goes on with the bytes.
    pub fn memory() -> Self {
        Self::new("memory".to_owned(), Place::Memory(Vec::new()))
    }

    fn new(name: String, place: Place) -> Self {
        Self(Arc::new(Mutex::new(Inner { name, place, error: None })))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the file, or empties it; once.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] if it cannot be made.
    pub fn open(&self) -> Result<(), Unwritable> {
        self.with(|inner| {
            if let Place::Closed(path) = &inner.place {
                let file = File::create(path)
                    .map_err(|error| Unwritable { name: inner.name.clone(), error })?;
                inner.place = Place::Open(BufWriter::new(file));
            }
            Ok(())
        })
    }

    /// Adds bytes. What goes wrong is told by [`Target::finish`].
    pub fn write(&self, bytes: &[u8]) {
        self.with(|inner| {
            if inner.error.is_some() {
                return;
            }
            let written = match &mut inner.place {
                Place::Open(file) => file.write_all(bytes),
                Place::Memory(memory) => memory.write_all(bytes),
                Place::Closed(_) => Err(io::Error::other("it was never opened")),
            };
            inner.error = written.err();
        });
    }

    /// Sees to it that everything is in the file.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] with the first thing that went wrong since the last call.
    pub fn finish(&self) -> Result<(), Unwritable> {
        self.with(|inner| {
            if let Place::Open(file) = &mut inner.place
                && inner.error.is_none()
            {
                inner.error = file.flush().err();
            }
            match inner.error.take() {
                Some(error) => Err(Unwritable { name: inner.name.clone(), error }),
                None => Ok(()),
            }
        })
    }

    /// What was written to memory; nothing of a file.
    pub fn bytes(&self) -> Vec<u8> {
        self.with(|inner| match &inner.place {
            Place::Memory(memory) => memory.clone(),
            Place::Closed(_) | Place::Open(_) => Vec::new(),
        })
    }
}

impl core::fmt::Debug for Target {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.with(|inner| write!(f, "Target({})", inner.name))
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_file_that_cannot_be_made_is_named_before_anything_is_written() {
        let target = Target::file("/no/such/folder/x.pcapng".into());
        let error = target.open().unwrap_err().to_string();
        assert!(error.starts_with("/no/such/folder/x.pcapng: cannot be written: "), "{error}");
    }

    #[test]
    fn what_goes_wrong_while_writing_is_told_at_the_end_and_once() {
        let target = Target::file("never-opened".into());
        target.write(b"x");
        assert!(target.finish().unwrap_err().to_string().contains("never opened"));
        target.finish().unwrap();
    }

    #[test]
    fn clones_write_one_behind_the_other() {
        let target = Target::memory();
        target.write(b"a");
        target.clone().write(b"b");
        assert_eq!(target.bytes(), b"ab");
    }
}

//! Where the stores of one process lie.

use std::path::PathBuf;

use crate::{
    clock::Clock,
    ledger::{InMemory, Ledger},
};

/// Where the stores of one process lie.
#[derive(Clone, Debug)]
pub enum Stores {
    /// In memory, until the process ends.
    Memory,
    /// In this folder, each in one of its own.
    Folder(PathBuf),
}

/// A store does not open.
#[derive(Debug, thiserror::Error)]
#[error("the store {name} does not open: {why}")]
pub struct StoreError {
    /// Which.
    pub name: String,
    /// Why.
    pub why: String,
}

impl Stores {
    /// What `owner` keeps in the store called `name`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn open(
        &self,
        _name: &str,
        _owner: &str,
        clock: &Clock,
    ) -> Result<Box<dyn Ledger>, StoreError> {
        Ok(Box::new(InMemory::new(clock.clone())))
    }
}

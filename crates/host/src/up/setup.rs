//! Accounts that have to be set up before everything is ready.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;

/// Accounts that are not set up yet. Copies are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    missing: Mutex<BTreeSet<String>>,
    changes: Notify,
}

impl Setup {
    /// These are missing.
    pub(crate) fn of(missing: impl IntoIterator<Item = String>) -> Self {
        let missing = Mutex::new(missing.into_iter().collect());
        Self(Arc::new(Inner { missing, changes: Notify::new() }))
    }

    /// One is set up.
    pub(crate) fn is_ready(&self, account: &str) {
        let mut missing = self.0.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.remove(account) && missing.is_empty() {
            drop(missing);
            self.0.changes.notify_one();
        }
    }

    /// What is missing.
    pub(crate) fn missing(&self) -> Vec<String> {
        let missing = self.0.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.iter().cloned().collect()
    }

    /// Waits until nothing is missing.
    pub(crate) async fn done(&self) {
        while !self.missing().is_empty() {
            self.0.changes.notified().await;
        }
    }
}

//! That something broke which the process cannot go on without: it is not ready any more, says so,
//! and ends.

use tokio::sync::watch;

/// What broke, if anything did. Copies tell the same.
#[derive(Clone, Debug)]
pub struct Failure(watch::Sender<Option<String>>);

impl Default for Failure {
    fn default() -> Self {
        Self(watch::channel(None).0)
    }
}

impl Failure {
    /// Tells what broke. The first that is told counts: the rest came of it.
    pub(crate) fn tell(&self, what: String) {
        self.0.send_if_modified(|told| {
            let first = told.is_none();
            if first {
                *told = Some(what);
            }
            first
        });
    }

    /// What broke.
    pub fn told(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Waits until something breaks; what it was.
    pub async fn happened(&self) -> String {
        let mut told = self.0.subscribe();
        // It is told by what this holds itself, so that there is always somebody to tell it.
        let happened = told.wait_for(Option::is_some).await;
        happened.ok().and_then(|told| told.clone()).unwrap_or_default()
    }
}

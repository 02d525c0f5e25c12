//! What is under way: how a virtual clock knows that everything has come to rest.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Counts what is under way.
#[derive(Debug, Default)]
pub(super) struct Activity {
    count: AtomicUsize,
    rests: Notify,
}

impl Activity {
    /// Something begins.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.count.fetch_add(1, Ordering::SeqCst);
        Busy(Some(self.clone()))
    }

    /// Waits until nothing is under way.
    pub(super) async fn rest(&self) {
        loop {
            let rested = self.rests.notified();
            tokio::pin!(rested);
            // From here on no end of the last of it is missed.
            rested.as_mut().enable();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            rested.await;
        }
    }
}

/// Something is under way while this lives: an input that waits, a transaction, an exchange over
/// HTTP, a frame between two ends in this process. Whatever goes on takes a new one before it drops
/// the old one. Over a real clock it is nothing.
#[derive(Debug)]
#[must_use = "what it stands for ends when it is dropped"]
pub struct Busy(Option<Arc<Activity>>);

impl Busy {
    /// Nothing that anybody waits for.
    pub const fn untold() -> Self {
        Self(None)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(activity) = &self.0
            && activity.count.fetch_sub(1, Ordering::SeqCst) == 1
        {
            activity.rests.notify_waiters();
        }
    }
}

//! Accounts that have to be set up before everything is ready.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Accounts that are not set up yet. Copies are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    missing: Mutex<Missing>,
    changes: Notify,
}

#[derive(Debug, Default)]
struct Missing {
    all: BTreeSet<String>,
    /// Those of them that take their turn just now.
    in_turn: BTreeSet<String>,
}

impl Setup {
    /// These are missing.
    pub(crate) fn of(missing: impl IntoIterator<Item = String>) -> Self {
        let missing = Missing { all: missing.into_iter().collect(), in_turn: BTreeSet::new() };
        Self(Arc::new(Inner { missing: Mutex::new(missing), changes: Notify::new() }))
    }

    fn now(&self) -> MutexGuard<'_, Missing> {
        self.0.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One is set up.
    pub(crate) fn is_ready(&self, account: &str) {
        let mut now = self.now();
        let took_a_turn = now.in_turn.remove(account);
        if now.all.remove(account) && (took_a_turn || now.all.is_empty()) {
            drop(now);
            self.0.changes.notify_one();
        }
    }

    /// Waits until fewer than `most` accounts take their turn, and is one of them until it is set
    /// up. An account that is set up needs none.
    pub(crate) async fn turn(&self, account: &str, most: usize) {
        while !self.has_room(account, most) {
            self.0.changes.notified().await;
        }
    }

    fn has_room(&self, account: &str, most: usize) -> bool {
        let mut now = self.now();
        let waits = now.all.contains(account);
        let has_room = now.in_turn.len() < most;
        if waits && has_room {
            now.in_turn.insert(account.to_owned());
        }
        !waits || has_room
    }

    /// What is missing.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.now().all.iter().cloned().collect()
    }

    /// Waits until nothing is missing.
    pub(crate) async fn done(&self) {
        while !self.now().all.is_empty() {
            self.0.changes.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::Setup;

    #[tokio::test]
    async fn accounts_take_turns_and_one_that_is_set_up_makes_room() {
        let setup = Setup::of(["a", "b", "c"].map(str::to_owned));
        for account in ["a", "b", "set up long ago"] {
            setup.turn(account, 2).await;
        }
        let mut waits = Box::pin(setup.turn("c", 2));
        let polled = std::future::poll_fn(|context| Poll::Ready(waits.as_mut().poll(context)));
        assert!(polled.await.is_pending(), "three take their turn, and there is room for two");
        setup.is_ready("a");
        waits.await;
        ["b", "c"].iter().for_each(|account| setup.is_ready(account));
        setup.done().await;
        assert_eq!(setup.missing(), [""; 0]);
    }
}

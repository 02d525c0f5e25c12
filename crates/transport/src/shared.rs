//! Mailboxes that are open here while other nodes put envelopes into them.
//!
//! Used where several nodes serve one store. A word of the store about a new envelope makes a push
//! at once; it is a hint and may be lost, so each open mailbox is also looked into now and then.
//! Does not know: what is in a mailbox, and which nodes there are.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use store::Key;
use vocab::{Address, Instant, NoiseKey, limits};

/// Whose mailbox a queue is, and on which link its owner is.
pub(crate) type Owner = (NoiseKey, Address);

/// All mailboxes that are open here, by their queues.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    open: BTreeMap<Key, (Owner, Instant)>,
    looks: BTreeSet<(Instant, Key)>,
}

impl Shared {
    /// The owner of a mailbox is here.
    pub(crate) fn opened(&mut self, queue: Key, owner: Owner, now: Instant) {
        let due = now.after(limits::MAILBOX_POLL);
        if let Some((_, before)) = self.open.insert(queue.clone(), (owner, due)) {
            self.looks.remove(&(before, queue.clone()));
        }
        self.looks.insert((due, queue));
    }

    /// A mailbox is closed on this link. Returns whether it was open there, and not on another.
    pub(crate) fn closed(&mut self, queue: &Key, link: NoiseKey) -> bool {
        let Some((_, due)) = self.open.get(queue).filter(|((on, _), _)| *on == link) else {
            return false;
        };
        self.looks.remove(&(*due, queue.clone()));
        self.open.remove(queue);
        true
    }

    /// Whose mailbox a queue is.
    pub(crate) fn owner(&self, queue: &Key) -> Option<Owner> {
        self.open.get(queue).map(|(owner, _)| owner.clone())
    }

    /// Mailboxes to look into by now; each is looked into again after the interval.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Owner> {
        let mut due = Vec::new();
        while self.looks.first().is_some_and(|(at, _)| *at <= now)
            && let Some((_, queue)) = self.looks.pop_first()
        {
            if let Some(owner) = self.owner(&queue) {
                due.push(owner.clone());
                self.opened(queue, owner, now);
            }
        }
        due
    }

    /// When [`Shared::due`] has something.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.looks.first().map(|(due, _)| *due)
    }
}

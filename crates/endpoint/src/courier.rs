//! The courier: requests to the transport, each sent again until it is answered.
//!
//! Every request is a row first; this is only the memory of which rows wait. After a restart the
//! rows are read and the courier goes on.

use alloc::{collections::BTreeMap, vec::Vec};

use hop::{Act, Effect};
use vocab::{Instant, Micros, NoiseKey, limits};

use crate::account::Me;

/// What an end's attempts leave for its memory, applied when they are durable.
#[derive(Debug)]
pub enum Note {
    /// A request was written down and sent.
    Asked {
        /// Its id.
        id: u64,
        /// The frame.
        frame: Vec<u8>,
    },
    /// A request that was written down before a restart, and may never have left.
    AskedBefore {
        /// Its id.
        id: u64,
        /// The frame.
        frame: Vec<u8>,
    },
    /// A request was answered.
    Answered {
        /// Its id.
        id: u64,
    },
    /// The account's identity is known.
    Booted(Me),
    /// The account is deleted at the transport; the request that did it stays until all else that
    /// is kept here is gone.
    Leaving {
        /// That request.
        id: u64,
    },
    /// Nothing of the account is left here.
    Left,
}

/// Requests that wait for an answer.
#[derive(Debug)]
pub struct Courier {
    transport: NoiseKey,
    up: bool,
    asked: BTreeMap<u64, Asked>,
}

#[derive(Debug)]
struct Asked {
    frame: Vec<u8>,
    due: Instant,
    wait: Micros,
}

impl Courier {
    /// A courier to the transport whose static Noise key is pinned.
    pub const fn new(transport: NoiseKey) -> Self {
        Self { transport, up: false, asked: BTreeMap::new() }
    }

    /// The pinned key of the transport.
    pub const fn transport(&self) -> NoiseKey {
        self.transport
    }

    /// Remembers a request that was just sent.
    pub fn asked(&mut self, id: u64, frame: Vec<u8>, now: Instant) {
        let wait = limits::RESEND_FIRST;
        self.asked.insert(id, Asked { frame, due: now.after(wait), wait });
    }

    /// Remembers a request of before a restart. It is due at once: a message that waits here is
    /// overtaken by those that are sealed now, and the recipient keeps the keys of only so many
    /// chains.
    pub fn asked_before(&mut self, id: u64, frame: Vec<u8>, now: Instant) {
        self.asked.insert(id, Asked { frame, due: now, wait: limits::RESEND_FIRST });
    }

    /// Forgets a request that was answered.
    pub fn answered(&mut self, id: u64) {
        self.asked.remove(&id);
        if self.asked.is_empty() {
            // Not its room: many ends are at rest nearly always.
            self.asked = BTreeMap::new();
        }
    }

    /// A request was refused for now: it is sent again after this time.
    pub fn later(&mut self, id: u64, after: Micros, now: Instant) {
        if let Some(asked) = self.asked.get_mut(&id) {
            let after = after.clamp(limits::RESEND_FIRST, limits::MAX_RETRY_AFTER);
            asked.due = now.after(after);
        }
    }

    /// Forgets every request: there is no account any more that asks.
    pub fn clear(&mut self) {
        self.asked.clear();
    }

    /// Whether a request waits for its answer. An acknowledgement of an envelope never does.
    pub fn waits_for(&self, id: u64) -> bool {
        self.asked.contains_key(&id)
    }

    /// The link went up or down: what waits is sent again when it comes up.
    pub fn link<E>(&mut self, up: bool, now: Instant) -> Vec<Effect<E>> {
        self.up = up;
        if !up {
            return Vec::new();
        }
        for asked in self.asked.values_mut() {
            asked.due = now;
            asked.wait = limits::RESEND_FIRST;
        }
        self.due(now)
    }

    /// Whether the link is up.
    pub const fn is_up(&self) -> bool {
        self.up
    }

    /// Requests that have waited long enough to be sent again, oldest first.
    pub fn due<E>(&mut self, now: Instant) -> Vec<Effect<E>> {
        if !self.up {
            return Vec::new();
        }
        let to = self.transport;
        let mut effects = Vec::new();
        for asked in self.asked.values_mut().filter(|asked| asked.due <= now) {
            asked.due = now.after(asked.wait);
            asked.wait = asked.wait.doubled_up_to(limits::RESEND_MOST);
            let act = Act::Send { to, bytes: asked.frame.clone() };
            effects.push(Effect { after: None, act });
        }
        effects
    }

    /// When [`Courier::due`] has something to send.
    pub fn wake_at(&self) -> Option<Instant> {
        if !self.up {
            return None;
        }
        self.asked.values().map(|asked| asked.due).min()
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Instant, NoiseKey};

    use super::Courier;

    #[test]
    fn a_request_of_before_a_restart_is_due_at_once_and_one_that_was_just_sent_is_not() {
        let mut courier = Courier::new(NoiseKey([1; 32]));
        let now = Instant(7);
        assert!(courier.link::<()>(true, now).is_empty());
        courier.asked(2, [2].into(), now);
        courier.asked_before(1, [1].into(), now);
        assert_eq!((courier.wake_at(), courier.due::<()>(now).len()), (Some(now), 1));
        assert!(courier.due::<()>(now).is_empty());
    }
}

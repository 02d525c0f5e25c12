//! A node's way to a store that is another host's.
//!
//! A transaction that was asked for may have been done whenever its answer is missing, so nothing
//! is ever called off: it is asked again, under the same number, until the store says how it ended.
//! [`Answer::Unavailable`](store::Answer) is thus the store's word alone. While the store is out of
//! reach the hop waits, and what the hop may have under way bounds what lies here.

use std::collections::{BTreeMap, BTreeSet};

use store::{Answer, Key, Transaction, TxId};
use vocab::{Micros, NoiseKey};

use super::{
    shared_store::frame::{Request, Said, Wish},
    shelf::Shelf,
};
use crate::kernel::{Port, Time, Timer};

/// Without an answer for this long, requests are sent again.
const FIRST_WAIT: Micros = Micros::millis(500);
/// The longest wait between two times.
const LONGEST_WAIT: Micros = Micros::seconds(8);
/// At most so many are sent again at a time.
const AT_A_TIME: usize = 64;

/// Requests of this start to a store.
pub(super) struct Remote {
    store: NoiseKey,
    up: bool,
    /// Requests of this start.
    last: u64,
    /// Those that the hop has no answer to; in their order, since numbers are.
    asked: BTreeMap<u64, Asked>,
    /// Answers that came before those to earlier requests.
    early: BTreeMap<u64, Answer>,
    watched: BTreeSet<Key>,
    /// When requests are sent again.
    again: Time,
    /// A reminder is set for this moment. Where it is earlier than `again`, it is used to set the
    /// next: an answer costs no reminder.
    set: Option<Time>,
    wait: Micros,
}

struct Asked {
    tx: Option<TxId>,
    wish: Wish,
}

/// What a store's word comes to.
pub(super) enum Heard {
    /// A transaction has ended.
    Ended(TxId, Answer),
    /// Another node added a row to a queue.
    Joined(Key),
}

impl Remote {
    pub(super) const fn new(store: NoiseKey) -> Self {
        Self {
            store,
            up: false,
            last: 0,
            asked: BTreeMap::new(),
            early: BTreeMap::new(),
            watched: BTreeSet::new(),
            again: Time(0),
            set: None,
            wait: FIRST_WAIT,
        }
    }

    /// The node crashed. Requests of its next start count anew.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.store);
    }

    pub(super) fn transact(&mut self, tx: TxId, transaction: Transaction, port: &mut Port<'_>) {
        self.ask(Some(tx), Wish::Transact(transaction), port);
    }

    fn watch(&mut self, queue: Key, on: bool, port: &mut Port<'_>) {
        if on {
            self.watched.insert(queue.clone());
        } else {
            self.watched.remove(&queue);
        }
        self.ask(None, Wish::Watch { queue, on }, port);
    }

    fn ask(&mut self, tx: Option<TxId>, wish: Wish, port: &mut Port<'_>) {
        self.last = self.last.saturating_add(1);
        let number = self.last;
        self.asked.insert(number, Asked { tx, wish });
        self.send([number], port);
        if self.asked.len() == 1 {
            self.wait_anew(port);
        }
        self.remind(port);
    }

    /// A frame on a link that is not up would be lost; it is sent when the link is.
    fn send(&self, numbers: impl IntoIterator<Item = u64>, port: &mut Port<'_>) {
        let Some((first, _)) = self.asked.first_key_value().filter(|_| self.up) else { return };
        for number in numbers {
            if let Some(Asked { wish, .. }) = self.asked.get(&number) {
                let start = port.incarnation();
                let request = Request { start, first: *first, number, wish: wish.clone() };
                port.send(self.store, request.encode());
            }
        }
    }

    fn wait_anew(&mut self, port: &Port<'_>) {
        self.wait = FIRST_WAIT;
        self.again = port.time().after(self.wait);
    }

    fn remind(&mut self, port: &mut Port<'_>) {
        if self.set.is_none() {
            let after = self.again.since(port.time()).max(Micros(1));
            self.set = Some(port.time().after(after));
            port.remind(after, Timer::Own(0));
        }
    }

    /// Where no answer has come for a while, the oldest requests are sent again. Returns whether it
    /// was time for that.
    fn insist(&mut self, port: &mut Port<'_>) -> bool {
        // A paused node is late for its reminders.
        if self.set.is_none_or(|set| set > port.time()) {
            return false;
        }
        self.set = None;
        if self.asked.is_empty() {
            return false;
        }
        let late = self.again <= port.time();
        if late {
            let oldest: Vec<u64> = self.waiting().take(AT_A_TIME).collect();
            self.send(oldest, port);
            self.wait = self.wait.doubled_up_to(LONGEST_WAIT);
            self.again = port.time().after(self.wait);
        }
        self.remind(port);
        late
    }

    /// Requests that no answer has come to.
    fn waiting(&self) -> impl Iterator<Item = u64> {
        self.asked.keys().copied().filter(|number| !self.early.contains_key(number))
    }

    /// The link came up: a store that started again knows nothing of who watches, and may know
    /// nothing of what it was asked last.
    fn link(&mut self, up: bool, port: &mut Port<'_>) {
        self.up = up;
        if up {
            self.wait_anew(port);
            let all: Vec<u64> = self.waiting().collect();
            self.send(all, port);
            for queue in self.watched.clone() {
                self.ask(None, Wish::Watch { queue, on: true }, port);
            }
        }
    }

    /// What the store says. Transactions end in the order in which they were asked for.
    fn hear(&mut self, bytes: &[u8], port: &mut Port<'_>) -> Vec<Heard> {
        let (number, answer) = match Said::decode(bytes) {
            Some(Said::Joined { queue }) => return vec![Heard::Joined(queue)],
            Some(Said::Answer { start, number, answer }) if start == port.incarnation() => {
                (number, answer)
            }
            Some(Said::Answer { .. }) | None => return Vec::new(),
        };
        if !self.asked.contains_key(&number) {
            return Vec::new();
        }
        self.early.insert(number, answer);
        let mut heard = Vec::new();
        while let Some(entry) = self.asked.first_entry()
            && let Some(answer) = self.early.remove(entry.key())
        {
            heard.extend(entry.remove().tx.map(|tx| Heard::Ended(tx, answer)));
        }
        // It answers: what is behind is given the whole time again.
        self.wait_anew(port);
        heard
    }
}

impl<E> Shelf<E> {
    /// Whether a link is that to the store.
    pub(super) fn is_of(&self, peer: NoiseKey) -> bool {
        self.remote.as_ref().is_some_and(|remote| remote.store == peer)
    }

    /// A link came up or went down; whether that is no business of the hop's.
    pub(super) fn link(&mut self, peer: NoiseKey, up: bool, port: &mut Port<'_>) -> bool {
        match &mut self.remote {
            Some(remote) if remote.store == peer => {
                remote.link(up, port);
                true
            }
            Some(_) | None => false,
        }
    }

    /// The store says something.
    pub(super) fn hear(&mut self, bytes: &[u8], port: &mut Port<'_>) -> Vec<Heard> {
        self.remote.as_mut().map(|remote| remote.hear(bytes, port)).unwrap_or_default()
    }

    /// It is time to ask the store again.
    pub(super) fn insist(&mut self, port: &mut Port<'_>) -> bool {
        self.remote.as_mut().is_some_and(|remote| remote.insist(port))
    }

    /// The hop watches a queue, or no longer. Nobody else writes to a store that is its own.
    pub(super) fn watch(&mut self, queue: Key, on: bool, port: &mut Port<'_>) {
        if let Some(remote) = &mut self.remote {
            remote.watch(queue, on, port);
        }
    }
}

//! The outbox: webhooks and billing records, each sent again until it is taken.
//!
//! Every item is a row first; this is only the memory of which rows wait. Webhooks of one number
//! that are due at the same time go in one request, as far as it holds them.

use std::collections::{BTreeMap, BTreeSet};

use hop::ExchangeId;
use store::Key;
use vocab::{Instant, Micros, limits};

use crate::rows;

/// Requests on their way at once.
const IN_FLIGHT: usize = 8;
/// Items that are looked at for one request: those of other numbers may stand between.
const LOOKED_AT: usize = 4 * limits::MAX_WEBHOOK_UPDATES;

/// Items that wait or are on their way. What is asked for at every input takes no look at all of
/// them: behind a receiver that is down, they are many.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Webhooks in one request.
    most: usize,
    items: BTreeMap<Key, Item>,
    /// Items that wait, by when they are due.
    waiting: BTreeSet<(Instant, Key)>,
    under_way: BTreeMap<ExchangeId, Vec<Key>>,
    /// Rows beyond those that the last scan brought.
    pub(crate) more: bool,
}

#[derive(Debug)]
struct Item {
    /// When it is due, if it waits.
    due: Option<Instant>,
    wait: Micros,
    /// At most how long it is when it is sent.
    bytes: usize,
}

/// Items that go in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) exchange: ExchangeId,
    /// Those that waited longest first; several only of webhooks.
    pub(crate) keys: Vec<Key>,
}

impl Outbox {
    /// At most so many webhooks go in one request.
    pub(crate) fn new(most: usize) -> Self {
        let (items, waiting, under_way) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { most, items, waiting, under_way, more: false }
    }

    pub(crate) fn add(&mut self, key: Key, bytes: usize, now: Instant) {
        if !self.items.contains_key(&key) {
            let item = Item { due: Some(now), wait: limits::WEBHOOK_RETRY_FIRST, bytes };
            self.waiting.insert((now, key.clone()));
            self.items.insert(key, item);
        }
    }

    /// Items are done with: taken, or gone before they were sent.
    pub(crate) fn remove(&mut self, keys: &[Key]) {
        self.under_way.retain(|_, batch| batch.as_slice() != keys);
        for key in keys {
            let item = self.items.remove(key);
            if let Some(due) = item.and_then(|item| item.due) {
                self.waiting.remove(&(due, key.clone()));
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What to send now; `exchange` names each request.
    pub(crate) fn due(
        &mut self,
        now: Instant,
        mut exchange: impl FnMut() -> ExchangeId,
    ) -> Vec<Batch> {
        let mut batches = Vec::new();
        for _ in 0..self.room() {
            let keys = self.first_due(now);
            if keys.is_empty() {
                break;
            }
            for key in &keys {
                let due = self.items.get_mut(key).and_then(|item| item.due.take());
                if let Some(due) = due {
                    self.waiting.remove(&(due, key.clone()));
                }
            }
            let exchange = exchange();
            self.under_way.insert(exchange, keys.clone());
            batches.push(Batch { exchange, keys });
        }
        batches
    }

    /// The item that is due first, and the webhooks of the same number that fit beside it.
    fn first_due(&self, now: Instant) -> Vec<Key> {
        let is_due = |(due, _): &&(Instant, Key)| *due <= now;
        let mut due = self.waiting.iter().take_while(is_due).map(|(_, key)| key);
        let Some(first) = due.next() else { return Vec::new() };
        let (mut keys, mut room) = (vec![first.clone()], limits::MAX_HTTP_BODY);
        if !first.starts_with(&rows::hooks()) {
            return keys;
        }
        room = room.saturating_sub(self.bytes(first));
        let beside = |key: &&Key| key.starts_with(&rows::hooks()) && slot(key) == slot(first);
        for key in due.take(LOOKED_AT).filter(beside) {
            let Some(left) = room.checked_sub(self.bytes(key)) else { break };
            if keys.len() >= self.most {
                break;
            }
            room = left;
            keys.push(key.clone());
        }
        keys
    }

    fn bytes(&self, key: &Key) -> usize {
        self.items.get(key).map_or(0, |item| item.bytes)
    }

    /// An exchange ended: the items that it was for; none if it was for something else.
    pub(crate) fn ended(&mut self, exchange: ExchangeId) -> Option<Vec<Key>> {
        self.under_way.remove(&exchange)
    }

    /// An exchange failed: its items wait, each time twice as long, up to `most`. Those that had
    /// not failed before.
    pub(crate) fn failed(&mut self, keys: &[Key], now: Instant, most: Micros) -> Vec<Key> {
        let mut newly = Vec::new();
        for key in keys {
            if let Some(item) = self.items.get_mut(key) {
                if item.wait == limits::WEBHOOK_RETRY_FIRST {
                    newly.push(key.clone());
                }
                let due = now.after(item.wait);
                item.due = Some(due);
                item.wait = item.wait.doubled_up_to(most);
                self.waiting.insert((due, key.clone()));
            }
        }
        newly
    }

    fn room(&self) -> usize {
        IN_FLIGHT.saturating_sub(self.under_way.len())
    }

    /// When [`Outbox::due`] has something; with no room, an answer comes first.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        if self.room() == 0 {
            return None;
        }
        self.waiting.first().map(|(due, _)| *due)
    }
}

/// The place, among the numbers of a node, of the number that wrote an item.
pub(crate) fn slot(key: &Key) -> Option<u64> {
    key.last_number()?.checked_rem(endpoint::account::SLOTS)
}

#[cfg(test)]
mod tests {
    use hop::ExchangeId;
    use store::Key;
    use vocab::{Instant, limits};

    use super::Outbox;
    use crate::rows;

    fn hook(nth: u64, slot: u64) -> Key {
        rows::hooks().with_number(nth * endpoint::account::SLOTS + slot)
    }

    /// The lengths of the batches that are due.
    fn due(outbox: &mut Outbox) -> Vec<usize> {
        let mut last = 0;
        let batches = outbox.due(Instant(0), || {
            last += 1;
            ExchangeId(last)
        });
        batches.iter().map(|batch| batch.keys.len()).collect()
    }

    #[test]
    fn webhooks_of_one_number_share_a_request_and_others_go_alone() {
        let mut outbox = Outbox::new(limits::MAX_WEBHOOK_UPDATES);
        for nth in 0..3 {
            outbox.add(hook(nth, 1), 10, Instant(0));
            outbox.add(rows::bills().with_number(nth), 10, Instant(0));
        }
        outbox.add(hook(9, 2), 10, Instant(0));
        assert_eq!(due(&mut outbox), [1, 1, 1, 3, 1]);
        let keys = outbox.ended(ExchangeId(4)).unwrap();
        assert_eq!(keys, [hook(0, 1), hook(1, 1), hook(2, 1)]);
        assert_eq!((outbox.ended(ExchangeId(4)), outbox.wake_at()), (None, None));
        let most = limits::WEBHOOK_RETRY_MOST;
        assert_eq!(outbox.failed(&keys, Instant(0), most), keys);
        let again = Instant(0).after(limits::WEBHOOK_RETRY_FIRST);
        assert_eq!(outbox.wake_at(), Some(again));
        outbox.remove(&keys);
        assert_eq!(outbox.wake_at(), None);
    }

    #[test]
    fn what_is_gone_before_it_is_sent_takes_no_room() {
        let mut outbox = Outbox::new(limits::MAX_WEBHOOK_UPDATES);
        for slot in 0..20 {
            outbox.add(hook(1, slot), 10, Instant(0));
        }
        assert_eq!(due(&mut outbox).len(), 8);
        assert_eq!((due(&mut outbox).len(), outbox.wake_at()), (0, None));
        outbox.remove(&[hook(1, 0)]);
        assert_eq!(outbox.wake_at(), Some(Instant(0)));
        let ninth = outbox.due(Instant(0), || ExchangeId(9)).remove(0);
        assert_eq!(ninth.keys, [hook(1, 8)]);
    }

    #[test]
    fn a_request_holds_so_many_updates_and_bytes_and_no_more() {
        let mut outbox = Outbox::new(limits::MAX_WEBHOOK_UPDATES);
        for nth in 0..2_500 {
            outbox.add(hook(nth, 1), 10, Instant(0));
        }
        assert_eq!(due(&mut outbox), [1_000, 1_000, 500]);
        let mut outbox = Outbox::new(limits::MAX_WEBHOOK_UPDATES);
        for nth in 0..3 {
            outbox.add(hook(nth, 1), limits::MAX_HTTP_BODY / 2, Instant(0));
        }
        assert_eq!(due(&mut outbox), [2, 1]);
    }
}

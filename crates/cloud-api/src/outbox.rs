//! The outbox: webhooks and billing records, each sent again until it is taken.
//!
//! Every item is a row first; this is only the memory of which rows wait. Webhooks of one number
//! that are due at the same time go in one request, as far as it holds them.

use std::collections::BTreeMap;

use hop::ExchangeId;
use store::Key;
use vocab::{Instant, Micros, limits};

use crate::rows;

/// Requests on their way at once.
const IN_FLIGHT: usize = 8;

/// Items that wait or are on their way.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    items: BTreeMap<Key, Item>,
    /// Rows beyond those that the last scan brought.
    pub(crate) more: bool,
}

#[derive(Debug)]
struct Item {
    due: Instant,
    wait: Micros,
    /// At most how long it is when it is sent.
    bytes: usize,
    exchange: Option<ExchangeId>,
}

impl Item {
    fn is_due(&self, now: Instant) -> bool {
        self.exchange.is_none() && self.due <= now
    }
}

/// Items that go in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) exchange: ExchangeId,
    /// Oldest first; several only of webhooks.
    pub(crate) keys: Vec<Key>,
}

impl Outbox {
    pub(crate) fn add(&mut self, key: Key, bytes: usize, now: Instant) {
        let wait = limits::WEBHOOK_RETRY_FIRST;
        self.items.entry(key).or_insert(Item { due: now, wait, bytes, exchange: None });
    }

    pub(crate) fn remove(&mut self, keys: &[Key]) {
        for key in keys {
            self.items.remove(key);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What to send now, oldest first; `exchange` names each request.
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
            let exchange = exchange();
            for key in &keys {
                if let Some(item) = self.items.get_mut(key) {
                    item.exchange = Some(exchange);
                }
            }
            batches.push(Batch { exchange, keys });
        }
        batches
    }

    /// The oldest item that is due, and the webhooks of the same number that fit beside it.
    fn first_due(&self, now: Instant) -> Vec<Key> {
        let mut due = self.items.iter().filter(|(_, item)| item.is_due(now));
        let Some((first, item)) = due.next() else { return Vec::new() };
        let (mut keys, mut room) = (vec![first.clone()], limits::MAX_HTTP_BODY);
        if !first.starts_with(&rows::hooks()) {
            return keys;
        }
        room = room.saturating_sub(item.bytes);
        for (key, item) in due.filter(|(key, _)| key.starts_with(&rows::hooks())) {
            if slot(key) != slot(first) {
                continue;
            }
            let Some(left) = room.checked_sub(item.bytes) else { break };
            if keys.len() >= limits::MAX_WEBHOOK_UPDATES {
                break;
            }
            room = left;
            keys.push(key.clone());
        }
        keys
    }

    /// The items that an exchange was for; none if it was for something else.
    pub(crate) fn of(&self, exchange: ExchangeId) -> Vec<Key> {
        let items = self.items.iter().filter(|(_, item)| item.exchange == Some(exchange));
        items.map(|(key, _)| key.clone()).collect()
    }

    /// An exchange failed: its items wait, each time twice as long.
    pub(crate) fn failed(&mut self, keys: &[Key], now: Instant) {
        for key in keys {
            if let Some(item) = self.items.get_mut(key) {
                item.exchange = None;
                item.due = now.after(item.wait);
                item.wait = item.wait.doubled_up_to(limits::WEBHOOK_RETRY_MOST);
            }
        }
    }

    fn room(&self) -> usize {
        let mut under_way: Vec<ExchangeId> =
            self.items.values().filter_map(|item| item.exchange).collect();
        under_way.sort_unstable();
        under_way.dedup();
        IN_FLIGHT.saturating_sub(under_way.len())
    }

    /// When [`Outbox::due`] has something; with no room, an answer comes first.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        if self.room() == 0 {
            return None;
        }
        self.items.values().filter(|item| item.exchange.is_none()).map(|item| item.due).min()
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
        let mut outbox = Outbox::default();
        for nth in 0..3 {
            outbox.add(hook(nth, 1), 10, Instant(0));
            outbox.add(rows::bills().with_number(nth), 10, Instant(0));
        }
        outbox.add(hook(9, 2), 10, Instant(0));
        assert_eq!(due(&mut outbox), [1, 1, 1, 3, 1]);
        assert_eq!(outbox.of(ExchangeId(4)), [hook(0, 1), hook(1, 1), hook(2, 1)]);
        outbox.failed(&outbox.of(ExchangeId(4)), Instant(0));
        assert_eq!(outbox.wake_at(), Some(Instant(0).after(limits::WEBHOOK_RETRY_FIRST)));
    }

    #[test]
    fn a_request_holds_so_many_updates_and_bytes_and_no_more() {
        let mut outbox = Outbox::default();
        for nth in 0..2_500 {
            outbox.add(hook(nth, 1), 10, Instant(0));
        }
        assert_eq!(due(&mut outbox), [1_000, 1_000, 500]);
        let mut outbox = Outbox::default();
        for nth in 0..3 {
            outbox.add(hook(nth, 1), limits::MAX_HTTP_BODY / 2, Instant(0));
        }
        assert_eq!(due(&mut outbox), [2, 1]);
    }
}

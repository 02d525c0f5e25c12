//! The outbox: webhooks and billing records, each sent again until it is taken.
//!
//! Every item is a row first; this is only the memory of which rows wait.

use std::collections::BTreeMap;

use hop::ExchangeId;
use store::Key;
use vocab::{Instant, Micros, limits};

/// Items on their way at once.
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
    exchange: Option<ExchangeId>,
}

impl Outbox {
    pub(crate) fn add(&mut self, key: Key, now: Instant) {
        let wait = limits::WEBHOOK_RETRY_FIRST;
        self.items.entry(key).or_insert(Item { due: now, wait, exchange: None });
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.items.remove(key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Items to send now, oldest first; `exchange` names each.
    pub(crate) fn due(
        &mut self,
        now: Instant,
        mut exchange: impl FnMut() -> ExchangeId,
    ) -> Vec<(Key, ExchangeId)> {
        let room = self.room();
        let due = self
            .items
            .iter_mut()
            .filter(|(_, item)| item.exchange.is_none() && item.due <= now)
            .take(room);
        due.map(|(key, item)| {
            let id = exchange();
            item.exchange = Some(id);
            (key.clone(), id)
        })
        .collect()
    }

    /// The item that an exchange was for.
    pub(crate) fn of(&self, exchange: ExchangeId) -> Option<Key> {
        let mut items = self.items.iter();
        items.find(|(_, item)| item.exchange == Some(exchange)).map(|(key, _)| key.clone())
    }

    /// An exchange failed: the item waits, each time twice as long.
    pub(crate) fn failed(&mut self, key: &Key, now: Instant) {
        if let Some(item) = self.items.get_mut(key) {
            item.exchange = None;
            item.due = now.after(item.wait);
            item.wait = item.wait.doubled_up_to(limits::WEBHOOK_RETRY_MOST);
        }
    }

    fn room(&self) -> usize {
        let under_way = self.items.values().filter(|item| item.exchange.is_some()).count();
        IN_FLIGHT.saturating_sub(under_way)
    }

    /// When [`Outbox::due`] has something; with no room, an answer comes first.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        if self.room() == 0 {
            return None;
        }
        self.items.values().filter(|item| item.exchange.is_none()).map(|item| item.due).min()
    }
}

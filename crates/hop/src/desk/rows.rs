//! Working copies of rows, some of them ahead of what is durable.

use alloc::vec::Vec;

use store::{Expect, Key, Revision, TxId, transaction::Stored};

use super::{attempt::Written, shelf::Shelf};

/// The row as the hop may build on it; `None` where there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Copy {
    pub(super) row: Option<(Revision, Vec<u8>)>,
    /// Transactions under way whose work looks at it or wrote it. The copy stays while there is
    /// one.
    users: Vec<TxId>,
    /// The newest transaction under way that wrote it.
    writer: Option<TxId>,
}

/// All working copies of one hop.
#[derive(Debug)]
pub(super) struct Rows {
    copies: Shelf<Copy>,
    most: usize,
}

impl Rows {
    pub(super) const fn new(most: usize) -> Self {
        Self { copies: Shelf::new(), most }
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Copy> {
        self.copies.get(key)
    }

    /// A row came from the store. A copy that is ahead of the store stays.
    pub(super) fn arrive(&mut self, key: Key, stored: Option<Stored>) {
        let row = stored.map(|stored| (stored.revision, stored.value));
        let copy = self.copies.entry(key);
        if copy.writer.is_none() {
            copy.row = row;
        }
    }

    /// An attempt becomes transaction `tx`: its writes are what later work builds on.
    pub(super) fn begin(&mut self, tx: TxId, touched: &[Key], written: Vec<Written>) {
        for (key, row) in written {
            let copy = self.copies.entry(key);
            copy.row = row;
            copy.writer = Some(tx);
        }
        self.hold(tx, touched);
    }

    /// Copies of `keys` stay until `tx` is answered.
    pub(super) fn hold(&mut self, tx: TxId, keys: &[Key]) {
        for key in keys {
            if let Some(copy) = self.copies.get_mut(key) {
                copy.users.push(tx);
            }
        }
    }

    /// Transaction `tx` is durable.
    pub(super) fn end(&mut self, tx: TxId, touched: &[Key]) {
        self.release(tx, touched);
        if self.copies.len() > self.most {
            // Nor the room of what is gone: many hops are at rest nearly always.
            self.copies.retain(|copy| !copy.users.is_empty());
        }
    }

    /// Transaction `tx` did not happen: what it touched must be fetched anew, save where a later
    /// write stands.
    pub(super) fn drop_all(&mut self, tx: TxId, touched: &[Key]) {
        self.release(tx, touched);
        for key in touched {
            if self.copies.get(key).is_some_and(|copy| copy.writer.is_none()) {
                self.copies.remove(key);
            }
        }
    }

    /// Transaction `tx`, which is still under way, will not happen: nothing may build on its
    /// writes.
    pub(super) fn forget_writes(&mut self, tx: TxId, touched: &[Key]) {
        for key in touched {
            if self.writer(key) == Some(tx) {
                self.copies.remove(key);
            }
        }
    }

    /// The newest transaction under way that wrote the row.
    pub(super) fn writer(&self, key: &Key) -> Option<TxId> {
        self.copies.get(key).and_then(|copy| copy.writer)
    }

    /// `tx` is answered: it holds no copy any more.
    pub(super) fn release(&mut self, tx: TxId, touched: &[Key]) {
        for key in touched {
            if let Some(copy) = self.copies.get_mut(key) {
                copy.users.retain(|user| *user != tx);
                if copy.users.is_empty() {
                    copy.users = Vec::new();
                }
                if copy.writer == Some(tx) {
                    copy.writer = None;
                }
            }
        }
    }
}

impl Copy {
    pub(super) fn expect(&self) -> Expect {
        self.row.as_ref().map_or(Expect::Absent, |(revision, _)| Expect::At(*revision))
    }
}

//! Working copies of rows, some of them ahead of what is durable.

use alloc::{collections::BTreeMap, vec::Vec};

use store::{Expect, Key, Revision, TxId, transaction::Stored};

/// The row as the hop may build on it; `None` where there is none.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) row: Option<(Revision, Vec<u8>)>,
    /// Transactions under way that read or wrote it. The copy stays while there is one.
    users: u32,
    /// The newest transaction under way that wrote it.
    writer: Option<TxId>,
}

/// All working copies of one hop.
#[derive(Debug)]
pub(super) struct Rows {
    copies: BTreeMap<Key, Copy>,
    most: usize,
}

impl Rows {
    pub(super) const fn new(most: usize) -> Self {
        Self { copies: BTreeMap::new(), most }
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Copy> {
        self.copies.get(key)
    }

    /// A row came from the store. A copy that is ahead of the store stays.
    pub(super) fn arrive(&mut self, key: Key, stored: Option<Stored>) {
        let row = stored.map(|stored| (stored.revision, stored.value));
        let fresh = Copy { row, users: 0, writer: None };
        match self.copies.get_mut(&key) {
            Some(copy) if copy.writer.is_some() => {}
            Some(copy) => copy.row = fresh.row,
            None => drop(self.copies.insert(key, fresh)),
        }
    }

    /// An attempt becomes transaction `tx`: its writes are what later work builds on.
    pub(super) fn begin(
        &mut self,
        tx: TxId,
        touched: &[Key],
        written: BTreeMap<Key, Option<(Revision, Vec<u8>)>>,
    ) {
        for (key, row) in written {
            let copy = self.copies.entry(key).or_insert(Copy { row: None, users: 0, writer: None });
            copy.row = row;
            copy.writer = Some(tx);
        }
        for key in touched {
            if let Some(copy) = self.copies.get_mut(key) {
                copy.users = copy.users.saturating_add(1);
            }
        }
    }

    /// Transaction `tx` is durable.
    pub(super) fn end(&mut self, tx: TxId, touched: &[Key]) {
        self.release(tx, touched);
        if self.copies.len() > self.most {
            self.copies.retain(|_, copy| copy.users > 0);
        }
    }

    /// Transaction `tx` did not happen: what it touched must be fetched anew.
    pub(super) fn drop_all(&mut self, tx: TxId, touched: &[Key]) {
        self.release(tx, touched);
        for key in touched {
            self.copies.remove(key);
        }
    }

    fn release(&mut self, tx: TxId, touched: &[Key]) {
        for key in touched {
            if let Some(copy) = self.copies.get_mut(key) {
                copy.users = copy.users.saturating_sub(1);
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

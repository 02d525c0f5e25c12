//! An image of a memory store: the only way by which its secrets are copied as a whole.

use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;

use super::{Held, Memory};
use crate::key::Key;

/// Every row of a store and where its queues stand, as applied (durable or not).
///
/// Two of them are equal where the stores hold the same rows to the byte, expired ones included.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    rows: Vec<(Key, Held)>,
    last_number: u64,
}

impl Memory {
    /// An image of this store.
    pub fn snapshot(&self) -> Snapshot {
        let rows = self.rows.iter().map(|(key, held)| (key.clone(), held.clone())).collect();
        Snapshot { rows, last_number: self.last_number }
    }

    /// A store with the rows of `snapshot`, all of them durable.
    pub fn restore(snapshot: Snapshot) -> Self {
        let mut store = Self {
            rows: BTreeMap::new(),
            last_number: snapshot.last_number,
            durable_number: snapshot.last_number,
            ..Self::default()
        };
        for (key, held) in snapshot.rows {
            store.place(&key, Some(held));
        }
        store
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, last_number } = self;
        write!(f, "Snapshot({} rows, last number {last_number})", rows.len())
    }
}

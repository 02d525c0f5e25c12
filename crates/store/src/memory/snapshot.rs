//! An image of a memory store: the only way by which its secrets are copied as a whole.

use alloc::{collections::BTreeSet, vec::Vec};
use core::fmt;

use super::{Held, Memory};
use crate::key::Key;

/// Every row of a store and where its queues stand, as applied (durable or not).
///
/// Two of them are equal where the stores hold the same rows to the byte, expired ones included.
#[derive(Clone)]
pub struct Snapshot {
    rows: Vec<Held>,
    last_number: u64,
}

impl Memory {
    /// An image of this store.
    pub fn snapshot(&self) -> Snapshot {
        let rows = self.rows.iter().cloned().collect();
        Snapshot { rows, last_number: self.last_number }
    }

    /// A store with the rows of `snapshot`, all of them durable.
    pub fn restore(snapshot: Snapshot) -> Self {
        let mut store = Self {
            rows: BTreeSet::new(),
            last_number: snapshot.last_number,
            durable_number: snapshot.last_number,
            ..Self::default()
        };
        for held in snapshot.rows {
            let key = Key::from_bytes(held.key().to_vec());
            store.place(&key, Some(held));
        }
        store
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.rows.iter(), other.rows.iter());
        self.last_number == other.last_number
            && ours.len() == theirs.len()
            && ours.zip(theirs).all(|(one, other)| one.is_same(other))
    }
}

impl Eq for Snapshot {}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, last_number } = self;
        write!(f, "Snapshot({} rows, last number {last_number})", rows.len())
    }
}

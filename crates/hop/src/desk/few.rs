//! A map of the few rows that one attempt is about.
//!
//! In one allocation and in order. A tree's first node holds eleven entries and is made and wiped
//! out for each attempt, of which most look at two or three rows.

use alloc::vec::Vec;

/// Entries for which there is room from the first on: as many as most attempts are about.
const AT_FIRST: usize = 8;

/// A sorted map for a handful of entries.
#[derive(Clone, Debug)]
pub(super) struct Few<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Few<K, V> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(there, _)| there.cmp(key))
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let place = self.place(key).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// The value under `key` from now on.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => {
                if let Some((_, there)) = self.0.get_mut(place) {
                    *there = value;
                }
            }
            Err(place) => {
                if self.0.capacity() == 0 {
                    self.0.reserve_exact(AT_FIRST);
                }
                self.0.insert(place, (key, value));
            }
        }
    }

    pub(super) fn remove(&mut self, key: &K) {
        if let Ok(place) = self.place(key) {
            self.0.remove(place);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl<K, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = alloc::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

//! A map of many rows, of which only a few are ever looked at together.
//!
//! Keys are spread over small trees by a hash, so that a look compares a handful of keys, not two
//! dozen. The hash is no secret: whoever chooses keys that fall into one tree makes it as deep as
//! one tree for all would be, and no deeper. Its order is nobody's business, so none is offered.

use alloc::{
    collections::{BTreeMap, btree_map::Entry},
    vec::Vec,
};

use store::Key;

/// Entries of a tree, on average, before there are twice as many trees: they fit one node.
const OF_ONE: usize = 8;

/// 2^64 divided by the golden ratio, as Fibonacci hashing has it.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A map by key, without an order.
#[derive(Clone, Debug)]
pub(super) struct Shelf<V> {
    /// None, or as many as a power of two.
    trees: Vec<BTreeMap<Key, V>>,
    length: usize,
}

impl<V> Shelf<V> {
    pub(super) const fn new() -> Self {
        Self { trees: Vec::new(), length: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, key: &Key) -> Option<&V> {
        self.trees.get(self.place(key))?.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &Key) -> Option<&mut V> {
        let place = self.place(key);
        self.trees.get_mut(place)?.get_mut(key)
    }

    /// What stands under `key`, put there if nothing did.
    pub(super) fn entry(&mut self, key: Key) -> &mut V
    where
        V: Default,
    {
        if self.length >= self.trees.len().saturating_mul(OF_ONE) {
            self.grow();
        }
        let place = self.place(&key);
        #[expect(clippy::indexing_slicing, reason = "it has just grown, and a place is a tree's")]
        let tree = &mut self.trees[place];
        match tree.entry(key) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                self.length = self.length.saturating_add(1);
                place.insert(V::default())
            }
        }
    }

    pub(super) fn remove(&mut self, key: &Key) {
        let place = self.place(key);
        let removed = self.trees.get_mut(place).and_then(|tree| tree.remove(key));
        self.length = self.length.saturating_sub(usize::from(removed.is_some()));
    }

    /// Keeps what is to be kept; where that is nothing, no memory either.
    pub(super) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        for tree in &mut self.trees {
            tree.retain(|_, value| keep(value));
        }
        self.length = self.trees.iter().map(BTreeMap::len).sum();
        if self.length == 0 {
            self.trees = Vec::new();
        }
    }

    fn grow(&mut self) {
        let count = self.trees.len().saturating_mul(2).max(1);
        let before = core::mem::take(&mut self.trees);
        self.trees.resize_with(count, BTreeMap::new);
        for (key, value) in before.into_iter().flatten() {
            let place = self.place(&key);
            if let Some(tree) = self.trees.get_mut(place) {
                tree.insert(key, value);
            }
        }
    }

    /// The tree that `key` belongs to.
    fn place(&self, key: &Key) -> usize {
        let mut hash = ODD;
        for chunk in key.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, byte)| *to = *byte);
            // Both halves of a product: every bit of a word counts in the low bits.
            let product = u128::from(hash ^ u64::from_le_bytes(word)).wrapping_mul(ODD.into());
            hash = (product as u64) ^ ((product >> 64) as u64);
        }
        let mask = self.trees.len().saturating_sub(1);
        (hash as usize) & mask
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use store::Key;

    use super::{OF_ONE, Shelf};

    fn key(number: u64) -> Key {
        Key::table("row").with_number(number)
    }

    #[test]
    fn it_holds_what_one_tree_would_hold() {
        let (mut shelf, mut tree) = (Shelf::<u64>::new(), BTreeMap::new());
        let mut draw = 1_u64;
        for step in 0..20_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = key((draw >> 33) % 1_000);
            if draw >> 63 == 0 {
                *shelf.entry(at.clone()) = step;
                tree.insert(at, step);
            } else {
                shelf.remove(&at);
                tree.remove(&at);
            }
            assert_eq!(shelf.len(), tree.len());
        }
        shelf.retain(|value| value % 3 == 0);
        tree.retain(|_, value| *value % 3 == 0);
        for number in 0..1_000 {
            assert_eq!(shelf.get(&key(number)), tree.get(&key(number)));
            assert_eq!(shelf.get_mut(&key(number)), tree.get_mut(&key(number)));
        }
    }

    #[test]
    fn keys_that_differ_in_a_number_are_spread() {
        let mut shelf = Shelf::<()>::new();
        (0..10_000).for_each(|number| *shelf.entry(key(number)) = ());
        let most = shelf.trees.iter().map(BTreeMap::len).max().unwrap();
        assert!(most <= 5 * OF_ONE, "{most} in one tree");
    }

    #[test]
    fn nothing_costs_nothing() {
        let mut shelf = Shelf::<()>::new();
        shelf.entry(key(1));
        shelf.retain(|()| false);
        assert_eq!((shelf.len(), shelf.trees.capacity()), (0, 0));
    }
}

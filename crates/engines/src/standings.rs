//! What is known of rows without asking the file: whether they are there, at which revision, and
//! until when.
//!
//! Nearly every transaction checks rows that were read or written a moment before. Nobody but the
//! engine writes to its file, so what it saw last is what holds, until it gives something up.

use std::collections::BTreeMap;

use store::Key;

/// Rows of one generation. There are two, so twice as many are known, of about 150 bytes each.
const GENERATION: usize = 16_384;

/// Revision and expiry of a row as the file has them; `None` where there is no row.
pub(crate) type Standing = Option<(i64, Option<i64>)>;

/// How rows stand that were looked at lately.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    young: BTreeMap<Key, Standing>,
    /// Forgotten when the young ones have grown as many.
    old: BTreeMap<Key, Standing>,
}

impl Standings {
    /// How the row stands, if that is known.
    pub(crate) fn get(&mut self, key: &Key) -> Option<Standing> {
        if let Some(standing) = self.young.get(key) {
            return Some(*standing);
        }
        let standing = self.old.remove(key)?;
        self.set(key, standing);
        Some(standing)
    }

    /// The row stands so from now on.
    pub(crate) fn set(&mut self, key: &Key, standing: Standing) {
        if let Some(known) = self.young.get_mut(key) {
            *known = standing;
            return;
        }
        if self.young.len() >= GENERATION {
            self.old = core::mem::take(&mut self.young);
        }
        // An older word about it would come back when this one is forgotten.
        self.old.remove(key);
        self.young.insert(key.clone(), standing);
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use store::Key;

    use super::{GENERATION, Standings};

    fn key(number: usize) -> Key {
        Key::table("t").with_number(number as u64)
    }

    #[test]
    fn what_is_asked_for_again_stays_known_and_what_is_not_is_forgotten_in_time() {
        let mut standings = Standings::default();
        standings.set(&key(0), Some((1, None)));
        standings.set(&key(1), None);
        for number in 2..3 * GENERATION {
            standings.set(&key(number), None);
            assert_eq!(standings.get(&key(0)), Some(Some((1, None))), "after {number}");
        }
        assert_eq!(standings.get(&key(1)), None);
        assert!(standings.young.len() + standings.old.len() <= 2 * GENERATION);
    }

    #[test]
    fn no_older_word_about_a_row_comes_back() {
        let mut standings = Standings::default();
        standings.set(&key(0), Some((1, None)));
        for number in 1..=GENERATION {
            standings.set(&key(number), None);
        }
        standings.set(&key(0), Some((2, Some(5))));
        assert_eq!(standings.get(&key(0)), Some(Some((2, Some(5)))));
        standings.forget();
        assert_eq!(standings.get(&key(0)), None);
    }
}

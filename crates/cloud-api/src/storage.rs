//! Where the content of a number lies while it is kept: its storage mode (facts, cloud-api.md
//! section 5).
//!
//! In the store, for every mode but the first, there is a *marker* under the key that content would
//! have: it says where the content is, so that what waits is found by looking through the store as
//! ever. Of a number without storage the content itself is in memory, and in no row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use store::Key;
use vocab::{Keep, Micros, UnixMicros, limits};
use zeroize::Zeroizing;

/// Where the content of a number lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// At rest in the node's store.
    #[default]
    Store,
    /// At rest in one region alone, named by two letters.
    Region([u8; 2]),
    /// In the memory of this node, for [`limits::HELD_AGE`].
    Memory,
}

impl Storage {
    /// What the settings of a number say.
    pub(crate) fn of(settings: &Map<String, Value>) -> Self {
        let storage = settings.get("storage_configuration");
        let text = |name: &str| storage.and_then(|storage| storage.get(name)?.as_str());
        match (text("status"), text("data_localization_region").map(str::as_bytes)) {
            (Some("NO_STORAGE_ENABLED"), _) => Self::Memory,
            (Some("IN_COUNTRY_STORAGE_ENABLED"), Some(&[first, second])) => {
                Self::Region([first, second])
            }
            _ => Self::Store,
        }
    }

    /// What rows call it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Store => "store".to_owned(),
            Self::Memory => "memory".to_owned(),
            Self::Region(letters) => letters.map(char::from).iter().collect(),
        }
    }

    /// The mode of a name.
    pub(crate) fn named(name: &str) -> Self {
        match name.as_bytes() {
            b"memory" => Self::Memory,
            &[first, second] => Self::Region([first, second]),
            _ => Self::Store,
        }
    }
}

/// Rows that lie in a region, for whoever places them: this, the region, and the key of the row.
pub fn located(region: [u8; 2], key: &Key) -> Key {
    Key::table("at").with(&region).with(key.as_bytes())
}

/// What stands under a key instead of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// The content is in memory under this name.
    Held(u64),
    /// It is in the row of this region.
    At([u8; 2]),
}

/// Neither is the first byte of a sealed row, nor are both together as long as the end of any blob:
/// a blob is whole blocks of 16 bytes and a MAC of 10.
const HELD: u8 = 2;
const AT: u8 = 3;

impl Marker {
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            Self::Held(name) => [&[HELD], name.to_be_bytes().as_slice()].concat(),
            Self::At([first, second]) => vec![AT, first, second],
        }
    }

    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        match stored {
            [HELD, name @ ..] => Some(Self::Held(u64::from_be_bytes(name.try_into().ok()?))),
            &[AT, first, second] => Some(Self::At([first, second])),
            _ => None,
        }
    }
}

/// Content of a number without storage.
///
/// An attempt may be made again, or come to nothing: what it puts here has a name of its own, which
/// only a durable marker makes known, and what it removes stays for [`SPARED`].
#[derive(Debug, Default)]
pub(crate) struct Held {
    items: BTreeMap<u64, Item>,
    names: BTreeMap<Key, Vec<u64>>,
    ends: BTreeSet<(UnixMicros, u64)>,
    bytes: usize,
    /// What the attempt under way has put.
    fresh: Vec<u64>,
}

struct Item {
    key: Key,
    plain: Zeroizing<Vec<u8>>,
    until: UnixMicros,
}

impl core::fmt::Debug for Item {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Item({}B)", self.plain.len())
    }
}

/// How long what was removed or replaced stays, for attempts that are made again.
const SPARED: Micros = Micros::minutes(1);

/// How long a row may be kept whose content is held: no longer than the content.
pub(crate) fn at_most_held(keep: Keep, now: UnixMicros) -> Keep {
    match keep {
        Keep::For(age) => Keep::For(age.min(limits::HELD_AGE)),
        Keep::Until(until) => Keep::Until(until.min(now.after(limits::HELD_AGE))),
        Keep::Never(_) => Keep::For(limits::HELD_AGE),
    }
}

impl Held {
    /// Holds content under a fresh name. What is beyond [`limits::MAX_HELD`] bytes goes, the oldest
    /// first.
    pub(crate) fn put(
        &mut self,
        name: u64,
        (key, plain): (Key, &[u8]),
        keep: Keep,
        now: UnixMicros,
    ) {
        self.forget(&key, now);
        let until = match keep {
            Keep::For(age) => now.after(age),
            Keep::Until(until) => until,
            Keep::Never(_) => now.after(limits::HELD_AGE),
        };
        self.names.entry(key.clone()).or_default().push(name);
        self.fresh.push(name);
        self.ends.insert((until, name));
        self.bytes = self.bytes.saturating_add(plain.len());
        let plain = Zeroizing::new(plain.to_vec());
        self.items.insert(name, Item { key, plain, until });
        while let Some((until, name)) = self.ends.first().copied() {
            if until > now && self.bytes <= limits::MAX_HELD {
                break;
            }
            self.end(name);
        }
    }

    /// The content of a name, as long as it is held.
    pub(crate) fn get(&self, name: u64, now: UnixMicros) -> Option<Vec<u8>> {
        let item = self.items.get(&name).filter(|item| item.until > now);
        item.map(|item| item.plain.to_vec())
    }

    /// What lies under a key is not needed any more.
    pub(crate) fn forget(&mut self, key: &Key, now: UnixMicros) {
        for name in self.names.get(key).cloned().into_iter().flatten() {
            self.forget_one(name, now);
        }
    }

    /// An attempt begins.
    pub(crate) fn begin(&mut self) {
        self.fresh.clear();
    }

    /// The attempt is made again from its beginning: nobody will ask for what it has put.
    pub(crate) fn undo(&mut self) {
        let put = self.put_since();
        self.end_all(put);
    }

    /// What the attempt has put, once it has come to its end: whether it counts is not known yet.
    pub(crate) fn put_since(&mut self) -> Vec<u64> {
        core::mem::take(&mut self.fresh)
    }

    /// The attempt that has put this came to nothing.
    pub(crate) fn end_all(&mut self, names: Vec<u64>) {
        for name in names {
            self.end(name);
        }
    }

    /// What has this name is not needed any more.
    pub(crate) fn forget_one(&mut self, name: u64, now: UnixMicros) {
        let until = now.after(SPARED);
        if let Some(item) = self.items.get_mut(&name).filter(|item| item.until > until) {
            self.ends.remove(&(item.until, name));
            self.ends.insert((until, name));
            item.until = until;
        }
    }

    /// How much is held.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    fn end(&mut self, name: u64) {
        let Some(item) = self.items.remove(&name) else { return };
        self.ends.remove(&(item.until, name));
        self.bytes = self.bytes.saturating_sub(item.plain.len());
        if let Some(names) = self.names.get_mut(&item.key) {
            names.retain(|one| *one != name);
            if names.is_empty() {
                self.names.remove(&item.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use store::Key;
    use vocab::{Keep, Micros, UnixMicros, limits};

    use super::{Held, Marker, SPARED, Storage};

    const KEEP: Keep = Keep::For(limits::HELD_AGE);

    #[test]
    fn what_an_attempt_put_that_is_made_again_is_gone() {
        let (mut held, start) = (Held::default(), UnixMicros(1));
        held.begin();
        held.put(1, (Key::table("a"), b"kept"), KEEP, start);
        held.begin();
        held.put(2, (Key::table("b"), b"put by an attempt"), KEEP, start);
        held.undo();
        held.put(3, (Key::table("c"), b"put by the same, made again"), KEEP, start);
        let there = [1, 2, 3].map(|name| held.get(name, start).is_some());
        assert_eq!((there, held.len()), ([true, false, true], 2));
    }

    #[test]
    fn what_is_held_is_there_for_an_hour_and_what_is_removed_for_attempts_under_way() {
        let (mut held, start) = (Held::default(), UnixMicros(1));
        held.put(1, (Key::table("a"), b"first"), KEEP, start);
        held.put(2, (Key::table("b"), b"other"), KEEP, start);
        held.put(3, (Key::table("a"), b"second"), KEEP, start);
        assert_eq!(held.get(1, start).unwrap(), b"first", "its marker may be the durable one");
        let later = start.after(SPARED);
        assert_eq!((held.get(1, later), held.get(3, later)), (None, Some(b"second".to_vec())));
        held.forget(&Key::table("a"), later);
        let end = start.after(limits::HELD_AGE);
        assert!(held.get(2, UnixMicros(end.0 - 1)).is_some());
        assert_eq!((held.get(2, end), held.get(3, end)), (None, None));
        held.put(4, (Key::table("c"), b"last"), KEEP, end);
        assert_eq!((held.items.len(), held.names.len(), held.ends.len(), held.bytes), (1, 1, 1, 4));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let (mut held, half) = (Held::default(), vec![0; limits::MAX_HELD / 2]);
        for name in 0..3 {
            let now = UnixMicros(name);
            held.put(name, (Key::table("a").with_number(name), &half), KEEP, now);
        }
        let now = UnixMicros(3).after(Micros(0));
        assert!(held.get(0, now).is_none() && held.get(1, now).is_some());
        assert!(held.bytes <= limits::MAX_HELD);
    }

    #[test]
    fn a_mode_reads_back_from_its_name() {
        for mode in [Storage::Store, Storage::Memory, Storage::Region(*b"DE")] {
            assert_eq!(Storage::named(&mode.name()), mode);
        }
        assert_eq!(Storage::named(""), Storage::Store);
    }

    #[test]
    fn a_marker_reads_back_and_a_sealed_row_is_none() {
        for marker in [Marker::Held(7), Marker::At(*b"BR")] {
            assert_eq!(Marker::decode(&marker.encode()), Some(marker));
        }
        assert_eq!(Marker::decode(&[1; 37]), None);
        assert_eq!(Marker::decode(&[2; 26]), None);
    }
}

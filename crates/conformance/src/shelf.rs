//! The prekeys that a device published, and its memory of what was opened with them.

use std::collections::{BTreeMap, BTreeSet};

use keys::{
    PublicKey,
    mutant::{self, planted},
};
use signal::{BaseKeyMark, KemPreKey, OneTimePreKey, Opened, PreKeys, SignedPreKey};

/// Private prekeys by id, and base keys that must not serve again.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) signed: BTreeMap<u32, SignedPreKey>,
    pub(crate) one_time: BTreeMap<u32, OneTimePreKey>,
    pub(crate) kem: BTreeMap<u32, KemPreKey>,
    seen: BTreeSet<BaseKeyMark>,
}

impl Shelf {
    /// Removes and remembers what a message that was opened asks for.
    pub(crate) fn settle(&mut self, opened: &Opened) {
        if let Some(id) = opened.consumed_one_time.filter(|_| !planted(mutant::ONE_TIME_KEPT)) {
            self.one_time.remove(&id);
        }
        if let Some((id, last_resort)) = opened.consumed_kem
            && !planted(mutant::KEM_KEPT)
            && (!last_resort || planted(mutant::LAST_RESORT_DELETED))
        {
            self.kem.remove(&id);
        }
        let seen = opened.remember_base_key.filter(|_| !planted(mutant::BASE_KEY_FORGOTTEN));
        self.seen.extend(seen);
    }
}

impl PreKeys for Shelf {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.get(&id)
    }

    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.get(&id)
    }

    fn kem(&self, id: u32) -> Option<&KemPreKey> {
        self.kem.get(&id)
    }

    fn base_key_seen(&self, kem: Option<u32>, signed: u32, base: &PublicKey) -> bool {
        self.seen.contains(&BaseKeyMark { kem, signed, base_key: *base })
    }
}

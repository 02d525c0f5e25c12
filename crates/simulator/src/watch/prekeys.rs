//! One-time prekeys that left the directory: each exactly once.

use std::collections::{BTreeMap, BTreeSet};

use wire::transport::Bundle;

use crate::kernel::HostId;

/// One-time public keys by the request that they answered.
#[derive(Debug, Default)]
pub(super) struct Handed {
    keys: BTreeMap<Vec<u8>, (HostId, u64)>,
    /// KEM prekeys that may leave as often as they are asked for.
    last_resort: BTreeSet<Vec<u8>>,
}

impl Handed {
    /// This KEM prekey was published as one of last resort.
    pub(super) fn last_resort(&mut self, key: &[u8]) {
        self.last_resort.insert(key.to_vec());
    }

    /// A bundle left towards `to` in answer to `request`: the key ids in it that had left before,
    /// in answer to another request.
    pub(super) fn out(&mut self, to: HostId, request: u64, bundle: &Bundle) -> Vec<u32> {
        let curve = bundle.one_time.iter().map(|prekey| (prekey.id, &prekey.public_key));
        let kem = bundle.kem.iter().map(|prekey| (prekey.id, &prekey.public_key));
        let kem = kem.filter(|(_, key)| !self.last_resort.contains(*key));
        let mut twice = Vec::new();
        for (id, key) in curve.chain(kem) {
            let by = self.keys.entry(key.clone()).or_insert((to, request));
            if *by != (to, request) {
                twice.push(id);
            }
        }
        twice
    }

    pub(super) fn count(&self) -> u64 {
        self.keys.len() as u64
    }
}

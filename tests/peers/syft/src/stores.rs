//! The store of KEM prekeys, which the crate's own keeps no one-time keys apart in.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use libsignal_protocol_syft::{
    KyberPreKeyId, KyberPreKeyRecord, KyberPreKeyStore, PublicKey, SignalProtocolError,
    SignedPreKeyId,
};

/// What a base key that comes back is refused with.
pub(crate) const REUSED: &str = "reused base key";

type Result<T> = std::result::Result<T, SignalProtocolError>;

/// KEM prekeys by number. One of last resort stays, and what was agreed on with it is remembered.
#[derive(Default)]
pub(crate) struct KemPreKeys {
    records: BTreeMap<u32, KyberPreKeyRecord>,
    pub(crate) last_resort: BTreeSet<u32>,
    seen: BTreeSet<(u32, u32, Vec<u8>)>,
}

#[async_trait(?Send)]
impl KyberPreKeyStore for KemPreKeys {
    async fn get_kyber_pre_key(&self, id: KyberPreKeyId) -> Result<KyberPreKeyRecord> {
        let record = self.records.get(&u32::from(id));
        record.cloned().ok_or(SignalProtocolError::InvalidKyberPreKeyId)
    }

    async fn save_kyber_pre_key(
        &mut self,
        id: KyberPreKeyId,
        record: &KyberPreKeyRecord,
    ) -> Result<()> {
        self.records.insert(u32::from(id), record.clone());
        Ok(())
    }

    async fn mark_kyber_pre_key_used(
        &mut self,
        id: KyberPreKeyId,
        signed: SignedPreKeyId,
        base_key: &PublicKey,
    ) -> Result<()> {
        let id = u32::from(id);
        if !self.last_resort.contains(&id) {
            self.records.remove(&id);
            return Ok(());
        }
        if self.seen.insert((id, u32::from(signed), base_key.serialize().to_vec())) {
            return Ok(());
        }
        Err(SignalProtocolError::InvalidState("mark_kyber_pre_key_used", REUSED.to_owned()))
    }
}

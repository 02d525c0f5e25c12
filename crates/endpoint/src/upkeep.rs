//! Registration, and prekeys: made, published, replenished (X3DH section 3.2, PQXDH section 3.2).

use alloc::vec::Vec;

use hop::{Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use signal::{
    IdentityKeyPair, KemPreKey, KemPreKeyRandomness, OneTimePreKey, Profile, SignedPreKey,
    SignedPreKeyRandomness,
};
use vocab::{DataClass, Keep, Reason, limits};
use wire::transport::{Ask, KemPrekey, Prekey, SignedPrekey, Status, ToTransport};

use crate::{
    account::{Account, Me, random},
    courier::Note,
    happening::Happening,
    rows::{MeRow, PUBLISHING, READY, REGISTERING},
    vault::Vault,
};

/// Ids start here and registration ids are at least 128, so that their encodings have one length
/// for long: sizes then do not tell how old an account is.
const FIRST_PREKEY: u32 = 0x4000;

impl<V: Vault> Account<V> {
    /// A new account: identity, first signed prekey, the claim of its number.
    pub(crate) fn found<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        self.found_from(attempt, FIRST_PREKEY, rng)
    }

    fn found_from<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        next_prekey: u32,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let identity = IdentityKeyPair::generate(random(rng));
        let [low, high] = random(rng);
        let drawn = u16::from_le_bytes([low, high]) & 0x3fff;
        let row = MeRow {
            state: REGISTERING,
            registration_id: u32::from(drawn).clamp(128, 16_380),
            identity: identity.to_bytes().to_vec(),
            next_prekey,
            signed: 0,
            publishing: 0,
        };
        let ask = Ask::Register {
            address: self.config.address.clone(),
            registration_id: row.registration_id,
            identity_key: identity.public().encode().to_vec(),
        };
        self.ask(attempt, ask, rng)?;
        self.write_me(attempt, &row);
        let registration_id = row.registration_id;
        attempt.note(N::from(Note::Booted(Me { identity, registration_id, ready: false })));
        Ok(())
    }

    /// The account anew, under the same number: another identity, other prekeys, no sessions on it.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn found_anew<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let next_prekey = self.me_row(attempt)?.map(|row| row.next_prekey);
        for stored in attempt.scan(&self.keys.sessions(), None, limits::MAX_ROWS_READ)? {
            attempt.delete(stored.key.clone());
        }
        self.found_from(attempt, next_prekey.unwrap_or(FIRST_PREKEY), rng)
    }

    /// A known account: its identity, and the requests that were never answered.
    pub(crate) fn resume<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &MeRow,
    ) -> Result<(), Waiting> {
        let asks = attempt.scan(&self.keys.asks(), None, limits::MAX_UNANSWERED)?;
        for stored in asks {
            let frame = self.vault.open(attempt, &stored.key, &stored.value)?;
            if let (Some(id), Some(frame)) = (stored.key.last_number(), frame) {
                attempt.note(N::from(Note::Asked { id, frame }));
            }
        }
        if let Ok(identity) = IdentityKeyPair::from_bytes(&row.identity) {
            let registration_id = row.registration_id;
            let ready = row.state == READY;
            attempt.note(N::from(Note::Booted(Me { identity, registration_id, ready })));
        }
        Ok(())
    }

    /// The transport answered a request other than a fetch or a send.
    pub(crate) fn upkeep_answered<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        ask: &Ask,
        status: Status,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let Some(mut row) = self.me_row(attempt)? else { return Ok(Vec::new()) };
        match (ask, status) {
            (Ask::Register { .. }, Status::Ok) if row.state == REGISTERING => {
                row.state = PUBLISHING;
                self.publish(attempt, &mut row, true, rng)?;
                self.write_me(attempt, &row);
                Ok(Vec::new())
            }
            (Ask::Register { .. }, Status::Forbidden) => Ok([Happening::NotOurs].into()),
            (Ask::Publish { .. }, _) => {
                row.publishing = 0;
                let first = row.state == PUBLISHING && status == Status::Ok;
                if first {
                    row.state = READY;
                    self.become_ready(attempt, &row);
                }
                self.write_me(attempt, &row);
                Ok(if first { [Happening::Ready].into() } else { Vec::new() })
            }
            _ => Ok(Vec::new()),
        }
    }

    fn become_ready<E, N: From<Note>>(&self, attempt: &mut Attempt<'_, E, N>, row: &MeRow) {
        if let Ok(identity) = IdentityKeyPair::from_bytes(&row.identity) {
            let me = Me { identity, registration_id: row.registration_id, ready: true };
            attempt.note(N::from(Note::Booted(me)));
        }
    }

    /// The transport says that few one-time prekeys are left: publishes more, one upload at a time.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn replenish<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        left: (u32, u32),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let Some(mut row) = self.me_row(attempt)? else { return Ok(()) };
        if row.state != READY || row.publishing != 0 {
            return Ok(());
        }
        let lacks = |wanted: u32, left: u32| left < wanted;
        let (one_time, kem) = left;
        if lacks(self.config.one_time_prekeys, one_time) || lacks(self.config.kem_prekeys, kem) {
            self.publish_more(attempt, &mut row, left, rng)?;
            self.write_me(attempt, &row);
        }
        Ok(())
    }

    fn publish_more<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        left: (u32, u32),
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let one_time = self.config.one_time_prekeys.saturating_sub(left.0);
        let kem = self.config.kem_prekeys.saturating_sub(left.1);
        let parts = Parts { signed: false, last_resort: false, one_time, kem };
        self.upload(attempt, row, &parts, rng)
    }

    fn publish<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        first: bool,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let kem = match self.config.profile {
            Profile::V3 => 0,
            Profile::V4 | _ => self.config.kem_prekeys,
        };
        let last_resort = first && !matches!(self.config.profile, Profile::V3);
        let one_time = self.config.one_time_prekeys;
        self.upload(attempt, row, &Parts { signed: first, last_resort, one_time, kem }, rng)
    }

    fn upload<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        parts: &Parts,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let Ok(identity) = IdentityKeyPair::from_bytes(&row.identity) else {
            return Ok(());
        };
        let signed = parts.signed.then(|| self.new_signed(attempt, row, &identity, rng));
        let one_time = (0..parts.one_time).map(|_| self.new_one_time(attempt, row, rng)).collect();
        let kem_one_time =
            (0..parts.kem).map(|_| self.new_kem(attempt, row, &identity, false, rng)).collect();
        let kem_last_resort =
            parts.last_resort.then(|| self.new_kem(attempt, row, &identity, true, rng));
        let address = self.config.address.clone();
        let ask = Ask::Publish { address, signed, one_time, kem_one_time, kem_last_resort };
        row.publishing = self.ask(attempt, ask, rng)?;
        Ok(())
    }

    fn new_signed<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        identity: &IdentityKeyPair,
        rng: &mut dyn CryptoRng,
    ) -> SignedPrekey {
        let id = next_id(row);
        row.signed = id;
        let randomness = SignedPreKeyRandomness { private: random(rng), nonce: random(rng) };
        let prekey = SignedPreKey::generate(id, identity, randomness);
        let bytes = prekey.to_bytes().to_vec();
        write_secret(attempt, self.keys.signed(id), bytes);
        SignedPrekey {
            id,
            public_key: prekey.public().encode().to_vec(),
            signature: prekey.signature().0.to_vec(),
        }
    }

    fn new_one_time<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        rng: &mut dyn CryptoRng,
    ) -> Prekey {
        let id = next_id(row);
        let prekey = OneTimePreKey::generate(id, random(rng));
        let bytes = prekey.to_bytes().to_vec();
        write_secret(attempt, self.keys.one_time(id), bytes);
        Prekey { id, public_key: prekey.public().encode().to_vec() }
    }

    fn new_kem<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        identity: &IdentityKeyPair,
        last_resort: bool,
        rng: &mut dyn CryptoRng,
    ) -> KemPrekey {
        let id = next_id(row);
        let randomness = KemPreKeyRandomness { seed: random(rng), nonce: random(rng) };
        let prekey = KemPreKey::generate(id, identity, randomness, last_resort);
        let bytes = prekey.to_bytes().to_vec();
        write_secret(attempt, self.keys.kem(id), bytes);
        KemPrekey {
            id,
            public_key: prekey.public().encode().to_vec(),
            signature: prekey.signature().0.to_vec(),
        }
    }

    fn write_me<E, N>(&self, attempt: &mut Attempt<'_, E, N>, row: &MeRow) {
        write_secret(attempt, self.keys.me(), row.encode_to_vec());
    }

    /// The request in the row `ask`, if it still waits.
    pub(crate) fn asked<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        id: u64,
    ) -> Result<Option<Ask>, Waiting> {
        let frame = self.vault.get(attempt, &self.keys.ask(id))?;
        Ok(frame.and_then(|frame| ToTransport::decode(&frame).ok()).map(|frame| frame.ask))
    }
}

struct Parts {
    signed: bool,
    last_resort: bool,
    one_time: u32,
    kem: u32,
}

const fn next_id(row: &mut MeRow) -> u32 {
    let id = row.next_prekey;
    row.next_prekey = id.saturating_add(1);
    id
}

fn write_secret<E, N>(attempt: &mut Attempt<'_, E, N>, key: store::Key, bytes: Vec<u8>) {
    attempt.write(key, bytes, DataClass::KeyMaterial, Keep::Never(Reason::Account));
}

//! Registration, and prekeys: made, published, replenished (X3DH section 3.2, PQXDH section 3.2).

use alloc::{string::ToString, vec::Vec};

use hop::{Attempt, Waiting};
use prost::Message as _;
use rand_core::CryptoRng;
use signal::{
    IdentityKeyPair, KemPreKey, KemPreKeyRandomness, OneTimePreKey, SignedPreKey,
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

/// KEM prekeys in one upload: with 100 of the elliptic curve beside them they fit a frame, at about
/// 1,650 bytes each.
const KEM_PREKEYS_IN_A_FRAME: u32 = 32;

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
            more_kem: 0,
        };
        self.ask(attempt, self.claim(&row, &identity, ""), rng)?;
        self.write_me(attempt, &row);
        let registration_id = row.registration_id;
        attempt.note(N::from(Note::Booted(Me { identity, registration_id, ready: false })));
        Ok(())
    }

    fn claim(&self, row: &MeRow, identity: &IdentityKeyPair, code: &str) -> Ask {
        Ask::Register {
            address: self.config.address.clone(),
            registration_id: row.registration_id,
            identity_key: identity.public().encode().to_vec(),
            code: code.to_string(),
        }
    }

    /// The person read the code that came to the number: claims the number with it, if that is
    /// still to be done.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn enter_code<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        code: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let Some(row) = self.me_row(attempt)?.filter(|row| row.state == REGISTERING) else {
            return Ok(());
        };
        let Ok(identity) = IdentityKeyPair::from_bytes(&row.identity) else { return Ok(()) };
        self.ask(attempt, self.claim(&row, &identity, code), rng).map(drop)
    }

    //= spec: sesame r2 3.1 same-identity — another identity is another account: nothing of the old
    //= one stays.
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
        let prefix = self.keys.sessions();
        let mut page = attempt.scan(&prefix, None, limits::MAX_ROWS_READ)?;
        loop {
            for stored in page {
                attempt.delete(stored.key.clone());
            }
            let Some(last) = page.last().filter(|_| page.len() == limits::MAX_ROWS_READ) else {
                break;
            };
            page = attempt.scan(&prefix, Some(&last.key), limits::MAX_ROWS_READ)?;
        }
        self.found_from(attempt, next_prekey.unwrap_or(FIRST_PREKEY), rng)
    }

    /// A known account: its identity, and the requests that were never answered.
    pub(crate) fn resume<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &MeRow,
    ) -> Result<(), Waiting> {
        let mut page = attempt.scan(&self.keys.asks(), None, limits::MAX_ROWS_READ)?;
        loop {
            for (key, frame) in self.vault.open_all(attempt, page)? {
                if let (Some(id), Some(frame)) = (key.last_number(), frame) {
                    self.numbered(id);
                    attempt.note(N::from(Note::AskedBefore { id, frame }));
                }
            }
            let Some(last) = page.last().filter(|_| page.len() == limits::MAX_ROWS_READ) else {
                break;
            };
            page = attempt.scan(&self.keys.asks(), Some(&last.key), limits::MAX_ROWS_READ)?;
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
        (id, ask): (u64, &Ask),
        status: Status,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let Some(mut row) = self.me_row(attempt)? else { return Ok(Vec::new()) };
        match (ask, status) {
            // An answer about the identity that was here before a new set-up says nothing now.
            (Ask::Register { identity_key, .. }, Status::Ok)
                if row.state == REGISTERING && is_of(&row, identity_key) =>
            {
                row.state = PUBLISHING;
                self.publish(attempt, &mut row, true, rng)?;
                self.write_me(attempt, &row);
                Ok(Vec::new())
            }
            (Ask::Register { identity_key, .. }, Status::CodeNeeded)
                if row.state == REGISTERING && is_of(&row, identity_key) =>
            {
                let address = self.config.address.clone();
                self.ask(attempt, Ask::RequestCode { address }, rng)?;
                Ok([Happening::CodeNeeded].into())
            }
            (Ask::Register { .. }, Status::BadCode) => Ok([Happening::WrongCode].into()),
            (Ask::Register { .. }, Status::Forbidden) => Ok([Happening::NotOurs].into()),
            (Ask::Publish { .. }, _) if row.publishing == id => {
                row.publishing = 0;
                let first = row.state == PUBLISHING && status == Status::Ok;
                if first {
                    row.state = READY;
                    self.become_ready(attempt, &row);
                }
                if status == Status::Ok && row.more_kem > 0 {
                    let kem = row.more_kem;
                    let rest = Parts { signed: false, last_resort: false, one_time: 0, kem };
                    self.upload(attempt, &mut row, &rest, rng)?;
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

    //= spec: x3dh r1 3.2 replenish — when the server says that few are left.
    //= spec: pqxdh r3 3.2 replenish — one-time prekeys of both kinds.
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
        let (wanted_one_time, wanted_kem) = self.wanted();
        let one_time = wanted_one_time.saturating_sub(left.0);
        let kem = wanted_kem.saturating_sub(left.1);
        if one_time.max(kem) > 0 {
            let parts = Parts { signed: false, last_resort: false, one_time, kem };
            self.upload(attempt, &mut row, &parts, rng)?;
            self.write_me(attempt, &row);
        }
        Ok(())
    }

    /// One-time prekeys of both kinds that are to be published: none of the KEM where no handshake
    /// uses them, and never more than the directory holds.
    fn wanted(&self) -> (u32, u32) {
        let kem = if self.config.profile.has_kem() { self.config.kem_prekeys } else { 0 };
        let held = u32::try_from(limits::MAX_PREKEYS_HELD).unwrap_or(u32::MAX);
        (self.config.one_time_prekeys.min(held), kem.min(held))
    }

    //= spec: sesame r2 5.2 prekeys — signed and one-time prekeys.
    fn publish<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        row: &mut MeRow,
        first: bool,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let last_resort = first && self.config.profile.has_kem();
        let (one_time, kem) = self.wanted();
        self.upload(attempt, row, &Parts { signed: first, last_resort, one_time, kem }, rng)
    }

    /// Makes prekeys and publishes as many as one frame holds; the rest follows its answer.
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
        let now_kem = parts.kem.min(KEM_PREKEYS_IN_A_FRAME);
        row.more_kem = parts.kem.saturating_sub(now_kem);
        let signed = parts.signed.then(|| self.new_signed(attempt, row, &identity, rng));
        let one_time = (0..parts.one_time).map(|_| self.new_one_time(attempt, row, rng)).collect();
        let kem_one_time =
            (0..now_kem).map(|_| self.new_kem(attempt, row, &identity, false, rng)).collect();
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

/// Whether a request bore the identity that the account has now.
fn is_of(row: &MeRow, identity_key: &[u8]) -> bool {
    IdentityKeyPair::from_bytes(&row.identity)
        .is_ok_and(|identity| identity.public().encode().as_slice() == identity_key)
}

//= spec: pqxdh r3 2.4 ids — ids are never given twice.
//= spec: pqxdh r3 4.13 identifiers — they are numbers in sequence.
const fn next_id(row: &mut MeRow) -> u32 {
    let id = row.next_prekey;
    row.next_prekey = id.saturating_add(1);
    id
}

fn write_secret<E, N>(attempt: &mut Attempt<'_, E, N>, key: store::Key, bytes: Vec<u8>) {
    attempt.write(key, bytes, DataClass::KeyMaterial, Keep::Never(Reason::Account));
}

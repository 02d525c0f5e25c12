//! Content at rest: sealed with a key for each message, which is wrapped by a key for each business
//! and day, which is wrapped by a root key that never lies in the store.
//!
//! Deleting the row of a message's key makes every copy of the message unreadable, wherever it
//! lies.
//!
//! A sealed row is: version (1), day (8, big-endian), nonce (12), ciphertext with tag (16). The key
//! of the row is authenticated with it, so that no row can be put in another's place. AES-256-GCM.

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use endpoint::vault::{NAME_BYTES, Vault, name_under};
use hop::{Attempt, Waiting};
use keys::count::{Operation, compressions, count};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{DataClass, Keep, Micros, PhoneNumber, limits};
use zeroize::Zeroizing;

/// The vault of one business's numbers.
pub struct SealedVault {
    /// The business, whose days have keys of their own.
    pub business: String,
    /// Wraps the keys of days.
    pub root_key: Zeroizing<[u8; 32]>,
    /// Under which rows name people.
    pub name_key: [u8; 32],
}

impl core::fmt::Debug for SealedVault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SealedVault({})", self.business)
    }
}

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// How long a day's key can be needed: what is sealed on it is kept 30 days, and a webhook that
/// waits was sealed within 7.
const DAY_KEY_AGE: Micros = Micros::days(31);

impl SealedVault {
    /// The vault of a business's numbers.
    pub fn new(business: String, root_key: [u8; 32], name_key: [u8; 32]) -> Self {
        Self { business, root_key: Zeroizing::new(root_key), name_key }
    }

    fn day_key_row(&self, day: u64) -> Key {
        let business: [u8; 32] = Sha256::digest(self.business.as_bytes()).into();
        Key::table("day").with(&business).with_number(day)
    }

    /// What a row says, to somebody who has the disk and every key: for a checker. `row` reads the
    /// store; `None` for what this business's keys do not open.
    pub fn look(
        &self,
        key: &Key,
        stored: &[u8],
        row: &dyn Fn(&Key) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        let (&[VERSION, ref day @ ..], sealed) = stored.split_first_chunk::<9>()? else {
            return None;
        };
        let (day_row, key_row) = (self.day_key_row(u64::from_be_bytes(*day)), message_key_row(key));
        let day_key = open(&self.root_key[..], day_row.as_bytes(), &row(&day_row)?)?;
        let message_key = open(&day_key, key_row.as_bytes(), &row(&key_row)?)?;
        Some(open(&message_key, key.as_bytes(), sealed)?.to_vec())
    }

    /// The key of a business's day; made on first use.
    fn day_key<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        day: u64,
        rng: Option<&mut dyn CryptoRng>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Waiting> {
        let row = self.day_key_row(day);
        match (attempt.read(&row)?, rng) {
            (Some(wrapped), _) => Ok(open(&self.root_key[..], row.as_bytes(), &wrapped)),
            (None, None) => Ok(None),
            (None, Some(rng)) => {
                let key = fresh(rng);
                let Some(wrapped) = seal(&self.root_key[..], row.as_bytes(), &key, rng) else {
                    return Ok(None);
                };
                attempt.write(row, wrapped, DataClass::KeyMaterial, Keep::For(DAY_KEY_AGE));
                Ok(Some(key))
            }
        }
    }
}

/// The row of the key that seals the row `key`.
pub fn message_key_row(key: &Key) -> Key {
    count(Operation::Compress, compressions(key.as_bytes().len()));
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    Key::table("mkey").with(&hash)
}

impl Vault for SealedVault {
    fn put<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        plain: &[u8],
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let day = attempt.now().wall.day();
        let Some(day_key) = self.day_key(attempt, day, Some(&mut *rng))? else { return Ok(()) };
        let message_key = fresh(rng);
        let key_row = message_key_row(&key);
        let wrapped = seal(&day_key, key_row.as_bytes(), &message_key, rng);
        let sealed = seal(&message_key, key.as_bytes(), plain, rng);
        if let (Some(wrapped), Some(sealed)) = (wrapped, sealed) {
            let mut value = Vec::with_capacity(sealed.len().saturating_add(9));
            value.push(VERSION);
            value.extend_from_slice(&day.to_be_bytes());
            value.extend_from_slice(&sealed);
            attempt.write(key_row, wrapped, DataClass::KeyMaterial, keep);
            attempt.write(key, value, DataClass::MessageContent, keep);
        }
        Ok(())
    }

    fn open<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, Waiting> {
        let Some((&[VERSION, ref day @ ..], sealed)) = stored.split_first_chunk::<9>() else {
            return Ok(None);
        };
        let day = u64::from_be_bytes(*day);
        let key_row = message_key_row(key);
        attempt.need(&[self.day_key_row(day), key_row.clone()])?;
        let Some(day_key) = self.day_key(attempt, day, None)? else { return Ok(None) };
        let Some(wrapped) = attempt.read(&key_row)? else { return Ok(None) };
        let message_key = open(&day_key, key_row.as_bytes(), &wrapped);
        let plain = message_key.and_then(|key_bytes| open(&key_bytes, key.as_bytes(), sealed));
        Ok(plain.map(|plain| plain.to_vec()))
    }

    fn remove<E, N>(&self, attempt: &mut Attempt<'_, E, N>, key: &Key) {
        attempt.delete(message_key_row(key));
        attempt.delete(key.clone());
    }

    fn name(&self, phone: &PhoneNumber) -> [u8; NAME_BYTES] {
        name_under(&self.name_key, phone)
    }
}

fn fresh(rng: &mut dyn CryptoRng) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; 32]);
    rng.fill_bytes(&mut key);
    key
}

/// `nonce ‖ ciphertext`; `None` only for a key of another length than 32.
fn seal(key: &[u8], about: &[u8], plain: &[u8], rng: &mut dyn CryptoRng) -> Option<Vec<u8>> {
    count_call(about.len(), plain.len());
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: about }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    count_call(about.len(), sealed.len().saturating_sub(16));
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let opened = cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: about }).ok()?;
    Some(Zeroizing::new(opened))
}

/// How long content of a number stays where it must not outlive a message.
pub const WORK: Keep = Keep::For(limits::RETRANSMISSION_AGE);

fn count_call(about: usize, plain: usize) {
    count(Operation::GcmKey, 1);
    count(Operation::GcmBlock, about.div_ceil(16).saturating_add(plain.div_ceil(16)));
}

/// Seals `plain` once, for whoever measures what that costs.
#[cfg(feature = "count")]
pub fn seal_once(plain: &[u8], rng: &mut dyn CryptoRng) -> Option<Vec<u8>> {
    seal(&[7; 32], &[], plain, rng)
}

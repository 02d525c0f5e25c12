//! How an end keeps content at rest, and how its rows name people.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _, Mac as _};
use hop::{Attempt, Waiting};
use rand_core::CryptoRng;
use sha2::Sha256;
use store::{Key, transaction::Stored};
use vocab::{DataClass, Keep, PhoneNumber, limits};

/// Bytes of a keyed hash that stands for a phone number in a row's key.
pub const NAME_BYTES: usize = 16;

/// Rows of a queue of blobs: the pieces of one.
const BLOBS_READ: usize = limits::MAX_BLOB_PIECES as usize;

/// The key of each row that a scan brought, and its content.
pub type OpenedRows<'s> = Vec<(&'s Key, Option<Vec<u8>>)>;

/// Where an end keeps what people wrote, and the phone numbers that go with it.
pub trait Vault {
    /// Writes content under `key`.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn put<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        plain: &[u8],
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting>;

    /// Writes something that a message needs on its way, such as a request to the transport, under
    /// `key`; `bears` whether it bears what somebody wrote, encrypted or not.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn put_bearing<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        (bytes, _bears): (&[u8], bool),
        keep: Keep,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        self.put(attempt, key, bytes, keep, rng)
    }

    /// Reads content; `None` where there is none, or nothing that can be opened any more.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn get<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
    ) -> Result<Option<Vec<u8>>, Waiting> {
        match attempt.read(key)? {
            Some(stored) => self.open(attempt, key, &stored),
            None => Ok(None),
        }
    }

    /// Opens what a scan brought.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn open<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: &Key,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, Waiting>;

    /// Opens all that a scan brought, with one fetch for what is not on the desk: the key of each
    /// row and its content, `None` where it cannot be opened any more.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn open_all<'s, E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        stored: &'s [Stored],
    ) -> Result<OpenedRows<'s>, Waiting> {
        let opened: Vec<_> =
            stored.iter().map(|row| (&row.key, self.open(attempt, &row.key, &row.value))).collect();
        opened.into_iter().map(|(key, plain)| plain.map(|plain| (key, plain))).collect()
    }

    /// Removes content, and what only it needed.
    fn remove<E, N>(&self, attempt: &mut Attempt<'_, E, N>, key: &Key);

    /// Adds a blob, or a piece of one, to a queue. It is ciphertext whose key lies elsewhere, and
    /// too large to be sealed once more or to stay on the desk.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row that it needs is not on the desk.
    fn add_blob<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: Key,
        bytes: &[u8],
        keep: Keep,
        _rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        attempt.append(queue, bytes.to_vec(), DataClass::MessageContent, keep);
        Ok(())
    }

    /// What was added to a queue of blobs, one behind the other; empty where there is nothing.
    ///
    /// # Errors
    ///
    /// [`Waiting`] the first time.
    fn blobs<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: &Key,
    ) -> Result<Vec<u8>, Waiting> {
        let rows = attempt.scan(queue, None, BLOBS_READ)?;
        Ok(rows.iter().flat_map(|row| row.value.iter().copied()).collect())
    }

    /// Removes a queue of blobs.
    ///
    /// # Errors
    ///
    /// [`Waiting`] the first time.
    fn remove_blobs<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        queue: &Key,
    ) -> Result<(), Waiting> {
        for row in attempt.scan(queue, None, BLOBS_READ)? {
            attempt.delete(row.key.clone());
        }
        Ok(())
    }

    /// The name that `phone` has in keys of rows.
    fn name(&self, phone: &PhoneNumber) -> [u8; NAME_BYTES];
}

/// The keyed hash that stands for a phone number: HMAC-SHA256 under a key of the store's owner, cut
/// to 16 bytes.
pub fn name_under(key: &[u8; 32], phone: &PhoneNumber) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    // HMAC takes keys of every length (RFC 2104 section 2), so this cannot fail for 32 bytes.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) {
        mac.update(phone.digits().as_bytes());
        for (to, from) in name.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
    }
    name
}

/// The vault of a person's own device: the device is the person's, and its disk is not our concern.
#[derive(Debug)]
pub struct OwnDevice {
    /// Under which rows name people.
    pub name_key: [u8; 32],
}

impl Vault for OwnDevice {
    fn put<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        plain: &[u8],
        keep: Keep,
        _rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        attempt.write(key, plain.to_vec(), DataClass::MessageContent, keep);
        Ok(())
    }

    fn open<E, N>(
        &self,
        _attempt: &mut Attempt<'_, E, N>,
        _key: &Key,
        stored: &[u8],
    ) -> Result<Option<Vec<u8>>, Waiting> {
        Ok(Some(stored.to_vec()))
    }

    fn remove<E, N>(&self, attempt: &mut Attempt<'_, E, N>, key: &Key) {
        attempt.delete(key.clone());
    }

    fn name(&self, phone: &PhoneNumber) -> [u8; NAME_BYTES] {
        name_under(&self.name_key, phone)
    }
}

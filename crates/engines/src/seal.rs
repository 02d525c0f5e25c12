//! Values at rest: AES-256-GCM under a data key, bound to the row in which they stand.
//!
//! A sealed value is ciphertext, tag (16) and nonce (12). Authenticated with it are the version of
//! this layout (1), revision (8), class (8), expiry (9) and key of the row, so that no value opens
//! in another row, at another revision, or with a longer life.

use aes_gcm::{Aes256Gcm, KeyInit as _, aead::AeadInOut as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Bytes of a data key and of a root key.
pub(crate) const KEY: usize = 32;
const NONCE: usize = 12;
const TAG: usize = 16;
const LAYOUT: u8 = 1;

/// What is known of a row beside its value, as its columns have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) revision: i64,
    pub(crate) class: i64,
    pub(crate) expires: Option<i64>,
}

impl About<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.key.len().saturating_add(26));
        bytes.push(LAYOUT);
        bytes.extend_from_slice(&self.revision.to_be_bytes());
        bytes.extend_from_slice(&self.class.to_be_bytes());
        bytes.push(u8::from(self.expires.is_some()));
        bytes.extend_from_slice(&self.expires.unwrap_or_default().to_be_bytes());
        bytes.extend_from_slice(self.key);
        bytes
    }
}

/// A key ready for use.
pub(crate) struct Cipher(Box<Aes256Gcm>);

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY]) -> Self {
        Self(Box::new(Aes256Gcm::new(key.into())))
    }

    /// `None` only for more bytes than AES-GCM takes (64 GiB), which no row has.
    pub(crate) fn seal(
        &self,
        about: &[u8],
        plain: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(plain.len().saturating_add(TAG).saturating_add(NONCE));
        sealed.extend_from_slice(plain);
        self.0.encrypt_in_place(&nonce.into(), about, &mut sealed).ok()?;
        sealed.extend_from_slice(&nonce);
        Some(sealed)
    }

    pub(crate) fn open(&self, about: &[u8], mut sealed: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = *sealed.last_chunk::<NONCE>()?;
        sealed.truncate(sealed.len().saturating_sub(NONCE));
        let mut plain = Zeroizing::new(sealed);
        self.0.decrypt_in_place(&nonce.into(), about, &mut *plain).ok()?;
        Some(plain)
    }

    pub(crate) fn seal_row(
        &self,
        about: &About<'_>,
        plain: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Option<Vec<u8>> {
        self.seal(&about.bytes(), plain, rng)
    }

    /// The value of a row, if it is the one that was sealed for it.
    pub(crate) fn open_row(&self, about: &About<'_>, sealed: Vec<u8>) -> Option<Vec<u8>> {
        Some(core::mem::take(&mut *self.open(&about.bytes(), sealed)?))
    }
}

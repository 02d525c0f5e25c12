//! AES-256-GCM under a nonce that is drawn: what lies in a row, and what wraps its key.

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use keys::count::{Operation, count};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// A key.
pub(super) fn fresh(rng: &mut dyn CryptoRng) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; 32]);
    rng.fill_bytes(&mut key);
    key
}

/// `nonce ‖ ciphertext`; `None` only for a key of another length than 32.
pub(super) fn seal(
    key: &[u8],
    about: &[u8],
    plain: &[u8],
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    count_call(about.len(), plain.len());
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: about }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// What was sealed; `None` if that was not under this key, or is about something else.
pub(super) fn open(key: &[u8], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    count_call(about.len(), sealed.len().saturating_sub(16));
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let opened = cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: about }).ok()?;
    Some(Zeroizing::new(opened))
}

fn count_call(about: usize, plain: usize) {
    count(Operation::GcmKey, 1);
    count(Operation::GcmBlock, about.div_ceil(16).saturating_add(plain.div_ceil(16)));
}

/// Seals `plain` once, for whoever measures what that costs.
#[cfg(feature = "count")]
pub fn seal_once(plain: &[u8], rng: &mut dyn CryptoRng) -> Option<Vec<u8>> {
    seal(&[7; 32], &[], plain, rng)
}

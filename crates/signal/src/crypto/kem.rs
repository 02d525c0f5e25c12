//! Kyber1024, round 3 (PQXDH section 2.5; the deployed mechanism, not FIPS 203).
//!
//! The private half is kept as its 64-byte seed and expanded when needed. The expanded private key
//! and the shared secret pass through types of the KEM library that do not wipe themselves; what
//! this module copies out of them it wipes.

use alloc::vec::Vec;

use keys::{KEM_KEY_BYTES, KEM_TYPE, KemPublicKey};
use libcrux_ml_kem::{MlKemCiphertext, MlKemPrivateKey, MlKemPublicKey, kyber1024};
use zeroize::Zeroizing;

use super::{
    count::{Operation, count},
    secret::{KEY_BYTES, secret_key},
};

/// Length of a key generation seed.
pub(crate) const SEED_BYTES: usize = 64;
/// Length of a private key.
const PRIVATE_BYTES: usize = 3_168;
/// Length of a ciphertext without its type byte.
const CIPHERTEXT_BYTES: usize = 1_568;
/// Length of a ciphertext on the wire.
pub(crate) const CIPHERTEXT_WIRE_BYTES: usize = 1_569;

secret_key! {
    /// The private half of a KEM prekey: the seed that it grows from.
    KemSeed, SEED_BYTES
}

impl KemSeed {
    /// The public half.
    pub(crate) fn public(&self) -> KemPublicKey {
        count(Operation::GenerateKem);
        let pair = kyber1024::generate_key_pair(*self.expose());
        KemPublicKey::from_bytes(pair.pk())
    }

    /// The private key itself, which decapsulates without growing from the seed first.
    pub(crate) fn expand(&self) -> DecapsulationKey {
        count(Operation::GenerateKem);
        let pair = kyber1024::generate_key_pair(*self.expose());
        DecapsulationKey::from_secret(&mut { *pair.sk() })
    }
}

secret_key! {
    /// A private key, expanded.
    DecapsulationKey, PRIVATE_BYTES
}

impl DecapsulationKey {
    /// The shared secret in `ciphertext` (wire form), or `None` if that is not a ciphertext.
    ///
    /// A changed ciphertext is not detected here: it yields another secret, and the MAC fails.
    pub(crate) fn decapsulate(&self, ciphertext: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        let (&KEM_TYPE, body) = ciphertext.split_first()? else { return None };
        let body = MlKemCiphertext::from(<&[u8; CIPHERTEXT_BYTES]>::try_from(body).ok()?);
        count(Operation::Decapsulate);
        let key = MlKemPrivateKey::from(self.expose());
        Some(Zeroizing::new(kyber1024::decapsulate(&key, &body)))
    }
}

//= spec: pqxdh r3 3.3 ad-kem — Kyber hashes the prekey into the secret, so it is not authenticated
//= again.
//= spec: pqxdh r3 4.11 contributory — that makes both sides contribute.
//= spec: pqxdh r3 4.12 re-encapsulation — and binds the secret to this prekey.
/// Encapsulates a fresh secret to `public`: the ciphertext in wire form, and the secret.
pub(crate) fn encapsulate(
    public: &KemPublicKey,
    randomness: [u8; KEY_BYTES],
) -> (Vec<u8>, Zeroizing<[u8; KEY_BYTES]>) {
    count(Operation::Encapsulate);
    let key: &[u8; KEM_KEY_BYTES] = public.as_bytes();
    let (ciphertext, shared) = kyber1024::encapsulate(&MlKemPublicKey::from(key), randomness);
    let shared = Zeroizing::new(shared);
    let mut wire = Vec::with_capacity(CIPHERTEXT_WIRE_BYTES);
    wire.push(KEM_TYPE);
    wire.extend_from_slice(ciphertext.as_slice());
    (wire, shared)
}

#[cfg(test)]
mod tests;

//! Kyber1024, round 3 (PQXDH section 2.5; the deployed mechanism, not FIPS 203).
//!
//! The private half is kept as its 64-byte seed and expanded when needed. The expanded private key
//! and the shared secret pass through types of the KEM library that do not wipe themselves; what
//! this module copies out of them it wipes.

use alloc::{boxed::Box, vec::Vec};

use keys::{KEM_KEY_BYTES, KEM_TYPE, KemPublicKey};
use libcrux_ml_kem::{MlKemCiphertext, MlKemPrivateKey, MlKemPublicKey, kyber1024};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    count::{Operation, count},
    secret::{KEY_BYTES, wipes_on_drop},
};
use crate::trace::Fingerprint;

/// Length of a key generation seed.
pub(crate) const SEED_BYTES: usize = 64;
/// Length of a private key.
const PRIVATE_BYTES: usize = 3_168;
/// Length of a ciphertext without its type byte.
const CIPHERTEXT_BYTES: usize = 1_568;
/// Length of a ciphertext on the wire.
pub(crate) const CIPHERTEXT_WIRE_BYTES: usize = 1_569;

/// The private half of a KEM prekey: the seed that it grows from.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct KemSeed(Box<[u8; SEED_BYTES]>);

impl KemSeed {
    /// Takes over `seed`; the caller's copy is wiped.
    pub(crate) fn from_secret(seed: &mut [u8; SEED_BYTES]) -> Self {
        let kept = Self(Box::new(*seed));
        seed.zeroize();
        kept
    }

    /// The seed itself, for snapshots.
    pub(crate) fn expose(&self) -> &[u8; SEED_BYTES] {
        &self.0
    }

    /// The public half.
    pub(crate) fn public(&self) -> KemPublicKey {
        count(Operation::GenerateKem);
        let pair = kyber1024::generate_key_pair(*self.0);
        KemPublicKey::from_bytes(pair.pk())
    }

    /// The private key itself, which decapsulates without growing from the seed first.
    pub(crate) fn expand(&self) -> DecapsulationKey {
        count(Operation::GenerateKem);
        let pair = kyber1024::generate_key_pair(*self.0);
        DecapsulationKey(Box::new(*pair.sk()))
    }
}

/// A private key, expanded.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct DecapsulationKey(Box<[u8; PRIVATE_BYTES]>);

impl DecapsulationKey {
    /// The shared secret in `ciphertext` (wire form), or `None` if that is not a ciphertext.
    ///
    /// A changed ciphertext is not detected here: it yields another secret, and the MAC fails.
    pub(crate) fn decapsulate(&self, ciphertext: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        let (&KEM_TYPE, body) = ciphertext.split_first()? else { return None };
        let body = MlKemCiphertext::from(<&[u8; CIPHERTEXT_BYTES]>::try_from(body).ok()?);
        count(Operation::Decapsulate);
        let key = MlKemPrivateKey::from(&*self.0);
        Some(Zeroizing::new(kyber1024::decapsulate(&key, &body)))
    }
}

impl core::fmt::Debug for DecapsulationKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(key) = self;
        write!(f, "DecapsulationKey({})", Fingerprint::of(key.as_ref()))
    }
}

const _: () = wipes_on_drop::<DecapsulationKey>();

impl core::fmt::Debug for KemSeed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(seed) = self;
        write!(f, "KemSeed({})", Fingerprint::of(seed.as_ref()))
    }
}

const _: () = wipes_on_drop::<KemSeed>();

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

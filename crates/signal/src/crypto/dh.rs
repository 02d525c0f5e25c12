//! Diffie-Hellman on Curve25519 (RFC 7748). No other module does any.
//!
//! Two implementations give the same bytes: graviola's, which is more than twice as fast and needs
//! certain processor features, and x25519-dalek's. Where one returns an error for a result of all
//! zeros and the other returns the zeros, both are one [`LowOrder`] here.

use alloc::boxed::Box;
use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use curve25519_dalek::scalar::clamp_integer;
use keys::{
    PublicKey,
    mutant::{self, planted},
};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    count::{Operation, count},
    secret::{KEY_BYTES, wipes_on_drop},
};
use crate::trace::Fingerprint;

/// A private key, clamped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct PrivateKey(Box<[u8; KEY_BYTES]>);

impl PrivateKey {
    /// Takes over 32 random bytes, or a private key as stored; the caller's copy is wiped.
    pub(crate) fn from_secret(bytes: &mut [u8; KEY_BYTES]) -> Self {
        let key = Self(Box::new(clamp_integer(*bytes)));
        bytes.zeroize();
        key
    }

    /// The clamped scalar, for signing and snapshots.
    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The public half.
    pub(crate) fn public(&self) -> PublicKey {
        count(Operation::Generate);
        PublicKey::from_bytes(multiply_base(backend(), &self.0))
    }

    //= spec: double-ratchet r4 3.1 dh — the function may reject invalid public keys, which ends the
    //= processing of the message.
    /// The secret shared with the holder of `theirs`.
    pub(crate) fn agree(&self, theirs: &PublicKey) -> Result<SharedSecret, LowOrder> {
        count(Operation::Agree);
        match multiply(backend(), &self.0, theirs.as_bytes()) {
            Ok(shared) => Ok(SharedSecret(shared)),
            Err(LowOrder) if planted(mutant::LOW_ORDER) => Ok(SharedSecret(Zeroizing::default())),
            Err(low_order) => Err(low_order),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(secret) = self;
        write!(f, "PrivateKey({})", Fingerprint::of(secret.as_ref()))
    }
}

const _: () = wipes_on_drop::<PrivateKey>();

/// A private key with its public half.
#[derive(Debug)]
pub(crate) struct KeyPair {
    /// The private half.
    pub(crate) private: PrivateKey,
    /// The public half.
    pub(crate) public: PublicKey,
}

//= spec: double-ratchet r4 7.2 generate-dh — key pairs are of Curve25519.
impl KeyPair {
    /// The pair that grows from 32 random bytes; the caller's copy is wiped.
    pub(crate) fn from_secret(bytes: &mut [u8; KEY_BYTES]) -> Self {
        Self::of(PrivateKey::from_secret(bytes))
    }

    /// The pair of this private half.
    pub(crate) fn of(private: PrivateKey) -> Self {
        let public = private.public();
        Self { private, public }
    }

    /// A second copy of the pair: a responder's first ratchet key is its signed prekey.
    pub(crate) fn duplicate(&self) -> Self {
        let mut bytes = Zeroizing::new(*self.private.expose());
        Self { private: PrivateKey::from_secret(&mut bytes), public: self.public }
    }
}

/// The output of one Diffie-Hellman step. Never all zeros.
pub(crate) struct SharedSecret(Zeroizing<[u8; KEY_BYTES]>);

impl SharedSecret {
    /// The secret itself, for a derivation.
    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

/// A public key of small order: the shared secret would be zero whatever the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key is of small order")]
pub struct LowOrder;

/// Which implementation is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// graviola's, with this processor's features.
    Fast,
    /// x25519-dalek's, everywhere.
    Portable,
}

static CHOICE: AtomicU8 = AtomicU8::new(UNDECIDED);
const UNDECIDED: u8 = 0;
const FAST: u8 = 1;
const PORTABLE: u8 = 2;

/// Uses the portable implementation from now on (`BLINDPOST_PORTABLE=1`).
///
/// The results do not depend on it; this is for comparing them and for processors that lie.
pub fn force_portable() {
    CHOICE.store(PORTABLE, Ordering::Relaxed);
}

/// The implementation in use: the fast one where the processor has what it needs.
pub fn backend() -> Backend {
    match CHOICE.load(Ordering::Relaxed) {
        FAST => Backend::Fast,
        PORTABLE => Backend::Portable,
        _ => {
            let found = detect();
            let choice = if found == Backend::Fast { FAST } else { PORTABLE };
            // A choice made meanwhile, by force or by another thread, stands.
            let _ =
                CHOICE.compare_exchange(UNDECIDED, choice, Ordering::Relaxed, Ordering::Relaxed);
            found
        }
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn detect() -> Backend {
    // graviola panics on a processor that it does not support, so it is asked first.
    if graviola::util::is_cpu_supported() { Backend::Fast } else { Backend::Portable }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn detect() -> Backend {
    Backend::Portable
}

//= spec: double-ratchet r4 7.2 dh — X25519, with either implementation.
fn multiply(
    backend: Backend,
    scalar: &[u8; KEY_BYTES],
    point: &[u8; KEY_BYTES],
) -> Result<Zeroizing<[u8; KEY_BYTES]>, LowOrder> {
    match backend {
        Backend::Fast => multiply_fast(scalar, point),
        Backend::Portable => multiply_portable(scalar, point),
    }
}

fn multiply_portable(
    scalar: &[u8; KEY_BYTES],
    point: &[u8; KEY_BYTES],
) -> Result<Zeroizing<[u8; KEY_BYTES]>, LowOrder> {
    let shared = Zeroizing::new(x25519_dalek::x25519(*scalar, *point));
    if bool::from(shared.ct_eq(&[0; KEY_BYTES])) { Err(LowOrder) } else { Ok(shared) }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn multiply_fast(
    scalar: &[u8; KEY_BYTES],
    point: &[u8; KEY_BYTES],
) -> Result<Zeroizing<[u8; KEY_BYTES]>, LowOrder> {
    use graviola::key_agreement::x25519::{PublicKey, StaticPrivateKey};
    let shared = StaticPrivateKey::from_array(scalar)
        .diffie_hellman(&PublicKey::from_array(point))
        .map_err(|_| LowOrder)?;
    Ok(Zeroizing::new(shared.0))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn multiply_fast(
    scalar: &[u8; KEY_BYTES],
    point: &[u8; KEY_BYTES],
) -> Result<Zeroizing<[u8; KEY_BYTES]>, LowOrder> {
    multiply_portable(scalar, point)
}

fn multiply_base(backend: Backend, scalar: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    match backend {
        Backend::Fast => multiply_base_fast(scalar),
        Backend::Portable => multiply_base_portable(scalar),
    }
}

fn multiply_base_portable(scalar: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    curve25519_dalek::MontgomeryPoint::mul_base_clamped(*scalar).to_bytes()
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn multiply_base_fast(scalar: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    graviola::key_agreement::x25519::StaticPrivateKey::from_array(scalar).public_key().as_bytes()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn multiply_base_fast(scalar: &[u8; KEY_BYTES]) -> [u8; KEY_BYTES] {
    multiply_base_portable(scalar)
}

#[cfg(test)]
mod tests;

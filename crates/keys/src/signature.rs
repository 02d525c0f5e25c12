//! XEdDSA signatures and their verification (XEdDSA section 3), as the deployed clients do it.
//!
//! The paper forces the sign bit of the signer's Edwards point to zero. Deployed clients carry it
//! in the top bit of the last byte instead, so a verifier takes it from there.

use core::fmt;

use curve25519_dalek::{edwards::EdwardsPoint, montgomery::MontgomeryPoint, scalar::Scalar};
use sha2::{Digest, Sha512};

use crate::public::{IdentityKey, PublicKey};

/// Length of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// An XEdDSA signature: `R` (32 bytes), then `s` with the sign of the signer's point on top.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; SIGNATURE_BYTES]);

impl Signature {
    /// Reads 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; SIGNATURE_BYTES]>::try_from(bytes).ok().map(Self)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "Signature({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// How strictly a signature is read. A verdict that depends on it names it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As deployed clients verify: `s` below 2^253 is reduced, so `(R, s + L)` verifies too.
    #[default]
    Compat,
    /// Only the one encoding: `s` below the group order, the signer's key canonical and free of
    /// torsion.
    Strict,
}

/// The signature does not hold. The signer, or whoever changed key, message or signature, is to
/// blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct BadSignature;

impl IdentityKey {
    /// Verifies that this identity signed `message`.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if it did not, or if `mode` does not accept the encoding.
    pub fn verify(
        &self,
        message: &[u8],
        signature: &Signature,
        mode: Mode,
    ) -> Result<(), BadSignature> {
        verify(self.public_key(), message, signature, mode)
    }
}

//= spec: xeddsa r1 3 xeddsa-verify — reject an out-of-range scalar or a key that is not on the
//= curve; hash R, A and the message; accept when R equals sB - hA.
/// Verifies `signature` over `message` under the Montgomery form of the signer's key.
///
/// # Errors
///
/// [`BadSignature`] if it does not hold.
pub fn verify(
    signer: &PublicKey,
    message: &[u8],
    signature: &Signature,
    mode: Mode,
) -> Result<(), BadSignature> {
    let (r, s, sign) = split(signature);
    let scalar = scalar_of(s, mode)?;
    if mode == Mode::Strict && !signer.is_canonical_and_torsion_free() {
        return Err(BadSignature);
    }
    let a = MontgomeryPoint(*signer.as_bytes()).to_edwards(sign).ok_or(BadSignature)?;
    let mut hash = Sha512::new();
    hash.update(r);
    hash.update(a.compress().as_bytes());
    hash.update(message);
    let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    #[expect(clippy::arithmetic_side_effects, reason = "negating a point has no overflow")]
    let minus_a = -a;
    let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(&h, &minus_a, &scalar);
    if expected.compress().as_bytes() == &r { Ok(()) } else { Err(BadSignature) }
}

/// `R`, `s` with the sign bit cleared, and the sign bit of the signer's Edwards point.
fn split(signature: &Signature) -> ([u8; 32], [u8; 32], u8) {
    let mut halves = signature.0.as_chunks::<32>().0.iter().copied();
    let r = halves.next().unwrap_or_default();
    let mut s = halves.next().unwrap_or_default();
    let mut sign = 0;
    if let Some(top) = s.last_mut() {
        sign = *top >> 7;
        *top &= 0x7f;
    }
    (r, s, sign)
}

fn scalar_of(s: [u8; 32], mode: Mode) -> Result<Scalar, BadSignature> {
    if s.last().is_none_or(|top| top & 0b1110_0000 != 0) {
        return Err(BadSignature);
    }
    match mode {
        Mode::Compat => Ok(Scalar::from_bytes_mod_order(s)),
        Mode::Strict => Option::from(Scalar::from_canonical_bytes(s)).ok_or(BadSignature),
    }
}

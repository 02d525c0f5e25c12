//! XEdDSA signatures and their verification (XEdDSA section 3), as the deployed clients do it.
//!
//! The paper forces the sign bit of the signer's Edwards point to zero. Deployed clients carry it
//! in the top bit of the last byte instead, so a verifier takes it from there.

use core::fmt;

use curve25519_dalek::{edwards::EdwardsPoint, montgomery::MontgomeryPoint, scalar::Scalar};
use sha2::{Digest, Sha512};

use crate::{
    count::{Operation, count},
    mutant::{self, planted},
    public::{IdentityKey, PublicKey},
};

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

/// How strictly what a peer publishes and sends is read, where deployed clients take more than one
/// form of the same thing. A verdict that depends on it names it.
///
/// Every difference is a row of `docs/reference/verification-modes.md`, and a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// As deployed clients do: an `s` below 2^253 is reduced, so that `(R, s + L)` verifies too;
    /// keys are taken in every encoding and with bytes after them.
    #[default]
    Compat,
    /// Only the one form: an `s` below the group order, keys canonical, free of torsion, and
    /// nothing after them.
    Strict,
}

impl Mode {
    /// Both, in the order of [`name`](Self::name).
    pub const ALL: [Self; 2] = [Self::Compat, Self::Strict];

    /// `compat` or `strict`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compat => "compat",
            Self::Strict => "strict",
        }
    }

    /// The mode with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
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
    #[cfg(test)]
    tests::VERIFIED.set(tests::VERIFIED.get() + 1);
    count(Operation::Verify, 1);
    let (r, s, sign) = split(signature);
    let scalar = scalar_of(s, mode)?;
    if mode == Mode::Strict && !signer.is_canonical_and_torsion_free() {
        return Err(BadSignature);
    }
    //= spec: xeddsa r1 2.3 convert-mont — with the sign bit that the signature carries.
    //= spec: xeddsa r1 3 on-curve — a u of no point is refused.
    let a = MontgomeryPoint(*signer.as_bytes()).to_edwards(sign).ok_or(BadSignature)?;
    let mut hash = Sha512::new();
    hash.update(r);
    hash.update(a.compress().as_bytes());
    hash.update(message);
    let h = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    #[expect(clippy::arithmetic_side_effects, reason = "negating a point has no overflow")]
    let minus_a = -a;
    //= spec: xeddsa r1 5 cofactorless — the equation is checked as it stands.
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

//= spec: xeddsa r1 3 range — an s of more than 253 bits is refused; in strict mode one that is not
//= reduced, too.
fn scalar_of(mut s: [u8; 32], mode: Mode) -> Result<Scalar, BadSignature> {
    if planted(mutant::SCALAR_UNCHECKED) {
        s.iter_mut().rev().take(1).for_each(|top| *top &= 0b0001_1111);
    }
    if s.last().is_none_or(|top| top & 0b1110_0000 != 0) {
        return Err(BadSignature);
    }
    match mode {
        Mode::Compat => Ok(Scalar::from_bytes_mod_order(s)),
        Mode::Strict => Option::from(Scalar::from_canonical_bytes(s)).ok_or(BadSignature),
    }
}

#[cfg(test)]
mod tests;

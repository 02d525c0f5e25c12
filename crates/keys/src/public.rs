//! Curve25519 public keys and their encodings (X3DH section 2.1, PQXDH section 2.1).

use core::fmt;

use curve25519_dalek::montgomery::MontgomeryPoint;

use crate::{
    mutant::{self, planted},
    signature::Mode,
};

/// Length of a Curve25519 public key: its u-coordinate, little endian.
pub const KEY_BYTES: usize = 32;
/// Length of a Curve25519 public key on the wire: a type byte, then the u-coordinate.
pub const KEY_WIRE_BYTES: usize = 33;
/// The type byte of a Curve25519 key.
pub const EC_TYPE: u8 = 0x05;

/// A Curve25519 public key, kept exactly as it was received.
///
/// Two encodings of one point (a u-coordinate at or above the prime, or the unused high bit set)
/// are different keys here, as they are to every peer: what is compared and authenticated is the
/// encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; KEY_BYTES]);

impl PublicKey {
    /// The key whose u-coordinate is `bytes`. Any 32 bytes are accepted; see
    /// [`is_canonical_and_torsion_free`](Self::is_canonical_and_torsion_free).
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The u-coordinate.
    pub const fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    //= spec: x3dh r1 2.1 encode — one byte for the curve, then the u-coordinate.
    //= spec: pqxdh r3 2.1 encode-ec — a constant that names the curve, then the u-coordinate in
    //= little-endian form.
    /// The 33 bytes of the wire form: `0x05`, then the u-coordinate.
    pub fn encode(&self) -> [u8; KEY_WIRE_BYTES] {
        let mut out = [EC_TYPE; KEY_WIRE_BYTES];
        if let Some((_type_byte, u)) = out.split_first_mut() {
            u.copy_from_slice(&self.0);
        }
        out
    }

    /// Reads exactly one wire form.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the length is not 33 or the type byte is not `0x05`.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.len() {
            KEY_WIRE_BYTES => Self::decode_lenient(bytes),
            length => Err(KeyError::Length { length, expected: KEY_WIRE_BYTES }),
        }
    }

    //= spec: pqxdh r3 2.1 decode — another first byte is refused.
    //= spec: pqxdh r3 2.4 one-curve — there is one curve.
    //= spec: x3dh r1 2.4 one-curve — there is one curve.
    /// Reads one wire form and ignores what follows it.
    ///
    /// Deployed peers do so for the keys inside messages; anything that is stored or published is
    /// read with [`decode`](Self::decode).
    ///
    /// # Errors
    ///
    /// [`KeyError`] if there are fewer than 33 bytes or the type byte is not `0x05`.
    pub fn decode_lenient(bytes: &[u8]) -> Result<Self, KeyError> {
        let short = KeyError::Length { length: bytes.len(), expected: KEY_WIRE_BYTES };
        let (type_byte, rest) = bytes.split_first().ok_or(short)?;
        if *type_byte != EC_TYPE && !planted(mutant::CURVE_TYPE_IGNORED) {
            return Err(KeyError::Type { found: *type_byte, expected: EC_TYPE });
        }
        rest.first_chunk::<KEY_BYTES>().map(|u| Self(*u)).ok_or(short)
    }

    /// Reads a key as `mode` reads those that peers publish and send.
    ///
    /// Compat reads as [`decode_lenient`](Self::decode_lenient). Strict takes nothing after the
    /// key, and no other form of it: see
    /// [`is_canonical_and_torsion_free`](Self::is_canonical_and_torsion_free).
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn decode_in(bytes: &[u8], mode: Mode) -> Result<Self, KeyError> {
        match mode {
            Mode::Compat => Self::decode_lenient(bytes),
            Mode::Strict => {
                let key = Self::decode(bytes)?;
                if key.is_canonical_and_torsion_free() { Ok(key) } else { Err(KeyError::Alias) }
            }
        }
    }

    /// Whether this is the only encoding of its point and the point has no small-order part.
    ///
    /// Asked of the base key of a first message: otherwise one first flight could be sent again
    /// under another encoding of the same key.
    pub fn is_canonical_and_torsion_free(&self) -> bool {
        (self.is_canonical() || planted(mutant::BASE_NOT_CANONICAL))
            && MontgomeryPoint(self.0)
                .to_edwards(0)
                .is_some_and(|point| point.is_torsion_free() || planted(mutant::BASE_WITH_TORSION))
    }

    /// Whether the u-coordinate is below the prime 2^255 - 19, with the unused bit clear.
    pub fn is_canonical(&self) -> bool {
        let below_prime = self.0.iter().rev().cmp(PRIME.iter().rev());
        below_prime == core::cmp::Ordering::Less
    }
}

/// 2^255 - 19, little endian.
const PRIME: [u8; KEY_BYTES] = {
    let mut prime = [0xff; KEY_BYTES];
    prime[0] = 0xed;
    prime[KEY_BYTES - 1] = 0x7f;
    prime
};

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "PublicKey({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// The long-term public key that names a device (X3DH section 2.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey(PublicKey);

impl IdentityKey {
    /// Adopts `key` as an identity.
    pub const fn new(key: PublicKey) -> Self {
        Self(key)
    }

    /// The key itself.
    pub const fn public_key(&self) -> &PublicKey {
        &self.0
    }

    /// The 33 bytes of the wire form.
    pub fn encode(&self) -> [u8; KEY_WIRE_BYTES] {
        self.0.encode()
    }

    /// Reads exactly one wire form.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        PublicKey::decode(bytes).map(Self)
    }

    /// Reads an identity as `mode` reads those that peers publish and send.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::decode_in`].
    pub fn decode_in(bytes: &[u8], mode: Mode) -> Result<Self, KeyError> {
        PublicKey::decode_in(bytes, mode).map(Self)
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity{:?}", self.0)
    }
}

/// Bytes that are not the wire form of a public key. Whoever wrote them is to blame.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The wrong number of bytes.
    #[error("a public key of {length} bytes where {expected} were expected")]
    Length {
        /// How many bytes there were.
        length: usize,
        /// How many there should have been.
        expected: usize,
    },
    /// In strict mode: another encoding of the same key is the one that its owner wrote, or the
    /// point has a part of small order.
    #[error("the key is not canonical and free of torsion (strict mode)")]
    Alias,
    /// The first byte names another kind of key.
    #[error("key type 0x{found:02x} where 0x{expected:02x} was expected")]
    Type {
        /// The type byte found.
        found: u8,
        /// The type byte of the kind of key that belongs here.
        expected: u8,
    },
}

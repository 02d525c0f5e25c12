//! Public keys of the key encapsulation mechanism (PQXDH section 2.5).

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use crate::{
    mutant::{self, planted},
    public::KeyError,
};

/// Length of a Kyber1024 (round 3) public key.
pub const KEM_KEY_BYTES: usize = 1_568;
/// Length of that key on the wire: a type byte, then the key.
pub const KEM_KEY_WIRE_BYTES: usize = 1_569;
//= spec: pqxdh r3 2.1 disjoint — the first byte tells a KEM key from a curve key.
/// The type byte of Kyber1024, round 3. (FIPS 203's ML-KEM-1024 is another algorithm, `0x0a`.)
pub const KEM_TYPE: u8 = 0x08;

/// A Kyber1024 (round 3) public key, kept in its wire form.
///
/// Boxed: it is 1.5 kB and travels inside small structures.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KemPublicKey(Box<[u8; KEM_KEY_WIRE_BYTES]>);

impl KemPublicKey {
    /// The key with these bytes, without a type byte.
    pub fn from_bytes(bytes: &[u8; KEM_KEY_BYTES]) -> Self {
        let mut wire = Box::new([KEM_TYPE; KEM_KEY_WIRE_BYTES]);
        if let Some((_type_byte, key)) = wire.split_first_mut() {
            key.copy_from_slice(bytes);
        }
        Self(wire)
    }

    /// The key without its type byte.
    pub fn as_bytes(&self) -> &[u8; KEM_KEY_BYTES] {
        match self.0.last_chunk() {
            Some(key) => key,
            None => unreachable!("the wire form is one byte longer than the key"),
        }
    }

    //= spec: pqxdh r3 2.1 encode-kem — a constant that names the mechanism, then its public key;
    //= the constant never begins the encoding of a curve key.
    /// The 1,569 bytes of the wire form: `0x08`, then the key.
    pub fn encode(&self) -> &[u8; KEM_KEY_WIRE_BYTES] {
        &self.0
    }

    //= spec: pqxdh r3 2.1 decode — another first byte is refused.
    //= spec: pqxdh r3 2.5 one-kem — there is one mechanism.
    /// Reads exactly one wire form.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the length is not 1,569 or the type byte is not `0x08`.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        let kept = match bytes.get(..KEM_KEY_WIRE_BYTES) {
            Some(kept) if planted(mutant::KEM_LENGTH_IGNORED) => kept,
            Some(_) | None => bytes,
        };
        let wire = <[u8; KEM_KEY_WIRE_BYTES]>::try_from(kept)
            .map_err(|_| KeyError::Length { length: bytes.len(), expected: KEM_KEY_WIRE_BYTES })?;
        match wire.first() {
            Some(_) if planted(mutant::KEM_TYPE_IGNORED) => Ok(Self(Box::new(wire))),
            Some(&KEM_TYPE) => Ok(Self(Box::new(wire))),
            Some(&found) => Err(KeyError::Type { found, expected: KEM_TYPE }),
            None => Err(KeyError::Length { length: 0, expected: KEM_KEY_WIRE_BYTES }),
        }
    }

    /// The wire form as an owned vector, for those who build frames.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Debug for KemPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = *self.as_bytes();
        write!(f, "KemPublicKey({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

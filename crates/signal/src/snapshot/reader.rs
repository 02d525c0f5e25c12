//! Reading one part: whatever the bytes are, an answer and no panic.

use keys::{IdentityKey, PublicKey};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CHECKSUM_BYTES, RestoreError, VERSION, writer::checksum};
use crate::crypto::dh::PrivateKey;

/// What is left of a part.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Checks checksum, tag and version.
    pub(super) fn open(part: &'a [u8], tag: u8) -> Result<Self, RestoreError> {
        let (body, sum) =
            part.split_last_chunk::<CHECKSUM_BYTES>().ok_or(RestoreError::Truncated)?;
        if checksum(body) != *sum {
            return Err(RestoreError::Checksum);
        }
        let mut reader = Self(body);
        let (found, expected) = (reader.array()?, [tag, VERSION]);
        if found == expected { Ok(reader) } else { Err(RestoreError::Tag { found, expected }) }
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], RestoreError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(RestoreError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], RestoreError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(RestoreError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// As [`array`](Self::array), wiped when dropped.
    pub(super) fn secret<const N: usize>(&mut self) -> Result<Zeroizing<[u8; N]>, RestoreError> {
        self.array().map(Zeroizing::new)
    }

    /// A private key of Curve25519, clamped as all are that were written.
    pub(super) fn private_key(&mut self) -> Result<PrivateKey, RestoreError> {
        let mut given = self.secret()?;
        let written = given.clone();
        let private = PrivateKey::from_secret(&mut given);
        let is_clamped = bool::from(private.expose().as_slice().ct_eq(written.as_slice()));
        is_clamped.then_some(private).ok_or(RestoreError::Range { what: "private key" })
    }

    pub(super) fn key(&mut self) -> Result<PublicKey, RestoreError> {
        self.array().map(PublicKey::from_bytes)
    }

    pub(super) fn identity(&mut self) -> Result<IdentityKey, RestoreError> {
        self.key().map(IdentityKey::new)
    }

    pub(super) fn u8(&mut self) -> Result<u8, RestoreError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, RestoreError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, RestoreError> {
        self.array().map(u64::from_le_bytes)
    }

    /// The length of a list that may hold `most` entries.
    pub(super) fn length(
        &mut self,
        what: &'static str,
        most: usize,
    ) -> Result<usize, RestoreError> {
        let length = usize::from(u16::from_le_bytes(self.array()?));
        if length > most { Err(RestoreError::Range { what }) } else { Ok(length) }
    }

    pub(super) fn flag(&mut self) -> Result<bool, RestoreError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(RestoreError::Range { what: "flag" }),
        }
    }

    /// An option: `read` is called if there is something.
    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, RestoreError>,
    ) -> Result<Option<T>, RestoreError> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub(super) fn finish(self) -> Result<(), RestoreError> {
        match self.0.len() {
            0 => Ok(()),
            excess => Err(RestoreError::Trailing { excess }),
        }
    }
}

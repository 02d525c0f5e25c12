//! An identity and private prekeys as bytes, and back.

use alloc::vec::Vec;

use keys::Signature;
use zeroize::Zeroizing;

use super::{RestoreError, reader::Reader, writer::Writer};
use crate::{
    crypto::{dh::KeyPair, kem::KemSeed},
    identity::IdentityKeyPair,
    prekeys::{KemPreKey, OneTimePreKey, SignedPreKey},
};

impl IdentityKeyPair {
    /// The identity as bytes.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'I', 64);
        w.bytes(self.private().expose());
        w.finish()
    }

    /// The identity that [`to_bytes`](Self::to_bytes) made these bytes of.
    ///
    /// # Errors
    ///
    /// [`RestoreError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut r = Reader::open(bytes, b'I')?;
        let private = r.private_key()?;
        r.finish()?;
        Ok(Self::from_private(private))
    }
}

impl SignedPreKey {
    /// The prekey as bytes.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'G', 128);
        w.u32(self.id);
        w.bytes(self.pair.private.expose());
        w.bytes(&self.signature.0);
        w.finish()
    }

    /// The prekey that [`to_bytes`](Self::to_bytes) made these bytes of.
    ///
    /// # Errors
    ///
    /// [`RestoreError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut r = Reader::open(bytes, b'G')?;
        let id = r.u32()?;
        let pair = KeyPair::of(r.private_key()?);
        let signature = Signature(r.array()?);
        r.finish()?;
        Ok(Self { id, pair, signature })
    }
}

impl OneTimePreKey {
    /// The prekey as bytes.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'O', 64);
        w.u32(self.id);
        w.bytes(self.pair.private.expose());
        w.finish()
    }

    /// The prekey that [`to_bytes`](Self::to_bytes) made these bytes of.
    ///
    /// # Errors
    ///
    /// [`RestoreError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut r = Reader::open(bytes, b'O')?;
        let id = r.u32()?;
        let pair = KeyPair::of(r.private_key()?);
        r.finish()?;
        Ok(Self { id, pair })
    }
}

impl KemPreKey {
    /// The prekey as bytes.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'K', 192);
        w.u32(self.id);
        w.bytes(self.seed.expose());
        w.bytes(&self.signature.0);
        w.flag(self.last_resort);
        w.finish()
    }

    /// The prekey that [`to_bytes`](Self::to_bytes) made these bytes of.
    ///
    /// # Errors
    ///
    /// [`RestoreError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut r = Reader::open(bytes, b'K')?;
        let id = r.u32()?;
        let seed = KemSeed::from_secret(&mut *r.secret()?);
        let signature = Signature(r.array()?);
        let last_resort = r.flag()?;
        r.finish()?;
        let public = seed.public();
        Ok(Self { id, seed, public, signature, last_resort, expanded: None })
    }
}

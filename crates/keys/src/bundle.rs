//! Prekey bundles, unverified and verified (X3DH section 3.2, PQXDH section 3.2).
//!
//! A bundle comes from a directory that nobody has to trust. [`Bundle::verify`] is the only way to
//! a [`VerifiedBundle`], and a session can start from nothing else: the proof is the value.

use core::fmt;

use crate::{
    kem::KemPublicKey,
    mutant::{self, planted},
    public::{IdentityKey, PublicKey},
    signature::{Mode, Signature},
};

/// A signed Curve25519 prekey as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedPreKey {
    /// The publisher's name for it.
    pub id: u32,
    /// The key.
    pub key: PublicKey,
    /// The publisher's signature over the key's 33-byte wire form.
    pub signature: Signature,
}

impl SignedPreKey {
    //= spec: x3dh r1 3.2 publish — the prekey signature covers the encoded prekey.
    /// Verifies that `identity` published this key.
    ///
    /// # Errors
    ///
    /// [`BundleError::SignedPreKey`] if the signature does not hold.
    pub fn verify(&self, identity: &IdentityKey, mode: Mode) -> Result<(), BundleError> {
        if planted(mutant::SIGNED_UNVERIFIED)
            || planted(mutant::UNPREFIXED_SIGNED)
                && identity.verify(self.key.as_bytes(), &self.signature, mode).is_ok()
        {
            return Ok(());
        }
        identity
            .verify(&self.key.encode(), &self.signature, mode)
            .map_err(|_| BundleError::SignedPreKey { id: self.id })
    }
}

/// A Curve25519 one-time prekey as published. It bears no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTimePreKey {
    /// The publisher's name for it.
    pub id: u32,
    /// The key.
    pub key: PublicKey,
}

/// A signed KEM prekey as published, one-time or last-resort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KemPreKey {
    /// The publisher's name for it.
    pub id: u32,
    /// The key.
    pub key: KemPublicKey,
    /// The publisher's signature over the key's 1,569-byte wire form.
    pub signature: Signature,
}

impl KemPreKey {
    //= spec: pqxdh r3 3.2 publish — every KEM prekey, one-time or last-resort, is signed in its
    //= encoded form.
    /// Verifies that `identity` published this key.
    ///
    /// # Errors
    ///
    /// [`BundleError::KemPreKey`] if the signature does not hold.
    pub fn verify(&self, identity: &IdentityKey, mode: Mode) -> Result<(), BundleError> {
        if planted(mutant::KEM_UNVERIFIED) {
            return Ok(());
        }
        identity
            .verify(self.key.encode(), &self.signature, mode)
            .map_err(|_| BundleError::KemPreKey { id: self.id })
    }
}

/// A bundle as a directory handed it out. Nothing in it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The recipient's registration id.
    pub registration_id: u32,
    /// The recipient's device number.
    pub device: u32,
    /// The key that all signatures must be under.
    pub identity: IdentityKey,
    /// The signed prekey.
    pub signed: SignedPreKey,
    /// A one-time prekey, if the directory had one left.
    pub one_time: Option<OneTimePreKey>,
    /// A KEM prekey, if the recipient publishes them (profile `v4`).
    pub kem: Option<KemPreKey>,
}

impl Bundle {
    //= spec: x3dh r1 3.3 verify — the sender aborts when the prekey signature does not verify.
    //= spec: pqxdh r3 3.3 verify — the sender aborts when any of the signatures does not verify.
    /// Checks every signature in the bundle; in strict mode every curve key, too.
    ///
    /// Whether `identity` is the right one is not asked here: the caller compares it with its pin.
    ///
    /// # Errors
    ///
    /// [`BundleError`] naming the prekey whose signature does not hold, or the key that `mode`
    /// does not take.
    pub fn verify(self, mode: Mode) -> Result<VerifiedBundle, BundleError> {
        if mode == Mode::Strict {
            self.refuse_aliases()?;
        }
        self.signed.verify(&self.identity, mode)?;
        if let Some(kem) = &self.kem {
            kem.verify(&self.identity, mode)?;
        }
        Ok(VerifiedBundle(self))
    }

    fn refuse_aliases(&self) -> Result<(), BundleError> {
        let one_time = self.one_time.as_ref();
        let keys = [
            (BundleKey::Identity, Some(self.identity.public_key())),
            (BundleKey::Signed { id: self.signed.id }, Some(&self.signed.key)),
            (
                BundleKey::OneTime { id: one_time.map_or(0, |prekey| prekey.id) },
                one_time.map(|prekey| &prekey.key),
            ),
        ];
        for (which, key) in keys {
            if key.is_some_and(|key| !key.is_canonical_and_torsion_free()) {
                return Err(BundleError::Alias { which });
            }
        }
        Ok(())
    }
}

/// Which curve key of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKey {
    /// The identity key.
    Identity,
    /// The signed prekey.
    Signed {
        /// Its id.
        id: u32,
    },
    /// The one-time prekey.
    OneTime {
        /// Its id.
        id: u32,
    },
}

impl fmt::Display for BundleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("the identity key"),
            Self::Signed { id } => write!(f, "signed prekey {id}"),
            Self::OneTime { id } => write!(f, "one-time prekey {id}"),
        }
    }
}

/// A bundle whose signatures hold. The only thing that a session can start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedBundle(Bundle);

impl VerifiedBundle {
    /// What was verified.
    pub const fn get(&self) -> &Bundle {
        &self.0
    }

    /// The recipient's identity.
    pub const fn identity(&self) -> IdentityKey {
        self.0.identity
    }
}

/// A key in a bundle is not what its publisher signed, or not in the one form that strict mode
/// takes. The directory, or whoever wrote to it, is to blame.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// In strict mode: a key is in another encoding than its owner writes, or has a part of small
    /// order.
    #[error("{which} is not canonical and free of torsion (strict mode)")]
    Alias {
        /// Which key.
        which: BundleKey,
    },
    /// The signature over the signed prekey does not hold.
    #[error("signature over signed prekey {id} does not verify")]
    SignedPreKey {
        /// The prekey's id.
        id: u32,
    },
    /// The signature over the KEM prekey does not hold.
    #[error("signature over KEM prekey {id} does not verify")]
    KemPreKey {
        /// The prekey's id.
        id: u32,
    },
}

//! A device's long-term key pair.

use core::fmt;

use keys::{IdentityKey, Signature};
use zeroize::Zeroize;

use crate::{
    crypto::dh::PrivateKey,
    xeddsa::{self, EdwardsPublic},
};

/// The long-term key pair that names a device (X3DH section 2.4).
pub struct IdentityKeyPair {
    private: PrivateKey,
    public: IdentityKey,
    //= spec: xeddsa r1 7 cache — the Edwards form is computed once.
    /// Kept so that signing need not compute it again.
    edwards: EdwardsPublic,
}

impl IdentityKeyPair {
    /// A new identity from 32 random bytes.
    pub fn generate(mut random: [u8; 32]) -> Self {
        Self::from_private(PrivateKey::from_secret(&mut random))
    }

    pub(crate) fn from_private(private: PrivateKey) -> Self {
        let public = IdentityKey::new(private.public());
        let edwards = EdwardsPublic::of(&private);
        Self { private, public, edwards }
    }

    /// The public half.
    pub const fn public(&self) -> IdentityKey {
        self.public
    }

    //= spec: xeddsa r1 8 fresh-random — the caller brings 64 bytes, which are wiped.
    /// Signs `message`. The same `random` must never serve twice.
    pub fn sign(&self, message: &[u8], mut random: [u8; 64]) -> Signature {
        let signature = xeddsa::sign(&self.private, &self.edwards, message, &random);
        random.zeroize();
        signature
    }

    pub(crate) const fn private(&self) -> &PrivateKey {
        &self.private
    }
}

impl fmt::Debug for IdentityKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { private: _, public, edwards: _ } = self;
        write!(f, "IdentityKeyPair({public:?})")
    }
}

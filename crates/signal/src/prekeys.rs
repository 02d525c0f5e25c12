//! Private prekeys, and how a session asks for them.

use core::fmt;

use keys::{KemPublicKey, PublicKey, Signature};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    crypto::{
        dh::KeyPair,
        kem::{DecapsulationKey, KemSeed},
    },
    identity::IdentityKeyPair,
};

/// A signed Curve25519 prekey with its private half.
pub struct SignedPreKey {
    pub(crate) id: u32,
    pub(crate) pair: KeyPair,
    pub(crate) signature: Signature,
}

/// What making a [`SignedPreKey`] draws.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SignedPreKeyRandomness {
    /// The private key, before clamping.
    pub private: [u8; 32],
    /// The signature's nonce.
    pub nonce: [u8; 64],
}

impl SignedPreKey {
    //= spec: x3dh r1 3.2 publish — the signed prekey is signed in its encoded form.
    /// A new prekey, signed by `identity`.
    pub fn generate(id: u32, identity: &IdentityKeyPair, mut r: SignedPreKeyRandomness) -> Self {
        let pair = KeyPair::from_secret(&mut r.private);
        let signature = identity.sign(&pair.public.encode(), r.nonce);
        Self { id, pair, signature }
    }

    /// The name under which it is published.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    pub const fn public(&self) -> PublicKey {
        self.pair.public
    }

    /// The identity's signature over the public half.
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// What is published.
    pub const fn published(&self) -> keys::SignedPreKey {
        keys::SignedPreKey { id: self.id, key: self.public(), signature: self.signature }
    }
}

/// A one-time Curve25519 prekey with its private half.
pub struct OneTimePreKey {
    pub(crate) id: u32,
    pub(crate) pair: KeyPair,
}

impl OneTimePreKey {
    /// A new prekey from 32 random bytes.
    pub fn generate(id: u32, mut random: [u8; 32]) -> Self {
        Self { id, pair: KeyPair::from_secret(&mut random) }
    }

    /// The name under which it is published.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    pub const fn public(&self) -> PublicKey {
        self.pair.public
    }

    /// What is published.
    pub const fn published(&self) -> keys::OneTimePreKey {
        keys::OneTimePreKey { id: self.id, key: self.public() }
    }
}

/// A signed KEM prekey with its private half, kept as the 64-byte seed that it grows from.
pub struct KemPreKey {
    pub(crate) id: u32,
    pub(crate) seed: KemSeed,
    pub(crate) public: KemPublicKey,
    pub(crate) signature: Signature,
    pub(crate) last_resort: bool,
    /// The private half as it decapsulates, if it is kept at hand.
    pub(crate) expanded: Option<DecapsulationKey>,
}

//= spec: pqxdh r3 3.2 fresh-random — each signature has 64 random bytes of its own.
/// What making a [`KemPreKey`] draws.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct KemPreKeyRandomness {
    /// The key generation seed.
    pub seed: [u8; 64],
    /// The signature's nonce.
    pub nonce: [u8; 64],
}

impl KemPreKey {
    //= spec: pqxdh r3 3.2 publish — KEM prekeys, one-time and last-resort, are signed in encoded
    //= form.
    /// A new prekey, signed by `identity`. A last-resort prekey serves many first messages.
    pub fn generate(
        id: u32,
        identity: &IdentityKeyPair,
        mut r: KemPreKeyRandomness,
        last_resort: bool,
    ) -> Self {
        let seed = KemSeed::from_secret(&mut r.seed);
        let public = seed.public();
        let signature = identity.sign(public.encode(), r.nonce);
        Self { id, seed, public, signature, last_resort, expanded: None }
    }

    /// The name under which it is published.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    pub fn public(&self) -> KemPublicKey {
        self.public.clone()
    }

    /// The identity's signature over the public half.
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// Keeps the private half at hand as it decapsulates: 3,168 bytes of memory for one key
    /// generation less with each first message.
    pub fn expand(&mut self) {
        self.expanded.get_or_insert_with(|| self.seed.expand());
    }

    /// The secret in `ciphertext` (wire form), or `None` if that is not a ciphertext.
    pub(crate) fn decapsulate(&self, ciphertext: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        match &self.expanded {
            Some(key) => key.decapsulate(ciphertext),
            None => self.seed.expand().decapsulate(ciphertext),
        }
    }

    //= spec: pqxdh r3 2.5 last-resort-known — a prekey says which it is.
    /// Whether it is handed out when no one-time KEM prekey is left, and so is not removed by use.
    pub const fn is_last_resort(&self) -> bool {
        self.last_resort
    }

    /// What is published.
    pub fn published(&self) -> keys::KemPreKey {
        keys::KemPreKey { id: self.id, key: self.public(), signature: self.signature }
    }
}

/// The recipient's private prekeys and replay memory, as a session asks for them.
pub trait PreKeys {
    //= spec: x3dh r1 3.2 keep-previous — as many as the caller keeps.
    //= spec: x3dh r1 3.2 delete-previous — what it deleted opens nothing.
    //= spec: pqxdh r3 3.2 delete-previous — the same.
    /// The signed prekey with this id, if still kept.
    fn signed(&self, id: u32) -> Option<&SignedPreKey>;
    /// The one-time prekey with this id, if not used yet.
    fn one_time(&self, id: u32) -> Option<&OneTimePreKey>;
    /// The KEM prekey with this id, if still kept.
    fn kem(&self, id: u32) -> Option<&KemPreKey>;
    /// Whether a first message with this base key was opened before with these prekeys: whether a
    /// [`BaseKeyMark`] of these three is remembered.
    fn base_key_seen(&self, kem: Option<u32>, signed: u32, base: &PublicKey) -> bool;
}

/// What is remembered of a first message that no one-time key protects from replay.
///
/// Kept as long as its signed prekey: without that, the message cannot be opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseKeyMark {
    /// The last-resort KEM prekey; `None` for a message of profile `v3`.
    pub kem: Option<u32>,
    /// The signed prekey.
    pub signed: u32,
    /// The sender's base key.
    pub base_key: PublicKey,
}

impl fmt::Debug for SignedPreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, pair, signature: _ } = self;
        write!(f, "SignedPreKey({id}, {:?})", pair.public)
    }
}

impl fmt::Debug for OneTimePreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, pair } = self;
        write!(f, "OneTimePreKey({id}, {:?})", pair.public)
    }
}

impl fmt::Debug for KemPreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, seed: _, public, signature: _, last_resort, expanded: _ } = self;
        write!(f, "KemPreKey({id}, {public:?}, last resort: {last_resort})")
    }
}

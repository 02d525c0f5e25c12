//! What an end must keep to itself: its static key, and the randomness of a handshake.

use alloc::boxed::Box;
use core::fmt;

use vocab::NoiseKey;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret half of an end's static key (X25519).
///
/// A key of its own, never an identity key of the Signal protocol. Boxed, so that moving it leaves
/// no copy behind; wiped when dropped; its `Debug` is its public half.
#[derive(ZeroizeOnDrop)]
pub struct StaticKey {
    secret: Box<[u8; 32]>,
    #[zeroize(skip)]
    public: NoiseKey,
}

impl StaticKey {
    /// Takes over 32 random bytes as the key; the caller's copy is wiped.
    pub fn from_secret(bytes: &mut [u8; 32]) -> Self {
        let public = PublicKey::from(&StaticSecret::from(*bytes));
        let key = Self { secret: Box::new(*bytes), public: NoiseKey(public.to_bytes()) };
        bytes.zeroize();
        key
    }

    /// What others know this end by, and clients pin.
    pub const fn public(&self) -> NoiseKey {
        self.public
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for StaticKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret: _, public } = self; // A new field must be judged here.
        write!(f, "StaticKey(of {public:?})")
    }
}

/// The randomness of one handshake: 32 bytes that are used for nothing else, ever.
///
/// With the same one twice, an end would repeat its ephemeral key, and with it the keys of a
/// channel that somebody replays. Not `Clone`: a handshake consumes it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Seed(Box<[u8; 32]>);

impl Seed {
    /// Takes over 32 random bytes; the caller's copy is wiped.
    pub fn from_secret(bytes: &mut [u8; 32]) -> Self {
        let seed = Self(Box::new(*bytes));
        bytes.zeroize();
        seed
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_secret) = self;
        f.write_str("Seed(..)")
    }
}

//! What rows and events call an account: a keyed hash of its number.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocab::PhoneNumber;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The key that numbers are hashed with. Whoever has it can tell a number from its alias.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HashKey([u8; 32]);

impl HashKey {
    /// Adopts `key`.
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// What rows and events call `number`.
    pub fn alias(&self, number: &PhoneNumber) -> Alias {
        Alias(self.hash(&[number.digits().as_bytes()]))
    }

    /// HMAC-SHA256 over `parts`. Parts have fixed lengths, or there is one.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        // Zero-padding to the block size is step (1) of RFC 2104 section 2; doing it here leaves no
        // error case.
        let mut block = [0; 64];
        let (head, _zero_padding) = block.split_at_mut(32);
        head.copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        block.zeroize();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_secret) = self;
        write!(f, "HashKey(..)")
    }
}

/// A number's keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias(pub [u8; 32]);

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "Alias({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

//! Everything that is secret or has a name, drawn from 32 bytes: keys, tokens, ids.

use sha2::{Digest as _, Sha256};

/// What all keys, tokens and ids of one installation follow from.
///
/// Copied as rarely as can be; its `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets([u8; 32]);

impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// From 32 bytes of a generator.
    pub const fn new(master: [u8; 32]) -> Self {
        Self(master)
    }

    /// The same for everybody who says the same seed: for tests, and for nothing that is secret.
    pub fn of_seed(seed: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"blindpost seed");
        hash.update(seed.to_be_bytes());
        Self(hash.finalize().into())
    }

    pub(crate) const fn master(&self) -> &[u8; 32] {
        &self.0
    }

    /// 32 bytes for `purpose` and `name`. They say nothing about any others.
    pub fn secret(&self, purpose: &str, name: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"blindpost secret");
        hash.update(self.0);
        for part in [purpose, name] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Hexadecimal digits, of which there are twice `bytes`, at most 64.
    pub fn hex(&self, purpose: &str, name: &str, bytes: usize) -> String {
        let secret = self.secret(purpose, name);
        hex(secret.get(..bytes).unwrap_or(&secret))
    }

    /// The bearer token of a principal.
    pub fn token(&self, principal: &str) -> String {
        format!("BP{}", self.hex("token", principal, 20))
    }

    /// What servers keep of a principal's token.
    pub fn token_hash(&self, principal: &str) -> [u8; 32] {
        Sha256::digest(self.token(principal).as_bytes()).into()
    }

    /// An id of 15 decimal digits, as Graph has them.
    pub fn id(&self, purpose: &str, name: &str) -> String {
        const LEAST: u64 = 100_000_000_000_000;
        let [a, b, c, d, e, f, g, h, ..] = self.secret(purpose, name);
        let word = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let id = word.checked_rem(LEAST.saturating_mul(9)).unwrap_or(0);
        LEAST.saturating_add(id).to_string()
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn one_seed_gives_the_same_names_and_another_gives_others() {
        let (one, other) = (Secrets::of_seed(1), Secrets::of_seed(2));
        assert_eq!(one.token("a"), Secrets::of_seed(1).token("a"));
        assert_ne!(one.token("a"), other.token("a"));
        assert_ne!(one.secret("a", "bc"), one.secret("ab", "c"));
        assert_eq!(one.id("app", "").len(), 15);
    }
}

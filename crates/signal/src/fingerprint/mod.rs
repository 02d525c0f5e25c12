//! Safety numbers: what two people compare to know that nobody stands between them.
//!
//! No published specification defines them; X3DH section 4.1 asks for something of the kind. What
//! is here is what deployed clients show: a fingerprint of each side, made slow to search for, as
//! 60 digits to read out or as a code to scan. Both sides see the same digits.
//!
//! ```
//! use signal::{Comparison, IdentityKeyPair, Party, SafetyNumber};
//!
//! let (alice, bob) = (IdentityKeyPair::generate([1; 32]), IdentityKeyPair::generate([2; 32]));
//! let (alice, bob) = ([alice.public()], [bob.public()]);
//! let (alice, bob) =
//!     (Party::new(b"+14152222222", &alice), Party::new(b"+14153333333", &bob));
//!
//! // Each device computes it from its own side; the digits are the same.
//! let (hers, his) = (SafetyNumber::new(&alice, &bob), SafetyNumber::new(&bob, &alice));
//! assert_eq!(hers.digits(), his.digits());
//!
//! // Or Bob's device scans the code that Alice's shows.
//! let shown = hers.scannable(2);
//! assert_eq!(his.compare(&shown, 2)?, Comparison::Same);
//! # Ok::<(), signal::ScanError>(())
//! ```
//!
//! Knows: identifiers and public keys of the two. Does not know: what a user does about a
//! difference, or whether anybody compared.

use alloc::{string::String, vec::Vec};
use core::fmt;

use keys::IdentityKey;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use wire::{
    fingerprint::{CombinedFingerprints, FINGERPRINT_BYTES},
    signal::Malformed,
};

/// How often the hash is taken: a search for keys with similar digits costs as much for each try.
pub const ITERATIONS: u32 = 5_200;
/// Digits that a person compares.
pub const DIGITS: usize = 60;

/// Digits of one block, and bytes that they are made of.
const BLOCK: usize = 5;

/// One side of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    identifier: &'a [u8],
    identities: &'a [IdentityKey],
}

impl<'a> Party<'a> {
    /// Whoever is known by `identifier`, as both sides know them: a phone number as text, or the
    /// 16 bytes of a service id. `identities` has one key in Signal, and in WhatsApp those of all
    /// devices of an account (the Cloud API's is none of them), in any order.
    pub const fn new(identifier: &'a [u8], identities: &'a [IdentityKey]) -> Self {
        Self { identifier, identities }
    }

    fn fingerprint(&self) -> [u8; 64] {
        let mut encoded: Vec<_> = self.identities.iter().map(IdentityKey::encode).collect();
        encoded.sort_unstable();
        let keys = encoded.as_flattened();
        let first = Sha512::new()
            .chain_update([0, 0]) // The version of this computation; it never changed.
            .chain_update(keys)
            .chain_update(self.identifier)
            .chain_update(keys);
        let again =
            |hash: [u8; 64]| Sha512::new().chain_update(hash).chain_update(keys).finalize().into();
        (1..ITERATIONS).fold(first.finalize().into(), |hash, _| again(hash))
    }
}

/// The fingerprints of both sides, from one of them.
#[derive(Clone, PartialEq, Eq)]
pub struct SafetyNumber {
    local: [u8; 64],
    remote: [u8; 64],
}

impl SafetyNumber {
    //= spec: x3dh r1 4.1 compare — a number that both can read out, or scan.
    //= spec: pqxdh r3 4.1 compare — the same.
    //= spec: sesame r2 6.1 compare — over the identity keys of all devices.
    /// The safety number of `local` and `remote`, from the side of `local`. Takes about a
    /// millisecond for each side.
    pub fn new(local: &Party<'_>, remote: &Party<'_>) -> Self {
        Self { local: local.fingerprint(), remote: remote.fingerprint() }
    }

    /// The 60 digits: those of both sides, the smaller first, so that both see the same.
    pub fn digits(&self) -> String {
        let mut halves = [digits(&self.local), digits(&self.remote)];
        halves.sort_unstable();
        halves.concat()
    }

    /// The bytes to show as a code, in the form `version`: deployed clients use 1 and 2.
    pub fn scannable(&self, version: u32) -> Vec<u8> {
        let (local, remote) = (front(&self.local), front(&self.remote));
        CombinedFingerprints { version, local, remote }.encode()
    }

    /// Compares with what another device shows, in constant time.
    ///
    /// # Errors
    ///
    /// [`ScanError`] if `scanned` is no code of that form: then nothing was compared.
    pub fn compare(&self, scanned: &[u8], version: u32) -> Result<Comparison, ScanError> {
        let theirs = CombinedFingerprints::parse(scanned)?;
        if theirs.version != version {
            return Err(ScanError::Version { found: theirs.version, expected: version });
        }
        // What is local to them is remote to us.
        let local = front(&self.local).ct_eq(&theirs.remote);
        let remote = front(&self.remote).ct_eq(&theirs.local);
        Ok(match bool::from(local & remote) {
            true => Comparison::Same,
            false => Comparison::Different,
        })
    }
}

/// What a comparison came to.
#[must_use = "a difference is for a person to see"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Both devices know the same keys of both people.
    Same,
    /// They do not: somebody reinstalled, or stands between them.
    Different,
}

/// What was scanned is no code to compare with.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// It is no safety number.
    #[error("no safety number: {0}")]
    Malformed(#[from] Malformed),
    /// It is of another form; one of the two clients is older.
    #[error("a safety number of version {found} where {expected} was expected")]
    Version {
        /// The version in it.
        found: u32,
        /// The version of ours.
        expected: u32,
    },
}

/// The first bytes of a fingerprint, as they are in a code.
fn front(fingerprint: &[u8; 64]) -> [u8; FINGERPRINT_BYTES] {
    let mut front = [0; FINGERPRINT_BYTES];
    front.iter_mut().zip(fingerprint).for_each(|(slot, byte)| *slot = *byte);
    front
}

/// Six blocks of five digits, each from five bytes as one number modulo 100,000.
fn digits(fingerprint: &[u8; 64]) -> String {
    use fmt::Write as _;

    let mut text = String::with_capacity(DIGITS / 2);
    for block in fingerprint.as_chunks::<BLOCK>().0.iter().take(DIGITS / 2 / BLOCK) {
        let number = block.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        // Writing to a string cannot fail.
        let _ = write!(text, "{:05}", number % 100_000);
    }
    text
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafetyNumber({})", self.digits())
    }
}

#[cfg(test)]
mod tests;

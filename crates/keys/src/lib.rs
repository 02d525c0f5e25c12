//! Public keys, their encodings, and signature verification.
//!
//! Knows: what a public key looks like on the wire and whether a signature under it holds.
//! Does not know: any private key. There is no type for one here, so a hop that links this crate
//! and not `signal` can check what people publish and can open nothing.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bundle;
pub mod count;
pub mod kem;
pub mod mutant;
pub mod public;
pub mod signature;
#[cfg(test)]
mod tests;

pub use bundle::{
    Bundle, BundleError, BundleKey, KemPreKey, OneTimePreKey, SignedPreKey, VerifiedBundle,
};
pub use kem::{KEM_KEY_BYTES, KEM_KEY_WIRE_BYTES, KEM_TYPE, KemPublicKey};
pub use public::{EC_TYPE, IdentityKey, KEY_BYTES, KEY_WIRE_BYTES, KeyError, PublicKey};
pub use signature::{BadSignature, Mode, SIGNATURE_BYTES, Signature};

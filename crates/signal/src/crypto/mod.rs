//! The primitives, each behind one small function of ours.
//!
//! Nothing here knows a protocol. [`dh`] is the only module that does Diffie-Hellman.

pub(crate) mod cbc;
pub(crate) mod count;
pub mod dh;
pub(crate) mod hash;
pub(crate) mod kem;
pub(crate) mod ml_kem;
pub(crate) mod secret;
#[cfg(test)]
mod tests;
#[cfg(feature = "count")]
pub mod units;

pub use dh::{Backend, backend, force_portable};

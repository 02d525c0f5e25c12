//! Bytes between hops: exactly what an observer can parse without keys.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod content;
pub mod error;
pub mod fingerprint;
pub mod generated;
pub mod signal;
pub mod transport;

pub use error::Malformed;

//! Bytes between hops: exactly what an observer can parse without keys.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod signal;

//! What every hop is: a pure state machine between inputs and outputs, and the desk it works on.
//!
//! Knows: what a world can tell a hop, what a hop can ask of a world, and how work on rows is
//! attempted, repeated and committed. Does not know: any hop, any world, any message.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod contract;
pub mod desk;
pub mod http;
pub mod mutant;
pub mod router;
#[cfg(test)]
mod tests;

pub use contract::{Act, Effect, ExchangeId, Hop, Input, Outputs, Unreachable};
pub use desk::{Attempt, Desk, Turn, Waiting, Work};
pub use mutant::Mutant;

//! Hop 1: a person's device.
//!
//! Knows: the person's number, keys, sessions, history and label of each chat.
//! Does not know: any other hop but the pinned transport, or what becomes of a message behind it.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod config;
mod handle;
pub mod input;
pub mod mutant;
pub mod output;
pub mod rows;
pub mod state;
#[cfg(test)]
mod tests;

pub use config::{Config, ROWS_AT_HAND};
pub use input::{Ask, Command, File};
pub use mutant::Mutant;
pub use output::Event;
pub use state::Client;

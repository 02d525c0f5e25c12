//! Hop 2: stores and forwards what it cannot open.
//!
//! Knows: who owns a number, what prekeys it published, what waits in its mailbox, and what the
//! headers of envelopes say. Does not know: any private key, what a ciphertext holds, or how a
//! session works. It links `keys`, which verifies, and nothing that decrypts.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod alias;
pub mod config;
mod gcra;
mod handle;
pub mod input;
mod links;
pub mod mutant;
pub mod output;
mod rates;
mod rows;
mod shared;
pub mod state;
#[cfg(test)]
mod tests;

pub use alias::{Alias, HashKey};
pub use config::{Config, Rules};
pub use handle::http::ROUTES;
pub use input::Command;
pub use mutant::Mutant;
pub use output::{Event, PrekeyKind, Refusal, Signal};
pub use rows::keys::{NOT_IN_BACKUPS, ON_THEIR_WAY};
pub use state::Transport;

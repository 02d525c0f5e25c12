//! One end of a conversation: an account with its identity, prekeys and sessions.
//!
//! Used by `client` for a person's device and by `cloud-api` for each business number, so a hop
//! that runs at the business itself is the same code. Every function is a part of an attempt on the
//! hop's desk: it reads and writes rows, asks for frames, and returns what happened.
//!
//! Knows: prekey upkeep, sessions by device, padding, dedupe, receipts, retries, retransmission.
//! Does not know: who runs it, how content is sealed at rest (a [`Vault`] does), what a webhook is.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod account;
pub mod bundle;
pub mod courier;
pub mod files;
pub mod forgetting;
pub mod happening;
pub mod mutant;
mod padding;
mod receiving;
mod retransmission;
pub mod rows;
mod sending;
mod sessions;
mod tracing;
mod upkeep;
pub mod vault;
mod waiting;

pub use account::{Account, Config, Me};
pub use courier::{Courier, Note};
pub use happening::{Failure, Happening};
pub use mutant::Mutant;
pub use vault::Vault;

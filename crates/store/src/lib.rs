//! The storage interface, its memory engine, and the suite that every engine must pass.
//!
//! Knows: rows with a class and an expiry, transactions that apply all or none, and what must hold
//! after a crash. Does not know: what any row means, or who asks.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod engine;
pub mod key;
pub mod memory;
pub mod mutant;
pub mod suite;
pub mod transaction;

pub use engine::{Engine, RawRow};
pub use key::Key;
pub use memory::Memory;
pub use mutant::Mutant;
pub use transaction::{
    Answer, Check, Expect, Op, Refusal, Revision, Row, Transaction, TxId, Value,
};

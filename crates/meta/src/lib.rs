//! Beside the path: Business Manager, billing, statistics, and those who try to read everything.
//!
//! Knows: businesses and what they granted, whose token is whose, what is charged, counts large
//! enough to name nobody. Does not know: any message, any session, any person's number; no crate
//! that could open a message is linked here.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod billing;
pub mod manager;
mod names;
pub mod output;
pub mod reader;
mod server;
pub mod statistics;
#[cfg(test)]
mod tests;

pub use billing::Billing;
pub use manager::BusinessManager;
pub use output::Event;
pub use reader::Reader;
pub use server::NoCommand;
pub use statistics::Statistics;

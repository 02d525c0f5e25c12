//! Beside the path: Business Manager, billing, statistics, those who try to read everything, and
//! the automatic-reply service, which is off unless a business adds it.
//!
//! Knows: businesses and what they granted, whose token is whose, what is charged, counts large
//! enough to name nobody. Does not know: any message, any session, any person's number; no crate
//! that could open a message is linked here. The one exception is [`auto_reply`], which is handed
//! what messages say of businesses that asked for it, and nobody's number.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod auto_reply;
pub mod billing;
pub mod manager;
mod names;
pub mod output;
pub mod reader;
mod server;
pub mod statistics;
#[cfg(test)]
mod tests;

pub use auto_reply::AutoReply;
pub use billing::Billing;
pub use manager::BusinessManager;
pub use output::Event;
pub use reader::Reader;
pub use server::NoCommand;
pub use statistics::Statistics;

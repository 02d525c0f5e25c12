//! Links: how long a message takes on its way, and what may happen to it.
//!
//! Knows: latencies, faults, and what is counted. Does not know: hosts, events, or what a message
//! says.

mod config;
mod fate;
mod latency;
#[cfg(test)]
mod tests;
mod traffic;

pub(crate) use self::fate::Fate;
pub use self::{
    config::LinkConfig,
    latency::{BadLatency, Latency},
    traffic::Traffic,
};

//! Links: how long a message takes on its way, and what may happen to it.
//!
//! Knows: latencies, faults, and what is counted. Does not know: hosts, events, or what a message
//! says.

mod config;
mod fate;
mod latency;
mod passage;
#[cfg(test)]
mod tests;
mod traffic;

pub use self::{
    config::LinkConfig,
    latency::{BadLatency, Latency},
    traffic::Traffic,
};
pub(crate) use self::{
    fate::{Arrival, Fate},
    passage::Passage,
};

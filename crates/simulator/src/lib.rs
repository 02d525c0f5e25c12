//! The hops in virtual time: network, faults, checkers, reports.
//!
//! Knows: hosts, links, crashes, what each node saw. Does not know: how a hop does its work.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

pub mod chat_export;
pub mod digest;
pub mod kernel;
pub mod net;
pub mod node;
pub mod rng;
pub mod scan;
pub mod scenario;
#[cfg(test)]
mod toy;
pub mod view;
pub mod workload;

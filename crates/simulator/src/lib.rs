//! The hops in virtual time: network, faults, checkers, reports.
//!
//! Knows: hosts, links, crashes, what each node saw. Does not know: how a hop does its work.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

pub mod actor;
pub mod adversary;
pub mod chat_export;
pub mod crowd;
pub mod determinism;
pub mod digest;
pub mod export;
pub mod fault;
pub mod invariants;
pub mod kernel;
pub mod mutants;
pub mod net;
pub mod node;
pub mod people;
pub mod report;
mod residents;
pub mod rng;
pub mod run;
pub mod scan;
pub mod scenario;
pub mod shrink;
pub mod stall;
pub mod sweep;
#[cfg(test)]
mod toy;
pub mod view;
pub mod watch;
pub mod workload;
pub mod world;

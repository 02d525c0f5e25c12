//! A world the hops can live in: real sockets, real time or virtual time, stores on disk.
//!
//! Knows: how a hop is driven, how its frames and requests travel, who listens where. Does not
//! know: what any hop makes of its inputs. The simulator is the other world; the hops are the same.

pub mod backup;
pub mod clock;
mod control;
mod deliveries;
pub mod failure;
mod faults;
pub mod folder;
pub mod http;
pub mod intercept;
pub mod ledger;
pub mod links;
pub mod log;
pub mod metrics;
mod namespace;
pub mod node;
pub mod operations;
pub mod process;
pub mod rng;
pub mod roles;
pub mod secrets;
pub mod settings;
pub mod site;
pub mod stop;
pub mod stores;
mod sweeper;
pub mod terminal;
#[cfg(feature = "otel")]
mod trace;
pub mod up;
pub mod upkeep;

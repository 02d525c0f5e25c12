//! What prost makes of proto/ (`cargo xtask codegen`).

#[path = "generated/blindpost.content.rs"]
pub mod content;
/// The messages that `crate::signal` reads and writes by hand, for its tests alone.
#[cfg(test)]
#[path = "generated/blindpost.signal.rs"]
pub mod signal;
#[path = "generated/blindpost.transport.rs"]
pub mod transport;

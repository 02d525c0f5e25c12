//! The built command, run as people run it.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test: what cannot be set up is a failed test"
)]

mod bad_input;
mod common;
mod conform;
mod outputs;
mod reports;
mod suite;
mod sweeps;
mod usage;

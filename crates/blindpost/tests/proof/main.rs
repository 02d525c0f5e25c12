//! The live commands, driven through what users touch: processes, sockets, files.
//!
//! Knows: the built command and what it prints. Does not know: any hop. `BLINDPOST_KILLS` and
//! `BLINDPOST_SEED` make the run with kills longer, or another one.

#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test: what cannot be set up is a failed test"
)]

mod kills;
mod people;
mod ports;
mod process;
mod stage;
mod verdict;

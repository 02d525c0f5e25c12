//! The live commands, driven through what users touch: processes, sockets, files.
//!
//! Knows: the built command and what it prints. Does not know: any hop. `BLINDPOST_KILLS` and
//! `BLINDPOST_SEED` make the run with kills longer, or another one.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what cannot be set up is a failed test"
)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "processes live in real time, and a run of minutes says what it came to"
)]

mod canary;
mod capture;
mod disk;
mod http;
mod kills;
mod passed;
mod people;
mod plaintext;
mod ports;
mod process;
mod restarts;
mod stage;
#[cfg(feature = "otel")]
mod traces;
mod unstored;
mod verdict;
mod whole;
mod worlds;

//! The engine over real files: its suite, crashes, full disks, damage, rotation, copies.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a test: whatever stops it is a failed test; children tell by what they print"
)]

mod checking;
mod common;
mod copying;
mod crashing;
mod failing;
mod opening;
mod rotating;
mod sealing;
mod settling;
mod suite;
mod writing;

//! The engine over real files: its suite, crashes, full disks, damage, rotation, copies.

mod common;
mod checking;
mod copying;
mod crashing;
mod failing;
mod opening;
mod rotating;
mod sealing;
mod suite;
mod writing;

//! The engine over real files: its suite, crashes, full disks, damage, rotation, copies.

mod common;
mod suite;
mod writing;

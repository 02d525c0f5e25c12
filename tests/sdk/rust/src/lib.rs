//! What the bots of all SDKs in Rust have in common.

mod world;

pub use world::{Checks, Done, Seen, World, ensure};

//! Stories about the kernel.

mod building;
mod crashing;
mod linking;
mod ordering;
mod recording;
mod trouble;
pub(super) mod world;

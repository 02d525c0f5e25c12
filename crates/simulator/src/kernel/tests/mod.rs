//! Stories about the kernel.

mod building;
mod crashing;
mod linking;
mod ordering;
mod recording;
mod trouble;
mod world;

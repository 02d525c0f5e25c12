//! One run written as everything, and what readers of each format rely on.

mod diagrams;
mod logs;
mod noise;
mod packets;
mod runs;
mod traces;

//! Stories about hops in their world.

mod http;
mod people;
mod sharing;
mod storing;
mod sweeping;
mod waking;

//! Stories about hops in their world.

mod http;
mod people;
mod storing;
mod sweeping;
mod waking;

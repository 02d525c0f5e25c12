//! Stories of whole worlds.

mod faults;
mod scale;
mod transports;

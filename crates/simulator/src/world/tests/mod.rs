//! Stories of whole worlds.

mod faults;
mod scale;

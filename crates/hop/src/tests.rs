//! Stories about the desk: a toy hop whose rows are counters, on a real memory store.

mod conflicts;
mod ordinary;
mod walk;
mod world;

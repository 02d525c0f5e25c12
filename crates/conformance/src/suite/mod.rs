//! The suite: cases as data, and what they are played with.
//!
//! Knows: one implementation behind the adapter protocol, our own engine, and a forger.
//! Does not know: the command line, files, or the time; whoever runs it brings a clock.

mod adapter;
mod case;
mod catalog;
mod claims;
mod forge;
mod known;
mod local;
pub mod report;
mod run;
mod seeded;
mod select;
mod stage;
mod subject;
mod transcript;

pub use case::Reading;
pub use known::{Known, KnownError};
pub use run::{Options, Outcome, Progress, Unusable, run};
pub use select::{SelectError, Selection};

//! The storage interface over a file: SQLite with one writer, sealed rows and group commit.
//!
//! Knows: files, SQLite, and the keys that seal values at rest. Does not know: what any row means,
//! what time it is, or where randomness comes from; it is told `now` and handed a generator.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod backup;
mod changes;
mod check;
mod commit;
pub mod cycle;
mod error;
mod folder;
mod keyring;
mod redo;
mod schema;
mod scrub;
mod seal;
mod sqlite;
mod standings;
mod tables;
#[cfg(test)]
mod tests;
mod writer;

pub use backup::{Source, restore, sources};
pub use check::{Finding, check};
pub use commit::commit;
pub use error::{CopyError, OpenError, Trouble};
pub use folder::{DATABASE, KEYRING};
pub use keyring::RootKey;
pub use schema::{APPLICATION_ID, VERSION};
pub use sqlite::{Resealed, Sqlite};
pub use writer::{Counters, Limits, Refused, Writer};

//! Stories about the transport, over the memory engine and in virtual time.

mod accounts;
mod crashes;
mod http;
mod mailboxes;
#[cfg(feature = "mutants")]
mod mutants;
mod people;
mod persons;
mod prekeys;
mod sending;
mod world;

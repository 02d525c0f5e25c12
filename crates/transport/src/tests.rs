//! Stories about the transport, over the memory engine and in virtual time.

mod accounts;
mod blobs;
mod codes;
mod crashes;
mod deleting;
mod fetching;
mod flooding;
mod http;
mod integrity;
mod mailboxes;
#[cfg(feature = "mutants")]
mod mutants;
mod people;
mod persons;
mod prekeys;
mod sending;
mod world;

//! Stories of a bakery at the Cloud API and a person's end, with toy servers and a toy relay.

mod calls;
mod delivery;
mod forgetting;
mod graph;
mod manage;
#[cfg(feature = "mutants")]
mod mutants;
mod people;
mod protection;
mod rest;
mod services;
mod storage;
mod tokens;
mod world;

//! A reader: somebody who asks every interface that exists for everything, with real credentials.
//!
//! Knows: where to ask, its own token, when to ask again. Does not know: what it may have; a "no"
//! is what the others answer. What it was given is in the bytes of the answers, which the world
//! records as its view.

mod asks;
mod bodies;
mod config;
mod output;
mod round;
mod rows;
mod state;

pub use self::{
    asks::{NoValues, asks_for},
    config::{Ask, Config},
    output::Event,
    state::Reader,
};

//! A run as a person or a machine reads it.
//!
//! Knows: how a report looks on a terminal, as JSON and as a page of its own. Does not know: how
//! anything in it was measured.

pub mod build;
pub mod html;
pub mod json;
pub mod model;
#[cfg(test)]
pub(crate) mod sample;
pub mod series;
#[cfg(test)]
mod services;
pub mod terminal;
pub(crate) mod words;

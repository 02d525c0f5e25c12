//! What a run came to.

use std::collections::BTreeMap;

use super::event::Time;
use crate::{digest::Digest, net::Traffic};

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The time that it was given is over.
    TimeIsUp,
    /// Nothing is left that could happen.
    Quiet,
}

/// What a run came to so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Events that hosts received.
    pub events: u64,
    /// When the last of them happened.
    pub end: Time,
    /// Messages by class of link.
    pub traffic: BTreeMap<String, Traffic>,
    /// Of what every host received; the same for every number of partitions.
    pub digest: Digest,
}

//! What the network and the stores are like.

use vocab::Micros;

use crate::net::{Latency, LinkConfig};

/// What a link does to what it carries, in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkShape {
    /// How long a message takes; its minimum is above zero.
    pub latency: Latency,
    /// Messages that never arrive, in a million.
    pub loss_ppm: u32,
    /// Messages that arrive twice, in a million.
    pub duplicate_ppm: u32,
    /// Messages that take longer, in a million.
    pub reorder_ppm: u32,
    /// How much longer: shortest and longest, both above zero.
    pub reorder_delay: (Micros, Micros),
}

impl LinkShape {
    /// The same for the kernel, counted under `class`.
    pub fn config(&self, class: &str) -> LinkConfig {
        LinkConfig {
            class: class.to_owned(),
            latency: self.latency.clone(),
            loss_ppm: self.loss_ppm,
            duplicate_ppm: self.duplicate_ppm,
            reorder_ppm: self.reorder_ppm,
            reorder_delay: self.reorder_delay,
        }
    }
}

/// A link that is not like the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOverride {
    /// The two nodes that it joins, in the order of the file.
    pub between: (String, String),
    /// What it is like, everything included.
    pub shape: LinkShape,
}

/// How long a store takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreShape {
    /// A transaction that only reads.
    pub read: Latency,
    /// A transaction that writes: until it is durable.
    pub sync: Latency,
}

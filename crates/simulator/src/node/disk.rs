//! A node's private store, as the world drives it.

use store::{Engine, Memory};
use vocab::Micros;

use crate::net::Latency;

/// An engine that can lose what it has not synced.
pub trait Disk: Engine + Send {
    /// Loses everything since the last [`Engine::sync`].
    fn crash(&mut self);
}

impl Disk for Memory {
    fn crash(&mut self) {
        Self::crash(self);
    }
}

/// How long a store takes to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreTiming {
    /// A transaction that only reads.
    pub read: Latency,
    /// A transaction that writes: until it is durable.
    pub sync: Latency,
}

impl Default for StoreTiming {
    /// A solid-state disk: 20 us for reading, 100 us to 400 us until a write is durable.
    fn default() -> Self {
        let (low, high) = (Micros(100), Micros(400));
        Self { read: Latency::Fixed(Micros(20)), sync: Latency::Uniform { low, high } }
    }
}

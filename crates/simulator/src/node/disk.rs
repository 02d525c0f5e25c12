//! A node's private store, as the world drives it.

use store::{Engine, Memory};
use vocab::Micros;

use crate::net::Latency;

/// An engine that can lose what it has not synced.
pub trait Disk: Engine + Send {
    /// Loses everything since the last [`Engine::sync`].
    fn crash(&mut self);

    /// The same, but the oldest `keep` of the transactions since then are there. An engine that
    /// cannot stop in the middle of a sync keeps none.
    fn crash_torn(&mut self, keep: usize) {
        let _none = keep;
        self.crash();
    }

    /// Transactions that wrote since the last [`Engine::sync`].
    fn unsynced(&self) -> usize {
        0
    }

    /// Refuses what would make it grow beyond what it holds now, or what would change a row, or
    /// takes everything again. An engine without limits need not.
    fn limit(&mut self, full: bool, read_only: bool) {
        let _unlimited = (full, read_only);
    }
}

impl Disk for Memory {
    fn crash(&mut self) {
        Self::crash(self);
    }

    fn crash_torn(&mut self, keep: usize) {
        Self::crash_torn(self, keep);
    }

    fn unsynced(&self) -> usize {
        Self::unsynced(self)
    }

    fn limit(&mut self, full: bool, read_only: bool) {
        self.set_capacity(full.then(|| self.bytes()));
        self.set_read_only(read_only);
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

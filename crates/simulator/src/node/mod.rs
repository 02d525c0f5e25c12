//! Nodes: what lives on a host, and the adapter that gives a hop its world.
//!
//! Knows: what a hop may ask for, its private store, its effects that wait for a transaction, its
//! HTTP exchanges, and the person in front of it. Does not know: links, partitions, other hosts.

mod commands;
mod disk;
mod exchanges;
mod handle;
mod hop_node;
mod made;
mod mutant;
mod person;
mod remote;
pub(crate) mod shared_store;
mod shelf;
#[cfg(test)]
mod tests;
mod wake;

use core::any::Any;

use hop::http::{Request, Response};
use store::Engine;
use vocab::NoiseKey;

use crate::kernel::{HostId, Port, Time, Timer, WireId};

pub use self::{
    disk::{Disk, StoreTiming},
    handle::Handle,
    hop_node::HopNode,
    mutant::Mutant,
    person::{Application, Observer, Resident, Turn},
    shared_store::SharedStore,
};

/// What a node's store went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strains {
    /// Transactions whose checks did not hold.
    pub conflicts: u64,
    /// Transactions that the store could not do.
    pub unavailable: u64,
    /// Crashes that lost writes.
    pub lossy_crashes: u64,
    /// The longest that a row of message content was to be kept from when it was written; for ever
    /// is not counted.
    pub longest_content: vocab::Micros,
}

/// What lives on a host. The node itself outlives a crash; what it forgets then is its own affair,
/// and [`HopNode`] forgets what a process would.
pub trait Node: Any + Send {
    /// When the world has to call [`Node::command`] with which numbers, as of the start.
    fn script(&self) -> Vec<(Time, u64)> {
        Vec::new()
    }

    /// The host starts, for the first time or again.
    fn boot(&mut self, port: &mut Port<'_>);

    /// The host crashes: memory and unsynced writes are lost.
    fn crash(&mut self, port: &mut Port<'_>);

    /// The same in the middle of a write: of what is not durable yet some prefix, which `word`
    /// chooses, is there after all.
    fn crash_torn(&mut self, word: u64, port: &mut Port<'_>) {
        let _none = word;
        self.crash(port);
    }

    /// Transactions that are not durable yet.
    fn unsynced(&self) -> usize {
        0
    }

    /// The disk takes no write that makes it grow, or none at all, or takes them again.
    fn limit_disk(&mut self, full: bool, read_only: bool) {
        let _no_disk = (full, read_only);
    }

    /// The wall clock was set.
    fn clock_was_set(&mut self, port: &mut Port<'_>) {
        let _not_used = port;
    }

    /// The link to `peer` came up or went down.
    fn link(&mut self, peer: NoiseKey, up: bool, port: &mut Port<'_>);

    /// A frame arrived from the end that holds `from`.
    fn frame(&mut self, from: NoiseKey, bytes: Vec<u8>, port: &mut Port<'_>);

    /// Host `from` asks over HTTP, in the exchange that it calls `wire`.
    fn request(&mut self, from: HostId, wire: WireId, request: Request, port: &mut Port<'_>);

    /// Whether an answer to this node's `exchange` is still of use.
    fn expects(&self, exchange: u64) -> bool;

    /// The answer to this node's `exchange`; `None` if none can come.
    fn response(&mut self, exchange: u64, response: Option<Response>, port: &mut Port<'_>);

    /// Command `number` is to be given; the host may be down.
    fn command(&mut self, number: u64, port: &mut Port<'_>);

    /// A short message came to this node's telephone; the host may be down.
    fn told(&mut self, text: &[u8], port: &mut Port<'_>) {
        let _nobody_reads = (text, port);
    }

    /// The moment of a reminder has come. Returns whether the node still waited for it.
    fn timer(&mut self, timer: Timer, port: &mut Port<'_>) -> bool;

    /// Shows the oldest event that the node holds to its observer, outside of any window.
    fn observe(&mut self, at: Time, host: HostId) {
        let _nobody_looks = (at, host);
    }

    /// Transactions that it asked its store for.
    fn transactions(&self) -> u64 {
        0
    }

    /// What its store went through.
    fn strains(&self) -> Strains {
        Strains::default()
    }

    /// The node's private store.
    fn store(&self) -> Option<&dyn Engine> {
        None
    }
}

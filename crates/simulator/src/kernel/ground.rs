//! What the world keeps about one host, besides its node.

use std::collections::BTreeMap;

use vocab::{Instant, Now, UnixMicros};

use super::{
    event::{HostId, Stamp, Time},
    links::Links,
    trouble::Troubles,
};
use crate::{digest::Chain, rng::StreamKey};

/// What the world keeps about one host. What every event needs lies together.
#[repr(C)]
pub(crate) struct Ground {
    /// Events that this host has caused.
    pub(crate) sequence: u64,
    /// Inputs that its node was given; it counts on over restarts, so no randomness comes again.
    pub(crate) inputs: u64,
    pub(crate) id: HostId,
    /// How often the host was started.
    pub(crate) incarnation: u32,
    /// How many faults cut the host off now.
    pub(crate) offline: u32,
    pub(crate) alive: bool,
    /// Whether somebody wants the bytes that this host sees.
    pub(crate) viewed: bool,
    /// What is wrong with it, if anything ever was.
    pub(crate) troubles: Option<Box<Troubles>>,
    pub(crate) links: Links,
    pub(crate) started: Time,
    /// The date at the start of the run, by this host's clock.
    pub(crate) epoch: UnixMicros,
    pub(crate) chain: Chain,
    pub(crate) keys: Keys,
    /// Messages over HTTP by receiver. Grows only with those that were really written to.
    pub(crate) web: BTreeMap<HostId, WebEnd>,
}

/// The keys of a host's random streams.
pub(crate) struct Keys {
    pub(crate) input: StreamKey,
    pub(crate) link: StreamKey,
    pub(crate) web: StreamKey,
    pub(crate) store: StreamKey,
}

/// One direction of HTTP between two hosts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WebEnd {
    /// What it is like: an index into the directory.
    pub(crate) config: u32,
    /// Messages sent in this direction.
    pub(crate) messages: u64,
}

impl Ground {
    pub(crate) fn next_stamp(&mut self, at: Time) -> Stamp {
        let sequence = self.sequence;
        self.sequence = sequence.saturating_add(1);
        Stamp { at, source: self.id, sequence }
    }

    /// The two clocks of this host.
    pub(crate) fn now(&self, at: Time) -> Now {
        let wrong = self.troubles.as_ref().map_or(0, |troubles| troubles.clock);
        let right = self.epoch.0.saturating_add(at.0);
        Now {
            mono: Instant(at.since(self.started).0),
            wall: UnixMicros(right.saturating_add_signed(wrong)),
        }
    }

    pub(crate) const fn online(&self) -> bool {
        self.alive && self.offline == 0
    }
}

//! One host's ends of its links.
//!
//! Whether a link is up is known at each end by itself: hosts may be in different partitions, so an
//! end learns of the other only by greetings and farewells, as fast as the fastest frame.

use vocab::NoiseKey;

use super::event::{HostId, Time};

/// One end of a link.
#[derive(Debug)]
pub(crate) struct End {
    /// The static Noise key of the other end.
    pub(crate) key: NoiseKey,
    /// The other end.
    pub(crate) peer: HostId,
    /// What the direction from here to there is like: an index into the directory.
    pub(crate) config: u32,
    /// Messages sent from here to there.
    pub(crate) messages: u64,
    /// When the latest message that keeps its place will be there.
    pub(crate) latest: Time,
    /// Whether this end believes that the link is up.
    pub(crate) up: bool,
    /// Which start of the other end it is up with.
    pub(crate) incarnation: u32,
    /// How many faults cut this link now.
    pub(crate) cuts: u32,
    /// When the latest greeting from here will be there.
    pub(crate) greeting_arrives: Option<Time>,
}

/// All ends of one host's links, in the order of the other ends' keys.
#[derive(Debug, Default)]
pub(crate) struct Links(Vec<End>);

impl Links {
    pub(crate) fn new(mut ends: Vec<End>) -> Self {
        ends.sort_unstable_by_key(|end| end.key);
        Self(ends)
    }

    pub(crate) fn get_mut(&mut self, key: &NoiseKey) -> Option<&mut End> {
        let place = self.0.binary_search_by_key(key, |end| end.key).ok()?;
        self.0.get_mut(place)
    }

    pub(crate) fn get(&self, key: &NoiseKey) -> Option<&End> {
        let place = self.0.binary_search_by_key(key, |end| end.key).ok()?;
        self.0.get(place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &End> {
        self.0.iter()
    }

    /// Every link goes down at this end; the keys of those that were up.
    pub(crate) fn all_down(&mut self) -> Vec<NoiseKey> {
        let up = self.0.iter_mut().filter(|end| end.up);
        up.map(|end| {
            end.up = false;
            end.key
        })
        .collect()
    }
}

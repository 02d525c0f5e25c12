//! Faults that are drawn.

use vocab::Micros;

use crate::fault::Family;

/// Faults that are drawn from the seed. They lie between [`Swarm::from`] and the scenario's `heal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swarm {
    /// No fault begins before.
    pub from: Micros,
    /// From which families; at least one, none twice, never [`Family::Dishonest`].
    pub families: Vec<Family>,
    /// At most how many faults of one family.
    pub most: u64,
}

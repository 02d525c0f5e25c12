//! What is counted of nodes: together for all that have one role.

use crate::{
    metrics::{Counter, Metrics},
    rng::Kind,
};

/// Counters of one role.
#[derive(Clone, Debug)]
pub struct Meters {
    inputs: [Counter; Kind::ALL.len()],
    /// Transactions that were asked for.
    pub(super) transactions: Counter,
    /// Transactions whose checks did not hold.
    pub(super) conflicts: Counter,
    /// Transactions that the store could not do.
    pub(super) unavailable: Counter,
    /// Connections that were ended since what was sent on them was not read.
    pub(super) too_slow: Counter,
    /// HTTP requests that no answer came to.
    pub(super) unreachable: Counter,
}

impl Meters {
    /// The counters of `role`.
    pub fn new(metrics: &Metrics, role: &str) -> Self {
        let of_role = |name, help| metrics.counter(name, help, &[("role", role)]);
        Self {
            inputs: Kind::ALL.map(|kind| {
                let labels = [("role", role), ("kind", kind.name())];
                metrics.counter("blindpost_inputs_total", "Inputs of hops.", &labels)
            }),
            transactions: of_role("blindpost_transactions_total", "Transactions asked for."),
            conflicts: of_role(
                "blindpost_transaction_conflicts_total",
                "Transactions whose checks did not hold; their work is attempted again.",
            ),
            unavailable: of_role(
                "blindpost_transactions_refused_total",
                "Transactions that the store could not do: it is full or read-only.",
            ),
            too_slow: of_role(
                "blindpost_links_too_slow_total",
                "Connections ended since what was sent on them was not read.",
            ),
            unreachable: of_role(
                "blindpost_requests_unanswered_total",
                "HTTP requests of hops that no answer came to.",
            ),
        }
    }

    pub(super) fn input(&self, kind: Kind) {
        if let Some(counter) = self.inputs.get(kind as usize) {
            counter.add();
        }
    }
}

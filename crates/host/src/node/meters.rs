//! What is counted of nodes: together for all that have one role.

use std::fmt::{self, Debug, Write as _};

use crate::{
    metrics::{Counter, Metrics},
    rng::Kind,
};

/// Counters of one role.
#[derive(Clone, Debug)]
pub struct Meters {
    metrics: Metrics,
    role: String,
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
            metrics: metrics.clone(),
            role: role.to_owned(),
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

    /// Counts an event by its kind.
    pub(super) fn event(&self, event: &impl Debug) {
        let labels = [("role", self.role.as_str()), ("event", &kind(event))];
        self.metrics.counter("blindpost_events_total", "What hops tell.", &labels).add();
    }
}

/// The name of an enum's variant: `OneTimeKeyTaken { … }` is `one_time_key_taken`. Nothing of what
/// the variant holds is looked at.
fn kind(event: &impl Debug) -> String {
    let mut kind = FirstWord(String::new());
    // It ends behind the name, on purpose, with an error.
    let _ended = write!(kind, "{event:?}");
    kind.0
}

/// Takes the first word that is written to it.
struct FirstWord(String);

impl fmt::Write for FirstWord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if !char.is_ascii_alphanumeric() {
                return Err(fmt::Error);
            }
            if char.is_ascii_uppercase() && !self.0.is_empty() {
                self.0.push('_');
            }
            self.0.push(char.to_ascii_lowercase());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn an_event_is_counted_by_its_name_and_what_it_holds_is_not_looked_at() {
        /// Whoever asks what it holds has failed.
        struct Secret;
        impl std::fmt::Debug for Secret {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                panic!("it was looked at")
            }
        }
        #[derive(Debug)]
        enum Event {
            OneTimeKeyTaken { _by: Secret },
            Shown(Secret),
            Ready,
        }
        assert_eq!(kind(&Event::OneTimeKeyTaken { _by: Secret }), "one_time_key_taken");
        assert_eq!(kind(&Event::Shown(Secret)), "shown");
        assert_eq!(kind(&Event::Ready), "ready");
    }
}

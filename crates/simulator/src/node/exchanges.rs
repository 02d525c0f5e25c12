//! HTTP exchanges of one node since its last start, as asker and as server.

use std::collections::{BTreeMap, BTreeSet};

use hop::ExchangeId;
use vocab::Micros;

use crate::kernel::{HostId, Time, WireId};

/// How long an asker waits for an answer.
pub(super) const HTTP_PATIENCE: Micros = Micros::seconds(30);

/// HTTP exchanges under way.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    /// This node asked and waits.
    asked: BTreeSet<u64>,
    /// Somebody asked this node.
    serving: BTreeMap<ExchangeId, Serving>,
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Serving {
    asker: HostId,
    wire: WireId,
    since: Time,
}

impl Exchanges {
    pub(super) fn ask(&mut self, exchange: u64) {
        self.asked.insert(exchange);
    }

    pub(super) fn is_open(&self, exchange: u64) -> bool {
        self.asked.contains(&exchange)
    }

    /// Ends an exchange; whether it was still open.
    pub(super) fn close(&mut self, exchange: u64) -> bool {
        self.asked.remove(&exchange)
    }

    /// Somebody asks: an id of this node's own for it.
    pub(super) fn serve(&mut self, asker: HostId, wire: WireId, now: Time) -> ExchangeId {
        self.forget_hopeless(now);
        self.next = self.next.saturating_add(1);
        let id = ExchangeId(self.next);
        self.serving.insert(id, Serving { asker, wire, since: now });
        id
    }

    /// Whom to answer.
    pub(super) fn answer(&mut self, id: ExchangeId) -> Option<(HostId, WireId)> {
        self.serving.remove(&id).map(|serving| (serving.asker, serving.wire))
    }

    /// Everybody who waits for an answer from this node, which will give none.
    pub(super) fn abandon(&mut self) -> Vec<(HostId, WireId)> {
        let serving = core::mem::take(self).serving;
        serving.into_values().map(|serving| (serving.asker, serving.wire)).collect()
    }

    /// Whoever asked this long ago has given up: a hop that never answers costs no memory.
    fn forget_hopeless(&mut self, now: Time) {
        while let Some(oldest) = self.serving.first_entry() {
            if now.since(oldest.get().since) <= HTTP_PATIENCE {
                break;
            }
            oldest.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use vocab::Micros;

    use super::{Exchanges, HTTP_PATIENCE};
    use crate::kernel::{HostId, Time, WireId};

    #[test]
    fn exchanges_that_nobody_waits_for_any_more_cost_no_memory() {
        let mut exchanges = Exchanges::default();
        let wire = WireId { incarnation: 1, exchange: 1 };
        for second in 0..100 {
            exchanges.serve(HostId(1), wire, Time(Micros::seconds(second).0));
        }
        let waited_for = HTTP_PATIENCE.0 / Micros::seconds(1).0 + 1;
        assert_eq!(exchanges.abandon().len() as u64, waited_for);
    }
}

//! HTTP exchanges that a node serves.

use std::collections::BTreeMap;

use hop::{ExchangeId, http::Response};
use tokio::sync::oneshot;

/// Who waits for which answer.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    serving: BTreeMap<ExchangeId, oneshot::Sender<Response>>,
    last: u64,
}

impl Exchanges {
    /// Somebody asks and waits.
    pub(super) fn serve(&mut self, answer: oneshot::Sender<Response>) -> ExchangeId {
        self.forget_hopeless();
        self.last = self.last.saturating_add(1);
        let id = ExchangeId(self.last);
        self.serving.insert(id, answer);
        id
    }

    /// The hop answers.
    pub(super) fn answer(&mut self, id: ExchangeId, response: Response) {
        if let Some(waiting) = self.serving.remove(&id) {
            // Whoever gave up waiting misses nothing that was not done.
            let _gave_up = waiting.send(response);
        }
    }

    /// A server waits equally long for every answer, so the oldest are given up first: a hop that
    /// never answers costs no memory.
    fn forget_hopeless(&mut self) {
        while let Some(oldest) = self.serving.first_entry()
            && oldest.get().is_closed()
        {
            oldest.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::Exchanges;

    #[test]
    fn exchanges_that_nobody_waits_for_any_more_cost_no_memory() {
        let mut exchanges = Exchanges::default();
        for _ in 0..100 {
            let (answer, gave_up) = oneshot::channel();
            exchanges.serve(answer);
            drop(gave_up);
        }
        assert_eq!(exchanges.serving.len(), 1);
    }
}

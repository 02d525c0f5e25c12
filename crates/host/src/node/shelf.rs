//! Transactions under way, and the effects that wait for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hop::Act;
use store::{Answer, TxId};

/// Transactions that failed are remembered this long, in later failures: an effect that names one
/// comes with the input that follows its answer, if at all.
const FAILURES_KEPT: usize = 4_096;

/// What waits for which transaction.
#[derive(Debug)]
pub(super) struct Shelf<E> {
    /// Asked for and not answered, in order.
    under_way: VecDeque<TxId>,
    held: BTreeMap<TxId, Vec<Act<E>>>,
    answered: TxId,
    failed: BTreeSet<TxId>,
}

/// How a transaction stands, to an effect that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Durable,
    Failed,
    UnderWay,
}

impl<E> Shelf<E> {
    pub(super) const fn new() -> Self {
        Self {
            under_way: VecDeque::new(),
            held: BTreeMap::new(),
            answered: TxId(0),
            failed: BTreeSet::new(),
        }
    }

    pub(super) fn standing(&self, tx: TxId) -> Standing {
        if self.failed.contains(&tx) {
            Standing::Failed
        } else if tx <= self.answered {
            Standing::Durable
        } else {
            Standing::UnderWay
        }
    }

    pub(super) fn hold(&mut self, tx: TxId, act: Act<E>) {
        self.held.entry(tx).or_default().push(act);
    }

    pub(super) fn asked(&mut self, tx: TxId) {
        self.under_way.push_back(tx);
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// The oldest transaction is durable, or has failed: the effects that may leave. `None` if it
    /// is not the oldest: an engine that answers out of order is not believed.
    pub(super) fn answer(&mut self, tx: TxId, answer: &Answer) -> Option<Vec<Act<E>>> {
        self.under_way.pop_front_if(|oldest| *oldest == tx)?;
        self.answered = tx;
        let waited = self.held.remove(&tx).unwrap_or_default();
        match answer {
            Answer::Done(_) => Some(waited),
            Answer::Conflict { .. } | Answer::Unavailable(_) => {
                self.failed.insert(tx);
                if self.failed.len() > FAILURES_KEPT {
                    self.failed.pop_first();
                }
                Some(Vec::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hop::Act;
    use store::{Answer, TxId};

    use super::{Shelf, Standing};

    #[test]
    fn effects_leave_when_their_transaction_is_durable_and_never_when_it_failed() {
        let mut shelf = Shelf::new();
        for tx in [1, 2] {
            shelf.asked(TxId(tx));
            shelf.hold(TxId(tx), Act::Event(tx));
        }
        assert_eq!(shelf.standing(TxId(1)), Standing::UnderWay);
        let done = Answer::Done(Vec::new());
        assert_eq!(shelf.answer(TxId(1), &done), Some(vec![Act::Event(1)]));
        assert_eq!(shelf.standing(TxId(1)), Standing::Durable);
        let conflict = Answer::Conflict { check: 0 };
        assert_eq!(shelf.answer(TxId(2), &conflict), Some(Vec::new()));
        assert_eq!(shelf.standing(TxId(2)), Standing::Failed);
    }

    #[test]
    fn an_answer_out_of_order_is_not_believed() {
        let mut shelf = Shelf::<()>::new();
        shelf.asked(TxId(1));
        shelf.asked(TxId(2));
        assert_eq!(shelf.answer(TxId(2), &Answer::Done(Vec::new())), None);
        assert_eq!(shelf.standing(TxId(1)), Standing::UnderWay);
    }
}

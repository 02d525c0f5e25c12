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
    /// Answers that came before their turn.
    early: BTreeMap<TxId, Answer>,
}

/// A transaction that has ended, in its turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn<E> {
    pub(super) tx: TxId,
    pub(super) answer: Answer,
    /// The effects that may leave.
    pub(super) released: Vec<Act<E>>,
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
            early: BTreeMap::new(),
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

    /// A transaction has ended. What a store refuses to take it answers at once, so an answer may
    /// come before its turn: it waits for those before it.
    pub(super) fn came(&mut self, tx: TxId, answer: Answer) {
        self.early.insert(tx, answer);
    }

    /// The oldest transaction, if it has ended.
    pub(super) fn turn(&mut self) -> Option<Turn<E>> {
        let tx = *self.under_way.front()?;
        let answer = self.early.remove(&tx)?;
        self.under_way.pop_front();
        self.answered = tx;
        let waited = self.held.remove(&tx).unwrap_or_default();
        let released = match answer {
            Answer::Done(_) => waited,
            Answer::Conflict { .. } | Answer::Unavailable(_) => {
                self.failed.insert(tx);
                if self.failed.len() > FAILURES_KEPT {
                    self.failed.pop_first();
                }
                Vec::new()
            }
        };
        Some(Turn { tx, answer, released })
    }
}

#[cfg(test)]
mod tests {
    use hop::Act;
    use store::{Answer, TxId};

    use super::{Shelf, Standing};

    const DONE: Answer = Answer::Done(Vec::new());

    fn shelf() -> Shelf<u64> {
        let mut shelf = Shelf::new();
        for tx in [1, 2] {
            shelf.asked(TxId(tx));
            shelf.hold(TxId(tx), Act::Event(tx));
        }
        shelf
    }

    #[test]
    fn effects_leave_when_their_transaction_is_durable_and_never_when_it_failed() {
        let mut shelf = shelf();
        assert_eq!(shelf.standing(TxId(1)), Standing::UnderWay);
        shelf.came(TxId(1), DONE);
        assert_eq!(shelf.turn().unwrap().released, [Act::Event(1)]);
        assert_eq!(shelf.standing(TxId(1)), Standing::Durable);
        shelf.came(TxId(2), Answer::Conflict { check: 0 });
        assert_eq!(shelf.turn().unwrap().released, []);
        assert_eq!(shelf.standing(TxId(2)), Standing::Failed);
    }

    #[test]
    fn an_answer_before_its_turn_waits_for_those_before_it() {
        let mut shelf = shelf();
        shelf.came(TxId(2), DONE);
        assert_eq!(shelf.turn(), None);
        assert_eq!(shelf.standing(TxId(1)), Standing::UnderWay);
        shelf.came(TxId(1), DONE);
        let turns: Vec<TxId> = std::iter::from_fn(|| shelf.turn()).map(|turn| turn.tx).collect();
        assert_eq!(turns, [TxId(1), TxId(2)]);
    }
}

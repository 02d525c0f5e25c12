//! What faults make of a message's way, beyond what its link does anyway.

use vocab::{Micros, sample};

use super::{
    config::LinkConfig,
    fate::{Arrival, Fate},
};
use crate::{fault::LinkFault, rng::WORDS};

/// The way of one message under the faults of the moment. Faults only lengthen it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) fate: Fate,
    /// Whether each copy arrives with a bit turned.
    pub(crate) damaged: [bool; 2],
}

impl Passage {
    /// A way without faults.
    pub(crate) const fn of(fate: Fate) -> Self {
        Self { fate, damaged: [false, false] }
    }

    /// The message meets a fault. Returns whether that changed anything.
    ///
    /// Each word answers one question, whether it is asked or not. What has been lost meets nothing
    /// more. How long it waits at a narrow place is for those to say who know what went before it.
    pub(crate) fn meet(
        &mut self,
        fault: &LinkFault,
        config: &LinkConfig,
        words: [u64; WORDS],
    ) -> bool {
        let [strikes, strikes_2, value, value_2, latency, ..] = words;
        let Some(first) = self.fate.first else { return false };
        let copies = [(strikes, value), (strikes_2, value_2)];
        match *fault {
            LinkFault::Loss(rate) => {
                let lost = sample::happens(strikes, rate);
                if lost {
                    *self = Self::default();
                }
                lost
            }
            LinkFault::Duplicate(rate) => {
                let doubled = self.fate.second.is_none() && sample::happens(strikes, rate);
                if doubled {
                    let after = config.latency.sample(latency).max(first.after);
                    self.fate.second = Some(Arrival { after, in_order: false });
                }
                doubled
            }
            LinkFault::Reorder(rate, span) => self.each(copies, |arrival, (strikes, value)| {
                let late = sample::happens(strikes, rate);
                if late {
                    arrival.after = longer(arrival.after, value, span);
                    arrival.in_order = false;
                }
                late
            }),
            LinkFault::Delay(span) => self.each(copies, |arrival, (_, value)| {
                arrival.after = longer(arrival.after, value, span);
                true
            }),
            LinkFault::Corrupt(rate) => {
                let there = [true, self.fate.second.is_some()];
                let mut struck = false;
                for ((damaged, there), (strikes, _)) in
                    self.damaged.iter_mut().zip(there).zip(copies)
                {
                    let hit = there && sample::happens(strikes, rate);
                    *damaged |= hit;
                    struck |= hit;
                }
                struck
            }
            LinkFault::Bandwidth(_) => false,
        }
    }

    fn each(
        &mut self,
        copies: [(u64, u64); 2],
        mut change: impl FnMut(&mut Arrival, (u64, u64)) -> bool,
    ) -> bool {
        let mut changed = false;
        for (arrival, words) in
            [&mut self.fate.first, &mut self.fate.second].into_iter().zip(copies)
        {
            if let Some(arrival) = arrival {
                changed |= change(arrival, words);
            }
        }
        changed
    }

    /// All copies come later by `wait`.
    pub(crate) fn wait(&mut self, wait: Micros) {
        for arrival in [&mut self.fate.first, &mut self.fate.second].into_iter().flatten() {
            arrival.after = Micros(arrival.after.0.saturating_add(wait.0));
        }
    }

    /// Copies that arrive damaged do not arrive: somebody below checks a sum.
    pub(crate) fn drop_damaged(&mut self) {
        let [first, second] = self.damaged;
        let first = self.fate.first.filter(|_| !first);
        let second = self.fate.second.filter(|_| !second);
        self.fate = match first {
            Some(_) => Fate { first, second },
            None => Fate { first: second, second: None },
        };
        self.damaged = [false, false];
    }
}

fn longer(after: Micros, word: u64, (low, high): (Micros, Micros)) -> Micros {
    Micros(after.0.saturating_add(sample::between(word, low.0, high.0)))
}

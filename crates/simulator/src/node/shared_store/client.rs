//! What a store remembers of one node over it: which of its requests are done, and how they ended.

use std::collections::BTreeMap;

use store::Answer;

use super::frame::{Request, Wish};

/// How far ahead of its turn a request may be: those beyond come again.
const MOST_EARLY: u64 = 4_096;

/// What a store remembers of one node.
#[derive(Debug)]
pub(super) struct Client {
    /// The newest start of the node.
    pub(super) start: u32,
    /// The node has the answers to all before this one.
    first: u64,
    /// The next request to do.
    next: u64,
    /// Requests that came before their turn.
    early: BTreeMap<u64, Wish>,
    /// Ended requests, as long as the node may ask again.
    answers: BTreeMap<u64, Answer>,
    /// The newest request that wrote something durable.
    durable: u64,
}

/// What is to be done about a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Do these, in order.
    Do(Vec<(u64, Wish)>),
    /// It was done: this is the answer.
    Again(Answer),
    /// It is of an earlier start, or its answer is on its way.
    Nothing,
}

impl Client {
    pub(super) fn new(start: u32) -> Self {
        let (early, answers) = (BTreeMap::new(), BTreeMap::new());
        Self { start, first: 1, next: 1, early, answers, durable: 0 }
    }

    /// A request of this start comes.
    pub(super) fn asks(&mut self, request: Request) -> Due {
        let Request { first, number, wish, .. } = request;
        if first > self.first {
            self.first = first;
            self.answers = self.answers.split_off(&first);
            // After a crash, what the node has the answers to need not be known here.
            self.next = self.next.max(first);
            self.early = self.early.split_off(&self.next);
        }
        if number < self.next {
            return self.answers.get(&number).cloned().map_or(Due::Nothing, Due::Again);
        }
        if number.saturating_sub(self.next) < MOST_EARLY {
            self.early.insert(number, wish);
        }
        let mut due = Vec::new();
        while let Some(wish) = self.early.remove(&self.next) {
            due.push((self.next, wish));
            self.next = self.next.saturating_add(1);
        }
        Due::Do(due)
    }

    /// A request has ended, and what it wrote is durable.
    pub(super) fn ended(&mut self, number: u64, answer: Answer, writes: bool) {
        if number >= self.first {
            self.answers.insert(number, answer);
        }
        if writes {
            self.durable = self.durable.max(number);
        }
    }

    /// The store crashed. The log of its disk says how requests ended up to the newest one whose
    /// writes are durable, and nothing of those behind it, which are asked again.
    pub(super) fn crashed(&mut self) {
        self.early.clear();
        self.next = self.durable.saturating_add(1).max(self.first);
        let _forgotten = self.answers.split_off(&self.next);
    }
}

//! Where a hop's transactions go.

use store::{Answer, Engine, Transaction};
use vocab::DataClass;

use crate::clock::Clock;

/// Takes one answer.
pub type Done = Box<dyn FnOnce(Answer) + Send>;

/// A hop's way to its store.
pub trait Ledger: Send {
    /// Applies a transaction after those before it, and calls `done` with its answer when it is
    /// durable: in the order in which they were submitted, from any thread.
    fn submit(&mut self, transaction: Transaction, done: Done);
}

/// A store in memory, of which nothing is left when the process ends.
#[derive(Debug)]
pub struct InMemory {
    engine: store::Memory,
    clock: Clock,
}

impl InMemory {
    /// An empty one, whose rows expire by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { engine: store::Memory::new(), clock }
    }

    /// Removes what has expired.
    pub fn sweep(&mut self) -> Vec<(DataClass, u64)> {
        self.engine.sweep(self.clock.wall())
    }
}

impl Ledger for InMemory {
    fn submit(&mut self, transaction: Transaction, done: Done) {
        let answers = self.engine.apply(&[transaction], self.clock.wall());
        self.engine.sync();
        // An engine answers each transaction.
        if let Some(answer) = answers.into_iter().next() {
            done(answer);
        }
    }
}

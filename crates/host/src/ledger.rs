//! Where a hop's transactions go.

use store::{Answer, Transaction};

/// Takes one answer.
pub type Done = Box<dyn FnOnce(Answer) + Send>;

/// A hop's way to its store.
pub trait Ledger: Send {
    /// Applies a transaction after those before it, and calls `done` with its answer when it is
    /// durable: in the order in which they were submitted, from any thread.
    fn submit(&mut self, transaction: Transaction, done: Done);
}

//! How many expensive operations a step does, so that a test can hold the numbers that the table of
//! speeds states. Counted in unit tests only; nothing is left of it elsewhere.

/// An operation that costs more than everything around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// A Diffie-Hellman agreement.
    Agree,
    /// The public half of a Curve25519 key.
    Generate,
    /// A KEM key pair grown from its seed.
    GenerateKem,
    /// An encapsulation.
    Encapsulate,
    /// A decapsulation.
    Decapsulate,
    /// A check that a point has no part of small order.
    Torsion,
}

#[cfg(not(test))]
#[inline]
pub(crate) const fn count(_operation: Operation) {}

#[cfg(test)]
pub(crate) use counted::{count, during};

#[cfg(test)]
mod counted {
    use std::{cell::RefCell, collections::BTreeMap, thread_local};

    use super::Operation;

    thread_local! {
        static COUNTS: RefCell<BTreeMap<Operation, u32>> = RefCell::default();
    }

    pub(crate) fn count(operation: Operation) {
        COUNTS.with_borrow_mut(|counts| *counts.entry(operation).or_default() += 1);
    }

    /// What `step` does, on this thread.
    pub(crate) fn during<T>(step: impl FnOnce() -> T) -> (T, BTreeMap<Operation, u32>) {
        COUNTS.take();
        let result = step();
        (result, COUNTS.take())
    }
}

#[cfg(test)]
mod tests;

//! How many expensive operations a step does, so that a test can hold the numbers that the table of
//! speeds states. In unit tests each thread counts for itself; elsewhere `keys` counts, or nobody.

pub(crate) use keys::count::Operation;

#[cfg(not(test))]
#[inline]
pub(crate) fn count(operation: Operation) {
    keys::count::count(operation, 1);
}

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

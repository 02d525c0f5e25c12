//! What goes wrong on purpose: webhooks that fail, come late or come twice, and calls that are
//! refused.
//!
//! Knows: which faults are on, and how often still. Does not know: whom they hit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// The longest that anything is held up, in milliseconds.
pub(crate) const MOST_DELAY_MS: u64 = 20_000;

/// The faults that are on. Copies are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Mutex<Set>>);

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Set {
    /// Each request that delivers webhooks.
    pub(crate) webhooks: Option<WebhookFault>,
    /// Each call that sends a message.
    pub(crate) sends: Option<SendFault>,
}

/// What goes wrong with a request that delivers webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WebhookFault {
    /// What is taken for the receiver's answer; it is not asked.
    pub(crate) status: Option<u16>,
    /// The receiver's answer is lost, so that the webhooks come again.
    pub(crate) lost_answer: bool,
    /// The request is made twice.
    pub(crate) duplicate: bool,
    /// How late it is, in milliseconds of real time.
    pub(crate) delay_ms: u64,
    /// How many requests still; all, if nothing is said.
    pub(crate) times: Option<u32>,
}

/// What goes wrong with a call that sends a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SendFault {
    /// The code of the error that answers it; nothing is sent.
    pub(crate) code: Option<u32>,
    /// How late the answer is, in milliseconds of real time.
    pub(crate) delay_ms: u64,
    /// How many calls still; all, if nothing is said.
    pub(crate) times: Option<u32>,
}

/// A fault that may be on for a number of times.
trait Counted: Clone {
    fn times(&mut self) -> &mut Option<u32>;
}

impl Counted for WebhookFault {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

impl Counted for SendFault {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

/// The fault, once less; off where that was the last time.
fn take<F: Counted>(fault: &mut Option<F>) -> Option<F> {
    let mut on = fault.take()?;
    let left = match on.times() {
        None => return Some(fault.insert(on).clone()),
        Some(left) => left.checked_sub(1)?,
    };
    let taken = on.clone();
    if left > 0 {
        *on.times() = Some(left);
        *fault = Some(on);
    }
    Some(taken)
}

impl Faults {
    fn set(&self) -> MutexGuard<'_, Set> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are on from now on, and no others.
    pub(crate) fn replace(&self, faults: Set) {
        *self.set() = faults;
    }

    /// Those that are on.
    pub(crate) fn now(&self) -> Set {
        self.set().clone()
    }

    /// What goes wrong with the next request that delivers webhooks.
    pub(crate) fn of_webhook(&self) -> Option<WebhookFault> {
        take(&mut self.set().webhooks)
    }

    /// What goes wrong with the next call that sends a message.
    pub(crate) fn of_send(&self) -> Option<SendFault> {
        take(&mut self.set().sends)
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, SendFault, Set};

    #[test]
    fn a_fault_is_on_as_often_as_was_said_and_one_without_a_number_until_it_is_replaced() {
        let faults = Faults::default();
        let sends = |times| Set {
            sends: Some(SendFault { code: Some(131_056), times, ..SendFault::default() }),
            ..Set::default()
        };
        faults.replace(sends(Some(2)));
        let hit: Vec<bool> = (0..3).map(|_| faults.of_send().is_some()).collect();
        assert_eq!(hit, [true, true, false]);
        faults.replace(sends(Some(0)));
        assert!(faults.of_send().is_none());
        faults.replace(sends(None));
        assert!((0..5).all(|_| faults.of_send().is_some()) && faults.of_webhook().is_none());
        faults.replace(Set::default());
        assert!(faults.of_send().is_none());
    }
}

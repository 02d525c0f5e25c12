//! When somebody wants to be woken. Only the newest wish counts.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{sync::Notify, time::sleep_until};

use super::{Busy, Clock, Moment, Time};

/// One sleeper's alarm. Dropped, it rings no more.
#[derive(Debug)]
pub struct Alarm {
    clock: Clock,
    /// When it rings, while it is set.
    at: Option<Moment>,
    /// Over a virtual clock, which rings it: the alarm's name there, and what it is rung with.
    bell: Option<(u64, Arc<Bell>)>,
}

/// What a virtual clock rings.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Mutex<Option<Busy>>,
    rings: Notify,
}

impl Bell {
    pub(super) fn ring(&self, busy: Busy) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = Some(busy);
        self.rings.notify_one();
    }

    fn take(&self) -> Option<Busy> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Alarm {
    pub(super) fn new(clock: Clock) -> Self {
        let bell = match &clock.0.time {
            Time::Real(_) => None,
            Time::Virtual(standing) => Some(standing.join()),
        };
        Self { clock, at: None, bell }
    }

    /// Rings at `at`, at once if that is past; never with `None`. It replaces what was set before.
    pub fn set(&mut self, at: Option<Moment>) {
        if at == self.at {
            return;
        }
        if let (Time::Virtual(standing), Some((name, bell))) = (&self.clock.0.time, &self.bell) {
            // What was rung and not heard yet is part of the wish that is replaced.
            drop(bell.take());
            standing.plan(*name, bell, (self.at, at));
        }
        self.at = at;
    }

    /// Waits until it rings, which ends the wish.
    pub async fn rings(&mut self) -> Busy {
        let busy = match (&self.bell, self.at, &self.clock.0.time) {
            (None, Some(at), Time::Real(real)) => {
                sleep_until(real.instant(at)).await;
                Busy::untold()
            }
            (Some((_, bell)), _, _) => loop {
                if let Some(busy) = bell.take() {
                    break busy;
                }
                bell.rings.notified().await;
            },
            (None, _, _) => std::future::pending().await,
        };
        self.at = None;
        busy
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let (Time::Virtual(standing), Some((name, _))) = (&self.clock.0.time, &self.bell) {
            standing.leave(*name, self.at);
        }
    }
}

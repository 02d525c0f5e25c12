//! When the hop wants to be woken. Only the newest wish counts.

use vocab::Instant;

use crate::kernel::{Port, Time, Timer};

/// When the hop wants to be woken, and when the world will look.
#[derive(Debug, Default)]
pub(super) struct Wake {
    wanted: Option<Time>,
    /// A reminder is set for this moment. Where it is earlier than what is wanted, it is used to
    /// set the next: a wish that moves with every input costs no reminder each.
    set: Option<Time>,
}

/// What a reminder meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rung {
    /// The hop is to be woken.
    Now,
    /// Nobody waits for it, yet or any more.
    Idle,
}

impl Wake {
    /// The hop's newest wish, by its own clock.
    pub(super) fn want(&mut self, at: Option<Instant>, port: &mut Port<'_>) {
        let started = port.time().0.saturating_sub(port.now().mono.0);
        self.wanted = at.map(|at| Time(started.saturating_add(at.0)));
        self.set_reminder(port);
    }

    fn set_reminder(&mut self, port: &mut Port<'_>) {
        let Some(wanted) = self.wanted else { return };
        let soonest = Time(port.time().0.saturating_add(1));
        let at = wanted.max(soonest);
        if self.set.is_none_or(|set| set > at) {
            self.set = Some(at);
            port.remind(at.since(port.time()), Timer::Wake);
        }
    }

    /// A reminder rings.
    pub(super) fn ring(&mut self, port: &mut Port<'_>) -> Rung {
        // A paused node is late for its reminders.
        if self.set.is_none_or(|set| set > port.time()) {
            return Rung::Idle;
        }
        self.set = None;
        if self.wanted.is_some_and(|wanted| wanted <= port.time()) {
            self.wanted = None;
            return Rung::Now;
        }
        self.set_reminder(port);
        Rung::Idle
    }
}

//! What time it is, for everybody in one process, and who wants to be woken.
//!
//! Knows: real time, and virtual time, which stands still but for [`Clock::advance`]. Does not
//! know: who sleeps, or what is done when an alarm rings.
//!
//! What belongs to sockets alone (deadlines of handshakes and requests, keep-alive, the wait before
//! a connection is tried again) is in real time under both clocks.

mod alarm;
mod busy;
mod standing;
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use vocab::{Instant, Micros, Now, UnixMicros};

use self::standing::Standing;
pub use self::{alarm::Alarm, busy::Busy};

/// Microseconds since a clock was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `span` later; the end of time instead of an overflow.
    #[must_use]
    pub const fn after(self, span: Micros) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// A clock that a whole process shares.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    time: Time,
}

#[derive(Debug)]
enum Time {
    Real(Real),
    Virtual(Standing),
}

/// The machine's clocks.
#[derive(Debug)]
struct Real {
    started: tokio::time::Instant,
}

impl Real {
    fn instant(&self, at: Moment) -> tokio::time::Instant {
        // An alarm for the end of time is as good as one in thirty years.
        let far = Duration::from_secs(30 * 365 * 86_400);
        let after = Duration::from_micros(at.0).min(far);
        self.started.checked_add(after).unwrap_or(self.started)
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Only a virtual clock can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock is real: only a virtual one can be moved")]
pub struct NotVirtual;

impl Clock {
    /// The machine's own clocks.
    pub fn real() -> Self {
        Self(Arc::new(Inner { time: Time::Real(Real { started: tokio::time::Instant::now() }) }))
    }

    /// A clock that stands still at `date`.
    pub fn standing(date: UnixMicros) -> Self {
        Self(Arc::new(Inner { time: Time::Virtual(Standing::new(date)) }))
    }

    /// The moment.
    pub fn moment(&self) -> Moment {
        match &self.0.time {
            Time::Real(real) => real.now(),
            Time::Virtual(standing) => standing.now(),
        }
    }

    /// The date.
    pub fn wall(&self) -> UnixMicros {
        match &self.0.time {
            Time::Real(_) => machine_wall(),
            Time::Virtual(standing) => standing.wall(standing.now()),
        }
    }

    /// Both clocks of a node that started at `started`.
    pub fn now(&self, started: Moment) -> Now {
        let mono = Instant(self.moment().0.saturating_sub(started.0));
        Now { mono, wall: self.wall() }
    }

    /// A new alarm, not set.
    pub fn alarm(&self) -> Alarm {
        Alarm::new(self.clone())
    }

    /// Something begins that has to end before virtual time moves on.
    pub fn busy(&self) -> Busy {
        match &self.0.time {
            Time::Real(_) => Busy::untold(),
            Time::Virtual(standing) => standing.activity.begin(),
        }
    }

    /// Whether it stands still but for [`Clock::advance`].
    pub fn is_virtual(&self) -> bool {
        matches!(self.0.time, Time::Virtual(_))
    }

    /// Waits until nothing is under way; over a real clock, not at all.
    pub async fn rest(&self) {
        if let Time::Virtual(standing) = &self.0.time {
            standing.activity.rest().await;
        }
    }

    /// Moves the clock by `by`, from one alarm that is due to the next. When it returns, all of
    /// them have rung and everything that came of it is done. The new date.
    ///
    /// # Errors
    ///
    /// [`NotVirtual`] for a real clock.
    pub async fn advance(&self, by: Micros) -> Result<UnixMicros, NotVirtual> {
        match &self.0.time {
            Time::Real(_) => Err(NotVirtual),
            Time::Virtual(standing) => Ok(standing.wall(standing.advance(by).await)),
        }
    }
}

/// The machine's date.
#[expect(clippy::disallowed_methods, reason = "here is where real time comes in")]
pub fn machine_wall() -> UnixMicros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMicros(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

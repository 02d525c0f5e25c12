//! Two clocks, both in microseconds, and the span between two readings of one of them.

use core::fmt;

/// The two clocks of a node at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// For timers. Never stored, never sent; it starts anew with every start of the node.
    pub mono: Instant,
    /// This node's own idea of the date; it may be skewed and it may jump.
    pub wall: UnixMicros,
}

/// Microseconds since the node started, never decreasing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

/// Microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMicros(pub u64);

/// A span of time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl Micros {
    /// `n` milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n.saturating_mul(1_000))
    }

    /// `n` seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(n.saturating_mul(1_000_000))
    }

    /// `n` minutes.
    pub const fn minutes(n: u64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }

    /// `n` hours.
    pub const fn hours(n: u64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }

    /// `n` days of 86,400 s.
    pub const fn days(n: u64) -> Self {
        Self::hours(n.saturating_mul(24))
    }

    /// Twice this span, at most `most`: the step of an exponential back-off.
    #[must_use]
    pub const fn doubled_up_to(self, most: Self) -> Self {
        let twice = self.0.saturating_mul(2);
        if twice < most.0 { Self(twice) } else { most }
    }
}

impl Instant {
    /// The moment `span` later; the end of time instead of an overflow.
    #[must_use]
    pub const fn after(self, span: Micros) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl UnixMicros {
    /// The moment `span` later; the end of time instead of an overflow.
    #[must_use]
    pub const fn after(self, span: Micros) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long ago `earlier` was; zero where it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Micros {
        Micros(self.0.saturating_sub(earlier.0))
    }

    /// Whole seconds since 1970, as protocols and webhooks count.
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole days since 1970 (UTC).
    pub const fn day(self) -> u64 {
        self.seconds() / 86_400
    }
}

/// `1d 02:03:04.500` without the parts that are zero on the left; for people, not for machines.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000;
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let (days, hours) = (hours / 24, hours % 24);
        if days > 0 {
            write!(f, "{days}d ")?;
        }
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Micros, UnixMicros};

    #[test]
    fn a_span_is_printed_the_way_a_clock_shows_it() {
        assert_eq!(Micros::millis(1_500).to_string(), "00:00:01.500");
        assert_eq!(
            Micros(Micros::days(29).0 + Micros::hours(23).0).to_string(),
            "29d 23:00:00.000"
        );
    }

    #[test]
    fn back_off_doubles_until_its_ceiling() {
        let most = Micros::seconds(60);
        assert_eq!(Micros::seconds(2).doubled_up_to(most), Micros::seconds(4));
        assert_eq!(Micros::seconds(40).doubled_up_to(most), most);
    }

    #[test]
    fn the_past_of_a_clock_that_jumped_back_is_zero_long() {
        assert_eq!(UnixMicros(5).since(UnixMicros(9)), Micros(0));
    }
}

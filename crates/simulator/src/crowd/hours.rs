//! When one person's phone is on, and moments reckoned in hours when it is.

use vocab::{Micros, UnixMicros};

use crate::scenario;

const DAY: u64 = Micros::days(1).0;

/// The hours of one person, by a clock in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    /// When the phone goes on, since midnight.
    from: u64,
    /// How long it stays on.
    lasts: u64,
}

impl Hours {
    /// Never off.
    pub(super) const ALWAYS: Self = Self { from: 0, lasts: DAY };

    /// Those of a population, earlier or later by what `word` says.
    pub(super) fn of(hours: &scenario::Hours, word: u64) -> Self {
        let spread = hours.spread.0;
        let later = vocab::sample::between(word, 0, spread.saturating_mul(2));
        let from = hours.from.0.saturating_add(DAY).saturating_add(later).saturating_sub(spread);
        let ends = if hours.to > hours.from { 0 } else { DAY };
        let lasts = hours.to.0.saturating_add(ends).saturating_sub(hours.from.0);
        Self { from: from.checked_rem(DAY).unwrap_or(0), lasts: lasts.clamp(1, DAY) }
    }

    /// How much of a day they are.
    pub(super) const fn lasts(self) -> u64 {
        self.lasts
    }

    /// How long ago the phone went on for the last time.
    fn since(self, wall: UnixMicros) -> u64 {
        wall.0.saturating_add(DAY).saturating_sub(self.from).checked_rem(DAY).unwrap_or(0)
    }

    pub(super) fn is_on(self, wall: UnixMicros) -> bool {
        self.since(wall) < self.lasts
    }

    /// When the phone goes on or off next; `None` if it never does.
    pub(super) fn next_change(self, wall: UnixMicros) -> Option<UnixMicros> {
        let since = self.since(wall);
        let change = if since < self.lasts { self.lasts } else { DAY };
        (self.lasts < DAY).then(|| wall.after(Micros(change.saturating_sub(since))))
    }

    /// The moment when the phone has been on for `span` after `wall`; it is on then.
    pub(super) fn after(self, wall: UnixMicros, span: u64) -> UnixMicros {
        let since = self.since(wall);
        let (wall, since) = match self.lasts.checked_sub(since) {
            Some(left) if left > 0 => (wall, since),
            Some(_) | None => (wall.after(Micros(DAY.saturating_sub(since))), 0),
        };
        let left = self.lasts.saturating_sub(since);
        let Some(span) = span.checked_sub(left) else { return wall.after(Micros(span)) };
        let days = span.checked_div(self.lasts).unwrap_or(0);
        let rest = span.checked_rem(self.lasts).unwrap_or(0);
        let off = DAY.saturating_sub(self.lasts);
        let nights = off.saturating_add(days.saturating_mul(DAY));
        wall.after(Micros(left.saturating_add(nights).saturating_add(rest)))
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Micros, UnixMicros};

    use super::Hours;
    use crate::scenario;

    fn at(day: u64, hour: u64) -> UnixMicros {
        UnixMicros(Micros::days(20_000 + day).0 + Micros::hours(hour).0)
    }

    fn hours(from: u64, to: u64) -> Hours {
        let (from, to) = (Micros::hours(from), Micros::hours(to));
        Hours::of(&scenario::Hours { from, to, spread: Micros(0) }, 7)
    }

    #[test]
    fn a_phone_is_on_within_its_hours_also_across_midnight() {
        let day = hours(8, 22);
        let on: Vec<u64> = (0..24).filter(|hour| day.is_on(at(0, *hour))).collect();
        assert_eq!(on, (8..22).collect::<Vec<_>>());
        assert_eq!(day.next_change(at(0, 9)), Some(at(0, 22)));
        assert_eq!(day.next_change(at(0, 23)), Some(at(1, 8)));
        let night = hours(22, 6);
        let on: Vec<u64> = (0..24).filter(|hour| night.is_on(at(0, *hour))).collect();
        assert_eq!(on, [0, 1, 2, 3, 4, 5, 22, 23]);
        assert_eq!(Hours::ALWAYS.next_change(at(0, 9)), None);
        assert!((0..24).all(|hour| Hours::ALWAYS.is_on(at(0, hour))));
    }

    #[test]
    fn time_is_reckoned_in_hours_when_the_phone_is_on() {
        let day = hours(8, 22);
        let span = |hours| Micros::hours(hours).0;
        assert_eq!(day.after(at(0, 9), span(3)), at(0, 12));
        assert_eq!(day.after(at(0, 20), span(3)), at(1, 9));
        assert_eq!(day.after(at(0, 2), span(1)), at(0, 9));
        assert_eq!(day.after(at(0, 23), 0), at(1, 8));
        assert_eq!(day.after(at(0, 8), span(14)), at(1, 8));
        assert_eq!(day.after(at(0, 8), span(14 * 3 + 2)), at(3, 10));
        assert_eq!(Hours::ALWAYS.after(at(0, 8), span(24 * 2 + 1)), at(2, 9));
    }

    #[test]
    fn no_phone_is_earlier_or_later_than_the_spread_and_not_all_are_alike() {
        let (from, to, spread) = (Micros::hours(0), Micros::hours(12), Micros::minutes(30));
        let table = scenario::Hours { from, to, spread };
        let starts = (0..64_u64).map(|index| {
            let hours = Hours::of(&table, index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            assert!(hours.is_on(at(0, 6)) && !hours.is_on(at(0, 18)));
            assert_eq!(hours.lasts(), Micros::hours(12).0);
            hours.from
        });
        let starts: std::collections::BTreeSet<u64> = starts.collect();
        let least = Micros::hours(23).0 + Micros::minutes(30).0;
        assert!(starts.iter().all(|from| *from <= spread.0 || *from >= least), "{starts:?}");
        assert!(starts.len() > 32);
    }
}

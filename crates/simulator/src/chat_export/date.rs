//! Dates without a time zone.

use std::fmt;

/// Which part of a date is written first. In scenarios: `"day-first"` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// `31/12/2023`.
    DayFirst,
    /// `12/31/2023`.
    MonthFirst,
    /// `2023/12/31`.
    YearFirst,
}

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
            Self::YearFirst => "year-first",
        })
    }
}

/// A civil date and time, in seconds from 1970-01-01 00:00:00 of the same clock. It is no
/// instant: the export does not say which zone the clock was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime(pub i64);

impl LocalTime {
    /// `None` unless the day exists, from [`MIN_YEAR`] to [`MAX_YEAR`].
    pub(super) fn new(year: u16, month: u16, day: u16, second_of_day: u32) -> Option<Self> {
        let known = (MIN_YEAR..=MAX_YEAR).contains(&year) && (1..=12).contains(&month);
        if !known || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let midnight = days_from_civil(year.into(), month.into(), day.into());
        midnight.checked_mul(SECONDS_PER_DAY)?.checked_add(second_of_day.into()).map(Self)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}")
    }
}

fn days_in_month(year: u16, month: u16) -> u16 {
    match month {
        // No year from MIN_YEAR to MAX_YEAR is one of the centuries without a leap day.
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 of the Gregorian calendar: the algorithm `days_from_civil` of Howard
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms". A year starts in March there, so that
/// the leap day is its last day.
#[expect(clippy::arithmetic_side_effects, reason = "years have four digits, months and days two")]
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_ERA_ZERO
}

/// The inverse, `civil_from_days` of the same paper: year, month, day.
#[expect(clippy::arithmetic_side_effects, reason = "days are i64 seconds divided by 86,400")]
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + EPOCH_FROM_ERA_ZERO;
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524
        - day_of_era / (DAYS_PER_ERA - 1))
        / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// WhatsApp appeared in 2009: an earlier year is a field read as what it is not.
const MIN_YEAR: u16 = 2009;
/// The last year that two digits can name.
const MAX_YEAR: u16 = 2099;
const SECONDS_PER_DAY: i64 = 86_400;
/// The calendar repeats every 400 years.
const DAYS_PER_ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH_FROM_ERA_ZERO: i64 = 719_468;

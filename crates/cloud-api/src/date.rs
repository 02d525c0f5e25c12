//! Moments as Graph writes them.

use vocab::UnixMicros;

const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// `2026-01-31T23:59:59+0000`, in the Gregorian calendar.
pub(crate) fn date(at: UnixMicros) -> String {
    let (mut days, mut year, mut month) = (at.day(), 1970_u64, 1_u64);
    while let Some(rest) = days.checked_sub(if is_leap(year) { 366 } else { 365 }) {
        (days, year) = (rest, year.saturating_add(1));
    }
    for length in MONTHS {
        let leap_day = u64::from(month == 2 && is_leap(year));
        let Some(rest) = days.checked_sub(length.saturating_add(leap_day)) else { break };
        (days, month) = (rest, month.saturating_add(1));
    }
    let day = days.saturating_add(1);
    let of_day = at.seconds().rem_euclid(86_400);
    let (hour, of_hour) = (of_day.div_euclid(3_600), of_day.rem_euclid(3_600));
    let (minute, second) = (of_hour.div_euclid(60), of_hour.rem_euclid(60));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+0000")
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use vocab::UnixMicros;

    use super::date;

    #[test]
    fn dates_are_those_of_the_gregorian_calendar() {
        // Said by GNU date.
        for (seconds, said) in [
            (0, "1970-01-01T00:00:00+0000"),
            (951_782_400, "2000-02-29T00:00:00+0000"),
            (1_709_251_199, "2024-02-29T23:59:59+0000"),
            (1_767_225_599, "2025-12-31T23:59:59+0000"),
            (4_107_542_400, "2100-03-01T00:00:00+0000"),
        ] {
            assert_eq!(date(UnixMicros(seconds * 1_000_000)), said);
        }
    }
}

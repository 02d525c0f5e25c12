//! The date and time at the start of an entry, as written.

use super::date::{DateOrder, LocalTime};
use super::phrases::{CONNECTORS, DAY_HALVES, Half};

/// How one phone writes all its dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// `[…] Name: text` (iOS) rather than `… - Name: text` (Android).
    pub(super) bracketed: bool,
    /// Where the year is, as far as its digits tell.
    pub(super) year: YearPlace,
    separator: char,
    time_separator: char,
    seconds: bool,
    twelve_hours: bool,
}

/// Where the year is, as far as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum YearPlace {
    /// Four digits in the first place.
    First,
    /// Four digits in the last place.
    Last,
    /// Two digits in every place.
    Short,
}

/// A date and time whose order of day, month and year is not yet known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) style: Style,
    /// As written, without brackets.
    pub(super) shown: &'a str,
    /// `None` if there is no such time.
    pub(super) second_of_day: Option<u32>,
    fields: [u16; 3],
}

impl<'a> Stamp<'a> {
    /// The stamp that starts `line`, and the rest of the line; `None` if none starts it.
    pub(super) fn read(line: &'a str) -> Option<(Self, &'a str)> {
        let (bracketed, shown, rest) = frame(line.trim_start_matches(is_mark))?;
        let plain = plain(shown);
        let mut cursor = Cursor(&plain);
        let date = cursor.date()?;
        let clock = cursor.clock()?;
        let style = Style {
            bracketed,
            year: date.year,
            separator: date.separator,
            time_separator: clock.separator,
            seconds: clock.seconds,
            twelve_hours: clock.twelve_hours,
        };
        let stamp = Self { style, shown, second_of_day: clock.second_of_day, fields: date.fields };
        Some((stamp, rest))
    }

    /// What it means in `order`; `None` if there is no such date or time.
    pub(super) fn read_as(&self, order: DateOrder) -> Option<LocalTime> {
        let [first, second, third] = self.fields;
        let (year, month, day) = match (order, self.style.year) {
            (DateOrder::DayFirst, YearPlace::Last | YearPlace::Short) => (third, second, first),
            (DateOrder::MonthFirst, YearPlace::Last | YearPlace::Short) => (third, first, second),
            (DateOrder::YearFirst, YearPlace::First | YearPlace::Short) => (first, second, third),
            (DateOrder::DayFirst | DateOrder::MonthFirst, YearPlace::First)
            | (DateOrder::YearFirst, YearPlace::Last) => return None,
        };
        let century = if self.style.year == YearPlace::Short { 2_000 } else { 0 };
        LocalTime::new(year.checked_add(century)?, month, day, self.second_of_day?)
    }
}

/// Direction marks and other characters without width that phones put around dates and names.
/// The joiners U+200C and U+200D are not among them: they are part of emoji and of words.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'
            ..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// A mark, or white space that does not end a line.
pub(super) fn is_blank(c: char) -> bool {
    is_mark(c) || (c.is_whitespace() && !matches!(c, '\n' | '\r'))
}

/// Splits a line into whether it is bracketed, the stamp as written, and the rest.
fn frame(line: &str) -> Option<(bool, &str, &str)> {
    if let Some(inside) = line.strip_prefix('[') {
        let (end, _) = inside.char_indices().take(MAX_STAMP_CHARS).find(|(_, c)| *c == ']')?;
        let (shown, rest) = inside.split_at_checked(end)?;
        return Some((true, shown, rest.strip_prefix(']')?));
    }
    line.chars().next().and_then(digit)?;
    for (at, dash) in line.char_indices().take(MAX_STAMP_CHARS) {
        if !matches!(dash, '-' | '–' | '—') {
            continue;
        }
        let (shown, rest) = line.split_at_checked(at)?;
        let rest = rest.strip_prefix(dash)?;
        let spaced = shown.ends_with(is_blank) && (rest.starts_with(is_blank));
        if spaced {
            return Some((false, shown.trim_end_matches(is_blank), rest));
        }
    }
    None
}

/// Lower case, ASCII digits, plain single spaces, no marks.
fn plain(shown: &str) -> String {
    let mut plain = String::with_capacity(shown.len());
    for c in shown.chars().filter(|c| !is_mark(*c)) {
        match digit(c) {
            Some(value) => plain.extend(char::from_digit(value, 10)),
            None if c.is_whitespace() && plain.ends_with(' ') => {}
            None if c.is_whitespace() => plain.push(' '),
            None => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

/// Western, Arabic-Indic and Persian digits.
fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06f0}'..='\u{06f9}' => '\u{06f0}',
        _ => return None,
    };
    u32::from(c).checked_sub(u32::from(zero))
}

struct Date {
    separator: char,
    year: YearPlace,
    fields: [u16; 3],
}

struct Clock {
    separator: char,
    seconds: bool,
    twelve_hours: bool,
    second_of_day: Option<u32>,
}

/// What is left to read of a plain stamp.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn date(&mut self) -> Option<Date> {
        let (first, first_digits) = self.number()?;
        let separator = ['/', '.', '-'].into_iter().find(|c| self.eat(*c))?;
        let (second, second_digits) = self.number()?;
        if !self.eat(separator) {
            return None;
        }
        let (third, third_digits) = self.number()?;
        let year = match (first_digits, second_digits, third_digits) {
            (4, 1 | 2, 1 | 2) => YearPlace::First,
            (1 | 2, 1 | 2, 4) => YearPlace::Last,
            (1 | 2, 1 | 2, 2) => YearPlace::Short,
            _ => return None,
        };
        Some(Date { separator, year, fields: [first, second, third] })
    }

    /// From behind the date to the end of the stamp.
    fn clock(&mut self) -> Option<Clock> {
        let comma = self.eat(',') || self.eat('\u{060c}');
        let space = self.eat(' ');
        if !comma && !space {
            return None;
        }
        if CONNECTORS.iter().any(|word| self.eat_word(word)) {
            self.eat(' ');
        }
        let before = self.half();
        self.eat(' ');
        let (hour, _one_or_two) = self.number().filter(|(_, digits)| *digits <= 2)?;
        let separator = [':', '.'].into_iter().find(|c| self.eat(*c))?;
        let minute = self.two_digits()?;
        let second = if self.eat(separator) { Some(self.two_digits()?) } else { None };
        self.eat(' ');
        let half = before.or_else(|| self.half());
        if !self.0.trim().is_empty() {
            return None;
        }
        Some(Clock {
            separator,
            seconds: second.is_some(),
            twelve_hours: half.is_some(),
            second_of_day: second_of_day(hour, minute, second.unwrap_or(0), half),
        })
    }

    fn half(&mut self) -> Option<Half> {
        DAY_HALVES.iter().find(|(word, _)| self.eat_word(word)).map(|(_, half)| *half)
    }

    /// A number of one to four digits, and how many they are.
    fn number(&mut self) -> Option<(u16, usize)> {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = self.0.strip_suffix(rest).filter(|number| number.len() <= 4)?;
        let value = number.parse().ok()?;
        self.0 = rest;
        Some((value, number.len()))
    }

    fn two_digits(&mut self) -> Option<u16> {
        self.number().filter(|(_, digits)| *digits == 2).map(|(value, _)| value)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.0.strip_prefix(wanted).map(|rest| self.0 = rest).is_some()
    }

    fn eat_word(&mut self, wanted: &str) -> bool {
        self.0.strip_prefix(wanted).map(|rest| self.0 = rest).is_some()
    }
}

/// Midnight is 12 AM in most languages and hour 0 of the first half in Japanese.
fn second_of_day(hour: u16, minute: u16, second: u16, half: Option<Half>) -> Option<u32> {
    let hour = match half {
        None if hour < 24 => hour,
        Some(Half::Am) if hour <= 12 => hour % 12,
        Some(Half::Pm) if hour <= 12 => (hour % 12).checked_add(12)?,
        None | Some(Half::Am | Half::Pm) => return None,
    };
    if minute > 59 || second > 59 {
        return None;
    }
    let minutes = u32::from(hour).checked_mul(60)?.checked_add(minute.into())?;
    minutes.checked_mul(60)?.checked_add(second.into())
}

/// Longest stamp with all marks; a line without an end to its stamp costs no more than this.
const MAX_STAMP_CHARS: usize = 64;

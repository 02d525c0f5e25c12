//! Words and numbers for people, the same on the terminal and on the page.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};
use vocab::DataClass;
use vocab::marker::{TAG_CHARS, UNIQUE_CHARS, tag};

use super::model::{Cell, Report, Verdict};

/// The columns of the who-saw-what table, in the order of the path, with the names people read.
pub(super) const ACTORS: [(&str, &str); 8] = [
    ("user", "user"),
    ("transport", "transport"),
    ("cloud_api", "Cloud API"),
    ("business", "business"),
    ("business_manager", "Business Manager"),
    ("rest_of_meta", "rest of Meta"),
    ("ads", "ads"),
    ("auto_reply", "auto-reply service"),
];

/// Its rows, and behind them the classes that only the table of what is stored has.
pub(super) const CLASSES: [(&str, &str); 13] = [
    ("message_content", "message content"),
    ("consumer_phone", "consumer phone"),
    ("statistics", "statistics"),
    ("integrity_signals", "integrity signals"),
    ("business_information", "business information"),
    ("billing", "billing"),
    ("key_material", "key material"),
    ("ratchet_state", "ratchet state"),
    ("credential", "credentials"),
    ("connection_metadata", "connection metadata"),
    ("template", "templates"),
    ("consent", "consent"),
    ("audit", "audit"),
];

/// An actor's or a class's name for people; one that is not in `names` keeps its own.
pub(super) fn named<'a>(names: &[(&str, &'a str)], id: &'a str) -> &'a str {
    names.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| *name)
}

/// The rows and columns that `cells` have, known ones in their order and others after them.
pub(super) fn present<'a>(
    names: &[(&'a str, &str)],
    cells: impl Iterator<Item = &'a str> + Clone,
) -> Vec<&'a str> {
    let known = names.iter().map(|(id, _)| *id).filter(|id| cells.clone().any(|cell| cell == *id));
    let mut ids: Vec<&str> = known.collect();
    for id in cells {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// What one cell of the who-saw-what table came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Policy and measurement agree.
    Held(bool),
    /// Seen by someone who must not.
    Leak,
    /// Not seen by someone who may.
    Unseen,
    /// Judged, and nothing is known.
    Unknown,
    /// Measured, and no policy says anything.
    Unjudged(Option<bool>),
}

impl Finding {
    /// What `cell` came to.
    pub(super) fn of(cell: &Cell) -> Self {
        match (cell.policy, cell.measured, cell.verdict) {
            (None, measured, _) => Self::Unjudged(measured),
            (Some(policy), _, Some(Verdict::Pass)) => Self::Held(policy),
            (Some(_), None, _) | (Some(_), _, Some(Verdict::Unknown)) => Self::Unknown,
            (Some(_), Some(true), _) => Self::Leak,
            (Some(_), Some(false), _) => Self::Unseen,
        }
    }

    /// In one or two words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Held(true) => "yes ✓",
            Self::Held(false) => "no ✓",
            Self::Leak => "LEAK",
            Self::Unseen => "UNSEEN",
            Self::Unknown => "UNKNOWN",
            Self::Unjudged(Some(true)) => "– yes",
            Self::Unjudged(Some(false)) => "– no",
            Self::Unjudged(None) => "–",
        }
    }
}

/// What a cell's word rests on: what was found, or what was asked for and refused.
pub(super) fn grounds(cell: &Cell) -> String {
    if cell.found > 0 {
        return format!("{} of {}", compact(cell.found), compact(cell.markers));
    }
    match (cell.attempts, cell.refused) {
        (0, _) => String::new(),
        (asked, refused) if refused >= asked => format!("{} refused", compact(refused)),
        (asked, _) => format!("{} asked", compact(asked)),
    }
}

/// The paragraphs of a text whose author broke its lines.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).collect::<Vec<_>>();
    let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
    blocks.map(|block| block.join(" ")).collect()
}

/// How many cells have a policy, and how many of those hold.
pub(super) fn judged(cells: &[Cell]) -> (usize, usize) {
    let judged = cells.iter().filter(|cell| cell.policy.is_some());
    let held = judged.clone().filter(|cell| matches!(Finding::of(cell), Finding::Held(_)));
    (judged.count(), held.count())
}

/// The command that gives this run again.
pub(super) fn repeat(report: &Report) -> String {
    let mut command = format!("blindpost sim {} --seed {}", quoted(&report.scenario), report.seed);
    if let Some(plan) = &report.plan {
        let _infallible = write!(command, " --plan {}", quoted(plan));
    }
    if let Some(mutant) = &report.mutant {
        let _infallible = write!(command, " --mutant {mutant}");
    }
    command
}

/// A word as a shell needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What happened at one node, which is named unless the words do so.
pub(super) fn happening(node: &str, what: &str) -> String {
    if what.starts_with(node) { what.to_owned() } else { format!("{node} {what}") }
}

/// A verdict as a word that stands out.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Unknown => "UNKNOWN",
    }
}

/// A span of time in the units that suit it: `840 µs`, `12.3 ms`, `4.20 s`, `3 min 20 s`, `30 d 1
/// h`.
pub(crate) fn span(micros: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        100_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..60_000_000 => {
            format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000)
        }
        _ => match micros / 1_000_000 {
            s @ 0..HOUR => format!("{} min {:02} s", s / MINUTE, s % MINUTE),
            s @ HOUR..DAY => format!("{} h {:02} min", s / HOUR, s % HOUR / MINUTE),
            s => format!("{} d {} h", s / DAY, s % DAY / HOUR),
        },
    }
}

/// A point of virtual time: `0.012 s`, `12:03.500`, `2:03:04.500`, `30d 02:03:04.500`.
pub(crate) fn clock(micros: u64) -> String {
    let (millis, seconds) = (micros / 1_000 % 1_000, micros / 1_000_000);
    let (s, m, h, d) = (seconds % 60, seconds / 60 % 60, seconds / 3_600 % 24, seconds / 86_400);
    match (d, h, m) {
        (0, 0, 0) => format!("{s}.{millis:03} s"),
        (0, 0, _) => format!("{m}:{s:02}.{millis:03}"),
        (0, _, _) => format!("{h}:{m:02}:{s:02}.{millis:03}"),
        _ => format!("{d}d {h:02}:{m:02}:{s:02}.{millis:03}"),
    }
}

/// A size: `283 B`, `41.2 kB`, `3.1 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        1_000_000..1_000_000_000 => {
            format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
        }
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

/// A count with its digits in groups: `12,345`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let lead = digits.len() % 3;
    let mut grouped = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == lead {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count in at most five characters: `999`, `1.2k`, `45k`, `3.4M`.
fn compact(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..10_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// `number` things, in words: `1 event`, `2 events`.
pub(crate) fn plural(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Text that cannot do anything to a terminal or to the text around it: control characters become
/// pictures, and marks that turn the direction of what follows become `�`.
///
/// Of canaries and other reference words only the beginning is left: the rest says nothing to a
/// person. Applied twice it changes nothing more.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let short = if is_reference(word) { word.get(..REFERENCE_SHOWN) } else { None };
        let (word, ellipsis) = short.map_or((word, ""), |short| (short, "…"));
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        shown.extend(word.chars().chain(ellipsis.chars()).chain(rest.chars().map(harmless)));
    }
    shown
}

/// Characters that are left of a reference word.
const REFERENCE_SHOWN: usize = 3;

fn is_reference(word: &str) -> bool {
    let chars = TAG_CHARS.saturating_add(UNIQUE_CHARS);
    word.len() == chars
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && DataClass::TABLE.into_iter().filter_map(tag).any(|tag| word.starts_with(tag))
}

fn harmless(c: char) -> char {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => {
            char::from_u32(0x2400_u32.saturating_add(u32::from(c))).unwrap_or('\u{fffd}')
        }
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        _ => c,
    }
}

/// The longest beginning of `text` that takes at most `width` columns.
pub(super) fn prefix(text: &str, width: usize) -> &str {
    let mut room = width;
    for (place, c) in text.char_indices() {
        let wide = c.width().unwrap_or(0);
        if wide > room {
            return text.get(..place).unwrap_or_default();
        }
        room = room.saturating_sub(wide);
    }
    text
}

/// `text` in at most `width` columns, with an ellipsis where it was longer.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    format!("{}…", prefix(text, width.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::{clock, compact, count, paragraphs, size, span, visible};

    #[test]
    fn a_span_is_said_in_the_unit_that_suits_it() {
        let said =
            [0, 999, 12_345, 480_000, 4_207_000, 200_000_000, 7_380_000_000, 2_595_600_000_000];
        assert_eq!(
            said.map(span),
            [
                "0 µs",
                "999 µs",
                "12.3 ms",
                "480 ms",
                "4.20 s",
                "3 min 20 s",
                "2 h 03 min",
                "30 d 1 h"
            ]
        );
    }

    #[test]
    fn a_point_in_time_grows_to_the_left() {
        let points = [12_000, 83_500_000, 7_384_000_000, 2_599_384_500_000];
        assert_eq!(points.map(clock), ["0.012 s", "1:23.500", "2:03:04.000", "30d 02:03:04.500"]);
    }

    #[test]
    fn an_empty_line_ends_a_paragraph_and_a_line_feed_does_not() {
        assert_eq!(paragraphs("a\nb \n\n\n c\n"), ["a b", "c"]);
    }

    #[test]
    fn numbers_are_grouped_or_shortened() {
        assert_eq!(
            [0, 999, 1_000, 312_450, 1_234_567].map(count),
            ["0", "999", "1,000", "312,450", "1,234,567"]
        );
        assert_eq!([999, 1_250, 45_900, 3_400_000].map(compact), ["999", "1.2k", "45k", "3.4M"]);
        assert_eq!([283, 41_233, 3_100_000].map(size), ["283 B", "41.2 kB", "3.1 MB"]);
    }

    #[test]
    fn of_a_canary_only_its_beginning_is_shown_and_other_words_stay() {
        let canary = "zq4msgxwabcdefghijklmnopqrstuv";
        let text = format!("“{canary} Grüß Gott! {canary}” {canary}x");
        assert_eq!(visible(&text), format!("“zq4… Grüß Gott! zq4…” {canary}x"));
        assert_eq!(visible(&visible(&text)), visible(&text));
    }

    #[test]
    fn what_would_command_a_terminal_is_shown_instead() {
        assert_eq!(visible("a\u{1b}[2J\0\n\u{7f}\u{85}\u{202e}b"), "a␛[2J␀␊␡\u{fffd}\u{fffd}b");
    }
}

//! Why a text was not read as a chat export.

use super::{DateOrder, LocalTime, MAX_ENTRIES, MAX_MESSAGE_BYTES, stamp::is_mark};

/// Why a text was not read as a chat export. Lines count from 1; `found` is cut and has no marks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Nothing, or nothing but blanks.
    #[error("the chat export is empty; expected lines such as {EXAMPLES}")]
    Empty,

    /// No line starts as an entry does.
    #[error("line {line}: {found:?} does not start a chat export; expected {EXAMPLES}")]
    NotAnExport {
        /// The first line with text.
        line: usize,
        /// That line.
        found: String,
    },

    /// Text above the first entry, as when an export was cut in the middle of a message.
    #[error("line {line}: {found:?} belongs to no message; expected {EXAMPLES}")]
    TextBeforeFirst {
        /// The first line with text.
        line: usize,
        /// That line.
        found: String,
    },

    /// Entries, but nobody says anything.
    #[error("no message from anybody, only app lines ({system_lines}); expected {EXAMPLES}")]
    NoMessage {
        /// How many entries there are.
        system_lines: usize,
    },

    /// Day first and month first both explain every line, with different results.
    #[error(
        "line {line}: {found:?} may be {as_day_first} (day first) or {as_month_first} (month \
         first), and no line decides; set `date_order` to \"day-first\" or \"month-first\""
    )]
    AmbiguousDateOrder {
        /// The first line on which the two readings differ.
        line: usize,
        /// The date and time as written.
        found: String,
        /// What it means with the day first.
        as_day_first: LocalTime,
        /// What it means with the month first.
        as_month_first: LocalTime,
    },

    /// The order that was asked for does not explain a line that another order explains.
    #[error(
        "line {line}: {found:?} is no date when read {asked}, as `date_order` asks; read {fits} \
         it is {as_fits}"
    )]
    ContradictsDateOrder {
        /// The first such line.
        line: usize,
        /// The date and time as written.
        found: String,
        /// The order that was asked for.
        asked: DateOrder,
        /// An order that explains this line.
        fits: DateOrder,
        /// What the line means in that order.
        as_fits: LocalTime,
    },

    /// No such day, or a day before WhatsApp existed.
    #[error("line {line}: {found:?} is no date when read {order}; expected one from 2009 to 2099")]
    BadDate {
        /// The line.
        line: usize,
        /// The date and time as written.
        found: String,
        /// The order that explains most lines.
        order: DateOrder,
    },

    /// No such time of day.
    #[error(
        "line {line}: {found:?} has no valid time; expected 0:00 to 23:59, or up to 12:59 with AM \
         or PM"
    )]
    BadTime {
        /// The line.
        line: usize,
        /// The date and time as written.
        found: String,
    },

    /// One entry is longer than [`MAX_MESSAGE_BYTES`].
    #[error(
        "the message on line {line} has {bytes} bytes; expected at most {MAX_MESSAGE_BYTES}, or a \
         new entry in the style of the first line"
    )]
    TooLong {
        /// The line on which it starts.
        line: usize,
        /// Its length.
        bytes: usize,
    },

    /// More entries than [`MAX_ENTRIES`].
    #[error("line {line}: more than {MAX_ENTRIES} entries; expected a part of the export")]
    TooMany {
        /// The line of the first entry too many.
        line: usize,
    },
}

impl ChatError {
    /// The line to look at; `None` if it is the whole text.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Empty | Self::NoMessage { .. } => None,
            Self::NotAnExport { line, .. }
            | Self::TextBeforeFirst { line, .. }
            | Self::AmbiguousDateOrder { line, .. }
            | Self::ContradictsDateOrder { line, .. }
            | Self::BadDate { line, .. }
            | Self::BadTime { line, .. }
            | Self::TooLong { line, .. }
            | Self::TooMany { line } => Some(*line),
        }
    }
}

/// The beginning of a line, for a message to a person: marks would turn the message itself round.
pub(super) fn excerpt(line: &str) -> String {
    let mut shown: String =
        line.trim().chars().filter(|c| !is_mark(*c)).take(EXCERPT_CHARS).collect();
    if line.chars().count() > EXCERPT_CHARS {
        shown.push('…');
    }
    shown
}

const EXAMPLES: &str =
    "`31/12/2023, 21:41 - Name: text` (Android) or `[31/12/2023, 21:41:05] Name: text` (iOS)";

const EXCERPT_CHARS: usize = 48;

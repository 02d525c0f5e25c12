//! WhatsApp chat exports (`.txt`), so that a scenario can replay a real conversation.
//!
//! No specification exists: the file follows the phone's language and clock settings. What is
//! known is that one export is written with one style throughout. The style of the first line
//! therefore decides which lines start an entry; every other line continues a message, even if
//! it looks like a start in another style (a pasted piece of some other chat).
//!
//! It does not know scenarios, files or time zones: times are the civil times that were written.
//! Everything is linear in the length of the text, and no input makes it panic.

mod body;
mod date;
mod error;
mod order;
mod phrases;
mod stamp;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use date::{DateOrder, LocalTime};
pub use error::ChatError;

use body::Reader;
use stamp::{Stamp, Style, is_blank};

/// What the file itself cannot always tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Day, month or year first; `None` leaves it to the lines, which may not be able to tell.
    pub date_order: Option<DateOrder>,
    /// Names of people, as exported. Needed only for a name that contains `": "`, which would
    /// otherwise end at its first colon.
    pub names: Vec<String>,
}

/// A chat as it was exported, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Every entry, system lines too; at least one of them has a sender.
    pub entries: Vec<Entry>,
    /// The order that was given, or else the one that the lines showed.
    pub date_order: DateOrder,
}

/// One entry: a message of somebody, or a line that the app wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line on which it starts, from 1.
    pub line: usize,
    /// When, by the clock of the phone that exported the chat.
    pub at: LocalTime,
    /// What it is.
    pub kind: Kind,
}

/// What one entry is. Texts have `\n` between lines and no blanks or marks around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody wrote a text.
    Message {
        /// The name without direction marks, or a phone number.
        sender: String,
        /// At most [`MAX_MESSAGE_BYTES`] bytes; may be empty.
        text: String,
    },
    /// As [`Kind::Message`], but changed after it was sent. The first version is not exported.
    Edited {
        /// As in [`Kind::Message`].
        sender: String,
        /// The last version, without the marker.
        text: String,
    },
    /// A picture, voice message, document or the like, whose bytes are not in the text.
    Attachment {
        /// As in [`Kind::Message`].
        sender: String,
        /// The caption, else the name of the file, else empty.
        text: String,
    },
    /// Somebody's message was taken back.
    Deleted {
        /// As in [`Kind::Message`].
        sender: String,
    },
    /// Written by the app: encryption notices, group changes, calls.
    System {
        /// In the language of the phone.
        text: String,
    },
}

impl Kind {
    /// Who sent it; nobody sends a system line.
    pub fn sender(&self) -> Option<&str> {
        match self {
            Self::Message { sender, .. }
            | Self::Edited { sender, .. }
            | Self::Attachment { sender, .. }
            | Self::Deleted { sender } => Some(sender),
            Self::System { .. } => None,
        }
    }

    /// Its text; empty for a deleted message.
    pub fn text(&self) -> &str {
        match self {
            Self::Message { text, .. }
            | Self::Edited { text, .. }
            | Self::Attachment { text, .. }
            | Self::System { text } => text,
            Self::Deleted { .. } => "",
        }
    }
}

impl Export {
    /// How many entries each person sent: messages, edited or deleted ones and attachments.
    pub fn senders(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for sender in self.entries.iter().filter_map(|entry| entry.kind.sender()) {
            let count: &mut usize = counts.entry(sender.to_owned()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    /// The entry at the top of the file, which may be a system line.
    pub fn first(&self) -> Option<&Entry> {
        self.entries.first()
    }

    /// The entry at the bottom of the file, which may be a system line.
    pub fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }
}

/// Reads a whole export. The caller limits the size of the file.
///
/// # Errors
///
/// [`ChatError`] names the line, what stands there and what was expected.
pub fn parse(text: &str, settings: &Settings) -> Result<Export, ChatError> {
    let blocks = split_into_blocks(text)?;
    let date_order = match settings.date_order {
        Some(asked) => order::check(&blocks, asked)?,
        None => order::detect(&blocks)?,
    };
    let reader = Reader::new(&settings.names);
    let mut entries = Vec::with_capacity(blocks.len());
    for block in &blocks {
        if block.body.len() > MAX_MESSAGE_BYTES {
            return Err(ChatError::TooLong { line: block.line, bytes: block.body.len() });
        }
        let at = block.stamp.read_as(date_order).ok_or_else(|| block.bad_date(date_order))?;
        let kind = reader.kind(block.body, block.stamp.style.bracketed);
        entries.push(Entry { line: block.line, at, kind });
    }
    if !entries.iter().any(|entry| entry.kind.sender().is_some()) {
        return Err(ChatError::NoMessage { system_lines: entries.len() });
    }
    Ok(Export { entries, date_order })
}

/// The text between one time stamp and the next; what it says is not yet looked at.
struct Block<'a> {
    line: usize,
    stamp: Stamp<'a>,
    body: &'a str,
}

impl Block<'_> {
    fn bad_date(&self, order: DateOrder) -> ChatError {
        ChatError::BadDate { line: self.line, found: error::excerpt(self.stamp.shown), order }
    }
}

fn split_into_blocks(text: &str) -> Result<Vec<Block<'_>>, ChatError> {
    let mut blocks = Vec::new();
    let mut style: Option<Style> = None;
    let mut open: Option<(usize, Stamp<'_>, usize)> = None; // Line, stamp, where its body starts.
    let mut before: Option<(usize, &str)> = None; // The first text that belongs to no entry.
    let mut end_of_line = 0_usize;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let number = index.saturating_add(1);
        let start_of_line = end_of_line;
        end_of_line = start_of_line.saturating_add(line.len());
        let start = Stamp::read(line).filter(|(stamp, _)| style.is_none_or(|s| s == stamp.style));
        let Some((stamp, rest)) = start else {
            if open.is_none() && before.is_none() && !line.chars().all(is_blank_or_newline) {
                before = Some((number, line));
            }
            continue;
        };
        if let Some((line, found)) = before {
            return Err(ChatError::TextBeforeFirst { line, found: error::excerpt(found) });
        }
        style = Some(stamp.style);
        let body_starts = end_of_line.saturating_sub(rest.len());
        if let Some((line, stamp, from)) = open.replace((number, stamp, body_starts)) {
            let body = text.get(from..start_of_line).unwrap_or_default();
            blocks.push(Block { line, stamp, body: trimmed(body) });
        }
        if blocks.len() >= MAX_ENTRIES {
            return Err(ChatError::TooMany { line: number });
        }
    }
    match (open, before) {
        (Some((line, stamp, from)), _) => {
            let body = text.get(from..).unwrap_or_default();
            blocks.push(Block { line, stamp, body: trimmed(body) });
            Ok(blocks)
        }
        (None, Some((line, found))) => {
            Err(ChatError::NotAnExport { line, found: error::excerpt(found) })
        }
        (None, None) => Err(ChatError::Empty),
    }
}

/// Leading marks stay: they tell what the app wrote from what a person typed.
fn trimmed(body: &str) -> &str {
    body.trim_end_matches(is_blank_or_newline)
}

fn is_blank_or_newline(c: char) -> bool {
    is_blank(c) || matches!(c, '\n' | '\r')
}

/// Longest text of one entry.
pub const MAX_MESSAGE_BYTES: usize = 65_536;

/// Most entries of one export.
pub const MAX_ENTRIES: usize = 200_000;

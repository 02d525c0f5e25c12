//! Lines of coloured text that know how wide they are.

use std::io;

use unicode_width::UnicodeWidthStr as _;

use crate::report::words::{prefix, visible};

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// As the terminal writes.
    Plain,
    /// A heading or a name.
    Strong,
    /// Of less weight.
    Faint,
    /// It held.
    Good,
    /// It did not hold.
    Bad,
    /// Nothing is known, or something was lost.
    Doubt,
    /// Words that someone could read.
    Open,
    /// What someone could not read.
    Sealed,
}

impl Ink {
    /// The escape sequence (ECMA-48 §8.3.117) that switches it on.
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[1;31m",
            Self::Doubt => "\x1b[1;33m",
            Self::Open => "\x1b[33m",
            Self::Sealed => "\x1b[36m",
        }
    }
}

/// One line, made of pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(Vec<(Ink, String)>);

impl Line {
    /// A line of one piece.
    pub(super) fn of(ink: Ink, text: &str) -> Self {
        Self::default().and(ink, text)
    }

    /// The line with another piece. Nothing in `text` reaches the terminal as a command.
    pub(super) fn and(mut self, ink: Ink, text: &str) -> Self {
        self.0.push((ink, visible(text)));
        self
    }

    /// The line with spaces up to `column`, or one space where it is already past that.
    pub(super) fn to(mut self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width()).max(1);
        self.0.push((Ink::Plain, " ".repeat(missing)));
        self
    }

    /// The line with another behind it.
    pub(super) fn then(mut self, other: &Self) -> Self {
        self.0.extend_from_slice(&other.0);
        self
    }

    /// Columns that it takes.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }

    /// Columns of its longest word.
    pub(super) fn longest_word(&self) -> usize {
        self.0.iter().flat_map(|(_, text)| text.split(' ')).map(str::width).max().unwrap_or(0)
    }

    /// The line cut to `width`, with an ellipsis where it was longer.
    pub(super) fn clipped(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut room = width.saturating_sub(1);
        let mut kept = Self::default();
        for (ink, text) in self.0 {
            let fits = prefix(&text, room);
            let whole = fits.len() == text.len();
            room = room.saturating_sub(fits.width());
            kept.0.push((ink, if whole { text } else { format!("{fits}…") }));
            if !whole {
                break;
            }
        }
        kept
    }

    /// The line broken between words into lines of at most `width`; longer words are cut.
    pub(super) fn wrapped(&self, width: usize) -> Vec<Self> {
        let width = width.max(2);
        let mut lines = vec![Self::default()];
        for (ink, text) in &self.0 {
            for (place, word) in text.split(' ').enumerate() {
                let space = if place > 0 { " " } else { "" };
                put(&mut lines, *ink, space, word, width);
            }
        }
        lines
    }

    /// Writes the line and a line feed, without spaces at its end.
    pub(super) fn write(&self, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let mut pieces: Vec<_> = self.0.clone();
        while let Some((_, last)) = pieces.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
            if last.is_empty() {
                pieces.pop();
            } else {
                break;
            }
        }
        for (ink, text) in &pieces {
            if colour && *ink != Ink::Plain {
                write!(out, "{}{text}\x1b[0m", ink.code())?;
            } else {
                write!(out, "{text}")?;
            }
        }
        writeln!(out)
    }
}

/// `line` broken at `width`, its later lines indented.
pub(super) fn hanging(line: &Line, indent: usize, width: usize) -> Vec<Line> {
    if line.width() <= width {
        return vec![line.clone()];
    }
    // The first line may be indented less than the others, so it is broken for itself.
    let mut pieces = line.clone();
    let lead = match pieces.0.first() {
        Some((Ink::Plain, spaces)) if spaces.trim().is_empty() => pieces.0.remove(0).1.len(),
        _ => 0,
    };
    let broken = pieces.wrapped(width.saturating_sub(lead.max(indent)));
    let place = |(number, piece): (usize, &Line)| match (number, lead) {
        (0, 0) => piece.clone(),
        (0, lead) => Line::default().to(lead).then(piece),
        _ => Line::default().to(indent).then(piece),
    };
    broken.iter().enumerate().map(place).collect()
}

/// Puts `word` at the end of the last line, or on lines of its own.
fn put(lines: &mut Vec<Line>, ink: Ink, space: &str, word: &str, width: usize) {
    let used = lines.last().map_or(0, Line::width);
    let space = if used == 0 { "" } else { space };
    let needed = used.saturating_add(space.width()).saturating_add(word.width());
    if needed > width && used > 0 {
        lines.push(Line::default());
        return put(lines, ink, "", word, width);
    }
    let fits = prefix(word, width);
    if let Some(last) = lines.last_mut() {
        match last.0.last_mut() {
            Some((same, text)) if *same == ink => text.extend([space, fits]),
            _ => last.0.push((ink, format!("{space}{fits}"))),
        }
    }
    let rest = word.get(fits.len()..).unwrap_or_default();
    if !rest.is_empty() && !fits.is_empty() {
        lines.push(Line::default());
        put(lines, ink, "", rest, width);
    }
}

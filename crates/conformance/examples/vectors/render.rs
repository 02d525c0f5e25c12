//! JSON that can be read and compared: fields as they are declared, one event or derivation a line.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The text of a file.
pub(crate) fn render(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Lines::default()))?;
    bytes.push(b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// An object this deep is on one line: a party's keys, an event, a derivation.
const ONE_LINE: usize = 5;

/// Breaks lines down to a depth.
#[derive(Default)]
struct Lines {
    /// Whether what is open is spread over lines, outermost first.
    open: Vec<bool>,
    empty: bool,
}

impl Lines {
    fn begin(
        &mut self,
        writer: &mut (impl Write + ?Sized),
        bracket: &[u8],
        limit: usize,
    ) -> Result<()> {
        let spread = self.open.iter().all(|spread| *spread) && self.open.len() < limit;
        self.open.push(spread);
        self.empty = true;
        writer.write_all(bracket)
    }

    fn end(&mut self, writer: &mut (impl Write + ?Sized), bracket: &[u8]) -> Result<()> {
        let spread = self.open.pop().unwrap_or(false);
        if spread && !self.empty {
            self.line(writer)?;
        }
        self.empty = false;
        writer.write_all(bracket)
    }

    fn item(&mut self, writer: &mut (impl Write + ?Sized), first: bool) -> Result<()> {
        self.empty = false;
        let spread = self.open.last().copied().unwrap_or(false);
        match (first, spread) {
            (true, false) => Ok(()),
            (false, false) => writer.write_all(b", "),
            (true, true) => self.line(writer),
            (false, true) => writer.write_all(b",").and_then(|()| self.line(writer)),
        }
    }

    fn line(&self, writer: &mut (impl Write + ?Sized)) -> Result<()> {
        writer.write_all(b"\n")?;
        self.open.iter().try_for_each(|_| writer.write_all(b" "))
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> Result<()> {
        self.begin(writer, b"[", ONE_LINE)
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        self.item(writer, first)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> Result<()> {
        self.begin(writer, b"{", ONE_LINE.saturating_sub(1))
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        self.item(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> Result<()> {
        writer.write_all(b": ")
    }
}

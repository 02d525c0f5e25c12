//! What was asked and answered in one case, short enough to be read.

use core::fmt::Write as _;

use serde_json::Value;

/// Lines kept from the beginning and from the end.
const FIRST: usize = 8;
const LAST: usize = 16;
/// Characters of a string that are shown from its beginning and its end, if it is longer.
const HEAD: usize = 24;
const TAIL: usize = 8;
/// Characters of a line.
const WIDTH: usize = 400;

/// The lines of one case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript {
    first: Vec<String>,
    last: Vec<String>,
    passed_over: usize,
}

impl Transcript {
    /// Adds a line: who speaks, then a value or words.
    pub(crate) fn add(&mut self, who: &str, value: &Value) {
        let mut line = format!("{who} ");
        put(&mut line, value);
        if line.len() > WIDTH {
            line = line.chars().take(WIDTH).chain("...".chars()).collect();
        }
        if self.first.len() < FIRST {
            self.first.push(line);
            return;
        }
        self.last.push(line);
        if self.last.len() > LAST.saturating_mul(2) {
            let excess = self.last.len().saturating_sub(LAST);
            self.last.drain(..excess);
            self.passed_over = self.passed_over.saturating_add(excess);
        }
    }

    /// The lines, with a note where some were left out.
    pub(crate) fn lines(&self) -> Vec<String> {
        let excess = self.last.len().saturating_sub(LAST);
        let left_out = self.passed_over.saturating_add(excess);
        let note = (left_out > 0).then(|| format!("... {left_out} lines left out ..."));
        let last = self.last.iter().skip(excess).cloned();
        self.first.iter().cloned().chain(note).chain(last).collect()
    }
}

/// `value` as JSON, long strings shortened.
fn put(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => put_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                put(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(out, "{comma}\"{name}\":");
                put(out, field);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "{value}");
        }
    }
}

fn put_text(out: &mut String, text: &str) {
    let count = text.chars().count();
    let _ = if count <= HEAD.saturating_add(TAIL).saturating_add(16) {
        write!(out, "{}", Value::from(text))
    } else {
        let head: String = text.chars().take(HEAD).collect();
        let tail: String = text.chars().skip(count.saturating_sub(TAIL)).collect();
        write!(out, "{} ({count} characters)", Value::from(format!("{head}...{tail}")))
    };
}

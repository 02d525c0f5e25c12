//! Writing what commands print into a chapter, without what was left out.

use crate::{
    chapter::{Chapter, Step},
    matching::{self, LINES, TEXT},
    shell::Ran,
};

/// The text of the chapter with what its commands printed.
pub(crate) fn blessed(chapter: &Chapter, ran: &[Ran]) -> String {
    let mut lines = chapter.lines.clone();
    let steps: Vec<(&Step, &Ran)> = chapter.steps().zip(ran).collect();
    // From the end, so that the lines before keep their numbers.
    for (step, ran) in steps.into_iter().rev() {
        let from = step.prints_at.saturating_sub(1);
        let until = from.saturating_add(step.expected.len());
        lines.splice(from..until, shown(&step.expected, &ran.printed));
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// What is shown of `printed`, where `before` was shown.
pub(crate) fn shown(before: &[String], printed: &[String]) -> Vec<String> {
    if matching::lines(before, printed) {
        return before.to_vec();
    }
    let parts: Vec<&[String]> = before.split(|line| line.trim() == LINES).collect();
    let last = parts.len().saturating_sub(1);
    let mut rest = printed;
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            all.push(LINES.to_owned());
        }
        let at = match (index, last) {
            (0, 0) => return whole(before, printed),
            (0, _) => 0,
            (index, last) if index == last => rest.len().saturating_sub(part.len()),
            _ => likest(part, rest),
        };
        let found = rest.get(at..).unwrap_or_default();
        let lines = found.iter().zip(*part).map(|(line, before)| masked(Some(before), line));
        all.extend(lines);
        rest = found.get(part.len()..).unwrap_or_default();
    }
    all
}

/// All of `printed`; lines that did not change stay as they were shown `before`.
fn whole(before: &[String], printed: &[String]) -> Vec<String> {
    let as_many = before.len() == printed.len();
    let shown = printed.iter().enumerate().map(|(at, line)| {
        let there = before.get(at).filter(|_| as_many);
        // Elsewhere a line is the same only if it says something.
        let telling = before.iter().filter(|before| before.replace(TEXT, "").trim().len() > 12);
        let mut same = there.into_iter().chain(telling);
        masked(same.find(|before| matching::line(before, line)).or(there), line)
    });
    shown.collect()
}

/// Where in `rest` the lines are that look most like `part`.
fn likest(part: &[String], rest: &[String]) -> usize {
    let windows = rest.windows(part.len().max(1)).enumerate();
    let alike = |window: &[String]| -> usize {
        part.iter().zip(window).map(|(before, line)| likeness(before, line)).sum()
    };
    // Of equals the first, which `max_by_key` would not take.
    windows.rev().max_by_key(|(_, window)| alike(window)).map_or(0, |(at, _)| at)
}

fn likeness(before: &str, line: &str) -> usize {
    if matching::line(before, line) {
        return 100;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    before.split_whitespace().filter(|word| words.contains(word)).count()
}

/// A line without what differs from one run to the next, and without what was left out `before`.
fn masked(before: Option<&String>, line: &str) -> String {
    if let Some(before) = before {
        if matching::line(before, line) {
            return before.clone();
        }
        if let Some((begin, _)) = before.split_once(TEXT)
            && !begin.trim().is_empty()
            && line.starts_with(begin)
        {
            return format!("{begin}{TEXT}");
        }
    }
    let varies = |before: &str, word: &str| {
        let hex = word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit());
        hex || before.ends_with("took at most ")
    };
    let mut masked = String::with_capacity(line.len());
    for word in line.split_inclusive(' ') {
        let (text, blank) = word.split_at(word.trim_end().len());
        let text = if varies(&masked, text) { TEXT } else { text };
        masked.push_str(text);
        masked.push_str(blank);
    }
    masked
}

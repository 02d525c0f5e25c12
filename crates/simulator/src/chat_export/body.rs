//! What stands behind the date: who sent it, and what kind of entry it is.

use std::collections::BTreeSet;

use super::phrases::{
    ATTACHED_OPEN, ATTACHED_SUFFIX, DELETED, DELETED_BY_ADMIN, EDITED, NOTICES, OMITTED, SHARED,
};
use super::stamp::{is_blank, is_mark};
use super::{Kind, is_blank_or_newline};

/// Tells senders from texts, with the help of the names that are known.
pub(super) struct Reader {
    names: BTreeSet<String>,
    /// Most colons in one of them: no later colon of a line can end a name.
    most_colons: usize,
}

impl Reader {
    pub(super) fn new(names: &[String]) -> Self {
        let names: BTreeSet<String> = names.iter().map(|name| plain_name(name)).collect();
        let most_colons = names.iter().map(|name| name.matches(": ").count()).max().unwrap_or(0);
        Self { names, most_colons }
    }

    /// The kind of an entry. `bracketed` is the iOS form, where the app's own words follow a
    /// name too, and are marked with U+200E.
    pub(super) fn kind(&self, body: &str, bracketed: bool) -> Kind {
        let body = body.trim_start_matches(is_blank);
        let Some((sender, text)) = self.split(body) else {
            return Kind::System { text: unfolded(body) };
        };
        let by_app = bracketed && text.trim_start_matches(' ').starts_with(APP_MARK);
        let whole = unfolded(text);
        let (edited, text) = without_edit_marker(&whole);
        if is_deleted(text) {
            return Kind::Deleted { sender };
        }
        if let Some(text) = attachment(text) {
            return Kind::Attachment { sender, text };
        }
        let shared = SHARED.iter().any(|start| text.starts_with(start));
        if is_notice(text) || (by_app && !edited && !shared) {
            return Kind::System { text: whole };
        }
        let text = text.to_owned();
        if edited { Kind::Edited { sender, text } } else { Kind::Message { sender, text } }
    }

    /// Splits at the colon behind the name; `None` for a system line.
    fn split<'a>(&self, body: &'a str) -> Option<(String, &'a str)> {
        if is_notice(body) {
            return None;
        }
        let first_line = body.split('\n').next()?;
        let mut ends = first_line
            .match_indices(':')
            .map_while(|(at, _)| body.split_at_checked(at).filter(|_| at <= MAX_NAME_BYTES))
            .filter_map(|(name, rest)| Some((name, rest.strip_prefix(':')?)))
            .filter(|(_, text)| text.is_empty() || text.starts_with(is_blank_or_newline))
            .map(|(name, text)| (plain_name(name), text));
        let shortest = ends.next()?;
        let longer = ends.take(self.most_colons).filter(|(name, _)| self.names.contains(name));
        let (name, text) = longer.last().unwrap_or(shortest);
        (!name.is_empty() && !opens_a_quotation(&name)).then_some((name, text))
    }
}

/// A name as a person would type it: no marks, plain spaces.
fn plain_name(name: &str) -> String {
    let unmarked: String = name.chars().filter(|c| !is_mark(*c)).collect();
    unmarked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a quotation is still open at the end, as in `Ada created group "Lunch`: then the colon
/// behind it belongs to a title and the line is the app's. A quote inside a word (Hebrew `ד"ר`)
/// opens nothing.
fn opens_a_quotation(name: &str) -> bool {
    let mut open = false;
    let mut before = ' ';
    for c in name.chars() {
        open = match c {
            '"' => !open && before == ' ',
            '“' | '„' | '«' | '「' => !open,
            '”' | '»' | '」' => false,
            _ => open,
        };
        before = c;
    }
    open
}

/// With `\n` for every end of line and nothing blank around it.
fn unfolded(text: &str) -> String {
    text.trim_matches(is_blank_or_newline).replace("\r\n", "\n")
}

fn is_notice(text: &str) -> bool {
    let text = text.trim_start_matches(is_mark);
    NOTICES.iter().any(|notice| text.starts_with(notice))
}

fn without_edit_marker(text: &str) -> (bool, &str) {
    match EDITED.iter().find_map(|marker| text.strip_suffix(marker)) {
        Some(text) => (true, text.trim_end_matches(is_blank_or_newline)),
        None => (false, text),
    }
}

fn is_deleted(text: &str) -> bool {
    let text = comparable(text);
    let text = text.trim_end_matches(['.', '。']);
    DELETED.contains(&text) || DELETED_BY_ADMIN.iter().any(|start| text.starts_with(start))
}

/// The caption or file name, if the text stands for a file; empty if it names neither.
fn attachment(text: &str) -> Option<String> {
    let (first_line, caption) = text.split_once('\n').unwrap_or((text, ""));
    let caption = caption.trim_matches(is_blank_or_newline);
    if is_omitted(first_line) {
        return Some(caption.to_owned());
    }
    if let Some(file) = attached_file(first_line) {
        return Some(if caption.is_empty() { file } else { caption.to_owned() });
    }
    // iOS puts the caption, or the name of a document, before its own words and a mark between.
    let (before, last) = text.rsplit_once(APP_MARK)?;
    let before = before.trim_matches(is_blank_or_newline);
    let file = if is_omitted(last) { String::new() } else { attached_file(last)? };
    Some(if before.is_empty() { file } else { before.to_owned() })
}

fn is_omitted(line: &str) -> bool {
    OMITTED.contains(&comparable(line).as_str())
}

/// The name in `IMG-1.jpg (file attached)` or `<attached: 1-PHOTO.jpg>`.
fn attached_file(line: &str) -> Option<String> {
    let line = line.trim_matches(is_blank_or_newline);
    let named = ATTACHED_SUFFIX.iter().find_map(|suffix| line.strip_suffix(suffix));
    let angled = || {
        let inside = line.strip_prefix('<')?.strip_suffix('>')?;
        ATTACHED_OPEN.iter().find_map(|open| inside.strip_prefix(open))
    };
    let file: String = named.or_else(angled)?.chars().filter(|c| !is_mark(*c)).collect();
    Some(file.trim().to_owned())
}

/// Short texts in the form of the lists in `phrases`; longer ones cannot be in them.
fn comparable(text: &str) -> String {
    if text.len() > MAX_PHRASE_BYTES {
        return String::new();
    }
    plain_name(text).to_lowercase()
}

/// What iOS writes before words of its own.
const APP_MARK: char = '\u{200e}';

/// A name that does not end by here is no name: contacts and groups have at most 100 characters.
const MAX_NAME_BYTES: usize = 400;

const MAX_PHRASE_BYTES: usize = 256;

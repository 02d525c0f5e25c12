//! From text to keys and values, and the reader's complaints in our words.

use super::{
    error::{Problem, ScenarioError},
    format::{File, Plan},
    names::Names,
    source::Source,
};

/// Reads the keys and values of a plan; one without any fault is a plan too.
pub(super) fn read_plan(source: Source<'_>) -> Result<Plan, ScenarioError> {
    from_toml(source)
}

/// Reads the keys and values; what they say about each other is not yet looked at.
pub(super) fn read(source: Source<'_>) -> Result<File, ScenarioError> {
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if source.text.trim_start_matches('\u{feff}').lines().all(blank) {
        let (file, line) = (source.name.to_owned(), Some(1));
        return Err(ScenarioError { file, line, problem: Problem::Empty });
    }
    from_toml(source)
}

fn from_toml<T: serde::de::DeserializeOwned>(source: Source<'_>) -> Result<T, ScenarioError> {
    toml::from_str(source.text).map_err(|error| ScenarioError {
        file: source.name.to_owned(),
        line: error.span().map(|span| source.line(span.start)),
        problem: Problem::Format(in_our_words(error.message())),
    })
}

/// `serde` speaks of fields and variants, and of Rust's types; a person wrote keys and values.
fn in_our_words(message: &str) -> String {
    for (theirs, ours) in
        [("unknown field ", "unknown key "), ("unknown variant ", "unknown value ")]
    {
        if let Some(rest) = message.strip_prefix(theirs) {
            let mut quoted = rest.split('`').skip(1).step_by(2);
            let found = quoted.next().unwrap_or_default();
            let names: Names = quoted.collect();
            return format!("{ours}{found:?}: expected {names}{}", names.hint(found));
        }
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("the key {key} is missing: expected it in this table");
    }
    let mut text = message.to_owned();
    for (theirs, ours) in WORDS {
        text = text.replace(theirs, ours);
    }
    text
}

const WORDS: [(&str, &str); 8] = [
    ("expected u64", "expected a whole number of at least 0"),
    ("expected a sequence", "expected a list (or a table headed by [[…]], with two brackets)"),
    ("invalid type: map,", "a table is no such value:"),
    ("invalid type: sequence,", "a list is no such value:"),
    ("invalid type: ", "wrong kind of value: "),
    ("invalid value: ", "wrong value: "),
    ("duplicate key", "this key stands here twice: expected it once"),
    (", expected ", ": expected "),
];

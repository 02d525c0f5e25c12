//! Stories about scenario files, good ones and bad ones.

mod codes;
mod faults;
mod files;
mod hostile;
mod keys;
mod model;
mod names;
mod protection;
mod refusals;
mod scale;
mod schema;
mod services;
mod sims;
mod transports;
mod values;
mod writing;

use super::{ChatFile, Scenario, ScenarioError, parse_with};

/// Every key of the format. (It makes sense to the reader; no run would be planned like this.)
const FULL: &str = include_str!("full.toml");

/// Every key about scale and topology, to be put behind another sample.
const SCALE: &str = include_str!("scale.toml");

/// What a file must have at least.
const LEAST: &str = "\
title = \"Least\"
duration = \"1m\"
[[person]]
name = \"Maria\"
[[business]]
name = \"Forno Bianchi\"
";

const CHAT: &str = "\
31/12/2023, 21:41 - Messages are end-to-end encrypted.
31/12/2023, 21:41 - Maria Rossi: Good evening!
31/12/2023, 21:42 - Maria Rossi: <Media omitted>
31/12/2023, 21:42 - Forno: Good evening, Maria.
";

/// Reads `text` as `x.toml`; its chat exports all say `chat`.
fn read_with_chat(text: &str, chat: &str) -> Result<Scenario, ScenarioError> {
    let mut read = |file: &str| Ok(ChatFile { name: format!("in/{file}"), text: chat.to_owned() });
    parse_with(text, "x.toml", &mut read)
}

fn read(text: &str) -> Result<Scenario, ScenarioError> {
    read_with_chat(text, CHAT)
}

/// `FULL` with `find`, which occurs once, exchanged for `put`.
fn with(find: &str, put: &str) -> String {
    assert_eq!(FULL.matches(find).count(), 1, "{find:?} must occur once");
    FULL.replacen(find, put, 1)
}

/// `FULL` with `find` exchanged for `put` is refused on the line of `§` in `put` (which is taken
/// out), with exactly `message`.
#[track_caller]
fn refused(find: &str, put: &str, message: &str) {
    refused_in(&with(find, put), message);
}

/// The text is refused on the line of `§`, which is taken out, with exactly `message`.
#[track_caller]
fn refused_in(marked: &str, message: &str) {
    let (before, _) = marked.split_once('§').expect("the place of the error is marked");
    let line = before.matches('\n').count() + 1;
    let error = read(&marked.replacen('§', "", 1)).unwrap_err();
    assert_eq!(error.to_string(), format!("x.toml:{line}: {message}"));
}

/// As [`refused`], for the beginning of a long message.
#[track_caller]
fn refused_with(find: &str, put: &str, beginning: &str) {
    let marked = with(find, put);
    let (before, _) = marked.split_once('§').expect("the place of the error is marked");
    let line = before.matches('\n').count() + 1;
    let error = read(&marked.replacen('§', "", 1)).unwrap_err().to_string();
    let expected = format!("x.toml:{line}: {beginning}");
    assert!(error.starts_with(&expected), "{error}\nshould begin with\n{expected}");
}

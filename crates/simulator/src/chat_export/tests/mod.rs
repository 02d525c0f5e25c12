//! Chat exports: what is read, what is refused, and that nothing panics.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]

mod bodies;
mod hostile;
mod orders;
mod samples;
mod stamps;

use super::{ChatError, DateOrder, Entry, Export, Kind, LocalTime, Settings, parse};

fn read(text: &str) -> Result<Export, ChatError> {
    parse(text, &Settings::default())
}

fn read_as(order: DateOrder, text: &str) -> Result<Export, ChatError> {
    parse(text, &Settings { date_order: Some(order), ..Settings::default() })
}

/// The times of all entries, readable.
#[track_caller]
fn times(text: &str) -> Vec<String> {
    read(text).unwrap().entries.iter().map(|entry| entry.at.to_string()).collect()
}

#[track_caller]
fn kinds(text: &str) -> Vec<Kind> {
    read(text).unwrap().entries.into_iter().map(|entry| entry.kind).collect()
}

/// The kind of one Android entry.
#[track_caller]
fn android(body: &str) -> Kind {
    kinds(&format!("{ANDROID_BEFORE}31/12/2023, 21:41 - {body}\n")).remove(1)
}

/// The kind of one iOS entry.
#[track_caller]
fn ios(body: &str) -> Kind {
    kinds(&format!("{IOS_BEFORE}[31/12/2023, 21:41:05] {body}\n")).remove(1)
}

fn message(sender: &str, text: &str) -> Kind {
    Kind::Message { sender: sender.into(), text: text.into() }
}

fn edited(sender: &str, text: &str) -> Kind {
    Kind::Edited { sender: sender.into(), text: text.into() }
}

fn attachment(sender: &str, text: &str) -> Kind {
    Kind::Attachment { sender: sender.into(), text: text.into() }
}

fn deleted(sender: &str) -> Kind {
    Kind::Deleted { sender: sender.into() }
}

fn system(text: &str) -> Kind {
    Kind::System { text: text.into() }
}

/// A message, so that an export with one system line behind it has a message.
const ANDROID_BEFORE: &str = "31/12/2023, 21:40 - Ada: first\n";
const IOS_BEFORE: &str = "[31/12/2023, 21:40:05] Ada: first\n";

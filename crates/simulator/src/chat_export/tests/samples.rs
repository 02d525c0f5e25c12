//! Whole exports. The expectations were counted by another program from what the exports were
//! written from, not by this parser.

use std::collections::BTreeMap;

use super::*;

#[test]
fn six_exports_have_the_committed_senders_kinds_and_times() {
    let expected: BTreeMap<String, Expected> =
        serde_json::from_str(&file("tests/data/chat-exports/expected.json")).unwrap();
    assert!(SAMPLES.iter().all(|name| expected.contains_key(*name)) && expected.len() == 6);
    for (name, expected) in &expected {
        let export = read(&sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(export.date_order, expected.date_order, "{name}");
        assert_eq!(export.senders(), expected.senders, "{name}");
        assert_eq!(count_kinds(&export), expected.kinds, "{name}");
        assert_eq!(export.first().unwrap().at.to_string(), expected.first, "{name}");
        assert_eq!(export.last().unwrap().at.to_string(), expected.last, "{name}");
    }
}

#[test]
fn a_message_over_several_lines_keeps_its_lines_with_either_end_of_line() {
    let export = read(&sample("ios-24h-day-first.txt")).unwrap();
    let cover = export.entries.iter().find(|entry| entry.kind.text().contains("cover")).unwrap();
    assert_eq!(
        cover.kind,
        message(
            "Lotte",
            "That is the cover, so that you find it.\nThe library has two copies,\n\
             I have the third."
        )
    );
    assert_eq!(cover.line, 12);
}

#[test]
fn the_bakery_chat_is_between_one_customer_and_one_bakery() {
    let export = read(&file("sims/data/bakery-chat.txt")).unwrap();
    let senders = export.senders();
    assert_eq!(senders.keys().collect::<Vec<_>>(), ["Forno Bianchi", "Maria Rossi"]);
    assert_eq!(senders["Maria Rossi"], 166);
    assert_eq!(senders["Forno Bianchi"], 122);
    assert_eq!(count_kinds(&export)["system"], 3);
    assert_eq!(export.first().unwrap().at.to_string(), "2024-04-02 08:07:00");
    assert_eq!(export.last().unwrap().at.to_string(), "2024-04-16 07:50:00");
    assert!(export.entries.is_sorted_by_key(|entry| entry.at));
}

pub(super) const SAMPLES: [&str; 6] = [
    "android-24h-day-first.txt",
    "android-12h-month-first.txt",
    "ios-24h-day-first.txt",
    "ios-12h-narrow-space.txt",
    "android-24h-german.txt",
    "android-12h-arabic.txt",
];

pub(super) fn sample(name: &str) -> String {
    file(&format!("tests/data/chat-exports/{name}"))
}

#[derive(serde::Deserialize)]
struct Expected {
    date_order: DateOrder,
    senders: BTreeMap<String, usize>,
    kinds: BTreeMap<String, usize>,
    first: String,
    last: String,
}

fn file(path: &str) -> String {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../{}"), path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn count_kinds(export: &Export) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in &export.entries {
        let kind = match entry.kind {
            Kind::Message { .. } => "message",
            Kind::Edited { .. } => "edited",
            Kind::Attachment { .. } => "attachment",
            Kind::Deleted { .. } => "deleted",
            Kind::System { .. } => "system",
        };
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    counts
}

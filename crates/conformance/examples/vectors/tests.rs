//! The committed files are what the engine computes, and show what they say they show.

use std::collections::{BTreeMap, BTreeSet};

use crate::{difference, scripts, written};

#[test]
fn the_committed_vectors_are_what_the_engine_computes() {
    let stale: Vec<_> =
        written().unwrap().iter().filter_map(|(path, text)| difference(path, text)).collect();
    assert!(stale.is_empty(), "{stale:?}");
}

#[test]
fn one_changed_digit_in_any_file_is_found_with_its_line() {
    for (path, text) in written().unwrap() {
        let line = text.lines().count() / 2;
        let planted: Vec<_> = text
            .lines()
            .enumerate()
            .map(
                |(number, old)| if number == line { old.replacen('e', "f", 1) } else { old.into() },
            )
            .collect();
        let found = difference(&path, &(planted.join("\n") + "\n")).unwrap();
        assert!(found.contains(&format!(":{}: ", line + 1)), "{found}");
    }
}

#[test]
fn no_file_is_larger_than_a_reader_can_open() {
    for (path, text) in written().unwrap() {
        assert!(text.len() < 400_000, "{}: {} bytes", path.display(), text.len());
    }
}

/// What a braid message carries besides its epoch: the type, and the chunk's number.
fn parse(message: &[u8]) -> (u8, u8, Option<u8>) {
    // No number in these vectors needs a second byte.
    assert!(message.iter().skip(1).take(2).chain(message.get(4)).all(|byte| *byte < 128));
    (message[1], message[3], message.get(4).copied())
}

/// The object that a message type carries chunks of, and its rows.
fn object(kind: u8) -> Option<(&'static str, usize)> {
    match kind {
        1 => Some(("header", 3)),
        2 | 3 => Some(("vector", 36)),
        5 => Some(("ct1", 30)),
        6 => Some(("ct2", 5)),
        _ => None,
    }
}

#[test]
fn the_triple_ratchet_loses_messages_and_gets_every_object_from_parity_through_three_epochs() {
    let (_, file) =
        scripts::files().unwrap().into_iter().find(|(name, _)| name.starts_with("triple")).unwrap();
    let file = serde_json::to_value(file).unwrap();
    let events = file["cases"][0]["events"].as_array().unwrap();
    let mut carried = BTreeMap::new();
    let (mut held, mut from_parity, mut lost) =
        (BTreeMap::<_, BTreeSet<_>>::new(), BTreeSet::new(), 0);
    for event in events {
        let message = event["message"].as_u64().unwrap();
        let kind = event["event"].as_str().unwrap();
        if let Some(text) = event["pq_ratchet"].as_str() {
            let digits = text.as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap());
            let bytes: Vec<_> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
            carried.insert(message, parse(&bytes));
        }
        lost += usize::from(kind == "lose");
        let (epoch, kind, number) = carried[&message];
        let (Some((name, rows)), true) = (object(kind), event["event"] == "open") else { continue };
        let held = held.entry((epoch, name)).or_default();
        if held.len() < rows {
            held.insert(number.unwrap());
            if held.len() == rows && held.iter().any(|number| usize::from(*number) >= rows) {
                from_parity.insert(name);
            }
        }
    }
    assert_eq!(from_parity, BTreeSet::from(["ct1", "ct2", "header", "vector"]));
    let told = format!("{} messages, {lost} of them lost", carried.len());
    assert!(include_str!("../../../../docs/vectors/README.md").contains(&told), "{told}");
    for epoch in 1..=3 {
        for (name, rows) in [("header", 3), ("vector", 36), ("ct1", 30), ("ct2", 5)] {
            assert_eq!(held[&(epoch, name)].len(), rows, "{name} of epoch {epoch}");
        }
    }
    assert!(carried.values().any(|(epoch, ..)| *epoch == 4));
}

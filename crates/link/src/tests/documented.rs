//! docs/reference/device-link.md says what the code does.

use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use vocab::limits::{
    LINK_DEAD_AFTER, LINK_HANDSHAKE_TIME, LINK_MISPLACED, LINK_PING_AFTER, LINK_RECORDS_PER_KEY,
    MAX_FRAME, MAX_LINK_MESSAGE, MAX_LINK_RECORDS,
};

use super::connected;
use crate::{
    FIRST_BYTES, INTRO, MAX_CONTENT, NOISE_NAME, PROLOGUE, RECORD_OVERHEAD, SECOND_BYTES,
    THIRD_BYTES,
};

const PAGE: &str = include_str!("../../../../docs/reference/device-link.md");

#[test]
fn the_example_of_the_reference_is_what_two_ends_say() {
    let (mut here, mut there, [first, second, third]) = connected(3);
    let (mut hello, mut ping) = (Vec::new(), Vec::new());
    here.sealer.seal(b"hello", &mut hello).unwrap();
    let keys = there.key_log_line().unwrap();
    there.sealer.ping(7, &mut ping).unwrap();
    let mut example = String::new();
    for (name, bytes) in [
        ("client: intro and message 1", first),
        ("server: message 2", second),
        ("client: message 3", third),
        ("client: record 0, the frame", hello),
        ("server: record 0, the ping", ping),
    ] {
        example.push_str(&format!("{name}\n"));
        for line in bytes.chunks(32) {
            line.iter().for_each(|byte| example.push_str(&format!("{byte:02x}")));
            example.push('\n');
        }
    }
    let words: Vec<&str> = keys.split(' ').collect();
    for (name, key) in [("key to the server", words[2]), ("key to the client", words[3])] {
        example.push_str(&format!("{name}\n{key}\n"));
    }
    assert!(PAGE.contains(&format!("```text\n{example}```\n")), "expected:\n{example}");
}

#[test]
fn the_limits_of_the_reference_are_those_of_the_code() {
    let seconds = |time: vocab::Micros| format!("{} s", time.0 / 1_000_000);
    for (name, value) in [
        ("MAX_FRAME", MAX_FRAME.to_string()),
        ("MAX_LINK_MESSAGE", MAX_LINK_MESSAGE.to_string()),
        ("LINK_RECORDS_PER_KEY", LINK_RECORDS_PER_KEY.to_string()),
        ("MAX_LINK_RECORDS", MAX_LINK_RECORDS.to_string()),
        ("LINK_MISPLACED", LINK_MISPLACED.to_string()),
        ("LINK_HANDSHAKE_TIME", seconds(LINK_HANDSHAKE_TIME)),
        ("LINK_PING_AFTER", seconds(LINK_PING_AFTER)),
        ("LINK_DEAD_AFTER", seconds(LINK_DEAD_AFTER)),
    ] {
        let line = format!("| `{name}` | {value} |\n");
        assert!(PAGE.contains(&line), "expected {line}");
    }
}

#[test]
fn the_sizes_of_the_reference_are_those_of_the_code() {
    let intro: Vec<String> = INTRO.iter().map(|byte| format!("{byte:02x}")).collect();
    let thousands = |bytes: usize| format!("{},{:03}", bytes / 1_000, bytes % 1_000);
    let (text, version) = PROLOGUE.split_at(PROLOGUE.len() - INTRO.len());
    assert_eq!(version, INTRO);
    for expected in [
        format!("`{NOISE_NAME}`"),
        format!("`{}`: the letters `BPL`", intro.join(" ")),
        format!("this prologue of {} bytes", PROLOGUE.len()),
        format!("the text `{}`", std::str::from_utf8(text).unwrap()),
        format!("message 1 ({FIRST_BYTES})"),
        format!("message 2 ({SECOND_BYTES})"),
        format!("message 3 ({THIRD_BYTES})"),
        format!("at least {RECORD_OVERHEAD}, at most {} bytes", thousands(MAX_LINK_MESSAGE)),
        format!("A frame of at most {} bytes is one record", thousands(MAX_CONTENT)),
        format!("The longest, of {}, is two", thousands(MAX_FRAME)),
    ] {
        assert!(PAGE.contains(&expected), "expected {expected}");
    }
}

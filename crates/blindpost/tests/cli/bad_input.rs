//! Input that cannot be used: exit code 2, and a message that names the file, the line and what
//! was expected.

use std::{fs, path::Path};

use crate::common::{Ended, blindpost, end, folder};

#[test]
fn a_missing_file() {
    let missing = folder("missing").join("nowhere.toml");
    refused(&missing, None, "expected");
}

#[test]
fn a_directory() {
    refused(&folder("directory"), None, "is a directory: expected");
}

#[test]
fn a_file_that_is_not_utf_8() {
    let path = file("not-utf-8", b"title = \"\xff\xfe\"\n");
    refused(&path, None, "expected a text file in UTF-8");
}

#[test]
fn an_empty_file() {
    refused(&file("empty", b""), None, "is empty: expected");
    refused(&file("blank", b"\n  \n# nothing\n"), None, "is empty: expected");
}

#[test]
fn a_file_of_fifty_megabytes() {
    let path = file("huge", &b"# a comment\n".repeat(50_000_000 / 12));
    refused(&path, None, "expected a smaller file");
}

#[test]
fn a_file_that_is_no_toml() {
    let path = file("no-toml", b"title = \"x\"\nthis is no TOML\n");
    refused(&path, Some(2), "expected");
}

#[test]
fn a_key_that_no_scenario_has() {
    let path = altered("unknown-key", |text| format!("colour = \"blue\"\n{text}"));
    let ended = refused(&path, Some(1), "expected");
    assert!(ended.err.contains("colour"), "{}", ended.err);
}

#[test]
fn a_duration_that_is_negative_or_absurd() {
    for (name, duration) in [("negative", "-5 s"), ("absurd", "99999999999999 years")] {
        let path = altered(name, |text| with_duration(&text, duration));
        let line = line_of(&path, "duration");
        refused(&path, Some(line), "expected");
    }
}

#[test]
fn bytes_of_every_kind_never_panic() {
    let samples: [&[u8]; 8] = [
        b"\0",
        b"[[[[[[[[",
        b"title = 1",
        b"title = \"\"\"",
        b"duration = 99999999999999999999999999999999999999",
        b"[[person]]\n[[person]]\n",
        "title = \"\u{202e}\"".as_bytes(),
        b"\xef\xbb\xbf",
    ];
    for (number, bytes) in samples.iter().enumerate() {
        refused(&file(&format!("odd-{number}"), bytes), None, "expected");
    }
    let deep = format!("a = {}", "[".repeat(100_000));
    refused(&file("deep", deep.as_bytes()), Some(1), "recurse");
}

#[test]
fn one_unusable_file_does_not_keep_the_next_from_being_looked_at() {
    let (first, second) = (file("first", b""), file("second", b""));
    let ended = end(blindpost().arg("sim").args([&first, &second]));
    assert_eq!(ended.code, Some(2));
    for path in [first, second] {
        assert!(ended.err.contains(&path.display().to_string()), "{}", ended.err);
    }
}

#[test]
fn nothing_is_written_for_a_run_that_did_not_happen() {
    let folder = folder("unwritten");
    let [json, html] = ["r.json", "r.html"].map(|name| folder.join(name));
    let empty = file("unwritten-input", b"");
    let ended =
        end(blindpost().arg("sim").arg(&empty).arg("--json").arg(&json).arg("--html").arg(&html));
    assert_eq!(ended.code, Some(2));
    assert!(!json.exists() && !html.exists());
}

/// The run exits with 2 and names the file, the line where there is one, and `expected`.
#[track_caller]
fn refused(path: &Path, line: Option<usize>, expected: &str) -> Ended {
    let ended = end(blindpost().arg("sim").arg(path));
    let place = match line {
        Some(line) => format!("{}:{line}:", path.display()),
        None => format!("{}:", path.display()),
    };
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains(&place), "{place} is not named: {}", ended.err);
    assert!(ended.err.contains(expected), "{expected:?} is not said: {}", ended.err);
    assert!(ended.err.len() < 2_000, "a message, not a listing: {}", ended.err.len());
    ended
}

fn file(name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder(name).join("scenario.toml");
    fs::write(&path, bytes).expect("the folder takes files");
    path
}

/// The first scenario of the course with something changed.
fn altered(name: &str, change: impl Fn(String) -> String) -> std::path::PathBuf {
    let first = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sims/01-first-message.toml");
    let text = fs::read_to_string(first).expect("the first scenario is there");
    file(name, change(text).as_bytes())
}

fn with_duration(text: &str, duration: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.starts_with("duration") { format!("duration = {duration:?}") } else { line.into() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn line_of(path: &Path, start: &str) -> usize {
    let text = fs::read_to_string(path).expect("it was just written");
    let place = text.lines().position(|line| line.starts_with(start));
    place.expect("the scenario has such a line") + 1
}

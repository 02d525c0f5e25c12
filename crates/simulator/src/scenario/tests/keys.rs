//! Unknown, missing and doubled keys, in every table.

use super::{FULL, LEAST, read, refused, refused_with};
use crate::scenario::Problem;

#[test]
fn a_mistyped_key_is_named_with_what_was_meant() {
    refused(
        "sync = { min = \"1ms\", max = \"2ms\" }",
        "§synk = \"2ms\"",
        "unknown key \"synk\": expected one of latency, sync (did you mean \"sync\"?)",
    );
    refused_with("seed = 7", "§sead = 7", "unknown key \"sead\": expected one of title, about");
}

#[test]
fn every_table_refuses_a_key_that_it_does_not_know() {
    let mut tables = 0;
    for (line, text) in (1_usize..).zip(FULL.lines()) {
        if !text.starts_with('[') {
            continue;
        }
        tables += 1;
        let planted = FULL.replacen(&format!("{text}\n"), &format!("{text}\nplanted = 1\n"), 1);
        // A heading that occurs several times is planted where it occurs first.
        let first = FULL.lines().position(|other| other == text).unwrap() + 1;
        let error = read(&planted).unwrap_err();
        assert_eq!(error.line, Some(first + 1), "{text} on line {line}: {error}");
        let shown = error.to_string();
        assert!(shown.contains("unknown key \"planted\": expected"), "{text}: {shown}");
    }
    assert_eq!(tables, 39, "every table of the format is in the sample");
    for inline in ["{ min = \"20ms\", max = \"80ms\" }", "{ contains = \"bread\" }"] {
        let planted = inline.replace(" }", ", planted = 1 }");
        let error = read(&super::with(inline, &planted)).unwrap_err().to_string();
        assert!(error.contains("unknown key \"planted\""), "{error}");
    }
}

#[test]
fn a_missing_key_is_named_on_the_line_of_its_table() {
    for (find, key, table) in [
        ("of = \"answer\"\n", "of", "[[probe]]"),
        ("as = \"Forno Bianchi\"\n", "as", "[[impostor]]"),
        ("by = \"Nadia\"\n", "by", "[leak]"),
        ("reply = \"You said {text}, {name}: number {count}.\"\n", "reply", "[[business.rule]]"),
    ] {
        let error = read(&super::with(find, "")).unwrap_err();
        let line = FULL.lines().position(|line| line == table).unwrap() + 1;
        let message =
            format!("x.toml:{line}: the key `{key}` is missing: expected it in this table");
        assert_eq!(error.to_string(), message);
    }
    let error = read("about = \"no title\"\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.toml:1: the key `title` is missing: expected it in this table"
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_where_it_stands_again() {
    refused("seed = 7", "seed = 7\n§seed = 8", "this key stands here twice: expected it once");
}

#[test]
fn a_list_of_tables_takes_two_brackets() {
    let text = format!("{LEAST}[say]\nat = \"1s\"\n");
    let error = read(&text).unwrap_err().to_string();
    assert!(error.starts_with("x.toml:7: a table is no such value: expected a list"), "{error}");
    assert!(error.contains("[[…]]"), "{error}");
}

#[test]
fn what_is_no_toml_is_refused_on_its_line() {
    for (text, line) in [
        ("title = \"x", 1),
        ("title = \"x\"\nseed =\n", 2),
        ("title = \"x\"\n\n[[person]\n", 3),
        ("just words\n", 1),
        ("title = 'x'\nseed = 99999999999999999999999\n", 2),
        ("title = 'x'\nstart = 2026-13-45T00:00:00Z\n", 2),
        ("title = \"\\q\"\n", 1),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(error.line, Some(line), "{text:?}: {error}");
        assert!(matches!(error.problem, Problem::Format(_)), "{error}");
    }
}

#[test]
fn a_file_of_blanks_and_comments_is_empty() {
    for text in ["", "\n\n", "  \t\n", "# nothing\n  # yet\n", "\u{feff}", "\u{feff}# x\r\n"] {
        let error = read(text).unwrap_err();
        assert_eq!((error.line, &error.problem), (Some(1), &Problem::Empty), "{text:?}");
        assert!(error.to_string().contains("expected a scenario such as sims/"), "{error}");
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    let mut windows = read(&text).unwrap();
    // Lines in texts keep their ends.
    windows.about = windows.about.replace("\r\n", "\n");
    assert_eq!(windows, read(FULL).unwrap());
}

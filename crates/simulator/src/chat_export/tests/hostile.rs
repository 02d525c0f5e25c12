//! Bad input: refused with a line and a reason, never with a panic, and in linear time.

use super::super::{MAX_ENTRIES, MAX_MESSAGE_BYTES};
use super::samples::{SAMPLES, sample};
use super::*;

#[test]
fn nothing_and_blanks_are_an_empty_export() {
    for text in ["", "\n", "\u{feff}", " \r\n\t\u{200e}\n"] {
        assert_eq!(read(text).err(), Some(ChatError::Empty), "{text:?}");
    }
}

#[test]
fn a_text_that_is_no_export_is_refused_with_its_first_line_and_an_example() {
    let error = read("\n# Shopping list, \u{202e}which is long enough to be cut off here\n- eggs")
        .unwrap_err();
    assert_eq!(error.line(), Some(2));
    let shown = error.to_string();
    assert!(shown.contains("# Shopping list, which"), "{shown}");
    assert!(shown.contains("31/12/2023, 21:41 - Name: text"), "{shown}");
    assert!(!shown.contains('\u{202e}') && !shown.contains("eggs"), "{shown}");
}

#[test]
fn an_export_in_which_nobody_speaks_is_refused() {
    let text = "31/12/2023, 21:41 - Ada added Bo\n31/12/2023, 21:42 - Bo left\n";
    assert_eq!(read(text).err(), Some(ChatError::NoMessage { system_lines: 2 }));
}

#[test]
fn the_longest_message_is_read_and_a_longer_one_refused() {
    let chat =
        |letters| format!("{ANDROID_BEFORE}31/12/2023, 21:41 - Ada: {}", "a".repeat(letters));
    let fits = MAX_MESSAGE_BYTES - " Ada: ".len();
    assert_eq!(kinds(&chat(fits))[1].text().len(), fits);
    let error = ChatError::TooLong { line: 2, bytes: MAX_MESSAGE_BYTES + 1 };
    assert_eq!(read(&chat(fits + 1)).err(), Some(error));
}

#[test]
fn the_most_entries_are_read_and_one_more_is_refused() {
    let line = "31/12/2023, 21:41 - A: b\n";
    assert_eq!(read(&line.repeat(MAX_ENTRIES)).unwrap().entries.len(), MAX_ENTRIES);
    let error = ChatError::TooMany { line: MAX_ENTRIES + 1 };
    assert_eq!(read(&line.repeat(MAX_ENTRIES + 1)).err(), Some(error));
}

#[test]
fn megabytes_made_to_be_slow_are_not_slow() {
    // With any quadratic step this test would not end within a day.
    let bytes = 4 << 20;
    for piece in ["[", "[1/1/20", "1/1/2024, ", " - ", "\n", "\u{200e}", "\"", ": ", "9", "1 -"] {
        let noise = piece.repeat(bytes / piece.len());
        assert!(read(&noise).is_err(), "{piece:?}");
        let names = vec!["Ada: ".repeat(50)];
        let settings = Settings { names, ..Settings::default() };
        let chat = format!("13/12/2023, 21:41 - {noise}");
        if piece == "\n" || piece == "\u{200e}" {
            assert!(matches!(read(&chat), Err(ChatError::NoMessage { .. })), "{piece:?}");
        } else {
            assert!(matches!(parse(&chat, &settings), Err(ChatError::TooLong { .. })), "{piece:?}");
        }
    }
    let colons = format!("13/12/2023, 21:41 - {}\n", ": ".repeat(200)).repeat(bytes / 420);
    assert!(matches!(read(&colons), Err(ChatError::NoMessage { .. })));
}

#[test]
fn the_six_exports_cut_short_at_either_end_are_read_or_refused() {
    for name in SAMPLES {
        let text = sample(name);
        for (at, _) in text.char_indices().step_by(7) {
            check(&text[..at]);
            check(&text[at..]);
        }
    }
}

#[test]
fn thousands_of_damaged_exports_are_read_or_refused() {
    let mut draw = Draw(0x0b11_4d70_57c4_a7e5);
    for name in SAMPLES {
        let text: Vec<char> = sample(name).chars().collect();
        for _ in 0..100 {
            let mut damaged = text.clone();
            for _ in 0..=draw.below(8) {
                damage(&mut damaged, &mut draw);
            }
            check(&damaged.into_iter().collect::<String>());
        }
    }
}

#[test]
fn random_bytes_and_random_pieces_are_read_or_refused() {
    let mut draw = Draw(0x5eed);
    for _ in 0..1_000 {
        let bytes: Vec<u8> = (0..draw.below(200)).map(|_| draw.below(256) as u8).collect();
        check(&String::from_utf8_lossy(&bytes));
        let pieces: String =
            (0..draw.below(60)).map(|_| PIECES[draw.below(PIECES.len())]).collect();
        check(&pieces);
    }
}

/// Whatever comes out of any text must be sound.
#[track_caller]
fn check(text: &str) {
    let orders =
        [None, Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst), Some(DateOrder::YearFirst)];
    let lines = text.split('\n').count();
    for date_order in orders {
        match parse(text, &Settings { date_order, names: vec!["Ada: Work".into()] }) {
            Ok(export) => {
                assert!(date_order.is_none_or(|asked| asked == export.date_order));
                assert!(export.entries.is_sorted_by(|a, b| a.line < b.line));
                assert!(export.last().is_some_and(|entry| entry.line <= lines));
                assert!(!export.senders().is_empty());
                let kept: usize = export.entries.iter().map(|entry| entry.kind.text().len()).sum();
                assert!(kept <= text.len());
            }
            Err(error) => {
                assert!(error.line().is_none_or(|line| (1..=lines).contains(&line)), "{error}");
                assert!(
                    error.to_string().contains("expected")
                        || error.to_string().contains("date_order")
                );
            }
        }
    }
}

fn damage(text: &mut Vec<char>, draw: &mut Draw) {
    let at = draw.below(text.len() + 1);
    let to = (at + draw.below(30)).min(text.len());
    match draw.below(5) {
        0 => text.truncate(at),
        1 => drop(text.drain(at..to)),
        2 => drop(text.splice(at..at, PIECES[draw.below(PIECES.len())].chars())),
        3 => text[at..to].reverse(),
        _ => {
            let copy = text[at..to].to_vec();
            let target = draw.below(text.len() + 1);
            drop(text.splice(target..target, copy));
        }
    }
}

/// A fixed sequence (splitmix64), so that a failure repeats.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

const PIECES: [&str; 24] = [
    "31/12/2023, 21:41 - ",
    "[31/12/2023, 21:41:05] ",
    "12/31/23, 9:41\u{202f}PM - ",
    "02/30/2024, 10:00 - ",
    "Ada: ",
    "Ada: Work: hi",
    "\n",
    "\r\n",
    "\r",
    "\u{200e}",
    "\u{2067}",
    "\u{feff}",
    "\u{0}",
    "\"",
    "<Media omitted>",
    "\u{200e}<attached: ",
    "<This message was edited>",
    "This message was deleted",
    "٣",
    "م",
    "99999999999999999999",
    " - ",
    "]",
    "👩\u{200d}🍳",
];

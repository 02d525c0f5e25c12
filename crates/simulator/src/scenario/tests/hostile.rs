//! Whatever is in the file, it is read or refused.

use super::{CHAT, FULL, read, read_with_chat};
use crate::workload;

/// A word for each step, always the same.
fn random(step: u64) -> u64 {
    let word = step.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (word ^ (word >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (word >> 32)
}

#[test]
fn a_file_that_was_cut_anywhere_is_read_or_refused() {
    for (end, _) in FULL.char_indices() {
        let outcome = read(&FULL[..end]);
        if let Err(error) = outcome {
            assert!(error.line.is_some(), "{error}");
        }
    }
}

#[test]
fn a_file_without_one_of_its_lines_is_read_or_refused_on_a_line_that_exists() {
    let lines: Vec<&str> = FULL.lines().collect();
    for left_out in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(left_out);
        if let Err(error) = read(&rest.join("\n")) {
            assert!((1..=rest.len()).contains(&error.line.unwrap()), "{error}");
        }
    }
}

#[test]
fn changed_and_moved_characters_never_panic() {
    let characters: Vec<char> = FULL.chars().collect();
    let strange = ['"', '\'', '[', ']', '{', '}', '=', '\n', '#', '\0', '-', '9', '𝟗', '\u{202e}'];
    let mut refusals = 0;
    for step in 0..1_500 {
        let mut changed = characters.clone();
        for change in 0..=random(step) % 3 {
            let word = random(step * 7 + change);
            let length = changed.len();
            let place = (word >> 32) as usize % length;
            let character = strange[(word % strange.len() as u64) as usize];
            match word % 5 {
                0 => drop(changed.remove(place)),
                1 => changed.insert(place, character),
                2 => changed.swap(place, (word >> 16) as usize % length),
                _ => changed[place] = character,
            }
        }
        let text: String = changed.into_iter().collect();
        match read(&text) {
            Ok(scenario) => drop(workload::plan(&scenario, &mut || step)),
            Err(error) => {
                refusals += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(refusals > 500, "only {refusals} changes were refused");
}

#[test]
fn values_exchanged_with_each_other_never_panic() {
    let values: Vec<&str> =
        FULL.lines().filter_map(|line| line.split_once(" = ").map(|(_, value)| value)).collect();
    let lines: Vec<&str> = FULL.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(" = ") else { continue };
        // A quarter of all pairs, each value with other keys.
        for value in values.iter().skip(index % 4).step_by(4) {
            let exchanged = format!("{key} = {value}");
            let mut text = lines.clone();
            text[index] = &exchanged;
            if let Err(error) = read(&text.join("\n")) {
                assert!(error.line.is_some(), "{error}");
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let text = format!("title = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(read(&text).unwrap_err().line, Some(1));
    }
    let dotted = format!("{}x = 1\n", "a.".repeat(50_000));
    assert!(read(&dotted).is_err());
}

#[test]
fn a_chat_that_was_cut_anywhere_is_read_or_refused() {
    for (end, _) in CHAT.char_indices() {
        if let Err(error) = read_with_chat(FULL, &CHAT[..end]) {
            assert!(error.line.is_some(), "{error}");
        }
    }
}

//! Texts that are not ours are recognised by their windows.

use super::{MarkerClass, Story, disguises::ALL};
use crate::scan::WINDOW_BYTES;

const CHAT: &str = "Hi! Do you have a table for four on Friday evening, say at half past seven?";

#[test]
fn any_thirty_one_bytes_of_a_text_are_found() {
    for length in 31..CHAT.len() {
        for start in 0..CHAT.len() - length {
            let mut story = Story::new();
            assert!(story.mint.register_text(8, CHAT));
            story.sees(&[b"....", &CHAT.as_bytes()[start..start + length], b"...."].concat());
            assert!(story.only_hit(8).disguise.0.is_empty());
        }
    }
}

#[test]
fn a_window_is_found_wherever_a_record_ends() {
    for cut in 0..CHAT.len() {
        let mut story = Story::new();
        story.mint.register_text(8, CHAT);
        let (first, second) = CHAT.as_bytes().split_at(cut);
        story.sees(first);
        story.sees(second);
        // Seen in each record that ends a window.
        let records = u64::from(cut >= WINDOW_BYTES) + u64::from(cut < CHAT.len());
        assert_eq!(story.only_hit(8).count, records, "cut at {cut}");
    }
}

#[test]
fn a_text_is_found_in_every_encoding() {
    for dress in ALL {
        let mut story = Story::new();
        story.mint.register_text(8, CHAT);
        story.sees(&(dress.wear)(CHAT.as_bytes()));
        assert_eq!(story.path(8), dress.path, "{}", dress.name);
    }
}

#[test]
fn a_text_that_is_not_ascii_is_found_in_utf16_and_in_json_escapes() {
    let text = "שלום, יש לכם שולחן לארבעה ביום שישי בערב? 🙂🙂🙂 תודה רבה";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let json: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let percent: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let forms = [
        (text.as_bytes(), "raw"),
        (&*little, "utf16"),
        (&*big, "utf16"),
        (json.as_bytes(), "json"),
        (percent.as_bytes(), "percent"),
    ];
    for (bytes, name) in forms {
        for piece in [1, 7, 1_000] {
            let mut story = Story::new();
            story.mint.register_text(8, text);
            bytes.chunks(piece).for_each(|piece| story.sees(piece));
            assert_eq!(story.only_hit(8).disguise.to_string(), name);
        }
    }
}

#[test]
fn texts_without_a_usable_window_are_counted_as_not_scanned() {
    let mut story = Story::new();
    assert!(!story.mint.register_text(1, "ok, see you"));
    assert!(!story.mint.register_text(2, "hahahahahahahahahahahahaha"));
    assert!(!story.mint.register_text(3, ""));
    assert!(story.mint.register_text(4, "sixteen letters!"));
    assert_eq!(story.mint.not_scanned_texts(), 3);
    assert_eq!(story.mint.registered(MarkerClass::MessageContent), 1);

    story.sees(b"ok, see you hahahahahahahahahahahahaha");
    story.found_nothing();
}

#[test]
fn a_window_that_two_texts_share_reports_the_first() {
    let mut story = Story::new();
    story.mint.register_text(1, "good morning sir, the parcel is late");
    story.mint.register_text(2, "good morning sir, and thank you very much");
    story.sees(b"good morning sir");
    assert_eq!(story.only_hit(1).count, 1);
}

#[test]
fn ten_thousand_texts_are_each_found_and_none_is_mistaken_for_another() {
    let mut story = Story::new();
    let text = |id: u64| format!("{:016x}, order {id}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    assert!((0..10_000).all(|id| story.mint.register_text(id, &text(id))));
    for id in [0, 1, 4_999, 9_999] {
        story.scanner = super::Scanner::new();
        story.sees(text(id).as_bytes());
        assert!(story.scanner.hits().contains_key(&(MarkerClass::MessageContent, id)));
        story.scanner = super::Scanner::new();
        story.sees(text(id + 10_000).split_once(',').unwrap().0.as_bytes());
        story.found_nothing();
    }
}

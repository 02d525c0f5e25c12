//! Every encoding is undone, at every alignment, and named.

use super::{
    MarkerClass, Noise, Story,
    disguises::{ALL, base64, gzip, hex},
};
use crate::scan::Encoding;

#[test]
fn a_canary_is_found_and_named_in_every_encoding() {
    for dress in ALL {
        let mut story = Story::new();
        let canary = story.canary(5);
        let dressed = (dress.wear)(format!("Is {canary} still open on Sunday?").as_bytes());

        story.sees(&[b"{\"log\": \"", &*dressed, b"\"}"].concat());
        assert_eq!(story.path(5), dress.path, "{}", dress.name);
        assert!(!story.only_hit(5).cut);
        assert_eq!(story.only_hit(5).first_seen, 0);
    }
}

#[test]
fn a_canary_is_found_at_every_alignment_in_every_encoding() {
    for dress in ALL {
        for shift in 0..13 {
            let mut story = Story::new();
            let canary = story.canary(5);
            // Before it inside the encoding, and before it outside, text that fits the encoding.
            let dressed = (dress.wear)(format!("{}{canary}", &"abc123DEF456Z"[shift..]).as_bytes());
            story.sees(&[&b"0a1b2c3d4e5f6"[..shift], &*dressed].concat());
            assert!(
                story.scanner.hits().contains_key(&(MarkerClass::MessageContent, 5)),
                "{} shifted by {shift}",
                dress.name
            );
        }
    }
}

#[test]
fn a_canary_is_found_in_each_encoding_wherever_it_lies_in_random_bytes_in_pieces() {
    let mut noise = Noise(1);
    for round in 0..40 {
        for dress in ALL {
            let mut story = Story::new();
            let id = noise.next();
            let others: Vec<String> = (0..20).map(|other| story.canary(other)).collect();
            let canary = story.canary(id);
            assert!(!others.contains(&canary));
            let (before, after) = (noise.below(600), noise.below(600));
            let dressed = (dress.wear)(canary.as_bytes());
            let mut record = noise.bytes(before);
            // A lone backslash would turn the first letter into an escape of another kind.
            record.pop_if(|last| *last == b'\\');
            record.extend([dressed, noise.bytes(after)].concat());

            let longest = 1 + noise.below(400);
            record.chunks(longest).for_each(|piece| story.sees(piece));
            story.scanner.finish(&story.mint, 0);
            assert_eq!(story.only_hit(id).count, 1, "{}, round {round}", dress.name);
            assert_eq!(story.path(id), dress.path, "{}, round {round}", dress.name);
        }
    }
}

#[test]
fn every_class_of_marker_is_found_under_its_own_name() {
    let mut story = Story::new();
    let words = MarkerClass::ALL.map(|class| story.mint.word(class, 40));
    story.sees(words.join(" ").as_bytes());

    let found: Vec<_> = story.scanner.hits().keys().copied().collect();
    assert_eq!(found, MarkerClass::ALL.map(|class| (class, 40)));
}

#[test]
fn the_offset_is_that_of_the_word_or_of_the_run_that_hides_it() {
    let mut story = Story::new();
    let canary = story.canary(1);
    story.sees(b"12345");
    story.sees(format!("--{canary}").as_bytes());
    assert_eq!(story.only_hit(1).offset, 7);

    let mut story = Story::new();
    let canary = story.canary(1);
    story.sees(b"12345");
    story.sees(&[b"..", &*hex(canary.as_bytes())].concat());
    assert_eq!(story.only_hit(1).offset, 7);

    let mut story = Story::new();
    let canary = story.canary(1);
    story.sees(&[&[0xff; 40_000][..], &base64(&gzip(canary.as_bytes()))].concat());
    assert_eq!(story.only_hit(1).offset, 40_000);
}

#[test]
fn four_encodings_deep_is_deeper_than_a_scan_goes() {
    let mut story = Story::new();
    let canary = story.canary(1);
    let three = hex(&hex(&hex(canary.as_bytes())));
    story.sees(&hex(&three));
    story.found_nothing();

    story.sees(b" ");
    story.sees(&three);
    assert_eq!(story.path(1), [Encoding::Hex; 3]);
}

#[test]
fn a_disguise_prints_from_the_outside_in() {
    let mut story = Story::new();
    let canary = story.canary(1);
    story.sees(&base64(&gzip(&hex(canary.as_bytes()))));
    assert_eq!(story.only_hit(1).disguise.to_string(), "base64(gzip(hex))");

    let canary = story.canary(2);
    story.sees(canary.as_bytes());
    let hit = &story.scanner.hits()[&(MarkerClass::MessageContent, 2)];
    assert_eq!(hit.disguise.to_string(), "raw");
}

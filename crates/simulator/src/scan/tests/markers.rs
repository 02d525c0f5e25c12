//! Markers: how they are made, and what is left of them when they are cut.

use std::collections::BTreeSet;

use vocab::{DataClass, marker::reference};

use super::{MarkerClass, Noise, Story, mint};
use crate::scan::{Marker, Mint, PhoneError, TAG_CHARS, WORD_CHARS};

#[test]
fn a_word_is_thirty_lower_case_letters_and_digits() {
    let mut mint = mint();
    for id in 0..500 {
        let word = mint.word(MarkerClass::MessageContent, id);
        assert_eq!(word.len(), WORD_CHARS);
        assert!(word.starts_with(MarkerClass::MessageContent.tag()));
        assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    }
    assert_eq!(mint.registered(MarkerClass::MessageContent), 500);
}

#[test]
fn a_word_depends_on_the_run_key_the_class_and_the_id() {
    let mut ours = mint();
    let mut words = BTreeSet::new();
    for class in MarkerClass::ALL {
        for id in 0..50 {
            let word = ours.word(class, id);
            assert_eq!(mint().word(class, id), word);
            assert_ne!(Mint::new([8; 32]).word(class, id), word);
            assert_eq!(ours.resolve(&word), Some(Marker { class, id }));
            words.insert(word);
        }
    }
    assert_eq!(words.len(), 300);
}

#[test]
fn phone_numbers_are_fifteen_digits_and_different_for_every_id() {
    let mut mint = mint();
    // So many that some draws collide: 20,000 of ten million do so about 20 times.
    let numbers: BTreeSet<_> = (0..20_000).map(|id| mint.phone(id)).collect();
    assert_eq!(numbers.len(), 20_000);
    assert!(numbers.iter().all(|number| number.len() == 15 && number.starts_with("99900417")));
    assert!(numbers.contains(&mint.phone(77)));
    for id in [0, 77, 19_999] {
        let digits = mint.phone(id);
        assert_eq!(mint.resolve(&digits), Some(Marker { class: MarkerClass::ConsumerPhone, id }));
    }
}

#[test]
fn a_drawn_phone_number_is_found_wherever_it_stands() {
    let mut story = Story::new();
    let digits = story.mint.phone(3);
    story.sees(format!("from=+{digits}&to=12345").as_bytes());
    let found: Vec<_> = story.scanner.hits().keys().copied().collect();
    assert_eq!(found, [(MarkerClass::ConsumerPhone, 3)]);
}

#[test]
fn a_listed_phone_number_is_found_even_inside_another_and_over_two_records() {
    let mut story = Story::new();
    story.mint.register_phone("4915112345678", 1).unwrap();
    story.mint.register_phone("15112345", 2).unwrap();
    story.mint.register_phone("4915112345678", 3).unwrap();
    assert_eq!(story.mint.registered(MarkerClass::ConsumerPhone), 2);

    story.sees(b"+491511");
    story.sees(b"2345678 is calling");
    let found: Vec<_> =
        story.scanner.hits().iter().map(|(key, hit)| (key.1, hit.offset, hit.count)).collect();
    assert_eq!(found, [(1, 1, 1), (2, 3, 1)]);
}

#[test]
fn a_listed_phone_number_must_be_one() {
    let mut mint = mint();
    for wrong in ["", "1234567", "+4915112345678", "12345678901234567", "49 151 123456"] {
        let refused = mint.register_phone(wrong, 1);
        assert!(matches!(refused, Err(PhoneError::NotANumber { .. })), "{wrong}");
    }
    assert_eq!(mint.registered(MarkerClass::ConsumerPhone), 0);
}

#[test]
fn a_word_cut_to_six_characters_behind_its_tag_still_names_its_marker() {
    for behind in 0..22 {
        let mut story = Story::new();
        let canary = story.canary(5);
        (100..200).for_each(|id| drop(story.canary(id)));
        story.sees(&canary.as_bytes()[..8 + behind]);
        if behind >= 6 {
            assert!(story.only_hit(5).cut);
            story.sees(b"\n");
            story.scanner.finish(&story.mint, 0);
            assert_eq!(story.only_hit(5).count, 1);
            assert_eq!(story.scanner.unregistered().len(), 0);
        } else {
            story.found_nothing();
            story.scanner.finish(&story.mint, 0);
            assert_eq!(story.scanner.hits().len(), 0);
            assert_eq!(story.scanner.unregistered().len(), 1);
        }
    }
}

#[test]
fn a_cut_word_is_told_apart_from_the_letters_that_follow_it() {
    let mut story = Story::new();
    let (first, second) = (story.canary(1), story.canary(2));
    story.sees(format!("{}etcetera ", &first[..20]).as_bytes());
    story.sees(format!("{}{second}", &first[..17]).as_bytes());

    let hits: Vec<_> =
        story.scanner.hits().iter().map(|(key, hit)| (key.1, hit.cut, hit.count)).collect();
    assert_eq!(hits, [(1, true, 2), (2, false, 1)]);
}

#[test]
fn a_beginning_that_two_words_share_names_neither() {
    let mut mint = mint();
    // The birthday bound: among 200,000 words, some share the first 30 bits.
    let mut words: Vec<_> =
        (0..200_000).map(|id| mint.word(MarkerClass::MessageContent, id)).collect();
    words.sort_unstable();
    let twins = words.windows(2).find(|pair| pair[0][..14] == pair[1][..14]).unwrap();
    assert_eq!(mint.resolve(&twins[0][..14]), None);
    assert!(mint.resolve(&twins[0]).is_some());
}

#[test]
fn a_tag_with_an_unknown_word_is_reported_and_not_dropped() {
    let mut story = Story::new();
    story.canary(1);
    let foreign = Mint::new([8; 32]).word(MarkerClass::BillingRow, 1);
    story.sees(format!("{foreign} {foreign}").as_bytes());
    story.scanner.finish(&story.mint, 0);

    assert_eq!(story.scanner.hits().len(), 0);
    let unknown: Vec<_> = story.scanner.unregistered().iter().collect();
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].0, &(MarkerClass::BillingRow, foreign));
    assert_eq!(unknown[0].1.count, 1);
    assert_eq!(story.scanner.seen(MarkerClass::BillingRow), 1);
    assert_eq!(story.scanner.seen(MarkerClass::MessageContent), 0);
}

#[test]
fn a_word_that_a_hop_made_is_known_once_it_is_registered() {
    let mut story = Story::new();
    let word = reference(DataClass::Statistics, [3; 14]);
    let marker = Marker { class: MarkerClass::StatisticsExport, id: 70 };
    story.sees(word.as_bytes());
    assert_eq!(story.scanner.hits().len(), 0);

    assert_eq!(story.mint.register_word(&word, 70), Some(marker));
    assert_eq!(story.mint.register_word(&word, 71), Some(marker));
    assert_eq!(story.mint.register_word(&word[..29], 72), None);
    assert_eq!(story.mint.register_word("no marker word, but 30 letters", 72), None);
    story.sees(word.as_bytes());
    assert_eq!(story.scanner.hits().len(), 1);
    assert_eq!(story.scanner.hits()[&(marker.class, 70)].offset, 30);
    assert_eq!(story.scanner.seen(MarkerClass::StatisticsExport), 2);
}

#[test]
fn tags_are_eight_characters_of_which_none_starts_as_another_ends() {
    let tags = MarkerClass::ALL.map(MarkerClass::tag);
    for tag in tags {
        assert_eq!(tag.len(), TAG_CHARS);
        assert_eq!(tags.iter().filter(|other| **other == tag).count(), 1);
        for end in 1..TAG_CHARS {
            assert!(!tags.iter().any(|other| other.starts_with(&tag[end..])), "{tag}");
        }
    }
}

#[test]
fn unknown_words_without_end_are_counted_and_not_kept() {
    let mut story = Story::new();
    let mut noise = Noise(4);
    for _ in 0..2_000 {
        let body: String = (0..22).map(|_| char::from(b'a' + noise.below(26) as u8)).collect();
        story.sees(format!("{}{body} ", MarkerClass::BillingRow.tag()).as_bytes());
    }
    assert_eq!(story.scanner.unregistered().len(), 1_024);
    assert_eq!(story.scanner.unregistered_unlisted(), 976);
}

#[test]
fn debug_output_never_contains_the_run_key() {
    assert_eq!(format!("{:?}", Mint::new([7; 32])), "Mint { texts: 0, .. }");
}

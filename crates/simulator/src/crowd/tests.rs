//! Stories about a crowd.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{MessageId, Micros, PhoneNumber, UnixMicros};

use super::{Crowd, GAPS, write_number, written_by};
use crate::{scan::Mint, scenario};

const TOWN: &str = r#"
title = "Town"
duration = "1h"
[[businesses]]
name = "Shops"
count = 9
[[population]]
name = "Early"
people = 300
to = "any"
writes = 10
online = ["08:00", "20:00"]
[[population]]
name = "Late"
people = 200
to = ["Shops 3", "Shops 5"]
writes = 0
answers = 0.25
"#;

fn crowd(looks: bool, seed: u64) -> Crowd {
    let text = format!("{TOWN}[report]\nviews = {looks}\n");
    let scenario = scenario::parse(&text, "town.toml").unwrap();
    let phones = (0..9).map(|shop| PhoneNumber::parse(&format!("1202555100{shop}")).unwrap());
    Crowd::new(&scenario, seed, phones.collect(), &mut Mint::new([3; 32])).unwrap()
}

#[test]
fn everybody_has_a_name_and_a_number_by_which_they_are_found_again() {
    for looks in [true, false] {
        let crowd = crowd(looks, 1);
        assert_eq!(crowd.people(), 500);
        let mut numbers = BTreeSet::new();
        for person in 0..500 {
            let phone = crowd.phone(person).unwrap();
            assert_eq!(crowd.of_number(phone.digits()), Some(person));
            assert_eq!(crowd.called(&crowd.name(person).unwrap()), Some(person));
            assert!(numbers.insert(phone.digits().to_owned()));
        }
        assert_eq!(crowd.name(299).as_deref(), Some("Early 300"));
        assert_eq!(crowd.name(300).as_deref(), Some("Late 1"));
        assert_eq!((crowd.name(500), crowd.called("Late 201")), (None, None));
        assert_eq!(crowd.of_number("12025551001"), None);
        assert_eq!(crowd.of_number("999000000000500"), None);
    }
}

#[test]
fn what_somebody_writes_depends_on_who_and_which_and_on_the_seed_alone() {
    let (once, again, other) = (crowd(true, 1), crowd(true, 1), crowd(true, 2));
    let mut ids: BTreeSet<MessageId> = BTreeSet::new();
    for person in [0, 1, 299, 300, 499] {
        for message in 0..4 {
            let written = once.message(person, message).unwrap();
            assert_eq!(again.message(person, message).as_ref(), Some(&written));
            assert_ne!(other.message(person, message).unwrap().id, written.id);
            assert_eq!(once.id(person, message), Some(written.id));
            let word = written.word.unwrap();
            assert!(written.text.starts_with(&word) && written.text.ends_with(&word));
            assert!(ids.insert(written.id));
        }
    }
    let unseen = crowd(false, 1).message(0, 0).unwrap();
    assert_eq!(unseen.word, None);
    assert_eq!(unseen.text.split(' ').count(), 6);
}

#[test]
fn each_writes_to_a_few_that_the_population_writes_to() {
    let crowd = crowd(false, 1);
    let mut known: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for person in [0, 7, 300, 301] {
        let to = (0..100).map(|message| crowd.addressee(person, message).unwrap());
        known.insert(person, to.collect());
    }
    assert_eq!((known[&0].len(), known[&7].len()), (3, 3));
    assert!(known[&300].iter().all(|shop| [2, 4].contains(shop)), "{known:?}");
    assert_eq!(crowd.businesses.len(), 9);
}

#[test]
fn somebody_writes_as_often_as_the_population_says() {
    let crowd = crowd(false, 1);
    let gaps = (0..300).flat_map(|person| (0..40).map(move |message| (person, message)));
    let gaps: Vec<u64> = gaps.map(|(who, which)| crowd.gap(who, which).unwrap()).collect();
    let mean = gaps.iter().sum::<u64>() / gaps.len() as u64;
    // Twelve hours on, ten messages: one each 72 minutes, within three in a hundred.
    let expected = Micros::minutes(72).0;
    assert!(mean.abs_diff(expected) < expected * 3 / 100, "{mean} {expected}");
    assert_eq!(crowd.gap(300, 0), None, "nobody who writes 0 messages a day");
    let midpoints: u64 = GAPS.windows(2).map(|two| two[0] + two[1]).sum();
    assert_eq!(midpoints.div_ceil(64), 1_000_000, "the mean of the table");
}

#[test]
fn the_share_that_is_answered_is_that_of_the_population() {
    let crowd = crowd(false, 1);
    let answered = |person: u32| {
        (0..4_000).filter(|shown| crowd.reads(person, *shown).unwrap().1.is_some()).count()
    };
    assert_eq!(answered(0), 0);
    assert!((900..1_100).contains(&answered(300)), "{}", answered(300));
}

#[test]
fn the_number_of_a_command_names_the_business_and_the_message() {
    for (business, message) in [(0, 0), (8, 1), (9_999, u32::MAX)] {
        assert_eq!(written_by(write_number(business, message)), Some((business, message)));
    }
    assert_eq!(written_by(7), None, "a command of the plan");
    let crowd = crowd(false, 1);
    assert_eq!(crowd.of_command(write_number(8, 3)), Some((8, 3)));
    assert_eq!(crowd.of_command(write_number(9, 3)), None);
}

#[test]
fn phones_are_set_up_one_after_the_other() {
    let crowd = crowd(false, 1);
    assert_eq!(crowd.joins(0), Micros(0));
    assert!((1..300).all(|person| crowd.joins(person) > crowd.joins(person - 1)));
    assert!(crowd.joins(299) < Micros::millis(300));
    assert!(crowd.hours(300).is_on(UnixMicros(0)), "those without hours are always there");
}

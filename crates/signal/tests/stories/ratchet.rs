//! Messages inside a session: order, loss, duplicates, long runs.

use signal::{OpenError, Profile, Sealed};

use crate::people::{ALL, Person, acquainted};

//= test: double-ratchet r4 2.3 new-pair
//= test: double-ratchet r4 2.3 ratchet-key-in-header
//= test: double-ratchet r4 3.4 encrypt
//= test: double-ratchet r4 3.5 decrypt
//= test: double-ratchet r4 3.5 dh-ratchet
//= test: double-ratchet r4 7.2 kdf-rk
#[test]
fn two_devices_talk_in_turns_and_each_turn_has_a_new_ratchet_key() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let mut keys = std::collections::BTreeSet::new();
        for turn in 0..50 {
            let text = format!("turn {turn}");
            let sealed = alice.seals(&text);
            bob.opens(&sealed, &text);
            let answer = bob.seals(&text);
            alice.opens(&answer, &text);
            assert!(keys.insert(sealed.position.ratchet_key));
            assert!(keys.insert(answer.position.ratchet_key));
        }
    }
}

#[test]
fn a_late_message_opens_exactly_once() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let (first, second) = (alice.seals("first"), alice.seals("second"));
        bob.opens(&second, "second");
        bob.opens(&first, "first");
        for sealed in [&first, &second] {
            let number = sealed.position.counter;
            assert_eq!(bob.refuses(sealed), OpenError::Duplicate { number });
        }
    }
}

#[test]
fn a_message_from_an_earlier_turn_opens_after_later_turns() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let early = alice.seals("early");
    let on_time = alice.seals("on time");
    bob.opens(&on_time, "on time");
    for _ in 0..3 {
        let answer = bob.seals("go on");
        alice.opens(&answer, "go on");
        let next = alice.seals("next");
        bob.opens(&next, "next");
    }
    bob.opens(&early, "early");
    assert_eq!(bob.refuses(&early), OpenError::Duplicate { number: early.position.counter });
}

#[test]
fn any_mixture_of_loss_and_delay_opens_every_delivered_message_exactly_once() {
    for (profile, forgetful, seed) in [
        (Profile::V3, false, 1),
        (Profile::V4, false, 2),
        (Profile::V4, true, 3),
        (Profile::V4Spqr, true, 4),
    ] {
        let (mut alice, mut bob) = acquainted(profile);
        (alice.forgetful, bob.forgetful) = (forgetful, forgetful);
        let mut dice = Dice(seed);
        let mut under_way: Vec<(bool, Sealed, String)> = Vec::new();
        let (mut opened, mut repeated) = (0, 0);
        for round in 0..400 {
            let from_alice = dice.roll(2) == 0;
            let text = format!("{round}");
            let sender = if from_alice { &mut alice } else { &mut bob };
            under_way.push((from_alice, sender.seals(&text), text));
            while under_way.len() > 6 || (dice.roll(3) == 0 && !under_way.is_empty()) {
                let index = dice.roll(under_way.len());
                let (from_alice, sealed, text) = under_way.remove(index);
                if dice.roll(10) == 0 {
                    continue; // Lost.
                }
                let receiver = if from_alice { &mut bob } else { &mut alice };
                deliver(receiver, &sealed, &text, &mut opened);
                if dice.roll(5) == 0 {
                    let number = sealed.position.counter;
                    assert_eq!(receiver.refuses(&sealed), OpenError::Duplicate { number });
                    repeated += 1;
                }
            }
        }
        assert!(opened > 300 && repeated > 30, "{opened} opened, {repeated} repeated");
    }
}

#[track_caller]
fn deliver(receiver: &mut Person, sealed: &Sealed, text: &str, opened: &mut u32) {
    receiver.opens(sealed, text);
    *opened += 1;
}

//= test: double-ratchet r4 2.2 unique-keys
//= test: double-ratchet r4 2.6 number
#[test]
fn no_two_sealed_messages_share_a_key_or_a_place() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let (mut prints, mut places) = Default::default();
    let mut note = |sealed: &Sealed| {
        let prints: &mut std::collections::BTreeSet<_> = &mut prints;
        let places: &mut std::collections::BTreeSet<_> = &mut places;
        assert!(prints.insert(sealed.key_fingerprint) && places.insert(sealed.position));
    };
    for _ in 0..20 {
        for _ in 0..3 {
            note(&alice.seals("same text"));
        }
        let expected = alice.session.as_ref().unwrap().sending_position();
        let sealed = alice.seals("same text");
        assert_eq!(expected, Some(sealed.position));
        note(&sealed);
        bob.opens(&sealed, "same text");
        let answer = bob.seals("same text");
        note(&answer);
        alice.opens(&answer, "same text");
    }
}

#[test]
fn an_empty_text_and_a_long_one_arrive_whole() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let long = "x".repeat(100_000);
    for text in ["", "x", "exactly 16 bytes", &long] {
        let sealed = alice.seals(text);
        bob.opens(&sealed, text);
    }
}

/// A small generator for schedules; the protocol draws nothing from it.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

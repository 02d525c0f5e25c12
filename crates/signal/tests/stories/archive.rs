//! Several sessions with one device: archive, promotion, convergence.

use signal::{MessageKind, OpenError, Profile, Session, StaleOpening};

use crate::people::{ALL, Person, With, acquainted, strangers};

const PLAIN: With = With { one_time: true, last_resort: false };

//= test: sesame r2 3.2 insert
//= test: sesame r2 3.2 activate
//= test: sesame r2 3.4 receive
#[test]
fn a_message_on_an_archived_session_opens_and_makes_it_the_current_one() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let old = alice.session.as_ref().unwrap().base_key();
        let under_way = alice.seals("under way");

        // Bob starts anew; the message that Alice sent before arrives afterwards.
        let bundle = alice.bundle(PLAIN);
        bob.starts(profile, bundle);
        assert_ne!(bob.session.as_ref().unwrap().base_key(), old);
        assert_eq!(bob.session.as_ref().unwrap().archived(), 1);
        bob.opens(&under_way, "under way");
        assert_eq!(bob.session.as_ref().unwrap().base_key(), old);
        assert_eq!(bob.session.as_ref().unwrap().archived(), 1);
        let answer = bob.seals("on the old one");
        assert_eq!(answer.kind, MessageKind::Message);
        alice.opens(&answer, "on the old one");
    }
}

#[test]
fn a_copy_of_a_first_message_on_an_archived_session_promotes_it_without_a_handshake() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let (first, second) = (alice.seals("one"), alice.seals("two"));
    bob.opens(&first, "one");
    let old = bob.session.as_ref().unwrap().base_key();
    let bundle = bob.bundle(PLAIN);
    alice.starts(Profile::V4, bundle);
    let newer = alice.seals("newer");
    bob.opens(&newer, "newer");
    assert_ne!(bob.session.as_ref().unwrap().base_key(), old);

    let opened = bob.opened(&second, "two");
    assert!(!opened.session_was_created);
    assert_eq!(bob.session.as_ref().unwrap().base_key(), old);
}

#[test]
fn two_devices_that_start_at_the_same_time_come_to_share_one_session() {
    for profile in ALL {
        let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        let (hers, his) = (alice.bundle(PLAIN), bob.bundle(PLAIN));
        alice.starts(profile, his);
        bob.starts(profile, hers);
        let (from_alice, from_bob) = (alice.seals("I first"), bob.seals("no, I"));
        bob.opens(&from_alice, "I first");
        alice.opens(&from_bob, "no, I");

        for turn in 0..3 {
            let text = format!("turn {turn}");
            let sealed = alice.seals(&text);
            assert_eq!(sealed.kind, MessageKind::Message);
            bob.opens(&sealed, &text);
            let answer = bob.seals(&text);
            alice.opens(&answer, &text);
        }
        let current = |person: &Person| person.session.as_ref().map(Session::base_key);
        assert_eq!(current(&alice), current(&bob));
    }
}

#[test]
fn a_message_that_no_session_can_open_leaves_all_of_them_as_they_were() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let bundle = alice.bundle(PLAIN);
    bob.starts(Profile::V3, bundle);
    let (mut stranger, _) = acquainted(Profile::V4);
    let other_version = stranger.seals("who?");
    assert_eq!(bob.refuses(&other_version), OpenError::Version { found: 0x44 });
    let (mut stranger, _) = acquainted(Profile::V3);
    let mut forged = stranger.seals("who?");
    *forged.bytes.last_mut().unwrap() ^= 4;
    assert_eq!(bob.refuses(&forged), OpenError::BadMac);
    let genuine = alice.seals("it is me");
    bob.opens(&genuine, "it is me");
}

#[test]
fn a_message_without_a_session_is_refused_by_name() {
    let (mut alice, _bob) = acquainted(Profile::V3);
    let sealed = alice.seals("hello");
    assert_eq!(Person::new("carol").refuses(&sealed), OpenError::NoSession);
}

#[test]
fn an_opening_is_not_committed_to_a_session_that_has_moved_on() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let (first, second) = (alice.seals("first"), alice.seals("second"));
    let stale = bob.tries(&first).unwrap();
    bob.opens(&second, "second");
    let before = bob.session.as_ref().unwrap().snapshot();
    assert!(matches!(bob.commits(stale), Err(StaleOpening)));
    assert!(bob.session.as_ref().unwrap().snapshot() == before);
    bob.opens(&first, "first");

    let third = alice.seals("third");
    let stale = bob.tries(&third).unwrap();
    let _sent = bob.seals("in between");
    assert!(bob.commits(stale).is_err());
    bob.opens(&third, "third");
}

#[test]
fn an_archived_session_is_not_sealed_with() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let before = alice.seals("before");
    bob.session.as_mut().unwrap().archive_current();
    assert_eq!(bob.session.as_ref().unwrap().sending_position(), None);
    assert_eq!(bob.session.as_ref().unwrap().remote_identity(), alice.identity.public());
    bob.opens(&before, "before");
    assert!(bob.session.as_ref().unwrap().has_current());
}

//! The post-quantum ratchet beside the other one: epochs, negotiation, refusals.

use signal::{OpenError, PostQuantumError, Profile, Sealed};
use wire::signal::{SignalFields, SignalMessage};

use crate::people::{Person, With, acquainted, strangers};

/// The step of the post-quantum ratchet that a message inside a session carries.
fn step(sealed: &Sealed) -> Vec<u8> {
    SignalMessage::parse(&sealed.bytes).unwrap().pq_ratchet.to_vec()
}

fn epoch(sealed: &Sealed) -> u8 {
    step(sealed)[1]
}

//= test: double-ratchet r4 6.1 in-parallel
//= test: double-ratchet r4 6.3 kdf-hybrid
//= test: double-ratchet r4 7.2 kdf-hybrid
//= test: double-ratchet r4 6.4 init
//= test: mlkem-braid r1 2.6 init
//= test: mlkem-braid r1 2.5 ct2-sampled-send
#[test]
fn epochs_advance_while_two_talk_in_turns_even_if_both_forget_everything_between() {
    for forgetful in [false, true] {
        let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
        (alice.forgetful, bob.forgetful) = (forgetful, forgetful);
        let mut first_of_epoch = vec![0, 0];
        for number in 2..600 {
            let (from, to) =
                if number % 2 == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
            let sealed = from.seals("hello");
            if usize::from(epoch(&sealed)) == first_of_epoch.len() {
                first_of_epoch.push(number);
            }
            to.opens(&sealed, "hello");
        }
        // As between deployed clients: message 86, and then every 87th.
        assert_eq!(first_of_epoch[2..], [86, 173, 260, 347, 434, 521]);
    }
}

#[test]
fn epochs_advance_through_loss_and_reordering() {
    let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
    let (mut epochs, mut opened) = (0, 0);
    for number in 0..1_500_u32 {
        let (from, to) =
            if number % 2 == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
        let sealed = [from.seals("one"), from.seals("two"), from.seals("three")];
        let order = match number * 7 % 11 {
            0 => vec![2, 0],
            1 => vec![],
            2 => vec![1],
            3 => vec![2, 1, 0],
            _ => vec![0, 2, 1],
        };
        for index in order {
            to.opens(&sealed[index], ["one", "two", "three"][index]);
            opened += 1;
        }
        epochs = epochs.max(epoch(&sealed[2]));
    }
    assert!(epochs > 40, "epoch {epochs} after {opened} messages");
}

//= test: double-ratchet r4 6.6 decrypt
//= test: double-ratchet r4 6.5 encrypt
//= test: double-ratchet r4 6.5 composite-header
#[test]
fn a_message_without_its_post_quantum_part_is_refused_and_the_genuine_one_opens() {
    let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
    let sealed = alice.seals("genuine");
    let message = SignalMessage::parse(&sealed.bytes).unwrap();
    let forged = |pq_ratchet: &[u8]| {
        let fields = SignalFields {
            version: message.version,
            ratchet_key: message.ratchet_key,
            counter: message.counter,
            previous_counter: message.previous_counter,
            ciphertext: message.ciphertext,
            pq_ratchet,
            addresses: None,
        };
        let bytes = [&fields.encode_authenticated()[..], message.mac].concat();
        Sealed { bytes, ..sealed.clone() }
    };
    let refusals = [
        (vec![], PostQuantumError::Absent),
        (vec![0, 1, 1, 0], PostQuantumError::Version { found: 0 }),
        (vec![2, 1, 1, 0], PostQuantumError::Version { found: 2 }),
        (vec![1, 0, 1, 0], PostQuantumError::Malformed),
        (vec![1, 3, 1, 0], PostQuantumError::Epoch { found: 3, ours: 1 }),
        (vec![1, 1, 0, 0], PostQuantumError::Used { index: 0 }),
    ];
    for (step, expected) in refusals {
        assert_eq!(bob.refuses(&forged(&step)), OpenError::PostQuantum(expected), "{step:?}");
    }
    assert_eq!(bob.refuses(&forged(&[1, 1, 9, 0])), OpenError::BadMac);
    bob.opens(&sealed, "genuine");
}

#[test]
fn one_who_requires_the_ratchet_refuses_one_who_does_not_have_it() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    bob.profiles = vec![Profile::V4Spqr];
    let first = alice.seals("hello");
    let absent = OpenError::PostQuantum(PostQuantumError::Absent);
    assert_eq!(bob.refuses(&first), absent);

    let (mut alice, mut bob) = strangers(Profile::V4Spqr);
    bob.profiles = vec![Profile::V4];
    let first = alice.seals("hello");
    // Bob takes the message for one without a post-quantum key, which it is not.
    assert_eq!(bob.refuses(&first), OpenError::BadMac);
}

#[test]
fn one_who_offers_the_ratchet_talks_to_either_kind_and_stays_with_it() {
    for (theirs, with_ratchet) in
        [(Profile::V4, false), (Profile::V4Spqr, true), (Profile::V4Negotiated, true)]
    {
        let (mut alice, mut bob) = strangers(Profile::V4Negotiated);
        (alice.forgetful, bob.forgetful) = (true, true);
        bob.profiles = vec![theirs];
        let (first, second) = (alice.seals("first"), alice.seals("second"));
        bob.opens(&first, "first");
        for turn in 0..50 {
            let (back, there) = (format!("back {turn}"), format!("there {turn}"));
            let answer = bob.seals(&back);
            assert_eq!(step(&answer).is_empty(), !with_ratchet);
            alice.opens(&answer, &back);
            let next = alice.seals(&there);
            assert_eq!(step(&next).is_empty(), !with_ratchet);
            bob.opens(&next, &there);
            if turn == 0 && with_ratchet {
                // It has no post-quantum key, and a message that had one has been opened.
                let used = OpenError::PostQuantum(PostQuantumError::Used { index: 0 });
                assert_eq!(bob.refuses(&second), used);
            } else if turn == 0 {
                bob.opens(&second, "second");
            }
        }
    }
}

#[test]
fn a_first_message_offered_to_one_who_only_answers_is_answered_in_kind() {
    for (offered, with_ratchet) in [(Profile::V4, false), (Profile::V4Spqr, true)] {
        let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        bob.profiles = vec![Profile::V4Negotiated];
        let bundle = bob.bundle(With { one_time: true, last_resort: false });
        alice.starts(offered, bundle);
        let first = alice.seals("hello");
        bob.opens(&first, "hello");
        let answer = bob.seals("answer");
        assert_eq!(step(&answer).is_empty(), !with_ratchet);
        alice.opens(&answer, "answer");
    }
}

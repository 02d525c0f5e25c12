//! A network that changes one bit.

use signal::{MessageKind, Profile, Sealed, Session};

use crate::people::{ALL, Person, acquainted, strangers};

//= test: double-ratchet r4 3.1 aead
//= test: double-ratchet r4 3.1 authentication-failure
//= test: double-ratchet r4 3.5 discard
//= test: sesame r2 6.7 errors
#[test]
fn a_message_with_any_one_bit_flipped_is_refused_and_the_genuine_one_then_opens() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let _lost = alice.seals("lost");
        let sealed = alice.seals("genuine");
        assert_eq!(sealed.kind, MessageKind::Message);
        refuses_every_flip(&mut bob, &sealed, 0..sealed.bytes.len() * 8);
        bob.opens(&sealed, "genuine");
    }
}

//= test: x3dh r1 3.3 initial-ciphertext
//= test: x3dh r1 3.4 abort
//= test: pqxdh r3 3.4 abort
#[test]
fn a_first_message_with_any_one_bit_flipped_is_refused_and_the_genuine_one_then_opens() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        bob.expects_registration_id = Some(alice.registration_id);
        let sealed = alice.seals("genuine");
        refuses_every_flip(&mut bob, &sealed, sampled(&sealed));
        assert!(bob.prekeys.one_time.contains_key(&2) && bob.prekeys.kem.contains_key(&3));
        bob.opens(&sealed, "genuine");
    }
}

#[test]
fn a_later_first_message_with_any_one_bit_flipped_is_refused_and_the_genuine_one_then_opens() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let (first, later) = (alice.seals("first"), alice.seals("later"));
        bob.opens(&first, "first");
        // Nobody told Bob the registration id: he knows it from the first message.
        refuses_every_flip(&mut bob, &later, sampled(&later));
        bob.opens(&later, "later");
    }
}

//= test: sesame r2 3.4 discard
#[test]
fn a_message_cut_anywhere_or_with_anything_after_it_is_refused() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let sealed = alice.seals("genuine");
    for length in 0..sealed.bytes.len() {
        assert!(bob.tries_bytes(sealed.kind, &sealed.bytes[..length]).is_err());
    }
    let mut longer = sealed.bytes.clone();
    longer.push(0);
    assert!(bob.tries_bytes(sealed.kind, &longer).is_err());
    bob.opens(&sealed, "genuine");
}

/// Every bit outside the KEM ciphertext, and one bit in 61 of that: each trial of one costs a
/// whole handshake.
fn sampled(sealed: &Sealed) -> Vec<usize> {
    let parsed = wire::signal::PreKeySignalMessage::parse(&sealed.bytes).unwrap();
    let skipped = parsed.kem.map_or(0..0, |kem| {
        let end = sealed.bytes.len() * 8; // The ciphertext is the last field.
        end - (kem.ciphertext.len() - 1) * 8..end
    });
    let all = 0..sealed.bytes.len() * 8;
    all.filter(|bit| !skipped.contains(bit) || bit % 61 == 0).collect()
}

fn refuses_every_flip(bob: &mut Person, sealed: &Sealed, bits: impl IntoIterator<Item = usize>) {
    let before = bob.session.as_ref().map(Session::snapshot);
    for bit in bits {
        let mut flipped = sealed.bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let refused = bob.tries_bytes(sealed.kind, &flipped);
        assert!(refused.is_err(), "bit {bit} of {}", sealed.bytes.len() * 8);
        assert!(bob.session.as_ref().map(Session::snapshot) == before, "bit {bit}");
    }
}

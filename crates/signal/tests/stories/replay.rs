//! A network that delivers first messages again.

use keys::PublicKey;
use signal::{MessageKind, OpenError, PreKeyKind, Profile, Sealed};
use wire::signal::{PreKeyFields, PreKeySignalMessage};

use crate::people::{ALL, Person, With, strangers};

//= test: x3dh r1 4.2 replay
//= test: pqxdh r3 4.2 replay
#[test]
fn a_replayed_first_message_is_refused_after_the_session_is_gone() {
    for profile in ALL {
        let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        let bundle = bob.bundle(With { one_time: false, last_resort: true });
        alice.starts(profile, bundle);
        let first = alice.seals("pay 10");
        bob.opens(&first, "pay 10");
        assert_eq!(bob.refuses(&first), OpenError::Duplicate { number: 0 });
        bob.session = None; // Deleted, or too old for the archive.
        assert_eq!(bob.refuses(&first), OpenError::ReusedBaseKey { signed: 1 });
    }
}

#[test]
fn a_replayed_first_message_is_refused_for_want_of_its_one_time_key() {
    for (profile, kind, id) in
        [(Profile::V3, PreKeyKind::OneTime, 2), (Profile::V4, PreKeyKind::Kem, 3)]
    {
        let (mut alice, mut bob) = strangers(profile);
        let first = alice.seals("pay 10");
        bob.opens(&first, "pay 10");
        bob.session = None;
        assert_eq!(bob.refuses(&first), OpenError::UnknownPreKey { kind, id });
    }
}

#[test]
fn another_encoding_of_the_base_key_does_not_pass_for_another_message() {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let bundle = bob.bundle(With { one_time: false, last_resort: true });
    alice.starts(Profile::V4, bundle);
    let first = alice.seals("pay 10");
    bob.opens(&first, "pay 10");
    bob.session = None;
    let base_key = |bytes: &[u8]| PublicKey::decode(bytes).unwrap();
    let with_high_bit = rewritten(&first, |base| {
        let mut u = *base_key(base).as_bytes();
        u[31] |= 0x80;
        u
    });
    assert_eq!(bob.refuses(&with_high_bit), OpenError::BadBaseKey);
}

#[test]
fn base_keys_of_small_order_and_other_encodings_are_refused() {
    let mut small = [[0; 32], [0; 32], [0; 32], [0xff; 32]];
    small[1][0] = 1;
    small[2] = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ];
    for profile in ALL {
        for u in small {
            let (mut alice, mut bob) = strangers(profile);
            let first = alice.seals("hello");
            assert_eq!(bob.refuses(&rewritten(&first, |_| u)), OpenError::BadBaseKey);
            bob.opens(&first, "hello");
        }
    }
}

#[test]
fn our_own_base_key_sent_back_to_us_opens_nothing() {
    let (mut alice, mut bob) = strangers(Profile::V3);
    let first = alice.seals("hello");
    bob.opens(&first, "hello");
    let answer = bob.seals("hello yourself");
    // The network wraps Bob's answer in the outer part of Alice's own first message.
    let outer = PreKeySignalMessage::parse(&first.bytes).unwrap();
    let identity = bob.identity.public().encode();
    let fields = PreKeyFields {
        version: outer.version,
        registration_id: outer.registration_id,
        pre_key_id: None,
        signed_pre_key_id: outer.signed_pre_key_id,
        kem: outer.kem,
        base_key: outer.base_key,
        identity_key: &identity,
        message: &answer.bytes,
    };
    let wrapped = Sealed { kind: MessageKind::PreKey, bytes: fields.encode(), ..first.clone() };
    assert_eq!(alice.refuses(&wrapped), OpenError::OuterChanged);
    alice.opens(&answer, "hello yourself");
}

/// `first` with another base key.
fn rewritten(first: &Sealed, change: impl Fn(&[u8]) -> [u8; 32]) -> Sealed {
    let outer = PreKeySignalMessage::parse(&first.bytes).unwrap();
    let inner_length = outer.message.authenticated.len() + outer.message.mac.len();
    let start = first.bytes.windows(outer.message.authenticated.len());
    let start = start.into_iter().position(|window| window == outer.message.authenticated).unwrap();
    let fields = PreKeyFields {
        version: outer.version,
        registration_id: outer.registration_id,
        pre_key_id: outer.pre_key_id,
        signed_pre_key_id: outer.signed_pre_key_id,
        kem: outer.kem,
        base_key: &PublicKey::from_bytes(change(outer.base_key)).encode(),
        identity_key: outer.identity_key,
        message: &first.bytes[start..start + inner_length],
    };
    Sealed { bytes: fields.encode(), ..first.clone() }
}

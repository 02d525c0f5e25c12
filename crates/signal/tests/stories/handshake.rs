//! Starting a session, with and without one-time prekeys, in both roles.

use keys::{BundleError, BundleKey, Mode, PublicKey, Signature};
use signal::{
    InitiateError, MessageKind, OpenError, PreKeyKind, Profile, SealError, SealRandomness,
};

use crate::people::{ALL, Person, With, acquainted, strangers};

//= test: pqxdh r3 2.5 last-resort-known
//= test: sesame r2 3.4 initiate
//= test: x3dh r1 3.3 agreements
//= test: pqxdh r3 3.3 encapsulate
//= test: pqxdh r3 3.4 decapsulate
//= test: pqxdh r3 2.2 kdf
//= test: double-ratchet r4 3.3 initialization
#[test]
fn both_roles_agree_with_and_without_a_one_time_prekey() {
    for profile in ALL {
        for (one_time, last_resort) in [(true, true), (true, false), (false, true), (false, false)]
        {
            let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
            let bundle = bob.bundle(With { one_time, last_resort });
            alice.starts(profile, bundle);
            let first = alice.seals("hello");
            assert_eq!(first.kind, MessageKind::PreKey);
            let opened = bob.opened(&first, "hello");
            assert!(opened.session_was_created);
            assert_eq!(opened.remote_identity, alice.identity.public());
            assert_eq!(opened.consumed_one_time.is_some(), one_time);
            let v4 = profile != Profile::V3;
            assert_eq!(opened.consumed_kem.map(|(_, last)| last), v4.then_some(last_resort));
            let guarded = if v4 { !last_resort } else { one_time };
            assert_eq!(opened.remember_base_key.is_none(), guarded);

            let answer = bob.seals("hello yourself");
            assert_eq!(answer.kind, MessageKind::Message);
            alice.opens(&answer, "hello yourself");
            assert_eq!(alice.seals("again").kind, MessageKind::Message);
        }
    }
}

//= test: x3dh r1 3.2 publish
//= test: pqxdh r3 3.2 publish
#[test]
fn what_a_device_publishes_bears_its_signature_over_the_encoded_keys() {
    let mut bob = Person::new("bob");
    let bundle = bob.bundle(With { one_time: true, last_resort: true });
    let (identity, kem) = (bob.identity.public(), bundle.kem.as_ref().unwrap());
    let over = |message: &[u8], signature| identity.verify(message, signature, Mode::Strict);
    assert_eq!(over(&bundle.signed.key.encode(), &bundle.signed.signature), Ok(()));
    assert!(over(bundle.signed.key.as_bytes(), &bundle.signed.signature).is_err());
    assert_eq!(over(kem.key.encode(), &kem.signature), Ok(()));
    assert!(over(kem.key.as_bytes(), &kem.signature).is_err());
}

//= test: double-ratchet r4 8.6 truncating
#[test]
fn messages_have_the_sizes_and_version_bytes_measured_between_official_clients() {
    for (profile, version, first_bytes) in [(Profile::V3, 0x33, 146), (Profile::V4, 0x44, 1_759)] {
        let (mut alice, mut bob) = strangers(profile);
        let first = alice.seals("short");
        assert_eq!(first.bytes[0], version);
        // Ids and counters that need more than one byte make the measured messages a little larger.
        assert!(first.bytes.len().abs_diff(first_bytes) <= 40, "{} bytes", first.bytes.len());
        bob.opens(&first, "short");
        let answer = bob.seals("short");
        assert_eq!((answer.bytes[0], answer.bytes.len()), (version, 66));
    }
}

#[test]
fn the_other_version_byte_of_profile_v3_is_read_too() {
    let (mut alice, mut bob) = strangers(Profile::V3);
    let mut first = alice.seals("hello");
    first.bytes[0] = 0x34; // Outside the MAC; some later official clients announce themselves so.
    bob.opens(&first, "hello");
}

//= test: x3dh r1 3.4 agreements
#[test]
fn one_time_keys_are_used_up_by_the_first_message_that_opens_and_not_before() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let first = alice.seals("hello");
    let mut forged = first.clone();
    *forged.bytes.last_mut().unwrap() ^= 1;
    bob.refuses(&forged);
    let trial = bob.tries(&first).unwrap();
    drop(trial);
    let opened = bob.opened(&first, "hello");
    assert!(opened.consumed_one_time.is_some() && opened.consumed_kem.is_some());
}

#[test]
fn a_second_message_of_an_unanswered_sender_starts_no_second_handshake() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let (first, second) = (alice.seals("one"), alice.seals("two"));
        assert_eq!(second.kind, MessageKind::PreKey);
        bob.opens(&first, "one");
        let opened = bob.opened(&second, "two");
        assert!(!opened.session_was_created);
        assert_eq!(opened.consumed_one_time, None);
        assert_eq!(opened.consumed_kem, None);
        assert_eq!(bob.session.as_ref().unwrap().archived(), 0);
    }
}

#[test]
fn first_messages_open_in_any_order() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let sealed: Vec<_> = (0..4).map(|number| alice.seals(&format!("{number}"))).collect();
    for number in [2, 0, 3, 1] {
        bob.opens(&sealed[number], &format!("{number}"));
    }
}

#[test]
fn a_profile_that_the_bundle_or_the_policy_does_not_have_is_refused() {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let mut bundle = bob.bundle(With { one_time: true, last_resort: false });
    bundle.kem = None;
    let verified = bundle.clone().verify(Mode::Strict).unwrap();
    assert_eq!(alice.starts_from(Profile::V4, &verified), Err(InitiateError::NoKemPreKey));

    alice.starts(Profile::V3, bundle);
    let first = alice.seals("hello");
    bob.profiles = vec![Profile::V4];
    assert_eq!(bob.refuses(&first), OpenError::Version { found: 0x33 });
    bob.profiles = vec![Profile::V3];
    bob.opens(&first, "hello");
}

//= test: x3dh r1 3.4 load-keys
//= test: pqxdh r3 3.4 load-keys
#[test]
fn a_message_that_names_a_prekey_we_do_not_have_is_refused_by_kind_and_id() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let first = alice.seals("hello");
    let (one_time, kem) = (bob.prekeys.one_time.remove(&2), bob.prekeys.kem.remove(&3));
    assert_eq!(bob.refuses(&first), unknown(PreKeyKind::Kem, 3));
    bob.prekeys.kem.insert(3, kem.unwrap());
    assert_eq!(bob.refuses(&first), unknown(PreKeyKind::OneTime, 2));
    bob.prekeys.one_time.insert(2, one_time.unwrap());
    let signed = bob.prekeys.signed.remove(&1).unwrap();
    assert_eq!(bob.refuses(&first), unknown(PreKeyKind::Signed, 1));
    bob.prekeys.signed.insert(1, signed);
    bob.opens(&first, "hello");
}

#[test]
fn a_bundle_with_a_wrong_signature_starts_nothing() {
    let mut bob = Person::new("bob");
    let mut bundle = bob.bundle(With { one_time: true, last_resort: false });
    bundle.kem.as_mut().unwrap().signature = Signature([7; 64]);
    assert_eq!(bundle.verify(Mode::Compat), Err(BundleError::KemPreKey { id: 3 }));
}

//= test: sesame r2 3.3 discard
#[test]
fn a_bundle_with_a_signed_key_of_small_order_starts_nothing() {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let mut bundle = bob.bundle(With { one_time: false, last_resort: false });
    bundle.signed.key = PublicKey::from_bytes([0; 32]);
    bundle.signed.signature = bob.identity.sign(&bundle.signed.key.encode(), [1; 64]);
    let which = BundleKey::Signed { id: 1 };
    assert_eq!(bundle.clone().verify(Mode::Strict), Err(BundleError::Alias { which }));
    let verified = bundle.verify(Mode::Compat).unwrap();
    let refused = alice.starts_from(Profile::V3, &verified).unwrap_err();
    assert!(matches!(refused, InitiateError::LowOrder(_)));
    assert!(alice.session.is_none());
}

//= test: sesame r2 6.1 pause
#[test]
fn another_identity_than_the_pinned_one_is_refused() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let first = alice.seals("hello");
        bob.pinned = Some(Person::new("mallory").identity.public());
        assert_eq!(bob.refuses(&first), OpenError::UntrustedIdentity);
        bob.pinned = Some(alice.identity.public());
        bob.opens(&first, "hello");

        alice.pinned = Some(Person::new("mallory").identity.public());
        let answer = bob.seals("hello yourself");
        assert_eq!(alice.refuses(&answer), OpenError::UntrustedIdentity);
    }
}

//= test: x3dh r1 3.3 more-ad
//= test: x3dh r1 4.8 identity-binding
//= test: pqxdh r3 4.10 identity-binding
#[test]
fn a_first_message_that_names_other_addresses_is_refused() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    alice.addresses = Some([1; 36]);
    let first = alice.seals("hello");
    bob.addresses = Some([2; 36]);
    assert_eq!(bob.refuses(&first), OpenError::AddressMismatch);
    bob.addresses = Some([1; 36]);
    bob.opens(&first, "hello");
    let answer = bob.seals("hello yourself");
    assert_eq!(answer.bytes.len(), 66, "addresses travel in first messages only");
    alice.opens(&answer, "hello yourself");
}

//= test: sesame r2 4.2 timestamp
//= test: sesame r2 4.2 maxsend
#[test]
fn a_session_unanswered_for_more_than_30_days_is_not_sent_on() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let thirty_days = 30 * 86_400;
    alice.now += thirty_days;
    let late = alice.seals("late");
    alice.now += 1;
    let (before, now) = (alice.session.as_ref().unwrap().snapshot(), alice.now);
    let session = alice.session.as_mut().unwrap();
    let refused = session
        .seal(b"too late", SealRandomness { braid: [0; 64] }, now, None, &mut signal::NoTrace)
        .unwrap_err();
    let why =
        SealError::Unacknowledged { age_seconds: thirty_days + 1, limit_seconds: thirty_days };
    assert_eq!(refused, why);
    assert!(session.snapshot() == before);

    bob.opens(&late, "late");
    let answer = bob.seals("here I am");
    alice.opens(&answer, "here I am");
    let again = alice.seals("at last");
    bob.opens(&again, "at last");
}

//= test: double-ratchet r4 3.1 none-chain
#[test]
fn sealing_without_a_session_is_refused() {
    let (mut alice, _bob) = acquainted(Profile::V3);
    let session = alice.session.as_mut().unwrap();
    session.archive_current();
    assert!(!session.has_current());
    let refused =
        session.seal(b"hello", SealRandomness { braid: [0; 64] }, 0, None, &mut signal::NoTrace);
    assert_eq!(refused, Err(SealError::NoSession));
}

const fn unknown(kind: PreKeyKind, id: u32) -> OpenError {
    OpenError::UnknownPreKey { kind, id }
}

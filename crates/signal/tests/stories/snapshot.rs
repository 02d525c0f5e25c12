//! Sessions and keys as bytes, and back.

use signal::{
    IdentityKeyPair, KemPreKey, OneTimePreKey, PartRefs, Parts, Profile, RestoreError, Session,
    SignedPreKey,
};

use crate::people::{Person, With, acquainted, strangers};

#[test]
fn a_restored_session_goes_on_where_the_old_one_was() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    (alice.forgetful, bob.forgetful) = (true, true);
    let (first, second) = (alice.seals("one"), alice.seals("two"));
    bob.opens(&second, "two");
    let answer = bob.seals("answer");
    alice.opens(&answer, "answer");
    bob.opens(&first, "one");
    let bundle = bob.bundle(With { one_time: false, last_resort: true });
    alice.starts(Profile::V4, bundle);
    let newer = alice.seals("newer");
    bob.opens(&newer, "newer");
    let answer = bob.seals("answer");
    alice.opens(&answer, "answer");
}

#[test]
fn a_message_changes_only_the_parts_that_it_must() {
    let (mut alice, mut bob) = busy(Profile::V4);
    let parts = |person: &Person| person.session.as_ref().unwrap().snapshot();
    let before = parts(&alice);
    let sealed = alice.seals("hello");
    let after = parts(&alice);
    assert!(before.hot != after.hot && before.skipped == after.skipped);
    assert!(before.archive == after.archive && before.pending == after.pending);

    let before = parts(&bob);
    bob.opens(&sealed, "hello");
    let after = parts(&bob);
    assert!(before.hot != after.hot && before.archive == after.archive);
    assert!(before.turn == after.turn);
    assert!(after.hot.len() < 110, "{} bytes", after.hot.len());
    assert!(after.turn.len() < 650, "{} bytes", after.turn.len());
}

#[test]
fn sealing_writes_nothing_of_what_the_key_exchange_has_gathered() {
    let (mut alice, mut bob) = busy(Profile::V4Spqr);
    let parts = |person: &Person| person.session.as_ref().unwrap().snapshot();
    for turn in 0..200 {
        let before = parts(&alice);
        let sealed = alice.seals("hello");
        let sealed = [sealed, alice.seals("again")];
        let after = parts(&alice);
        // The first of a state may have sampled it; the second only sends the next chunk.
        let sealed_again = alice.seals("and again");
        assert!(parts(&alice).exchange == after.exchange, "turn {turn}");
        assert!(before.hot != after.hot && before.archive == after.archive);
        assert!(after.hot.len() <= 340, "{} bytes", after.hot.len());
        assert!(after.turn.len() < 800, "{} bytes", after.turn.len());
        sealed.iter().zip(["hello", "again"]).for_each(|(sealed, text)| bob.opens(sealed, text));
        bob.opens(&sealed_again, "and again");
        let answer = bob.seals("answer");
        alice.opens(&answer, "answer");
    }
}

#[test]
fn what_says_nothing_is_empty() {
    let (alice, _bob) = acquainted(Profile::V4);
    let parts = alice.session.as_ref().unwrap().snapshot();
    assert!(parts.skipped.is_empty() && parts.archive.is_empty() && parts.pending.is_empty());
}

#[test]
fn a_damaged_part_is_refused_wherever_the_damage_is() {
    for person in people() {
        let parts = person.session.as_ref().unwrap().snapshot();
        for which in 0..PARTS {
            for byte in 0..part(&parts, which).len() {
                let mut damaged = parts.clone();
                part_mut(&mut damaged, which)[byte] ^= 0x10;
                assert_eq!(restore(&damaged).unwrap_err(), RestoreError::Checksum);
            }
            for length in 1..part(&parts, which).len() {
                let mut cut = parts.clone();
                part_mut(&mut cut, which).truncate(length);
                assert!(restore(&cut).is_err());
            }
        }
    }
}

#[test]
fn a_part_with_a_good_checksum_and_any_content_is_read_or_refused_but_never_panics() {
    let (mut read, mut refused) = (0, 0);
    for person in people() {
        let parts = person.session.as_ref().unwrap().snapshot();
        for which in 0..PARTS {
            let body = part(&parts, which).len().saturating_sub(4);
            for byte in 0..body {
                for value in [0, 1, 0x44, 0xff] {
                    let mut changed = parts.clone();
                    if part(&changed, which)[byte] == value {
                        continue;
                    }
                    let bytes = part_mut(&mut changed, which);
                    bytes[byte] = value;
                    let checksum = checksum(&bytes[..body]);
                    bytes[body..].copy_from_slice(&checksum);
                    match restore(&changed) {
                        // Whatever is read has one encoding: the one that was read.
                        Ok(session) => {
                            assert!(session.snapshot() == changed, "part {which} byte {byte}");
                            read += 1;
                        }
                        Err(_) => refused += 1,
                    }
                }
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

#[test]
fn parts_of_different_sessions_are_not_mixed() {
    let ((one, _), (mut other, _)) = (busy(Profile::V4), busy(Profile::V4));
    let mut peer = Person::new("carol");
    let bundle = peer.bundle(With { one_time: true, last_resort: false });
    other.starts(Profile::V4, bundle);
    let (one, other) = (one.session.unwrap().snapshot(), other.session.unwrap().snapshot());
    let mixed = Parts { pending: other.pending, ..one };
    assert_eq!(restore(&mixed).unwrap_err(), RestoreError::Mixed);
    let swapped = Session::restore(PartRefs { turn: &mixed.archive, ..PartRefs::default() });
    assert!(matches!(swapped, Err(RestoreError::Tag { .. })));
}

#[test]
fn keys_read_back_and_damaged_ones_do_not() {
    let mut bob = Person::new("bob");
    let bundle = bob.bundle(With { one_time: true, last_resort: true });
    let identity = bob.identity.to_bytes();
    let restored = IdentityKeyPair::from_bytes(&identity).unwrap();
    assert_eq!(restored.public(), bob.identity.public());
    assert_eq!(restored.sign(b"m", [1; 64]), bob.identity.sign(b"m", [1; 64]));

    let signed = bob.prekeys.signed[&1].to_bytes();
    assert_eq!(SignedPreKey::from_bytes(&signed).unwrap().published(), bundle.signed);
    let one_time = bob.prekeys.one_time[&2].to_bytes();
    let published = OneTimePreKey::from_bytes(&one_time).unwrap().published();
    assert_eq!(Some(published), bundle.one_time);
    let kem = bob.prekeys.kem[&3].to_bytes();
    let restored = KemPreKey::from_bytes(&kem).unwrap();
    assert!(restored.is_last_resort());
    assert_eq!(Some(restored.published()), bundle.kem);

    assert!(IdentityKeyPair::from_bytes(&identity[1..]).is_err());
    assert!(SignedPreKey::from_bytes(&one_time).is_err());
    assert!(OneTimePreKey::from_bytes(&signed).is_err());
    let mut damaged = kem.to_vec();
    damaged[10] ^= 1;
    assert_eq!(KemPreKey::from_bytes(&damaged).unwrap_err(), RestoreError::Checksum);
}

/// Two devices whose sessions have every part: Alice's is not answered yet, Bob's has skipped keys,
/// both have an archive.
fn busy(profile: Profile) -> (Person, Person) {
    let (mut alice, mut bob) = acquainted(profile);
    let _lost = alice.seals("lost");
    let late = alice.seals("late");
    bob.opens(&late, "late");
    let bundle = bob.bundle(With { one_time: true, last_resort: false });
    alice.starts(profile, bundle);
    let _lost = alice.seals("lost");
    let late = alice.seals("late");
    bob.opens(&late, "late");
    (alice, bob)
}

/// Sessions that have every part, and with the post-quantum ratchet in each of its states.
fn people() -> Vec<Person> {
    let (alice, bob) = busy(Profile::V4);
    let mut people = vec![alice, bob];
    for turns in [2, 31, 40] {
        let (mut alice, mut bob) = busy(Profile::V4Spqr);
        for _ in 0..turns {
            let answer = bob.seals("answer");
            alice.opens(&answer, "answer");
            let next = alice.seals("next");
            bob.opens(&next, "next");
        }
        people.extend([alice, bob]);
    }
    people
}

const PARTS: usize = 6;

fn restore(parts: &Parts) -> Result<Session, RestoreError> {
    Session::restore(parts.refs())
}

fn part(parts: &Parts, which: usize) -> &[u8] {
    [&parts.hot, &parts.skipped, &parts.archive, &parts.pending, &parts.exchange, &parts.turn]
        [which]
}

fn part_mut(parts: &mut Parts, which: usize) -> &mut Vec<u8> {
    match which {
        0 => &mut parts.hot,
        1 => &mut parts.skipped,
        2 => &mut parts.archive,
        3 => &mut parts.pending,
        4 => &mut parts.exchange,
        _ => &mut parts.turn,
    }
}

/// Found by the fuzz target `records`.
#[test]
fn a_private_key_in_another_form_than_it_is_written_in_is_refused() {
    let mut bob = Person::new("bob");
    let _bundle = bob.bundle(With { one_time: true, last_resort: false });
    let unclamped = |record: &[u8], at: usize| {
        let mut bytes = record.to_vec();
        let body = bytes.len() - 4;
        bytes[at] |= 1;
        let checksum = checksum(&bytes[..body]);
        bytes[body..].copy_from_slice(&checksum);
        bytes
    };
    let refusal = RestoreError::Range { what: "private key" };
    let record = unclamped(&bob.identity.to_bytes(), 2);
    assert_eq!(IdentityKeyPair::from_bytes(&record).err(), Some(refusal));
    let record = unclamped(&bob.prekeys.signed[&1].to_bytes(), 6);
    assert_eq!(SignedPreKey::from_bytes(&record).err(), Some(refusal));
    let record = unclamped(&bob.prekeys.one_time[&2].to_bytes(), 6);
    assert_eq!(OneTimePreKey::from_bytes(&record).err(), Some(refusal));
}

/// The checksum that the page of `signal::snapshot` describes.
fn checksum(body: &[u8]) -> [u8; 4] {
    let mut words: Vec<u64> = Vec::new();
    for chunk in body.chunks(8).chain(body.len().is_multiple_of(8).then_some(&[][..])) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(u64::from_le_bytes(word));
    }
    let state = words.into_iter().fold(body.len() as u64, |state, word| {
        let state = (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state ^ (state >> 32)
    });
    (state as u32).to_le_bytes()
}

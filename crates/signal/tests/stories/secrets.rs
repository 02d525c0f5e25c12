//! What a session keeps of the secrets that went through it, and what it makes of them.

use hmac::{Hmac, KeyInit, Mac};
use keys::Mode;
use sha2::Sha256;
use signal::{
    InitiateRandomness, MessageKind, NoTrace, OpenError, PreKeyKind, Profile, SealRandomness,
    Session, Tracer, trace::Step,
};

use crate::people::{ALL, Person, With, acquainted, strangers};

const WITH_ONE_TIME: With = With { one_time: true, last_resort: false };

/// Keeps every value that it sees: `(step, name, bytes)`, inputs before outputs.
#[derive(Default)]
struct Everything(Vec<(&'static str, &'static str, Vec<u8>)>);

impl Tracer for Everything {
    fn step(&mut self, step: &Step<'_>) {
        let values = step.inputs.iter().chain(step.outputs);
        self.0.extend(values.map(|value| (step.name, value.name, value.bytes.to_vec())));
    }
}

impl Everything {
    /// The values called `name` of the steps called `step`, in order.
    fn of(&self, step: &str, name: &str) -> Vec<&[u8]> {
        let those = self.0.iter().filter(|(of, called, _)| *of == step && *called == name);
        those.map(|(_, _, bytes)| bytes.as_slice()).collect()
    }
}

/// Everything that is kept of a session.
fn kept(session: &Session) -> Vec<u8> {
    let parts = session.snapshot();
    [&parts.hot[..], &parts.turn, &parts.skipped, &parts.archive, &parts.pending, &parts.exchange]
        .concat()
}

#[track_caller]
fn assert_kept(session: &Session, secret: &[u8], is_kept: bool, what: &str) {
    let found = kept(session).windows(secret.len()).any(|window| window == secret);
    assert_eq!(found, is_kept, "{what}");
}

const AGREEMENTS: [(&str, &str); 5] =
    [("DH1", "DH1"), ("DH2", "DH2"), ("DH3", "DH3"), ("DH4", "DH4"), ("pqkem-enc", "SS")];

//= test: x3dh r1 3.3 delete-ephemeral
//= test: pqxdh r3 3.3 delete-secrets
#[test]
fn a_new_session_keeps_neither_ephemeral_key_nor_agreement_nor_kem_secret() {
    for (profile, count) in [(Profile::V3, 4), (Profile::V4, 5), (Profile::V4Spqr, 5)] {
        let (alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        let bundle = bob.bundle(WITH_ONE_TIME).verify(Mode::Strict).unwrap();
        let r =
            InitiateRandomness { base: [0x71; 32], ratchet: [0x72; 32], encapsulation: [0x73; 32] };
        let mut seen = Everything::default();
        let session =
            Session::initiate(profile, &alice.identity, 1, &bundle, r, 0, &mut seen).unwrap();
        // Clamping changes the first and the last byte only.
        assert_kept(&session, &[0x72; 30], true, "the ratchet key, so what is kept is found");
        assert_kept(&session, &[0x71; 30], false, "the ephemeral private key");
        let secrets: Vec<_> =
            AGREEMENTS.iter().flat_map(|(step, name)| seen.of(step, name)).collect();
        assert_eq!(secrets.len(), count);
        for secret in secrets {
            assert_kept(&session, secret, false, "an agreement or the KEM secret");
        }
    }
}

//= test: double-ratchet r4 2.4 delete-used
#[test]
fn keys_that_were_used_are_not_in_what_is_kept() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let (mut sealing, mut opening) = (Everything::default(), Everything::default());
        let random = SealRandomness { braid: alice.draw() };
        let session = alice.session.as_mut().unwrap();
        let sealed = session.seal(b"text", random, alice.now, None, &mut sealing).unwrap();
        let trial = bob.tries_watched(sealed.kind, &sealed.bytes, &mut opening).unwrap();
        let _opened = bob.commits(trial).unwrap();

        for (person, seen) in [(&alice, &sealing), (&bob, &opening)] {
            let session = person.session.as_ref().unwrap();
            let used = [
                ("kdf-ck mk", "ck"),
                ("kdf-ck mk", "mk"),
                ("message keys", "encryption key"),
                ("message keys", "authentication key"),
            ];
            for (step, name) in used {
                let values = seen.of(step, name);
                assert!(!values.is_empty(), "{step}");
                values.iter().for_each(|value| assert_kept(session, value, false, name));
            }
            let next = seen.of("kdf-ck ck", "ck'");
            assert_kept(session, next.last().unwrap(), true, "the next chain key");
        }
        // Bob's ratchet took two steps: the root keys before and between them are gone.
        let session = bob.session.as_ref().unwrap();
        let (before, after) = (opening.of("kdf-rk", "rk"), opening.of("kdf-rk", "rk'"));
        assert_eq!((before.len(), after.len()), (2, 2));
        before.iter().for_each(|root| assert_kept(session, root, false, "a root key before"));
        assert_kept(session, after[1], true, "the root key now");
    }
}

//= test: double-ratchet r4 7.1 sk
//= test: double-ratchet r4 7.1 signed-prekey
//= test: double-ratchet r4 2.3 root-chain
#[test]
fn the_ratchet_starts_from_the_key_of_the_handshake_and_the_signed_prekey() {
    for profile in ALL {
        let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        let bundle = bob.bundle(WITH_ONE_TIME).verify(Mode::Strict).unwrap();
        let signed = *bundle.get().signed.key.as_bytes();
        let (base, ratchet, encapsulation) = (alice.draw(), alice.draw(), alice.draw());
        let r = InitiateRandomness { base, ratchet, encapsulation };
        let (mut hers, mut his) = (Everything::default(), Everything::default());
        let session =
            Session::initiate(profile, &alice.identity, 1, &bundle, r, alice.now, &mut hers);
        alice.session = Some(session.unwrap());
        let first = alice.seals("hello");
        let trial = bob.tries_watched(first.kind, &first.bytes, &mut his).unwrap();
        let _opened = bob.commits(trial).unwrap();

        for seen in [&hers, &his] {
            assert_eq!(seen.of("sk", "rk")[0], seen.of("kdf-rk", "rk")[0]);
            // Every agreement goes into the root chain, and into nothing else.
            assert_eq!(seen.of("dh", "dh_out"), seen.of("kdf-rk", "dh_out"));
        }
        assert_eq!(hers.of("sk", "rk"), his.of("sk", "rk"));
        assert_eq!((hers.of("dh", "DHr")[0], his.of("dh", "DHs")[0]), (&signed[..], &signed[..]));
        // One new ratchet key, two steps: with the pair before, then with a new one.
        assert_eq!(his.of("kdf-rk", "rk'").len(), 2);
        assert_ne!(his.of("dh", "DHs")[1], signed);
    }
}

//= test: x3dh r1 3.3 ad
//= test: pqxdh r3 3.3 ad
//= test: double-ratchet r4 7.1 ad
//= test: double-ratchet r4 3.1 concat
#[test]
fn every_message_authenticates_both_identities_and_its_whole_header() {
    for profile in ALL {
        let (mut alice, mut bob) = acquainted(profile);
        let (hers, his) = (alice.identity.public().encode(), bob.identity.public().encode());
        for turn in 0..2 {
            let (sender, receiver, parties) = match turn {
                0 => (&mut alice, &mut bob, [hers, his]),
                _ => (&mut bob, &mut alice, [his, hers]),
            };
            let sealed = sender.seals("text");
            let mut seen = Everything::default();
            let trial = receiver.tries_watched(sealed.kind, &sealed.bytes, &mut seen).unwrap();
            let _opened = receiver.commits(trial).unwrap();
            let (authenticated, tag) = sealed.bytes.split_last_chunk::<8>().unwrap();
            let key = seen.of("message keys", "authentication key")[0];
            let tag_over = |parties: [[u8; 33]; 2]| {
                let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
                // Both have a fixed length: nothing else is read from the same bytes.
                mac.update(parties.as_flattened());
                mac.update(authenticated);
                mac.finalize().into_bytes()[..8].to_vec()
            };
            assert_eq!(tag_over(parties), tag);
            assert_ne!(tag_over([parties[1], parties[0]]), tag, "the order says who sent it");
        }
    }
}

//= test: x3dh r1 4.3 randomize
//= test: pqxdh r3 4.3 key-reuse
#[test]
fn a_first_message_that_comes_again_is_never_answered_under_the_same_key() {
    for profile in ALL {
        let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
        let bundle = bob.bundle(With { one_time: false, last_resort: true });
        alice.starts(profile, bundle);
        let first = alice.seals("pay 10");
        let mut answers = Vec::new();
        for _ in 0..3 {
            // A back-up was restored: neither session nor replay memory is left.
            bob.session = None;
            bob.prekeys.seen.clear();
            bob.opens(&first, "pay 10");
            answers.push(bob.seals("done"));
        }
        for (number, answer) in answers.iter().enumerate() {
            for other in &answers[..number] {
                assert_ne!(answer.key_fingerprint, other.key_fingerprint);
                assert_ne!(answer.position.ratchet_key, other.position.ratchet_key);
            }
        }
    }
}

//= test: x3dh r1 3.2 keep-previous
//= test: x3dh r1 3.2 delete-previous
//= test: pqxdh r3 3.2 delete-previous
#[test]
fn a_first_message_for_the_signed_prekey_before_opens_until_that_is_deleted() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let late = alice.seals("late");
        let _newer = bob.bundle(WITH_ONE_TIME);
        let trial = bob.tries(&late);
        assert!(trial.is_ok());
        drop(trial);
        bob.prekeys.signed.remove(&1);
        let unknown = OpenError::UnknownPreKey { kind: PreKeyKind::Signed, id: 1 };
        assert_eq!(bob.refuses(&late), unknown);
    }
}

//= test: x3dh r1 2.4 fresh-ephemeral
//= test: pqxdh r3 2.4 fresh-ephemeral
//= test: sesame r2 2.2 session-id
#[test]
fn two_sessions_from_one_bundle_have_two_names() {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let bundle = bob.bundle(WITH_ONE_TIME);
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..3 {
        alice.starts(Profile::V4, bundle.clone());
        let first = alice.seals("hello");
        let name = alice.session.as_ref().unwrap().base_key().unwrap();
        assert!(names.insert(name));
        let parsed = wire::signal::PreKeySignalMessage::parse(&first.bytes).unwrap();
        assert_eq!(parsed.base_key, name.encode());
    }
}

//= test: x3dh r1 3.3 initial-message
//= test: pqxdh r3 3.3 initial-message
//= test: pqxdh r3 3.3 delete-ciphertext
//= test: double-ratchet r4 7.1 repeat-initial
//= test: sesame r2 2.2 initiation-identity
//= test: sesame r2 2.2 becomes-regular
//= test: sesame r2 5.2 attach
#[test]
fn every_message_carries_what_starts_the_session_until_the_first_answer() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let mut outer = Vec::new();
        for text in ["one", "two", "three"] {
            let sealed = alice.seals(text);
            assert_eq!(sealed.kind, MessageKind::PreKey);
            let parsed = wire::signal::PreKeySignalMessage::parse(&sealed.bytes).unwrap();
            assert_eq!(parsed.identity_key, alice.identity.public().encode());
            let ids = (parsed.pre_key_id, parsed.signed_pre_key_id);
            assert_eq!(ids, (Some(2), 1));
            let kem = parsed.kem.map(|part| (part.pre_key_id, part.ciphertext.to_vec()));
            assert_eq!(kem.as_ref().map(|(id, _)| *id), profile.has_kem().then_some(3));
            outer.push((parsed.base_key.to_vec(), kem));
            bob.opens(&sealed, text);
        }
        assert!(outer.iter().all(|one| *one == outer[0]));
        let answer = bob.seals("answer");
        let ciphertext = outer[0].1.as_ref().map(|(_, ciphertext)| ciphertext.as_slice());
        let held = |person: &Person| {
            let all = kept(person.session.as_ref().unwrap());
            ciphertext.is_some_and(|it| all.windows(it.len()).any(|window| window == it))
        };
        assert_eq!(held(&alice), profile.has_kem());
        alice.opens(&answer, "answer");
        assert!(!held(&alice));
        assert_eq!(alice.seals("four").kind, MessageKind::Message);
    }
}

#[test]
fn watching_shows_what_the_session_would_derive_unwatched() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let sealed = alice.seals("text");
    let mut seen = Everything::default();
    let watched = bob.tries_watched(sealed.kind, &sealed.bytes, &mut seen).unwrap();
    let unwatched = bob.tries_watched(sealed.kind, &sealed.bytes, &mut NoTrace).unwrap();
    assert_eq!(watched.plaintext(), unwatched.plaintext());
    assert!(!seen.0.is_empty());
}

//! Nothing prints a key, and watching changes nothing.

use signal::{NoTrace, OpenError, Profile, Recorder, SealRandomness};

use crate::people::{ALL, Person, With, acquainted, strangers};

#[test]
fn debug_output_never_contains_secret_bytes() {
    let (mut alice, mut bob) = acquainted(Profile::V4);
    let _bundle = bob.bundle(With { one_time: true, last_resort: false });
    let sealed = alice.seals("a secret text");
    let opening = bob.tries(&sealed).unwrap();
    let trial = format!("{opening:?}");
    let opened = bob.commits(opening).unwrap();
    let session = bob.session.as_ref().unwrap();
    let shelf = &bob.prekeys;
    let (signed, one_time, kem) = (&shelf.signed[&1], &shelf.one_time[&5], &shelf.kem[&6]);
    let printed = format!(
        "{trial} {opened:?} {session:?} {:?} {:?} {signed:?} {one_time:?} {kem:?}",
        bob.identity,
        session.snapshot(),
    );
    assert!(printed.contains("Session {") && printed.contains("IdentityKeyPair("));
    assert!(!printed.contains("secret text"));

    let parts = session.snapshot();
    let mut secrets = [&parts.hot[..], &parts.turn].concat();
    secrets.extend(bob.identity.to_bytes().iter());
    secrets.extend(signed.to_bytes().iter().chain(one_time.to_bytes().iter()));
    secrets.extend(kem.to_bytes().iter());
    for window in secrets.windows(6) {
        let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = window.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        assert!(!printed.to_lowercase().contains(&hex) && !printed.contains(&list));
    }
}

#[test]
fn a_watched_conversation_is_the_same_conversation() {
    for profile in ALL {
        let (mut alice, mut bob) = strangers(profile);
        let (mut watched_alice, mut watched_bob) = strangers(profile);
        let mut recorder = Recorder::default();
        for text in ["one", "two"] {
            let plain = alice.seals(text);
            let random = SealRandomness { braid: watched_alice.draw() };
            let session = watched_alice.session.as_mut().unwrap();
            let watched = session.seal(text.as_bytes(), random, alice.now, None, &mut recorder);
            let watched = watched.unwrap();
            assert_eq!(plain, watched);

            let (kind, bytes) = (watched.kind, &watched.bytes);
            let opening = watched_bob.tries_watched(kind, bytes, &mut recorder).unwrap();
            let _opened = watched_bob.commits(opening).unwrap();
            bob.opens(&plain, text);
            assert!(snapshot(&bob) == snapshot(&watched_bob));
            assert!(snapshot(&alice) == snapshot(&watched_alice));
        }
        let names: Vec<_> = recorder.steps.iter().map(|step| step.name).collect();
        let mut handshake = vec!["DH1", "DH2", "DH3", "DH4"];
        if profile != Profile::V3 {
            handshake.push("pqkem-dec");
        }
        handshake.push("sk");
        let mut sealing = vec!["kdf-ck mk", "kdf-ck ck", "message keys", "mac"];
        if profile == Profile::V4Spqr {
            handshake.extend(["kdf-auth", "kdf-scka-init"]);
            sealing.insert(2, "kdf-scka-ck");
        }
        let turning = ["dh", "kdf-rk"];
        let mut expected = sealing.clone();
        if profile == Profile::V4Spqr {
            expected.insert(2, "keygen"); // The first message begins the first exchange.
        }
        expected.extend(handshake.iter().chain(&turning).chain(&sealing).chain(&turning));
        expected.extend(sealing.iter().chain(&sealing));
        assert_eq!(names, expected);
    }
}

#[test]
fn what_two_devices_derive_has_the_same_fingerprints() {
    let (mut alice, mut bob) = strangers(Profile::V4);
    let (mut hers, mut his) = (Recorder::default(), Recorder::default());
    let session = alice.session.as_mut().unwrap();
    let sealed = session
        .seal(b"hello", SealRandomness { braid: [0; 64] }, alice.now, None, &mut hers)
        .unwrap();
    let _opening = bob.tries_watched(sealed.kind, &sealed.bytes, &mut his).unwrap();
    let outputs = |recorder: &Recorder, name: &str| {
        recorder.steps.iter().find(|step| step.name == name).map(|step| step.outputs.clone())
    };
    for name in ["kdf-ck mk", "kdf-ck ck", "message keys", "mac"] {
        assert!(outputs(&hers, name).is_some());
        assert_eq!(outputs(&hers, name), outputs(&his, name), "{name}");
    }
}

#[test]
fn refusals_say_what_was_found() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let sealed = alice.seals("hello");
    bob.opens(&sealed, "hello");
    let refusal = bob.refuses(&sealed);
    assert_eq!(refusal.to_string(), "message 0 was already opened");
    let far = OpenError::TooFarAhead { number: 30_000, jump: 29_000, limit: 25_000 };
    assert_eq!(far.to_string(), "message 30000 skips 29000 keys; 25000 are left for it");
    let session = bob.session.as_mut().unwrap();
    session.archive_current();
    let refused =
        session.seal(b"", SealRandomness { braid: [0; 64] }, 0, None, &mut NoTrace).unwrap_err();
    assert_eq!(refused.to_string(), "no session");
}

fn snapshot(person: &Person) -> Option<signal::Parts> {
    person.session.as_ref().map(signal::Session::snapshot)
}

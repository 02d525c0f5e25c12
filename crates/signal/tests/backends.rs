//! Whichever implementation of a primitive is in use gives the same bytes, and those bytes stay as
//! they are.
//!
//! A test program of its own: the choice of Diffie-Hellman is one for a whole process.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a story that goes wrong should stop"
)]

#[path = "backends/kem.rs"]
mod kem;
#[path = "stories/people.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod people;

use people::{BOTH, acquainted};
use sha2::{Digest, Sha256};
use signal::{Profile, Session, crypto};

/// Regression vectors: computed by this engine, so they prove only that nothing has changed.
const REGRESSION: [(Profile, &str); 2] = [
    (Profile::V3, "10b795a70ffcf1755027e2894c8e2136879084e5376b7dc5b13fac267bf45ad0"),
    (Profile::V4, "f95191f7bf0f8768ea626738a9aafde33caf9f7a559068e4f5803a878da01956"),
];

#[test]
fn a_conversation_has_the_same_bytes_with_either_implementation() {
    let digests = || BOTH.map(|profile| (profile, conversation(profile)));
    let found = digests();
    let _whichever = crypto::backend();
    crypto::force_portable();
    assert_eq!(crypto::backend(), crypto::Backend::Portable);
    assert_eq!(digests(), found);
    assert_eq!(found, REGRESSION.map(|(profile, digest)| (profile, digest.to_owned())));
}

/// Digest of every message of a conversation and of the sessions after it.
fn conversation(profile: Profile) -> String {
    let (mut alice, mut bob) = acquainted(profile);
    let mut digest = Sha256::new();
    for turn in 0..10 {
        let text = format!("turn {turn}");
        let (late, sealed) = (alice.seals("late"), alice.seals(&text));
        bob.opens(&sealed, &text);
        let answer = bob.seals(&text);
        alice.opens(&answer, &text);
        bob.opens(&late, "late");
        for message in [&late, &sealed, &answer] {
            digest.update(&message.bytes);
        }
    }
    for person in [&alice, &bob] {
        let parts = person.session.as_ref().map(Session::snapshot).unwrap();
        digest.update(&parts.hot);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

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

use people::{ALL, acquainted};
use sha2::{Digest, Sha256};
use signal::{Profile, Session, crypto};

/// Regression vectors: computed by this engine, so they prove only that nothing has changed.
const REGRESSION: [(Profile, &str); 3] = [
    (Profile::V3, "4a4b5fb1c0af81c4ed9e1b02933c236513b8d46725de1342c43b44e2fee95a44"),
    (Profile::V4, "8d91da5ba4eb75dd898c2f9b5c729cfa7efb1dfcd46bb8af378366eda9064d42"),
    (Profile::V4Spqr, "ca8825262a6ebfda252a964be96d20dda431c39837610824abc3905680e5abb3"),
];

#[test]
fn a_conversation_has_the_same_bytes_with_either_implementation() {
    let digests = || ALL.map(|profile| (profile, conversation(profile)));
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
        digest.update(&parts.turn);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Each row of `docs/reference/verification-modes.md`, in both modes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong should stop"
)]

#[path = "modes/forge.rs"]
mod forge;
#[path = "stories/people.rs"]
#[allow(dead_code, reason = "shared with the stories, which use more of it")]
mod people;

use std::collections::BTreeMap;

use keys::{Bundle, IdentityKey, KemPublicKey, Mode, PublicKey};
use signal::{MessageKind, Profile};

use crate::{
    forge::{Header, alias, plus_torsion, remade, rewritten, signed_by_torsion, with_order_added},
    people::{Person, With, acquainted, strangers},
};

const PAGE: &str = include_str!("../../../docs/reference/verification-modes.md");
const PLAIN: With = With { one_time: true, last_resort: false };

/// Whether what `row` describes is accepted.
type Experiment = fn(Mode) -> bool;

const ROWS: [(&str, Experiment); 19] = [
    ("honest", honest),
    ("signature-not-reduced", |mode| bundle(mode, |it, _| with_order_added(it, 1))),
    ("signature-254-bits", |mode| bundle(mode, |it, _| with_order_added(it, 2))),
    ("identity-alias", |mode| {
        bundle(mode, |it, _| it.identity = IdentityKey::new(alias(it.identity.public_key())))
    }),
    ("identity-torsion", |mode| bundle(mode, |it, _| signed_by_torsion(it))),
    ("signed-prekey-alias", |mode| {
        bundle(mode, |it, bob| {
            it.signed.key = alias(&it.signed.key);
            it.signed.signature = bob.identity.sign(&it.signed.key.encode(), [7; 64]);
        })
    }),
    ("one-time-torsion", one_time_torsion),
    ("signed-prekey-small-order", |mode| {
        bundle(mode, |it, bob| {
            it.signed.key = PublicKey::from_bytes([0; 32]);
            it.signed.signature = bob.identity.sign(&it.signed.key.encode(), [7; 64]);
        })
    }),
    ("key-with-more", |mode| {
        let mut bytes = Person::new("bob").identity.public().encode().to_vec();
        bytes.push(1);
        PublicKey::decode_in(&bytes, mode).is_ok() && IdentityKey::decode_in(&bytes, mode).is_ok()
    }),
    ("first-key-with-more", |mode| {
        first(mode, |bytes| {
            rewritten(bytes, |outer| {
                outer.base_key.push(1);
                outer.identity_key.push(1);
            })
        })
    }),
    ("base-key-alias", |mode| {
        first(mode, |bytes| rewritten(bytes, |outer| outer.base_key[32] |= 0x80))
    }),
    ("ratchet-key-with-more", |mode| message(mode, |header| header.ratchet_key.push(1))),
    ("ratchet-key-alias", |mode| message(mode, |header| header.ratchet_key[32] |= 0x80)),
    ("post-quantum-with-more", |mode| message(mode, |header| header.step.push(1))),
    ("post-quantum-long-number", |mode| {
        message(mode, |header| {
            // The epoch, which is 1, in two bytes.
            assert_eq!(header.step[..2], [1, 1]);
            header.step.splice(1..2, [0x81, 0]);
        })
    }),
    ("first-version-low", |mode| {
        first(mode, |bytes| {
            let mut bytes = bytes.to_vec();
            bytes[0] = 0x43;
            bytes
        })
    }),
    ("message-version-low", |mode| {
        let (mut alice, mut bob) = acquainted(Profile::V4);
        bob.mode = mode;
        let mut sealed = alice.seals("text");
        sealed.bytes[0] = 0x43;
        bob.tries(&sealed).is_ok()
    }),
    ("kem-type", |_mode| {
        let mut bytes = *KemPublicKey::from_bytes(&[9; 1_568]).encode();
        bytes[0] = 0x0a;
        KemPublicKey::decode(&bytes).is_ok()
    }),
    ("field-twice", |mode| {
        first(mode, |bytes| {
            // Registration id, once more, at the end.
            [bytes, &[0x28, 1]].concat()
        })
    }),
];

#[test]
fn every_row_of_the_page_says_what_the_engine_does_in_both_modes() {
    let page = rows();
    for (id, experiment) in ROWS {
        let said = page.get(id).unwrap_or_else(|| panic!("the page has no row {id}"));
        for (mode, said) in Mode::ALL.into_iter().zip(said) {
            let found = if experiment(mode) { "accepted" } else { "refused" };
            assert_eq!(found, *said, "{id} in mode {mode}");
        }
    }
    let run: Vec<_> = ROWS.iter().map(|(id, _)| *id).collect();
    let unrun: Vec<_> = page.keys().filter(|id| !run.contains(id)).collect();
    assert!(unrun.is_empty(), "rows that nothing runs: {unrun:?}");
}

#[test]
fn strict_mode_accepts_nothing_that_compat_mode_refuses() {
    for (id, experiment) in ROWS {
        assert!(experiment(Mode::Compat) || !experiment(Mode::Strict), "{id}");
    }
}

/// The verdicts of the page, compat and strict, by the id of their row.
fn rows() -> BTreeMap<&'static str, [&'static str; 2]> {
    let cells = PAGE.lines().filter(|line| line.starts_with("| ")).skip(1);
    cells
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            (cells[1], [cells[3], cells[4]])
        })
        .collect()
}

fn honest(mode: Mode) -> bool {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    (alice.mode, bob.mode) = (mode, mode);
    let bundle = bob.bundle(PLAIN).verify(mode).unwrap();
    alice.starts_from(Profile::V4Spqr, &bundle).unwrap();
    for turn in 0..200 {
        let (sender, receiver) =
            if turn % 2 == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
        let sealed = sender.seals("text");
        receiver.opens(&sealed, "text");
    }
    true
}

/// Whether a session starts from a bundle that somebody changed.
fn bundle(mode: Mode, change: impl FnOnce(&mut Bundle, &Person)) -> bool {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let mut bundle = bob.bundle(PLAIN);
    bundle.kem = None; // It bears a signature of its own.
    change(&mut bundle, &bob);
    let verified = bundle.verify(mode);
    verified.is_ok_and(|bundle| alice.starts_from(Profile::V3, &bundle).is_ok())
}

fn one_time_torsion(mode: Mode) -> bool {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let mut bundle = bob.bundle(PLAIN);
    let one_time = bundle.one_time.as_mut().unwrap();
    let genuine = one_time.key;
    one_time.key = plus_torsion(&genuine);
    assert_ne!(one_time.key, genuine);
    let Ok(bundle) = bundle.verify(mode) else { return false };
    alice.starts_from(Profile::V4, &bundle).unwrap();
    let first = alice.seals("hello");
    bob.opens(&first, "hello");
    true
}

/// Whether a first message that somebody changed opens.
fn first(mode: Mode, change: impl FnOnce(&[u8]) -> Vec<u8>) -> bool {
    let (mut alice, mut bob) = strangers(Profile::V4);
    bob.mode = mode;
    let mut first = alice.seals("hello");
    first.bytes = change(&first.bytes);
    let Ok(opening) = bob.tries(&first) else { return false };
    let _opened = bob.commits(opening).unwrap();
    let answer = bob.seals("hello yourself");
    alice.opens(&answer, "hello yourself");
    true
}

/// Whether a message opens whose sender wrote its header in another way.
fn message(mode: Mode, change: impl FnOnce(&mut Header)) -> bool {
    let (mut alice, mut bob) = acquainted(Profile::V4Spqr);
    bob.mode = mode;
    let parties = [alice.identity.public().encode(), bob.identity.public().encode()];
    let now = alice.now;
    let bytes = remade(alice.session.as_mut().unwrap(), now, parties, change);
    bob.tries_bytes(MessageKind::Message, &bytes).is_ok()
}

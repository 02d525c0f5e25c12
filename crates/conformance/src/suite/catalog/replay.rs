//! First flights that are sent again, and prekeys that serve once.

use serde_json::json;

use super::super::{
    case::{Case, Checked, KEM, MUST, Profile, RESPONDS, SHOULD},
    claims::{fail, need},
    stage::{Party, Sealed, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "replay.first-flight",
        section: "x3dh r1 4.2",
        roles: RESPONDS,
        claim: "A first flight is refused when it arrives again later, and the session goes on.",
        why: "It would set the session back to where an attacker knows it was.",
        check: first_flight,
        ..MUST
    },
    Case {
        id: "replay.after-restart",
        section: "sesame r2 3.4",
        roles: RESPONDS,
        claim: "It is refused after another session was started as well.",
        why: "The session that it started is kept for late messages, and must know it.",
        check: after_restart,
        ..MUST
    },
    Case {
        id: "replay.another-sender",
        section: "x3dh r1 3.4",
        roles: RESPONDS,
        claim: "A first flight to a one-time prekey is refused under another sender's address.",
        why: "The key was deleted with its first use; nothing can open the message again.",
        check: |stage| another_sender(stage, true),
        ..MUST
    },
    Case {
        id: "replay.no-one-time",
        section: "x3dh r1 4.2",
        profiles: &[Profile::V3],
        roles: RESPONDS,
        claim: "The same without a one-time prekey.",
        why: "Only a memory of what was seen helps here, which the specification recommends.",
        check: |stage| another_sender(stage, false),
        ..SHOULD
    },
    Case {
        id: "replay.one-time-twice",
        section: "x3dh r1 3.4",
        roles: RESPONDS,
        claim: "Of two first flights to one one-time prekey only the first opens.",
        why: "A server that hands one out twice takes from both sessions what it was for.",
        check: |stage| twice(stage, true),
        ..MUST
    },
    Case {
        id: "replay.kem-twice",
        section: "pqxdh r3 3.4",
        profiles: KEM,
        roles: RESPONDS,
        claim: "Of two first flights to one one-time KEM prekey only the first opens.",
        why: "Its deletion is what protects the session from a later theft.",
        check: |stage| twice(stage, false),
        ..MUST
    },
    Case {
        id: "replay.last-resort-serves",
        section: "pqxdh r3 3.2",
        profiles: KEM,
        roles: RESPONDS,
        needs: &["last_resort"],
        claim: "A last-resort KEM prekey starts sessions with several peers.",
        why: "It is there for when no other is left.",
        check: last_resort_serves,
        ..MUST
    },
    Case {
        id: "replay.last-resort-again",
        section: "pqxdh r3 4.2",
        profiles: KEM,
        roles: RESPONDS,
        needs: &["last_resort"],
        claim: "A first flight to a last-resort KEM prekey is refused when it arrives again.",
        why: "Nothing was deleted that would prevent it: its base key has to be remembered.",
        check: last_resort_again,
        ..SHOULD
    },
    Case {
        id: "replay.refused-keeps-keys",
        section: "double-ratchet r4 3.5",
        roles: RESPONDS,
        claim: "A first message that was changed uses up no prekey: the genuine one opens.",
        why: "Otherwise whoever can write to a mailbox can keep sessions from starting.",
        check: refused_keeps_keys,
        ..MUST
    },
];

fn first_flight(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let first = stage.passes(a, b, "hello")?;
    for turn in 0..5 {
        stage.passes(b, a, &format!("back {turn}"))?;
        stage.passes(a, b, &format!("there {turn}"))?;
    }
    stage.refuses(&first, "the first flight of a session that has gone on")?;
    stage.passes(b, a, "still here")?;
    stage.passes(a, b, "still there").map(drop)
}

fn after_restart(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let first = stage.passes(a, b, "hello")?;
    stage.passes(b, a, "hello back")?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    stage.passes(a, b, "anew")?;
    stage.refuses(&first, "the first flight of the session before")?;
    stage.passes(b, a, "still here")?;
    stage.passes(a, b, "still there").map(drop)
}

fn another_sender(stage: &mut Stage<'_>, one_time: bool) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, one_time)?;
    stage.process(a, b, &bundle)?;
    let first = stage.passes(a, b, "hello")?;
    let again = Sealed { from: Party::Ours(1), ..first };
    stage.refuses(&again, "a first flight under another sender's address")?;
    stage.passes(b, a, "still here").map(drop)
}

fn twice(stage: &mut Stage<'_>, one_time: bool) -> Checked {
    let (a, b) = stage.ends()?;
    let other = stage.ours(1)?;
    let bundle = stage.bundle(b, one_time)?;
    for from in [a, other] {
        stage.process(from, b, &bundle)?;
    }
    stage.passes(a, b, "first")?;
    let second = stage.encrypt(other, b, "second")?;
    stage.refuses(&second, "a second first flight to a key that serves once")?;
    stage.passes(b, a, "still here").map(drop)
}

fn last_resort(stage: &mut Stage<'_>) -> Checked<serde_json::Value> {
    let request = json!({"op":"bundle","otk":false,"kyber":true,"last_resort":true});
    stage.optional(Party::Subject, &request)
}

fn last_resort_serves(stage: &mut Stage<'_>) -> Checked {
    let bundle = last_resort(stage)?;
    for index in 0..3 {
        let peer = stage.ours(index)?;
        stage.process(peer, Party::Subject, &bundle)?;
        stage.passes(peer, Party::Subject, "hello")?;
        stage.passes(Party::Subject, peer, "hello back")?;
    }
    Ok(())
}

fn last_resort_again(stage: &mut Stage<'_>) -> Checked {
    let bundle = last_resort(stage)?;
    let peer = stage.ours(0)?;
    stage.process(peer, Party::Subject, &bundle)?;
    let first = stage.passes(peer, Party::Subject, "hello")?;
    let again = Sealed { from: Party::Ours(1), ..first };
    stage.refuses(&again, "a first flight to a last-resort key, again").map(drop)
}

fn refused_keeps_keys(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let first = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let inside = ratchet.seal("hello", |_, _| {});
    for index in 0..8_usize {
        let mut changed = inside.clone();
        let place = changed.len().saturating_sub(1).saturating_sub(index);
        match changed.get_mut(place) {
            Some(byte) => *byte ^= 1,
            None => return fail("the message is shorter than its MAC"),
        }
        let bytes = first.encode(&changed);
        let message = Sealed { from: Party::Forger, kind: super::super::stage::FIRST, bytes };
        stage.refuses(&message, "a first message with a changed MAC")?;
    }
    let bytes = first.encode(&inside);
    let genuine = Sealed { from: Party::Forger, kind: super::super::stage::FIRST, bytes };
    stage.opens(Party::Subject, &genuine, "hello")
}

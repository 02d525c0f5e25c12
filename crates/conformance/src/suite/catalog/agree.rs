//! Implementations that keep the rules understand each other.

use serde_json::{Value, json};

use super::super::{
    case::{Case, Checked, MUST, Profile, RESPONDS, Role, SHOULD},
    claims::{fail, inside, need, same},
    stage::{FIRST, MESSAGE, Party, Sealed, Stage, sealed},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "agree.one-time",
        section: "x3dh r1 3.3",
        claim: "A session starts from a bundle with a one-time prekey and carries both ways.",
        why: "This is how nearly every session starts.",
        check: |stage| conversation(stage, true),
        ..MUST
    },
    Case {
        id: "agree.no-one-time",
        section: "x3dh r1 3.3",
        claim: "A session starts from a bundle without a one-time prekey.",
        why: "A server that has none left still hands out the rest.",
        check: |stage| conversation(stage, false),
        ..MUST
    },
    Case {
        id: "agree.second-engine",
        section: "double-ratchet r4 3.5",
        claim: "The suite's second engine, which shares no code with the first, agrees as well.",
        why: "Two ends can agree on one mistake; three made apart hardly do.",
        check: second_engine,
        ..MUST
    },
    Case {
        id: "agree.lengths",
        section: "double-ratchet r4 7.2",
        claim: "Texts of every length around a cipher block, of none, and of 60,000 bytes pass.",
        why: "Padding goes wrong at the edge of a block.",
        check: lengths,
        ..MUST
    },
    Case {
        id: "agree.unicode",
        section: "double-ratchet r4 7.2",
        claim: "Text beyond ASCII arrives as it was.",
        why: "What is encrypted is bytes; adapters like to count characters.",
        check: unicode,
        ..MUST
    },
    Case {
        id: "agree.bytes",
        section: "double-ratchet r4 7.2",
        needs: &["mh"],
        claim: "All 256 values of a byte pass.",
        why: "Real payloads are no text.",
        check: bytes,
        ..MUST
    },
    Case {
        id: "agree.first-flight",
        section: "x3dh r1 3.3",
        claim: "Until it is answered the initiator sends first messages (type 3), and then none.",
        why: "The first one may be lost, and any of them has to be enough to start.",
        check: first_flight,
        ..MUST
    },
    Case {
        id: "agree.older-bundle",
        section: "x3dh r1 3.2",
        roles: RESPONDS,
        claim: "A bundle still serves after another one was published.",
        why: "A server hands out what it was given last, and messages are under way for weeks.",
        check: older_bundle,
        ..MUST
    },
    Case {
        id: "agree.several-peers",
        section: "sesame r2 3.1",
        claim: "Sessions with two peers at once do not touch each other.",
        why: "State that is shared between sessions is a message to the wrong person.",
        check: several_peers,
        ..MUST
    },
    Case {
        id: "agree.version-byte",
        section: "deployed versions",
        claim: "Messages begin with 0x33 in v3 and with 0x44 in v4.",
        why: "Old peers refuse the 0x34 that some clients sent in v3.",
        check: version_byte,
        ..SHOULD
    },
    Case {
        id: "agree.version-34",
        section: "deployed versions",
        profiles: &[Profile::V3],
        roles: RESPONDS,
        claim: "In v3 a version byte of 0x34 is read as 0x33 is.",
        why: "Clients that spoke v4 too announced it in the lower half.",
        check: version_34,
        ..SHOULD
    },
];

fn conversation(stage: &mut Stage<'_>, one_time: bool) -> Checked {
    let (a, b) = stage.session(one_time)?;
    for turn in 0..10 {
        stage.passes(a, b, &format!("there {turn}"))?;
        stage.passes(a, b, &format!("there again {turn}"))?;
        stage.passes(b, a, &format!("back {turn}"))?;
    }
    Ok(())
}

fn second_engine(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    for turn in 0..20 {
        let text = format!("there {turn}");
        let message = inside(&mut forger, &text)?;
        stage.opens(Party::Subject, &message, &text)?;
        stage.answers_forger(&mut forger, &format!("back {turn}"))?;
    }
    Ok(())
}

fn lengths(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    for length in [0, 1, 15, 16, 17, 31, 32, 33, 255, 256, 4_095, 60_000] {
        let text = "x".repeat(length);
        stage.passes(a, b, &text)?;
        stage.passes(b, a, &text)?;
    }
    Ok(())
}

fn unicode(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    for text in ["ß", "日本語", "\u{1f4ec} \u{0} \u{7f} \"\\\n", "e\u{301} \u{feff}"] {
        stage.passes(a, b, text)?;
        stage.passes(b, a, text)?;
    }
    Ok(())
}

fn bytes(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    let all: String = (0..=255).map(|byte| format!("{byte:02x}")).collect();
    for (from, to) in [(a, b), (b, a)] {
        let request = json!({"op":"encrypt","peer":stage.address(to),"mh":all});
        let answer = stage.ok(from, &request)?;
        let Ok(opened) = stage.decrypt(to, &sealed(from, &answer)?)? else {
            return fail("all byte values were refused");
        };
        same(&opened.get("mh").and_then(Value::as_str), &Some(all.as_str()), "what was opened")?;
    }
    Ok(())
}

fn first_flight(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    for number in 0..3 {
        let text = format!("first {number}");
        let message = stage.encrypt(a, b, &text)?;
        same(&message.kind, &FIRST, "the type before an answer")?;
        stage.opens(b, &message, &text)?;
    }
    let answer = stage.passes(b, a, "an answer")?;
    same(&answer.kind, &MESSAGE, "the type of an answer")?;
    let message = stage.passes(a, b, "after it")?;
    same(&message.kind, &MESSAGE, "the type after an answer")
}

fn older_bundle(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let older = stage.bundle(b, true)?;
    let newer = stage.bundle(b, true)?;
    stage.process(a, b, &older)?;
    stage.passes(a, b, "to the older one")?;
    let other = stage.ours(1)?;
    stage.process(other, b, &newer)?;
    stage.passes(other, b, "to the newer one").map(drop)
}

/// A session of the implementation with a device of ours, in the case's role.
pub(super) fn session_with(stage: &mut Stage<'_>, peer: Party) -> Checked {
    let (a, b) = match stage.role {
        Role::Initiates => (Party::Subject, peer),
        Role::Responds => (peer, Party::Subject),
    };
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    stage.passes(a, b, "hello")?;
    stage.passes(b, a, "hello back").map(drop)
}

fn several_peers(stage: &mut Stage<'_>) -> Checked {
    let peers = [stage.ours(0)?, stage.ours(1)?, stage.ours(2)?];
    for peer in peers {
        session_with(stage, peer)?;
    }
    for turn in 0..5 {
        for peer in peers {
            stage.passes(peer, Party::Subject, &format!("there {turn}"))?;
        }
        for peer in peers {
            stage.passes(Party::Subject, peer, &format!("back {turn}"))?;
        }
    }
    Ok(())
}

fn version_byte(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let message = stage.encrypt(Party::Subject, peer, "x")?;
    let wanted = stage.profile.version_byte();
    same(&message.bytes.first().copied(), &Some(wanted), "the first byte")
}

fn version_34(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let mut first = stage.forged_first(&mut forger)?;
    first.version = 0x34;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let inside = ratchet.seal("hello", |version, _| *version = 0x34);
    let bytes = first.encode(&inside);
    let message = Sealed { from: Party::Forger, kind: FIRST, bytes };
    stage.opens(Party::Subject, &message, "hello")
}

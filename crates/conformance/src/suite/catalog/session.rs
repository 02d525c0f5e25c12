//! Several sessions with one device, and which of them is used.

use serde_json::json;

use super::super::{
    case::{Case, Checked, INITIATES, MUST, RESPONDS, SHOULD},
    claims::{fail, same},
    stage::{FIRST, MESSAGE, Party, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "session.none-to-seal",
        section: "sesame r2 3.3",
        roles: RESPONDS,
        claim: "Without a session nothing is sealed.",
        why: "The alternative is to send something that is not encrypted.",
        check: none_to_seal,
        ..MUST
    },
    Case {
        id: "session.none-to-open",
        section: "sesame r2 3.4",
        roles: RESPONDS,
        claim: "A message inside a session is refused by who has none, and a bundle then serves.",
        why: "It comes from somebody else, or from before a device was set up anew.",
        check: none_to_open,
        ..MUST
    },
    Case {
        id: "session.at-once",
        section: "sesame r2 3.4",
        claim: "Both ends start a session at once; both first messages open, and they go on.",
        why: "It happens whenever two people write to each other at the same time.",
        check: at_once,
        ..MUST
    },
    Case {
        id: "session.again",
        section: "sesame r2 3.2",
        claim: "A second session over the first one replaces it for what is sent.",
        why: "This is how a broken session is mended.",
        check: again,
        ..MUST
    },
    Case {
        id: "session.archived",
        section: "sesame r2 3.4",
        claim: "A message of the session before opens after a new one was started.",
        why: "It was under way while the session was replaced.",
        check: archived,
        ..MUST
    },
    Case {
        id: "session.promoted",
        section: "sesame r2 3.4",
        roles: INITIATES,
        claim: "Whose new session was never answered goes back to the one that still opens.",
        why: "Otherwise each end sends on a session that the other one does not use.",
        check: promoted,
        ..MUST
    },
    Case {
        id: "session.crossed-again",
        section: "sesame r2 3.4",
        claim: "Both ends start anew at once, twice, and end up on sessions that open.",
        why: "Two ends that keep mending must not keep breaking.",
        check: crossed_again,
        ..MUST
    },
    Case {
        id: "session.archive-40",
        section: "deployed limits",
        roles: RESPONDS,
        claim: "A message of the session 40 sessions ago opens.",
        why: "Deployed clients keep that many.",
        check: archive_40,
        ..SHOULD
    },
    Case {
        id: "session.unanswered-30-days",
        section: "sesame r2 4.2",
        roles: INITIATES,
        needs: &["time"],
        claim: "A session that was not answered for more than 30 days is no longer sent on.",
        why: "Its first flight uses prekeys that the other end may have deleted by then.",
        check: unanswered,
        ..SHOULD
    },
];

fn none_to_seal(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.ours(0)?;
    let request = json!({"op":"encrypt","peer":stage.address(peer),"m":"x"});
    match stage.ask(Party::Subject, &request)? {
        Ok(answer) => fail(format!("the adapter sealed without a session: {answer}")),
        Err(refused) if refused.kind == "internal" => fail(refused.text),
        Err(_) => Ok(()),
    }
}

fn none_to_open(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = (stage.ours(0)?, stage.ours(1)?);
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    stage.passes(a, b, "hello")?;
    stage.passes(b, a, "hello back")?;
    let message = stage.encrypt(a, b, "for another device")?;
    stage.refuses(&message, "a message of a session that it does not have")?;
    let bundle = stage.bundle(Party::Subject, true)?;
    stage.process(a, Party::Subject, &bundle)?;
    stage.passes(a, Party::Subject, "hello").map(drop)
}

fn at_once(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let (of_a, of_b) = (stage.bundle(a, true)?, stage.bundle(b, true)?);
    stage.process(a, b, &of_b)?;
    stage.process(b, a, &of_a)?;
    let (there, back) = (stage.encrypt(a, b, "there")?, stage.encrypt(b, a, "back")?);
    stage.opens(b, &there, "there")?;
    stage.opens(a, &back, "back")?;
    to_and_fro(stage, a, b)
}

fn to_and_fro(stage: &mut Stage<'_>, a: Party, b: Party) -> Checked {
    for turn in 0..10 {
        stage.passes(b, a, &format!("back {turn}"))?;
        stage.passes(a, b, &format!("there {turn}"))?;
    }
    Ok(())
}

fn restart(stage: &mut Stage<'_>, a: Party, b: Party) -> Checked {
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)
}

fn again(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    restart(stage, a, b)?;
    let first = stage.passes(a, b, "anew")?;
    same(&first.kind, &FIRST, "the type of what starts a session")?;
    let answer = stage.passes(b, a, "anew too")?;
    same(&answer.kind, &MESSAGE, "the type of an answer")?;
    to_and_fro(stage, a, b)
}

fn archived(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    let (there, back) = (stage.encrypt(a, b, "late there")?, stage.encrypt(b, a, "late back")?);
    restart(stage, a, b)?;
    stage.passes(a, b, "anew")?;
    stage.opens(b, &there, "late there")?;
    stage.opens(a, &back, "late back")?;
    to_and_fro(stage, a, b)
}

fn promoted(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    restart(stage, a, b)?;
    let _lost = stage.encrypt(a, b, "never arrives")?;
    stage.passes(b, a, "on the session before")?;
    to_and_fro(stage, a, b)
}

fn crossed_again(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    for round in 0..2 {
        let (of_a, of_b) = (stage.bundle(a, true)?, stage.bundle(b, true)?);
        stage.process(a, b, &of_b)?;
        stage.process(b, a, &of_a)?;
        let there = stage.encrypt(a, b, &format!("there {round}"))?;
        let back = stage.encrypt(b, a, &format!("back {round}"))?;
        stage.opens(a, &back, &format!("back {round}"))?;
        stage.opens(b, &there, &format!("there {round}"))?;
    }
    to_and_fro(stage, a, b)
}

fn archive_40(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    let late = stage.encrypt(a, b, "late")?;
    for number in 0..40 {
        restart(stage, a, b)?;
        stage.passes(a, b, &format!("session {number}"))?;
    }
    stage.opens(b, &late, "late")
}

fn unanswered(stage: &mut Stage<'_>) -> Checked {
    const DAYS_30: u64 = 30 * 24 * 3_600;
    let (a, b) = stage.ends()?;
    let begin: u64 = 1_800_000_000;
    stage.optional(a, &json!({"op":"time","now":begin}))?;
    restart(stage, a, b)?;
    stage.optional(a, &json!({"op":"time","now":begin.saturating_add(DAYS_30)}))?;
    stage.encrypt(a, b, "in time")?;
    let late = begin.saturating_add(DAYS_30).saturating_add(1);
    stage.optional(a, &json!({"op":"time","now":late}))?;
    let request = json!({"op":"encrypt","peer":stage.address(b),"m":"too late"});
    match stage.ask(a, &request)? {
        Ok(_) => fail("the adapter still seals on a session unanswered for more than 30 days"),
        Err(refused) if refused.kind == "internal" => fail(refused.text),
        Err(_) => Ok(()),
    }
}

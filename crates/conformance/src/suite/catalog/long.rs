//! Sessions that last.

use super::super::{
    case::{Case, Checked, MUST},
    stage::{Party, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "long.alternating-1000",
        section: "double-ratchet r4 2.3",
        claim: "A thousand messages that go to and fro all open.",
        why: "Each turns the ratchet; a key that is wrong now and then shows up here.",
        check: alternating,
        ..MUST
    },
    Case {
        id: "long.one-way-1000",
        section: "double-ratchet r4 2.2",
        claim: "A thousand messages in one direction open, then a thousand in the other.",
        why: "Counters outgrow a byte, and the chain is long.",
        check: one_way,
        ..MUST
    },
    Case {
        id: "long.lopsided",
        section: "double-ratchet r4 2.6",
        claim: "Bursts of up to twenty messages, some lost and some late, leave the rest whole.",
        why: "This is what a conversation on a bad network looks like.",
        check: lopsided,
        ..MUST
    },
];

fn alternating(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    for turn in 0..500 {
        stage.passes(a, b, &format!("there {turn}"))?;
        stage.passes(b, a, &format!("back {turn}"))?;
    }
    Ok(())
}

fn one_way(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    for (from, to) in [(a, b), (b, a)] {
        for number in 0..1_000 {
            stage.passes(from, to, &format!("number {number}"))?;
        }
    }
    Ok(())
}

fn lopsided(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let directions = [(peer, Party::Subject), (Party::Subject, peer)];
    for burst in 0..40 {
        let turn = stage.random.below(2);
        let Some((from, to)) = directions.get(turn).copied() else { continue };
        let mut late = Vec::new();
        for number in 0..=stage.random.below(20) {
            let text = format!("burst {burst}, number {number}");
            let message = stage.encrypt(from, to, &text)?;
            match stage.random.below(8) {
                0 => {}
                1 | 2 => late.push((message, text)),
                _ => stage.opens(to, &message, &text)?,
            }
        }
        for (message, text) in late {
            stage.opens(to, &message, &text)?;
        }
    }
    Ok(())
}

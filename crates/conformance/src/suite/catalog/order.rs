//! Messages that arrive late, in any order, twice or not at all.

use super::super::{
    case::{Case, Checked, MUST, SHOULD},
    claims::same,
    stage::{FIRST, Party, Sealed, Stage},
};

pub(super) const ORDER: &[Case] = &[
    Case {
        id: "order.reversed",
        section: "double-ratchet r4 2.6",
        claim: "Ten messages that arrive last to first all open.",
        why: "Networks reorder; nothing may be lost by it.",
        check: reversed,
        ..MUST
    },
    Case {
        id: "order.shuffled",
        section: "double-ratchet r4 2.6",
        claim: "Fifty messages in a random order all open.",
        why: "Keys of skipped messages have to be found again, each by its own number.",
        check: shuffled,
        ..MUST
    },
    Case {
        id: "order.across-turns",
        section: "double-ratchet r4 2.6",
        claim: "A message of an earlier chain opens after the ratchet has turned.",
        why: "A slow message meets a fast answer in every conversation.",
        check: across_turns,
        ..MUST
    },
    Case {
        id: "order.first-flight",
        section: "double-ratchet r4 2.6",
        claim: "Of several first messages any can arrive first.",
        why: "Each carries what the session starts from.",
        check: first_flight,
        ..MUST
    },
    Case {
        id: "order.lost",
        section: "double-ratchet r4 2.6",
        claim: "A third of the messages are lost, and the others open.",
        why: "A loss must cost one message, not the session.",
        check: lost,
        ..MUST
    },
];

pub(super) const DUPLICATE: &[Case] = &[
    Case {
        id: "duplicate.refused",
        section: "double-ratchet r4 3.5",
        claim: "A message that was opened is refused when it arrives again.",
        why: "An application that acts twice on one message can be made to.",
        check: |stage| duplicate(stage).map(drop),
        ..MUST
    },
    Case {
        id: "duplicate.named",
        section: "deployed errors",
        claim: "It is refused as `duplicate`.",
        why: "A repetition is no attack and no lost session; callers must not start another.",
        check: |stage| same(&duplicate(stage)?, &"duplicate".to_owned(), "the kind of the refusal"),
        ..SHOULD
    },
    Case {
        id: "duplicate.skipped",
        section: "double-ratchet r4 2.6",
        claim: "A late message, opened by a kept key, is refused when it arrives again.",
        why: "The kept key has to go with its first use.",
        check: skipped,
        ..MUST
    },
    Case {
        id: "duplicate.earlier-chain",
        section: "double-ratchet r4 2.6",
        claim: "A message of an earlier chain is refused when it arrives again.",
        why: "Chains that are kept for late messages must remember what they opened.",
        check: earlier_chain,
        ..MUST
    },
    Case {
        id: "duplicate.first-message",
        section: "sesame r2 3.4",
        claim: "A first message that arrives again is refused, and the session goes on.",
        why: "It must not start the session anew, nor be opened again.",
        check: first_message,
        ..MUST
    },
];

fn directions(stage: &mut Stage<'_>) -> Checked<[(Party, Party); 2]> {
    let peer = stage.with_ours()?;
    Ok([(peer, Party::Subject), (Party::Subject, peer)])
}

/// Seals `count` messages.
fn several(
    stage: &mut Stage<'_>,
    from: Party,
    to: Party,
    count: usize,
) -> Checked<Vec<(Sealed, String)>> {
    (0..count)
        .map(|number| {
            let text = format!("number {number}");
            Ok((stage.encrypt(from, to, &text)?, text))
        })
        .collect()
}

fn reversed(stage: &mut Stage<'_>) -> Checked {
    for (from, to) in directions(stage)? {
        for (message, text) in several(stage, from, to, 10)?.into_iter().rev() {
            stage.opens(to, &message, &text)?;
        }
    }
    Ok(())
}

fn shuffled(stage: &mut Stage<'_>) -> Checked {
    for (from, to) in directions(stage)? {
        let messages = several(stage, from, to, 50)?;
        for index in stage.random.shuffled(messages.len()) {
            if let Some((message, text)) = messages.get(index) {
                stage.opens(to, message, text)?;
            }
        }
    }
    Ok(())
}

fn across_turns(stage: &mut Stage<'_>) -> Checked {
    for (from, to) in directions(stage)? {
        let late = stage.encrypt(from, to, "late")?;
        for turn in 0..3 {
            stage.passes(from, to, &format!("there {turn}"))?;
            stage.passes(to, from, &format!("back {turn}"))?;
        }
        stage.opens(to, &late, "late")?;
        stage.passes(from, to, "and on")?;
    }
    Ok(())
}

fn first_flight(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let flight = several(stage, a, b, 5)?;
    for (message, text) in flight.iter().rev() {
        same(&message.kind, &FIRST, "the type before an answer")?;
        stage.opens(b, message, text)?;
    }
    stage.passes(b, a, "an answer").map(drop)
}

fn lost(stage: &mut Stage<'_>) -> Checked {
    let directions = directions(stage)?;
    for number in 0..60 {
        let turn = stage.random.below(2);
        let Some((from, to)) = directions.get(turn).copied() else { continue };
        let text = format!("number {number}");
        let message = stage.encrypt(from, to, &text)?;
        if stage.random.below(3) > 0 {
            stage.opens(to, &message, &text)?;
        }
    }
    Ok(())
}

fn duplicate(stage: &mut Stage<'_>) -> Checked<String> {
    let peer = stage.with_ours()?;
    let message = stage.passes(peer, Party::Subject, "once")?;
    stage.passes(peer, Party::Subject, "and on")?;
    let kind = stage.refuses(&message, "a message that it had opened")?;
    stage.passes(Party::Subject, peer, "still here")?;
    Ok(kind)
}

fn skipped(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let late = stage.encrypt(peer, Party::Subject, "late")?;
    stage.passes(peer, Party::Subject, "in time")?;
    stage.opens(Party::Subject, &late, "late")?;
    stage.refuses(&late, "a late message that it had opened").map(drop)
}

fn earlier_chain(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let message = stage.passes(peer, Party::Subject, "once")?;
    stage.passes(Party::Subject, peer, "back")?;
    stage.passes(peer, Party::Subject, "there")?;
    stage.refuses(&message, "a message of an earlier chain that it had opened").map(drop)
}

fn first_message(stage: &mut Stage<'_>) -> Checked {
    // The implementation receives first messages in one role only; in the other, the answer.
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let first = stage.passes(a, b, "hello")?;
    let answer = stage.passes(b, a, "hello back")?;
    let again = if b == Party::Subject { first } else { answer };
    stage.refuses(&again, "the first message that it had received")?;
    stage.passes(a, b, "still here")?;
    stage.passes(b, a, "still there").map(drop)
}

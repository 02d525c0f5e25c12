//! What one message may cost, and how much is kept for late ones.

use super::super::{
    case::{Case, Checked, MUST, Profile, SHOULD},
    claims::{inside, message, need},
    forge::{Forger, Item},
    stage::{Party, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "limit.jump-25000",
        section: "double-ratchet r4 3.1",
        claim: "A message that skips as many as deployed clients allow opens.",
        why: "Who allows less loses the session where others keep it.",
        check: jump_accepted,
        ..SHOULD
    },
    Case {
        id: "limit.jump-25001",
        section: "double-ratchet r4 3.1",
        claim: "A message that skips one more is refused, and the next one in order opens.",
        why: "Otherwise one message makes a receiver derive four billion keys.",
        check: |stage| jump_refused(stage).map(drop),
        ..MUST
    },
    Case {
        id: "limit.jump-named",
        section: "deployed errors",
        claim: "It is refused as `too_far`.",
        why: "A caller can then tell it from a forgery, and ask for a new session.",
        check: jump_named,
        ..SHOULD
    },
    Case {
        id: "limit.counter-most",
        section: "double-ratchet r4 3.1",
        claim: "A message of number 4,294,967,295 is refused without a change.",
        why: "The number is where arithmetic overflows.",
        check: counter_most,
        ..MUST
    },
    Case {
        id: "limit.skipped-2000",
        section: "deployed limits",
        claim: "After 2,000 messages were passed over all of them still open.",
        why: "Deployed clients keep that many keys of a chain; who keeps fewer loses messages.",
        check: skipped_kept,
        ..SHOULD
    },
    Case {
        id: "limit.skipped-2001",
        section: "double-ratchet r4 8.4",
        claim: "Of 2,001 messages passed over the oldest is refused, and the others open.",
        why: "What is kept for ever is there for whoever steals the state.",
        check: skipped_dropped,
        ..SHOULD
    },
    Case {
        id: "limit.chains-5",
        section: "deployed limits",
        claim: "A message that is five turns late opens.",
        why: "Deployed clients keep the last five receiving chains.",
        check: |stage| chains(stage, 5),
        ..SHOULD
    },
    Case {
        id: "limit.chains-6",
        section: "double-ratchet r4 8.4",
        claim: "A message that is six turns late is refused, and one of five turns opens.",
        why: "An old chain's key opens every message of it that has not arrived.",
        check: |stage| chains(stage, 6),
        ..SHOULD
    },
    Case {
        id: "limit.forgeries",
        section: "double-ratchet r4 3.1",
        claim: "A hundred forgeries that ask for the longest jump are each answered in time.",
        why: "A forgery costs nothing to send, so it must cost little to refuse.",
        check: forgeries,
        ..MUST
    },
];

/// The longest jump that deployed clients accept. With the post-quantum ratchet its own count is
/// the narrower one: it counts from the last key used, not from the next.
const fn longest(profile: Profile) -> u32 {
    match profile {
        Profile::V3 | Profile::V4 => 25_000,
        Profile::V4Spqr => 24_999,
    }
}

/// A session with the forger in whose newest chain one message was opened.
fn begun(stage: &mut Stage<'_>) -> Checked<Forger> {
    let mut forger = stage.with_forger()?;
    let one = inside(&mut forger, "one")?;
    stage.opens(Party::Subject, &one, "one")?;
    Ok(forger)
}

fn skip(forger: &mut Forger, count: u32) -> Checked {
    need(forger.ratchet(), "the forger has no session")?.skip(count);
    Ok(())
}

fn jump_accepted(stage: &mut Stage<'_>) -> Checked {
    let mut forger = begun(stage)?;
    skip(&mut forger, longest(stage.profile))?;
    let far = inside(&mut forger, "far")?;
    stage.opens(Party::Subject, &far, "far")?;
    let after = inside(&mut forger, "after")?;
    stage.opens(Party::Subject, &after, "after")
}

fn jump_refused(stage: &mut Stage<'_>) -> Checked<String> {
    let mut forger = begun(stage)?;
    let mut ahead = need(forger.ratchet(), "the forger has no session")?.clone();
    ahead.skip(longest(stage.profile).saturating_add(1));
    let far = message(ahead.seal("too far", |_, _| {}));
    let kind = stage.refuses(&far, "a message that skips too many")?;
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")?;
    stage.answers_forger(&mut forger, "still here")?;
    Ok(kind)
}

fn jump_named(stage: &mut Stage<'_>) -> Checked {
    let kind = jump_refused(stage)?;
    super::super::claims::same(&kind, &"too_far".to_owned(), "the kind of the refusal")
}

fn counter_most(stage: &mut Stage<'_>) -> Checked {
    let mut forger = begun(stage)?;
    let mut ahead = need(forger.ratchet(), "the forger has no session")?.clone();
    let bytes = ahead.seal("last", |_, fields| fields.set(2, Item::Number(u32::MAX.into())));
    stage.refuses(&message(bytes), "a message of the last number")?;
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

fn passed_over(stage: &mut Stage<'_>, count: usize) -> Checked<Vec<super::super::stage::Sealed>> {
    let mut forger = begun(stage)?;
    let late = (0..count).map(|_| inside(&mut forger, "late")).collect::<Checked<_>>()?;
    let far = inside(&mut forger, "far")?;
    stage.opens(Party::Subject, &far, "far")?;
    Ok(late)
}

fn skipped_kept(stage: &mut Stage<'_>) -> Checked {
    for late in passed_over(stage, 2_000)? {
        stage.opens(Party::Subject, &late, "late")?;
    }
    Ok(())
}

fn skipped_dropped(stage: &mut Stage<'_>) -> Checked {
    let late = passed_over(stage, 2_001)?;
    let (oldest, others) = need(late.split_first(), "nothing was passed over")?;
    stage.refuses(oldest, "a message 2,001 before the last")?;
    for late in others.iter().step_by(100) {
        stage.opens(Party::Subject, late, "late")?;
    }
    Ok(())
}

fn chains(stage: &mut Stage<'_>, turns: usize) -> Checked {
    let peer = stage.with_ours()?;
    let mut late = Vec::new();
    for turn in 0..turns {
        late.push(stage.encrypt(peer, Party::Subject, "late")?);
        stage.passes(peer, Party::Subject, &format!("there {turn}"))?;
        // The last one turns the ratchet no more: its chain is the newest.
        if turn.saturating_add(1) < turns {
            stage.passes(Party::Subject, peer, &format!("back {turn}"))?;
        }
    }
    let mut late = late.into_iter();
    if turns > 5 {
        let oldest = need(late.next(), "nothing is late")?;
        stage.refuses(&oldest, "a message six turns late")?;
    }
    for late in late {
        stage.opens(Party::Subject, &late, "late")?;
    }
    Ok(())
}

fn forgeries(stage: &mut Stage<'_>) -> Checked {
    let mut forger = begun(stage)?;
    for number in 0..100 {
        let mut ahead = need(forger.ratchet(), "the forger has no session")?.clone();
        if number < 50 {
            // A ratchet key that nobody knows costs a Diffie-Hellman step as well.
            ahead.key = forger.secret().wire();
        }
        let mut bytes =
            ahead.seal("forged", |_, fields| fields.set(2, Item::Number(u64::from(24_000_u32))));
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        stage.refuses(&message(bytes), "a forgery that asks for a long jump")?;
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

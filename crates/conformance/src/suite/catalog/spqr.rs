//! The sparse post-quantum ratchet inside the Double Ratchet (ML-KEM Braid, revision 1).

use super::super::{
    case::{Case, Checked, MUST, Profile},
    claims::{fail, inside, message, need},
    forge::{Fields, Forger, put_varint},
    stage::{Party, Sealed, Stage},
};

const BASE: Case = Case { section: "mlkem-braid r1", profiles: &[Profile::V4Spqr], ..MUST };

pub(super) const CASES: &[Case] = &[
    Case {
        id: "spqr.epochs-advance",
        claim: "After 600 alternating messages both ends have reached epoch 7.",
        why: "Sending that nothing is to be sent interoperates, and protects nothing.",
        check: epochs_advance,
        ..BASE
    },
    Case {
        id: "spqr.losses",
        claim: "Epochs advance although a quarter of the messages are lost.",
        why: "That is what the chunks are coded for.",
        check: losses,
        ..BASE
    },
    Case {
        id: "spqr.silent-peer",
        claim: "A peer that never sends a chunk is borne, in epoch 1 for ever.",
        why: "The state machine has to wait, not to fail.",
        check: silent_peer,
        ..BASE
    },
    Case {
        id: "spqr.stripped",
        section: "double-ratchet r4 7.1",
        claim: "A message without its post-quantum field is refused, authentic as it is.",
        why: "It is the downgrade that an attacker with a quantum computer would want.",
        check: stripped,
        ..BASE
    },
    Case {
        id: "spqr.version-0",
        claim: "Version 0 of the post-quantum field is refused in an established session.",
        why: "It means that there is no such ratchet.",
        check: |stage| edited(stage, &[("version 0", &|pq| first(pq, 0))], &[false, true]),
        ..BASE
    },
    Case {
        id: "spqr.version-2",
        section: "deployed versions",
        claim: "Version 2 of the post-quantum field is refused after negotiation.",
        why: "Older clients ignored such a field, and with it the ratchet.",
        check: |stage| edited(stage, &[("version 2", &|pq| first(pq, 2))], &[false, true]),
        ..BASE
    },
    Case {
        id: "spqr.epoch-0",
        claim: "Epoch 0 is refused.",
        why: "Epochs begin at 1; the chain before it would be number -1.",
        check: |stage| edited(stage, &[("epoch 0", &|pq| second(pq, 0))], &[true]),
        ..BASE
    },
    Case {
        id: "spqr.epoch-ahead",
        claim: "An epoch that cannot have begun is refused.",
        why: "There is no chain for it.",
        check: |stage| {
            let edits: Edits<'_> =
                &[("epoch 3", &|pq| second(pq, 3)), ("epoch 100", &|pq| second(pq, 100))];
            edited(stage, edits, &[true])
        },
        ..BASE
    },
    Case {
        id: "spqr.unknown-type",
        claim: "A type of chunk that does not exist is refused.",
        why: "What it says would be taken for something else.",
        check: |stage| {
            let edits: Edits<'_> =
                &[("type 7", &|pq| last(pq, 7)), ("type 255", &|pq| last(pq, 255))];
            edited(stage, edits, &[true])
        },
        ..BASE
    },
    Case {
        id: "spqr.truncated",
        claim: "A post-quantum field that ends too early is refused.",
        why: "Zeros in the place of what is missing are a chunk that nobody sent.",
        check: truncated,
        ..BASE
    },
    Case {
        id: "spqr.chunk-number",
        claim: "A chunk of number 65,536 is refused.",
        why: "The code has 65,536 of them, from 0.",
        check: chunk_number,
        ..BASE
    },
    Case {
        id: "spqr.index-33-bits",
        claim: "An index of more than 32 bits is refused.",
        why: "Cut off, it is a second encoding of one message.",
        check: |stage| edited(stage, &[("a longer index", &longer_index)], &[true]),
        ..BASE
    },
    Case {
        id: "spqr.trailing",
        section: "deployed encoding",
        readings: true,
        claim: "An authentic message with bytes after the end of its post-quantum field.",
        why: "Deployed clients ignore them, and later ones may put something there.",
        check: trailing,
        ..BASE
    },
];

type Edits<'a> = &'a [(&'a str, &'a dyn Fn(&mut Vec<u8>))];

fn first(pq: &mut [u8], value: u8) {
    pq.iter_mut().take(1).for_each(|byte| *byte = value);
}

fn second(pq: &mut [u8], value: u8) {
    pq.iter_mut().skip(1).take(1).for_each(|byte| *byte = value);
}

fn last(pq: &mut [u8], value: u8) {
    pq.iter_mut().rev().take(1).for_each(|byte| *byte = value);
}

/// The index, in bytes 2 to the type, with 2^32 added.
fn longer_index(pq: &mut Vec<u8>) {
    let index = pq.get(2).copied().unwrap_or(0);
    let kind = pq.pop().unwrap_or(0);
    pq.truncate(2);
    put_varint(pq, (1 << 32) | u64::from(index));
    pq.push(kind);
}

/// The epoch that a message names.
fn epoch(message: &Sealed) -> Option<u64> {
    let body = match Fields::parse(message.bytes.get(1..)?) {
        // A first message has the message inside it.
        Some(outer) if message.kind == super::super::stage::FIRST => outer.bytes(4)?.to_vec(),
        _ => message.bytes.clone(),
    };
    let (covered, _tag) = body.split_last_chunk::<8>()?;
    let fields = Fields::parse(covered.get(1..)?)?;
    let pq = fields.bytes(5)?;
    pq.get(1).map(|byte| u64::from(*byte)).filter(|epoch| *epoch < 0x80)
}

fn epochs_advance(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let mut newest = [0, 0];
    for turn in 0..300 {
        for (slot, (from, to)) in newest.iter_mut().zip([(a, b), (b, a)]) {
            let sent = stage.passes(from, to, &format!("turn {turn}"))?;
            *slot = need(epoch(&sent), "a message has no post-quantum field")?;
        }
    }
    if newest.iter().any(|epoch| *epoch < 7) {
        return fail(format!("after 600 messages the epochs are {newest:?}"));
    }
    Ok(())
}

fn losses(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.session(true)?;
    let mut newest = 0;
    for turn in 0..400 {
        let (from, to) = if turn % 2 == 0 { (a, b) } else { (b, a) };
        let text = format!("turn {turn}");
        let sent = stage.encrypt(from, to, &text)?;
        newest = need(epoch(&sent), "a message has no post-quantum field")?;
        if stage.random.below(4) > 0 {
            stage.opens(to, &sent, &text)?;
        }
    }
    if newest < 3 {
        return fail(format!("after 400 messages, a quarter of them lost, the epoch is {newest}"));
    }
    Ok(())
}

fn silent_peer(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    for turn in 0..150 {
        let text = format!("there {turn}");
        let sent = inside(&mut forger, &text)?;
        stage.opens(Party::Subject, &sent, &text)?;
        stage.answers_forger(&mut forger, &format!("back {turn}"))?;
    }
    Ok(())
}

fn goes_on(stage: &mut Stage<'_>, forger: &mut Forger) -> Checked {
    let next = inside(forger, "next")?;
    stage.opens(Party::Subject, &next, "next")?;
    stage.answers_forger(forger, "still here")
}

fn stripped(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
    let bytes = ratchet.seal_with("stripped", None, None, |_, _| {});
    stage.refuses(&message(bytes), "an authentic message without its post-quantum field")?;
    goes_on(stage, &mut forger)
}

/// Messages whose post-quantum field was edited before they were sealed: with its key, with none,
/// or with either.
fn edited(stage: &mut Stage<'_>, edits: Edits<'_>, salted: &[bool]) -> Checked {
    let mut forger = stage.with_forger()?;
    let both = salted.iter().flat_map(|salted| edits.iter().map(move |edit| (*salted, edit)));
    for (salted, (what, edit)) in both {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        let (key, index) = need(ratchet.next_line_key(), "the profile has no such ratchet")?;
        let mut pq = vec![1, 1];
        put_varint(&mut pq, u64::from(index));
        pq.push(0);
        edit(&mut pq);
        let bytes = ratchet.seal_with("edited", salted.then_some(key), Some(pq), |_, _| {});
        stage.refuses(&message(bytes), &format!("an authentic message with {what}"))?;
    }
    goes_on(stage, &mut forger)
}

fn truncated(stage: &mut Stage<'_>) -> Checked {
    let shorter = |length: usize| move |pq: &mut Vec<u8>| pq.truncate(length);
    let chunk = |length: usize| {
        move |pq: &mut Vec<u8>| {
            last(pq, 1);
            pq.extend(core::iter::repeat_n(0, length));
        }
    };
    edited(
        stage,
        &[
            ("a post-quantum field of one byte", &shorter(1)),
            ("a post-quantum field of two bytes", &shorter(2)),
            ("a post-quantum field of three bytes", &shorter(3)),
            ("a chunk without a number", &chunk(0)),
            ("a chunk of 31 bytes", &chunk(32)),
        ],
        &[true],
    )
}

fn chunk_number(stage: &mut Stage<'_>) -> Checked {
    let edit = |pq: &mut Vec<u8>| {
        last(pq, 1);
        put_varint(pq, 65_536);
        pq.extend([7; 32]);
    };
    edited(stage, &[("a chunk of number 65,536", &edit)], &[true])
}

fn trailing(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
    let (key, index) = need(ratchet.next_line_key(), "the profile has no such ratchet")?;
    let mut pq = vec![1, 1];
    put_varint(&mut pq, u64::from(index));
    pq.extend([0, 0xde, 0xad]);
    let bytes = ratchet.seal_with("longer", Some(key), Some(pq), |_, _| {});
    let opened = stage.opens_or_refuses(&message(bytes), "a longer post-quantum field")?;
    stage.reads(opened);
    let next = if opened {
        message(ratchet.seal("next", |_, _| {}))
    } else {
        inside(&mut forger, "next")?
    };
    stage.opens(Party::Subject, &next, "next")
}

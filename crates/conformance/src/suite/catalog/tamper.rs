//! Genuine messages that were changed on the way.

use super::super::{
    case::{Case, Checked, MUST, RESPONDS},
    claims::{fail, inside, message, need},
    forge::{Fields, Item, spans},
    stage::{FIRST, MESSAGE, Party, Sealed, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "tamper.message-bytes",
        section: "double-ratchet r4 3.5",
        claim: "A message with any bit of any byte changed is refused, and the genuine one opens.",
        why: "Nothing of a message may be left out of the MAC.",
        check: message_bytes,
        ..MUST
    },
    Case {
        id: "tamper.message-fields",
        section: "double-ratchet r4 3.4",
        claim: "A message with a field, or the MAC, of another genuine message is refused.",
        why: "Each part is genuine; the MAC has to bind them together.",
        check: message_fields,
        ..MUST
    },
    Case {
        id: "tamper.message-length",
        section: "double-ratchet r4 3.5",
        claim: "A message cut short anywhere, or with bytes before or after it, is refused.",
        why: "What is appended is read as a MAC by some, and as nothing by others.",
        check: message_length,
        ..MUST
    },
    Case {
        id: "tamper.first-bytes",
        section: "pqxdh r3 3.4",
        roles: RESPONDS,
        claim: "A first message with any byte changed is refused, but for its registration id.",
        why: "Around the message inside there is no MAC: only the keys themselves protect it.",
        check: first_bytes,
        ..MUST
    },
    Case {
        id: "tamper.first-length",
        section: "pqxdh r3 3.4",
        roles: RESPONDS,
        claim: "A first message cut short anywhere is refused, and the genuine one opens.",
        why: "Fields at the end are the KEM's; a message without them must not be one without KEM.",
        check: first_length,
        ..MUST
    },
    Case {
        id: "tamper.first-inside",
        section: "pqxdh r3 3.4",
        roles: RESPONDS,
        claim: "The message inside one first flight is refused around another.",
        why: "Both are genuine; they belong to two sessions.",
        check: first_inside,
        ..MUST
    },
    Case {
        id: "tamper.registration-id",
        section: "deployed first messages",
        roles: RESPONDS,
        readings: true,
        claim: "A first message with another registration id.",
        why: "It is under no MAC; whoever knows it from elsewhere can compare.",
        check: registration_id,
        ..MUST
    },
    Case {
        id: "tamper.later-outer",
        section: "deployed first messages",
        roles: RESPONDS,
        readings: true,
        claim: "The second message of a first flight, with other prekey ids around it.",
        why: "Deployed clients look at the base key alone once the session is there.",
        check: later_outer,
        ..MUST
    },
    Case {
        id: "tamper.reflected",
        section: "deployed MAC",
        claim: "A message that comes back to its sender is refused.",
        why: "Each direction has chains of its own, and the MAC names the sender first.",
        check: reflected,
        ..MUST
    },
    Case {
        id: "tamper.padding",
        section: "double-ratchet r4 7.2",
        claim: "An authentic message whose ciphertext is no padded text is refused, not more.",
        why: "A faulty peer must not be able to crash or to stop a session.",
        check: padding,
        ..MUST
    },
];

fn flipped(bytes: &[u8], index: usize, bit: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(byte) = changed.get_mut(index) {
        *byte ^= u8::try_from(1_usize.checked_shl((bit & 7) as u32).unwrap_or(1)).unwrap_or(1);
    }
    changed
}

fn message_bytes(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let genuine = stage.encrypt(peer, Party::Subject, "genuine")?;
    for index in 0..genuine.bytes.len() {
        for bit in 0..8 {
            let bytes = flipped(&genuine.bytes, index, bit);
            let what = format!("a message with bit {bit} of byte {index} changed");
            stage.refuses(&Sealed { bytes, ..genuine.clone() }, &what)?;
        }
    }
    stage.goes_on(peer, &genuine, "genuine")
}

/// A message inside a session, or one inside a first message, in parts.
fn parts(bytes: &[u8]) -> Checked<(u8, Fields, [u8; 8])> {
    let split = bytes.split_last_chunk::<8>().and_then(|(covered, tag)| {
        let (version, body) = covered.split_first()?;
        Some((*version, Fields::parse(body)?, *tag))
    });
    need(split, "a genuine message cannot be parsed")
}

fn joined(version: u8, fields: &Fields, tag: &[u8]) -> Vec<u8> {
    [&[version], fields.encode().as_slice(), tag].concat()
}

fn message_fields(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let earlier = stage.encrypt(peer, Party::Subject, "earlier, and longer than a block")?;
    stage.passes(peer, Party::Subject, "between")?;
    stage.passes(Party::Subject, peer, "a turn")?;
    let genuine = stage.encrypt(peer, Party::Subject, "genuine")?;
    let (version, fields, tag) = parts(&genuine.bytes)?;
    let (_, others, other_tag) = parts(&earlier.bytes)?;
    for (field, item) in &others.list {
        let mut changed = fields.clone();
        changed.set(*field, item.clone());
        if changed == fields {
            continue;
        }
        let what = format!("a message with field {field} of another");
        let bytes = joined(version, &changed, &tag);
        stage.refuses(&Sealed { bytes, ..genuine.clone() }, &what)?;
    }
    for (tag, what) in [(other_tag, "the MAC of another"), ([0; 8], "a MAC of zeros")] {
        let bytes = joined(version, &fields, &tag);
        stage.refuses(&Sealed { bytes, ..genuine.clone() }, &format!("a message with {what}"))?;
    }
    stage.opens(Party::Subject, &earlier, "earlier, and longer than a block")?;
    stage.goes_on(peer, &genuine, "genuine")
}

fn message_length(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let genuine = stage.encrypt(peer, Party::Subject, "genuine")?;
    for length in 0..genuine.bytes.len() {
        let bytes = genuine.bytes.get(..length).unwrap_or_default().to_vec();
        let what = format!("the first {length} bytes of a message");
        stage.refuses(&Sealed { bytes, ..genuine.clone() }, &what)?;
    }
    for extra in [&[0_u8][..], &[0; 8], &[0xff], &[0x7a, 0]] {
        let after = [genuine.bytes.as_slice(), extra].concat();
        let before = [extra, genuine.bytes.as_slice()].concat();
        for bytes in [after, before] {
            stage.refuses(&Sealed { bytes, ..genuine.clone() }, "a message with bytes added")?;
        }
    }
    stage.goes_on(peer, &genuine, "genuine")
}

fn genuine_first(stage: &mut Stage<'_>) -> Checked<(Party, Sealed)> {
    let (a, b) = stage.ends()?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    Ok((a, stage.encrypt(a, b, "genuine")?))
}

fn first_bytes(stage: &mut Stage<'_>) -> Checked {
    let (peer, genuine) = genuine_first(stage)?;
    let body = genuine.bytes.get(1..).unwrap_or_default();
    let fields = need(spans(body), "a genuine first message cannot be parsed")?;
    let free = need(fields.iter().find(|span| span.field == 5), "it has no registration id")?;
    for index in 0..genuine.bytes.len() {
        let in_body = index.checked_sub(1);
        if in_body.is_some_and(|index| free.range.contains(&index)) {
            continue;
        }
        // Of the version byte, the lower half is not looked at by deployed clients.
        let bit = if index == 0 { 4 } else { index };
        let bytes = flipped(&genuine.bytes, index, bit);
        let what = format!("a first message with a bit of byte {index} changed");
        stage.refuses(&Sealed { bytes, ..genuine.clone() }, &what)?;
    }
    stage.goes_on(peer, &genuine, "genuine")
}

fn first_length(stage: &mut Stage<'_>) -> Checked {
    let (peer, genuine) = genuine_first(stage)?;
    for length in 0..genuine.bytes.len() {
        let bytes = genuine.bytes.get(..length).unwrap_or_default().to_vec();
        let what = format!("the first {length} bytes of a first message");
        stage.refuses(&Sealed { bytes, ..genuine.clone() }, &what)?;
    }
    stage.goes_on(peer, &genuine, "genuine")
}

fn first_inside(stage: &mut Stage<'_>) -> Checked {
    let (peer, genuine) = genuine_first(stage)?;
    let other = stage.ours(1)?;
    let bundle = stage.bundle(Party::Subject, true)?;
    stage.process(other, Party::Subject, &bundle)?;
    let another = stage.encrypt(other, Party::Subject, "another")?;
    let mut around = outer(&genuine)?;
    let within = outer(&another)?;
    around.set_bytes(4, need(within.bytes(4), "a first message has nothing inside")?);
    let mixed = reassembled(&genuine, &around);
    stage.refuses(&mixed, "a first message around the inside of another")?;
    stage.opens(Party::Subject, &another, "another")?;
    stage.goes_on(peer, &genuine, "genuine")
}

fn outer(first: &Sealed) -> Checked<Fields> {
    let fields = first.bytes.get(1..).and_then(Fields::parse);
    need(fields, "a genuine first message cannot be parsed")
}

fn reassembled(genuine: &Sealed, fields: &Fields) -> Sealed {
    let version = genuine.bytes.first().copied().unwrap_or(0);
    Sealed { bytes: joined(version, fields, &[]), ..genuine.clone() }
}

fn registration_id(stage: &mut Stage<'_>) -> Checked {
    let (peer, genuine) = genuine_first(stage)?;
    let mut fields = outer(&genuine)?;
    fields.set(5, Item::Number(4_321));
    let changed = reassembled(&genuine, &fields);
    let opened = stage.opens_or_refuses(&changed, "another registration id")?;
    stage.reads(opened);
    if opened {
        stage.passes(Party::Subject, peer, "still here").map(drop)
    } else {
        stage.goes_on(peer, &genuine, "genuine")
    }
}

fn later_outer(stage: &mut Stage<'_>) -> Checked {
    let (peer, first) = genuine_first(stage)?;
    stage.opens(Party::Subject, &first, "genuine")?;
    let second = stage.encrypt(peer, Party::Subject, "second")?;
    if second.kind != FIRST {
        return fail("our engine sent no second first message");
    }
    let mut fields = outer(&second)?;
    fields.set(6, Item::Number(0x7654_3210));
    let changed = reassembled(&second, &fields);
    let opened = stage.opens_or_refuses(&changed, "a later first message with other ids")?;
    stage.reads(opened);
    if opened {
        stage.passes(Party::Subject, peer, "still here").map(drop)
    } else {
        stage.goes_on(peer, &second, "second")
    }
}

fn reflected(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let own = stage.encrypt(Party::Subject, peer, "from here")?;
    let back = Sealed { from: peer, kind: MESSAGE, bytes: own.bytes.clone() };
    stage.refuses(&back, "its own message")?;
    stage.opens(peer, &own, "from here")?;
    stage.passes(peer, Party::Subject, "from there").map(drop)
}

fn padding(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    for length in [0, 1, 15, 16, 32, 33, 48] {
        let ratchet = need(forger.ratchet(), "the forger has no session")?;
        let mut rubbish = vec![0; length];
        stage.random.fill(&mut rubbish);
        let bytes = ratchet.clone().seal("unseen", |_, fields| fields.set_bytes(4, &rubbish));
        let what = format!("an authentic message with {length} random bytes as its ciphertext");
        // One in 256 of the whole blocks ends in padding by chance.
        if !stage.opens_or_refuses(&message(bytes), &what)? {
            continue;
        }
        if length % 16 != 0 || length == 0 {
            return fail(format!("the adapter opened {what}"));
        }
        ratchet.skip(1);
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

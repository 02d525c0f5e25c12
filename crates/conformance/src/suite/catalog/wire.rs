//! Bytes that are no message, and messages in an unusual encoding.

use super::super::{
    case::{Case, Checked, MUST, RESPONDS, SHOULD},
    claims::{inside, message, need},
    forge::{Fields, First, Item, put_varint},
    stage::{FIRST, MESSAGE, Party, Sealed, Stage},
};

const MALFORMED: Case = Case { section: "deployed encoding", ..MUST };
const READ: Case = Case { readings: true, ..MALFORMED };

pub(super) const CASES: &[Case] = &[
    Case {
        id: "wire.rubbish",
        claim: "Random bytes of many lengths are refused as either type, and the session lives.",
        why: "A mailbox takes what anybody writes.",
        check: rubbish,
        ..MALFORMED
    },
    Case {
        id: "wire.wrong-type",
        claim: "A message that is handed in as the other type is refused, and opens as its own.",
        why: "The type travels outside the message, where anybody can change it.",
        check: wrong_type,
        ..MALFORMED
    },
    Case {
        id: "wire.missing-field",
        claim: "An authentic message without ratchet key, counter or ciphertext is refused.",
        why: "A default in their place is a message that nobody sent.",
        check: missing_field,
        ..MALFORMED
    },
    Case {
        id: "wire.first-missing-field",
        roles: RESPONDS,
        claim: "A first message without one of the fields that a session needs is refused.",
        why: "A default in their place is a key, or an id, that nobody chose.",
        check: first_missing_field,
        ..MALFORMED
    },
    Case {
        id: "wire.first-inside",
        roles: RESPONDS,
        claim: "A first message around nothing, or around rubbish, is refused.",
        why: "The handshake alone proves nothing: anyone can make one.",
        check: first_inside,
        ..MALFORMED
    },
    Case {
        id: "wire.huge-varint",
        claim: "An authentic message with a varint of eleven bytes is refused.",
        why: "No number has so many; a reader that goes on reads for ever.",
        check: |stage| refuses_tail(stage, &huge_varint(), "a varint of eleven bytes"),
        ..MALFORMED
    },
    Case {
        id: "wire.huge-length",
        claim: "Authentic messages with a field of 2^32 - 1 or 2^63 bytes are refused.",
        why: "Memory that is made ready for it takes the receiver down.",
        check: huge_length,
        ..MALFORMED
    },
    Case {
        id: "wire.unknown-field",
        claim: "A message with fields that nobody knows yet, under its MAC, opens.",
        why: "Later versions add fields, as they did twice.",
        check: unknown_field,
        ..SHOULD_READ
    },
    Case {
        id: "wire.first-unknown-field",
        roles: RESPONDS,
        claim: "A first message with fields that nobody knows yet opens.",
        why: "Later versions add fields, as they did for the KEM.",
        check: first_unknown_field,
        ..SHOULD_READ
    },
    Case {
        id: "wire.overlong-varint",
        claim: "A counter in a longer form than it needs.",
        why: "Deployed readers take it; it is a second encoding of one message.",
        check: |stage| reads_tail(stage, |number| vec![0x10, number | 0x80, 0x80, 0]),
        ..READ
    },
    Case {
        id: "wire.repeated-field",
        claim: "A counter that is there twice.",
        why: "Deployed readers take the last; two readers can take two.",
        check: |stage| reads_tail(stage, |number| vec![0x10, 77, 0x10, number]),
        ..READ
    },
    Case {
        id: "wire.counter-33-bits",
        claim: "A counter that is larger by 2^32.",
        why: "Deployed readers cut it off; it is a second encoding of one message.",
        check: |stage| {
            reads_tail(stage, |number| {
                let mut tail = vec![0x10];
                put_varint(&mut tail, (1 << 32) | u64::from(number));
                tail
            })
        },
        ..READ
    },
];

const SHOULD_READ: Case = Case { section: "deployed encoding", ..SHOULD };

fn rubbish(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    for length in (0..80).chain([255, 256, 1_700, 5_000]) {
        let mut bytes = vec![0; length];
        stage.random.fill(&mut bytes);
        for kind in [MESSAGE, FIRST] {
            for version in [None, Some(stage.profile.version_byte())] {
                if let (Some(version), Some(first)) = (version, bytes.first_mut()) {
                    *first = version;
                }
                let message = Sealed { from: peer, kind, bytes: bytes.clone() };
                stage.refuses(&message, &format!("{length} random bytes as type {kind}"))?;
            }
        }
    }
    let genuine = stage.encrypt(peer, Party::Subject, "genuine")?;
    stage.goes_on(peer, &genuine, "genuine")
}

fn wrong_type(stage: &mut Stage<'_>) -> Checked {
    let peer = stage.with_ours()?;
    let genuine = stage.encrypt(peer, Party::Subject, "genuine")?;
    let wrong = Sealed { kind: FIRST, ..genuine.clone() };
    stage.refuses(&wrong, "a message inside a session as a first one")?;
    stage.goes_on(peer, &genuine, "genuine")?;
    let other = stage.ours(1)?;
    let bundle = stage.bundle(Party::Subject, true)?;
    stage.process(other, Party::Subject, &bundle)?;
    let first = stage.encrypt(other, Party::Subject, "first")?;
    let wrong = Sealed { kind: MESSAGE, ..first.clone() };
    stage.refuses(&wrong, "a first message as one inside a session")?;
    stage.opens(Party::Subject, &first, "first")
}

/// What is done to the fields of a message before it is sealed, in words and as code.
type Edits<'a> = &'a [(&'a str, &'a dyn Fn(&mut Fields))];

/// A session with the forger in whose newest chain one message was opened, so that the next one's
/// counter is 1.
fn refuses_edit(stage: &mut Stage<'_>, edits: Edits<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let one = inside(&mut forger, "one")?;
    stage.opens(Party::Subject, &one, "one")?;
    for (what, edit) in edits {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        let bytes = ratchet.seal("edited", |_, fields| edit(fields));
        stage.refuses(&message(bytes), &format!("an authentic message with {what}"))?;
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

fn missing_field(stage: &mut Stage<'_>) -> Checked {
    refuses_edit(
        stage,
        &[
            ("no ratchet key", &|fields| fields.remove(1)),
            ("no counter", &|fields| fields.remove(2)),
            ("no ciphertext", &|fields| fields.remove(4)),
            ("no field at all", &|fields| fields.list.clear()),
        ],
    )
}

fn refuses_tail(stage: &mut Stage<'_>, tail: &[u8], what: &str) -> Checked {
    refuses_edit(stage, &[(what, &|fields| fields.tail.extend_from_slice(tail))])
}

/// An unknown field whose number does not end in ten bytes.
fn huge_varint() -> Vec<u8> {
    [[0x78].as_slice(), &[0xff; 10], &[0x01]].concat()
}

fn huge_length(stage: &mut Stage<'_>) -> Checked {
    let tail = |length: u64| {
        let mut tail = vec![0x7a];
        put_varint(&mut tail, length);
        tail
    };
    let (most, more) = (tail(u32::MAX.into()), tail(1 << 63));
    refuses_edit(
        stage,
        &[
            ("a field of 2^32 - 1 bytes", &|fields| fields.tail.extend_from_slice(&most)),
            ("a field of 2^63 bytes", &|fields| fields.tail.extend_from_slice(&more)),
            ("a field that ends late", &|fields| fields.tail.extend_from_slice(&[0x7a, 9, 0])),
        ],
    )
}

fn unknown(fields: &mut Fields) {
    fields.set(15, Item::Number(7));
    fields.set_bytes(100, b"from the future");
}

fn unknown_field(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let bytes = ratchet.seal("from the future", |_, fields| unknown(fields));
    stage.opens(Party::Subject, &message(bytes), "from the future")
}

fn first(bytes: Vec<u8>) -> Sealed {
    Sealed { from: Party::Forger, kind: FIRST, bytes }
}

fn first_unknown_field(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let mut flight = stage.forged_first(&mut forger)?;
    unknown(&mut flight.fields);
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let bytes = flight.encode(&ratchet.seal("hello", |_, _| {}));
    stage.opens(Party::Subject, &first(bytes), "hello")
}

fn first_missing_field(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let flight = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, _| {});
    let needed: Vec<u32> = flight.fields.list.iter().map(|(field, _)| *field).collect();
    for field in needed.into_iter().filter(|field| *field != 5) {
        let mut fields = flight.fields.clone();
        fields.remove(field);
        let bytes = First { version: flight.version, fields }.encode(&within);
        stage.refuses(&first(bytes), &format!("a first message without field {field}"))?;
    }
    let without = [&[flight.version], flight.fields.encode().as_slice()].concat();
    stage.refuses(&first(without), "a first message with no message inside")?;
    stage.opens(Party::Subject, &first(flight.encode(&within)), "hello")
}

fn first_inside(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let flight = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, _| {});
    for length in [0, 1, 8, 9, 40, 80] {
        let mut bytes = vec![0; length];
        stage.random.fill(&mut bytes);
        let what = format!("a first message around {length} random bytes");
        stage.refuses(&first(flight.encode(&bytes)), &what)?;
    }
    stage.opens(Party::Subject, &first(flight.encode(&within)), "hello")
}

/// Whether a message opens whose counter is written otherwise, at the end of it.
fn reads_tail(stage: &mut Stage<'_>, tail: fn(u8) -> Vec<u8>) -> Checked {
    let mut forger = stage.with_forger()?;
    let one = inside(&mut forger, "one")?;
    stage.opens(Party::Subject, &one, "one")?;
    let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
    let bytes = ratchet.seal("odd", |_, fields| {
        let number = fields.number(2).and_then(|number| u8::try_from(number).ok());
        fields.remove(2);
        fields.tail = tail(number.unwrap_or(0));
    });
    let opened = stage.opens_or_refuses(&message(bytes), "an odd counter")?;
    stage.reads(opened);
    let next = if opened {
        message(ratchet.seal("next", |_, _| {}))
    } else {
        inside(&mut forger, "next")?
    };
    stage.opens(Party::Subject, &next, "next")
}

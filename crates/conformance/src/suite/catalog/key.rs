//! The wire form of keys: type bytes, lengths, and places.

use serde_json::Value;

use super::{
    super::{
        case::{Case, Checked, INITIATES, KEM, MUST, RESPONDS},
        claims::{inside, message, need},
        forge::{First, Forger},
        stage::{FIRST, Party, Sealed, Stage},
    },
    sign::{accepts, bytes, with},
};
use crate::fields::of_hex;

const BUNDLE: Case = Case { section: "x3dh r1 2.1", roles: INITIATES, ..MUST };
const OF_FIRST: Case = Case { section: "pqxdh r3 3.4", roles: RESPONDS, ..MUST };

pub(super) const CASES: &[Case] = &[
    Case {
        id: "key.bundle-type",
        claim: "Curve keys of a bundle with another type byte than 0x05 are refused.",
        why: "The type byte is what tells keys of two kinds apart.",
        check: bundle_type,
        ..BUNDLE
    },
    Case {
        id: "key.bundle-kem-type",
        section: "pqxdh r3 2.2",
        profiles: KEM,
        claim: "A KEM key of another type than 0x08 is refused, though its signature is good.",
        why: "Kyber-1024 and ML-KEM-1024 have keys of one length and yield different secrets.",
        check: bundle_kem_type,
        ..BUNDLE
    },
    Case {
        id: "key.bundle-short",
        claim: "Keys of a bundle that lack a byte, or all of them, are refused.",
        why: "What is read beyond the end belongs to somebody else.",
        check: bundle_short,
        ..BUNDLE
    },
    Case {
        id: "key.bundle-long",
        section: "deployed keys",
        readings: true,
        claim: "A curve key with a byte after its end.",
        why: "Deployed clients ignore it; a store keyed by bytes then has two names for one key.",
        check: bundle_long,
        ..BUNDLE
    },
    Case {
        id: "key.bundle-kem-long",
        section: "pqxdh r3 2.2",
        profiles: KEM,
        claim: "A KEM key with a byte after its end is refused.",
        why: "Its length is fixed.",
        check: bundle_kem_long,
        ..BUNDLE
    },
    Case {
        id: "key.bundle-swapped",
        section: "pqxdh r3 4.9",
        profiles: KEM,
        claim: "A signed prekey in the KEM prekey's place, and the other way round, is refused.",
        why: "Both are signed; where encodings collide, one can be passed off as the other.",
        check: bundle_swapped,
        ..BUNDLE
    },
    Case {
        id: "key.first-type",
        claim: "A base or identity key with another type byte is refused in a first message.",
        why: "The base key is under no MAC of its own: only this check sees its type.",
        check: first_type,
        ..OF_FIRST
    },
    Case {
        id: "key.first-short",
        claim: "A base or identity key that lacks a byte is refused in a first message.",
        why: "What is read beyond the end belongs to somebody else.",
        check: first_short,
        ..OF_FIRST
    },
    Case {
        id: "key.first-long",
        section: "deployed keys",
        readings: true,
        claim: "A base key with a byte after its end in a first message.",
        why: "Deployed clients ignore it, and then one first flight has many forms.",
        check: first_long,
        ..OF_FIRST
    },
    Case {
        id: "key.ciphertext",
        profiles: KEM,
        claim: "A KEM ciphertext of another type or length is refused.",
        why: "What is decapsulated has to be what was encapsulated, to the byte.",
        check: ciphertext,
        ..OF_FIRST
    },
    Case {
        id: "key.ratchet-type",
        section: "double-ratchet r4 3.5",
        claim: "An authentic message whose ratchet key has another type or is short is refused.",
        why: "The MAC covers it, so a check that is left to the MAC is none.",
        check: ratchet_type,
        ..MUST
    },
    Case {
        id: "key.ratchet-long",
        section: "deployed keys",
        readings: true,
        claim: "An authentic message whose ratchet key has a byte after its end.",
        why: "Deployed clients ignore it.",
        check: ratchet_long,
        ..MUST
    },
];

const CURVE_KEYS: [&str; 3] = ["ik", "spk", "otk"];

fn typed(key: &[u8], kind: u8) -> Vec<u8> {
    let mut key = key.to_vec();
    if let Some(first) = key.first_mut() {
        *first = kind;
    }
    key
}

/// The bundle with a signed key replaced, and signed again.
fn signed(forger: &mut Forger, bundle: &Value, key: &str, signature: &str, value: &[u8]) -> Value {
    let sign = of_hex(&forger.sign(value)).unwrap_or_default();
    with(&with(bundle, key, value), signature, &sign)
}

fn bundle_type(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for name in CURVE_KEYS {
        for kind in [0x00, 0x04, 0x06, 0x08, 0xff] {
            let key = typed(&bytes(&bundle, name)?, kind);
            let what = format!("a bundle whose {name} is of type 0x{kind:02x}");
            let again = signed(&mut forger, &bundle, "spk", "spk_sig", &key);
            let again = (name == "spk").then_some(again);
            for changed in [Some(with(&bundle, name, &key)), again].into_iter().flatten() {
                stage.refuses_bundle(Party::Forger, &changed, &what)?;
            }
        }
    }
    accepts(stage, &mut forger, &bundle)
}

fn bundle_kem_type(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for kind in [0x00, 0x05, 0x07, 0x0a] {
        let key = typed(&bytes(&bundle, "k")?, kind);
        let what = format!("a KEM key of type 0x{kind:02x}");
        let again = signed(&mut forger, &bundle, "k", "k_sig", &key);
        for changed in [with(&bundle, "k", &key), again] {
            stage.refuses_bundle(Party::Forger, &changed, &what)?;
        }
    }
    accepts(stage, &mut forger, &bundle)
}

fn bundle_short(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let kem = stage.profile.has_kem().then_some("k");
    for name in CURVE_KEYS.into_iter().chain(kem) {
        let key = bytes(&bundle, name)?;
        let shorter = key.split_last().map(|(_, rest)| rest).unwrap_or_default();
        for key in [shorter, &[]] {
            let changed = match name {
                "spk" => signed(&mut forger, &bundle, "spk", "spk_sig", key),
                "k" => signed(&mut forger, &bundle, "k", "k_sig", key),
                _ => with(&bundle, name, key),
            };
            let what = format!("a bundle whose {name} has {} bytes", key.len());
            stage.refuses_bundle(Party::Forger, &changed, &what)?;
        }
    }
    accepts(stage, &mut forger, &bundle)
}

fn bundle_long(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for name in CURVE_KEYS {
        let longer = [bytes(&bundle, name)?.as_slice(), &[0]].concat();
        stage.reads_bundle(&with(&bundle, name, &longer))?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn bundle_kem_long(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let longer = [bytes(&bundle, "k")?.as_slice(), &[0]].concat();
    let again = signed(&mut forger, &bundle, "k", "k_sig", &longer);
    for changed in [with(&bundle, "k", &longer), again] {
        stage.refuses_bundle(Party::Forger, &changed, "a KEM key of 1,570 bytes")?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn bundle_swapped(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let (signed, kem) = (bytes(&bundle, "spk")?, bytes(&bundle, "k")?);
    let (of_signed, of_kem) = (bytes(&bundle, "spk_sig")?, bytes(&bundle, "k_sig")?);
    let as_kem = with(&with(&bundle, "k", &signed), "k_sig", &of_signed);
    stage.refuses_bundle(Party::Forger, &as_kem, "a signed prekey in the KEM prekey's place")?;
    let as_signed = with(&with(&bundle, "spk", &kem), "spk_sig", &of_kem);
    stage.refuses_bundle(Party::Forger, &as_signed, "a KEM prekey in the signed one's place")?;
    let both = with(&with(&as_kem, "spk", &kem), "spk_sig", &of_kem);
    stage.refuses_bundle(Party::Forger, &both, "both prekeys in each other's place")?;
    accepts(stage, &mut forger, &bundle)
}

/// A first flight of the forger: around, inside.
fn flight(stage: &mut Stage<'_>) -> Checked<(First, Vec<u8>)> {
    let mut forger = stage.forger();
    let first = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    Ok((first, ratchet.seal("hello", |_, _| {})))
}

fn first(bytes: Vec<u8>) -> Sealed {
    Sealed { from: Party::Forger, kind: FIRST, bytes }
}

fn edited(flight: &First, inside: &[u8], field: u32, value: &[u8]) -> Sealed {
    let mut fields = flight.fields.clone();
    fields.set_bytes(field, value);
    first(First { version: flight.version, fields }.encode(inside))
}

fn each_edit(
    stage: &mut Stage<'_>,
    edits: impl Fn(u32, &[u8]) -> Vec<Vec<u8>>,
    fields: &[u32],
) -> Checked {
    let (flight, inside) = flight(stage)?;
    for field in fields {
        let genuine = need(flight.fields.bytes(*field), "a first message lacks a field")?;
        for value in edits(*field, genuine) {
            let kind = value.first().copied().unwrap_or(0);
            let what = format!(
                "a first message whose field {field} has {} bytes and type 0x{kind:02x}",
                value.len()
            );
            stage.refuses(&edited(&flight, &inside, *field, &value), &what)?;
        }
    }
    stage.opens(Party::Subject, &first(flight.encode(&inside)), "hello")
}

fn first_type(stage: &mut Stage<'_>) -> Checked {
    let types = [0x00, 0x04, 0x06, 0x08, 0x85];
    each_edit(stage, |_, key| types.map(|kind| typed(key, kind)).to_vec(), &[2, 3])
}

fn first_short(stage: &mut Stage<'_>) -> Checked {
    let edits = |_, key: &[u8]| {
        let shorter = key.split_last().map(|(_, rest)| rest).unwrap_or_default();
        vec![shorter.to_vec(), vec![5], Vec::new()]
    };
    each_edit(stage, edits, &[2, 3])
}

fn first_long(stage: &mut Stage<'_>) -> Checked {
    let (flight, inside) = flight(stage)?;
    let base = need(flight.fields.bytes(2), "a first message has no base key")?;
    let longer = edited(&flight, &inside, 2, &[base, &[0]].concat());
    let opened = stage.opens_or_refuses(&longer, "a base key of 34 bytes")?;
    stage.reads(opened);
    if opened {
        Ok(())
    } else {
        stage.opens(Party::Subject, &first(flight.encode(&inside)), "hello")
    }
}

fn ciphertext(stage: &mut Stage<'_>) -> Checked {
    let edits = |_, genuine: &[u8]| {
        let shorter = genuine.split_last().map(|(_, rest)| rest).unwrap_or_default();
        let mut all: Vec<_> = [0x00, 0x05, 0x07, 0x0a].map(|kind| typed(genuine, kind)).to_vec();
        all.extend([shorter.to_vec(), [genuine, &[0]].concat(), vec![8], Vec::new()]);
        all
    };
    each_edit(stage, edits, &[8])
}

fn ratchet_type(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let genuine = need(forger.ratchet(), "the forger has no session")?.clone();
    let mut keys: Vec<_> = [0x00, 0x04, 0x06, 0x08].map(|kind| typed(&genuine.key, kind)).to_vec();
    keys.push(genuine.key.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default());
    keys.push(Vec::new());
    for key in keys {
        let what = format!("an authentic message whose ratchet key has {} bytes", key.len());
        let bytes = genuine.clone().seal("wrong", |_, fields| fields.set_bytes(1, &key));
        stage.refuses(&message(bytes), &what)?;
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

fn ratchet_long(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let longer = [ratchet.key.as_slice(), &[0]].concat();
    let bytes = ratchet.clone().seal("longer", |_, fields| fields.set_bytes(1, &longer));
    let opened = stage.opens_or_refuses(&message(bytes), "a ratchet key of 34 bytes")?;
    stage.reads(opened);
    if opened {
        need(forger.ratchet(), "the forger has no session")?.skip(1);
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

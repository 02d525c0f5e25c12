//! Signatures over the prekeys of a bundle.

use serde_json::Value;

use super::super::{
    case::{Case, Checked, INITIATES, KEM, MUST},
    claims::{need, same},
    forge::Forger,
    seeded::Seeded,
    stage::{Party, Stage},
};
use crate::fields::{hex, of_hex};

const BASE: Case = Case { section: "x3dh r1 3.3", roles: INITIATES, ..MUST };
const KEM_BASE: Case = Case { section: "pqxdh r3 3.3", profiles: KEM, ..BASE };

pub(super) const CASES: &[Case] = &[
    Case {
        id: "sign.signed-flipped",
        claim: "A signed prekey is refused if any byte of its signature was changed.",
        why: "The signature is all that keeps the directory from choosing the key.",
        check: |stage| each_byte(stage, "spk_sig", 1),
        ..BASE
    },
    Case {
        id: "sign.signed-key-flipped",
        claim: "A signed prekey is refused if any byte of the key was changed.",
        why: "A signature over another key is none.",
        check: |stage| each_byte(stage, "spk", 1),
        ..BASE
    },
    Case {
        id: "sign.kem-flipped",
        claim: "A KEM prekey is refused if any byte of its signature was changed.",
        why: "Without it the directory can read what only the KEM protects.",
        check: |stage| each_byte(stage, "k_sig", 1),
        ..KEM_BASE
    },
    Case {
        id: "sign.kem-key-flipped",
        claim: "A KEM prekey is refused if a byte of the key was changed.",
        why: "The whole key has to be signed, not its beginning.",
        check: |stage| each_byte(stage, "k", 13),
        ..KEM_BASE
    },
    Case {
        id: "sign.signed-by-another",
        claim: "A signed prekey with another identity's signature is refused.",
        why: "Anyone can sign; it has to be the identity of the bundle.",
        check: |stage| by_another(stage, "spk", "spk_sig"),
        ..BASE
    },
    Case {
        id: "sign.kem-by-another",
        claim: "A KEM prekey with another identity's signature is refused.",
        why: "Anyone can sign; it has to be the identity of the bundle.",
        check: |stage| by_another(stage, "k", "k_sig"),
        ..KEM_BASE
    },
    Case {
        id: "sign.signed-unprefixed",
        section: "x3dh r1 3.2",
        claim: "A signature over a signed prekey without its type byte is refused.",
        why: "The type byte keeps a signature over one kind of key from serving for another.",
        check: |stage| unprefixed(stage, "spk", "spk_sig"),
        ..BASE
    },
    Case {
        id: "sign.kem-unprefixed",
        section: "pqxdh r3 3.2",
        claim: "A signature over a KEM prekey without its type byte is refused.",
        why: "The type byte keeps a signature over one kind of key from serving for another.",
        check: |stage| unprefixed(stage, "k", "k_sig"),
        ..KEM_BASE
    },
    Case {
        id: "sign.exchanged",
        claim: "The two signatures of a bundle in each other's place are refused.",
        why: "Both are genuine; each is for one key.",
        check: exchanged,
        ..KEM_BASE
    },
    Case {
        id: "sign.constant",
        section: "xeddsa r1 3",
        claim: "Signatures of zeros, of ones and of the neutral point are refused.",
        why: "They hold for everything where a verifier forgets a check.",
        check: constant,
        ..BASE
    },
    Case {
        id: "sign.length",
        section: "xeddsa r1 3",
        claim: "Signatures of 0, 63 and 65 bytes are refused.",
        why: "What is read beyond the end, or not read, is not signed.",
        check: length,
        ..BASE
    },
    Case {
        id: "sign.scalar-too-large",
        section: "xeddsa r1 3",
        claim: "A signature whose scalar is 2^253 or more is refused.",
        why: "The bits above are no part of the scalar; who ignores them takes many for one.",
        check: |stage| scalar_too_large(stage),
        ..BASE
    },
    Case {
        id: "sign.malleable",
        section: "xeddsa r1 3",
        readings: true,
        claim: "A signature with the group order added to its scalar.",
        why: "Deployed clients reduce it and accept; a log keyed by signatures must not.",
        check: malleable,
        ..BASE
    },
];

/// The bytes of one field of a bundle.
pub(super) fn bytes(bundle: &Value, name: &str) -> Checked<Vec<u8>> {
    let found = bundle.get(name).and_then(Value::as_str).and_then(of_hex);
    need(found, &format!("the bundle has no {name}"))
}

/// The bundle with another value in one field.
pub(super) fn with(bundle: &Value, name: &str, bytes: &[u8]) -> Value {
    let mut changed = bundle.clone();
    if let Some(field) = changed.get_mut(name) {
        *field = hex(bytes).into();
    }
    changed
}

/// After all refusals the genuine bundle starts a session.
pub(super) fn accepts(stage: &mut Stage<'_>, forger: &mut Forger, bundle: &Value) -> Checked {
    stage.process(Party::Subject, Party::Forger, bundle)?;
    let message = stage.encrypt(Party::Subject, Party::Forger, "hello")?;
    same(&forger.respond(&message.bytes), &Some("hello".to_owned()), "what the forger opened")
}

fn each_byte(stage: &mut Stage<'_>, field: &str, step: usize) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let genuine = bytes(&bundle, field)?;
    for index in (0..genuine.len()).step_by(step) {
        let mut changed = genuine.clone();
        if let Some(byte) = changed.get_mut(index) {
            *byte ^= 1 << stage.random.below(8);
        }
        let what = format!("a bundle with byte {index} of {field} changed");
        stage.refuses_bundle(Party::Forger, &with(&bundle, field, &changed), &what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn by_another(stage: &mut Stage<'_>, key: &str, signature: &str) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let mut another = Forger::new(stage.profile, Seeded::new(1, &["another identity"]));
    let signed = another.sign(&bytes(&bundle, key)?);
    let changed = with(&bundle, signature, &of_hex(&signed).unwrap_or_default());
    let what = "a prekey that another identity signed";
    stage.refuses_bundle(Party::Forger, &changed, what)?;
    accepts(stage, &mut forger, &bundle)
}

fn unprefixed(stage: &mut Stage<'_>, key: &str, signature: &str) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let without_type = bytes(&bundle, key)?.split_off(1);
    let signed = forger.sign(&without_type);
    let changed = with(&bundle, signature, &of_hex(&signed).unwrap_or_default());
    stage.refuses_bundle(Party::Forger, &changed, "a signature over a key without its type")?;
    accepts(stage, &mut forger, &bundle)
}

fn exchanged(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let changed = with(&bundle, "spk_sig", &bytes(&bundle, "k_sig")?);
    let changed = with(&changed, "k_sig", &bytes(&bundle, "spk_sig")?);
    stage.refuses_bundle(Party::Forger, &changed, "signatures in each other's place")?;
    accepts(stage, &mut forger, &bundle)
}

fn constant(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let mut neutral = [0; 64];
    neutral[0] = 1;
    for (signature, what) in [
        ([0; 64], "a signature of zeros"),
        ([0xff; 64], "a signature of ones"),
        (neutral, "a signature of the neutral point"),
    ] {
        stage.refuses_bundle(Party::Forger, &with(&bundle, "spk_sig", &signature), what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn length(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let genuine = bytes(&bundle, "spk_sig")?;
    let longer = [genuine.as_slice(), &[0]].concat();
    let shorter = genuine.split_last().map(|(_, rest)| rest).unwrap_or_default();
    for signature in [&[], shorter, longer.as_slice()] {
        let what = format!("a signature of {} bytes", signature.len());
        stage.refuses_bundle(Party::Forger, &with(&bundle, "spk_sig", signature), &what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn scalar_too_large(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for bit in [0x20, 0x40] {
        let mut signature = bytes(&bundle, "spk_sig")?;
        if let Some(top) = signature.last_mut() {
            *top |= bit;
        }
        // All that the bit adds is a multiple of 2^253, taken off again by who ignores it.
        let what = "a signature whose scalar has more than 253 bits";
        stage.refuses_bundle(Party::Forger, &with(&bundle, "spk_sig", &signature), what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

/// The order of the group, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn malleable(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let mut signature = bytes(&bundle, "spk_sig")?;
    let sign = signature.last().map_or(0, |top| top & 0x80);
    let mut carry = 0_u16;
    for (byte, add) in signature.iter_mut().skip(32).zip(ORDER) {
        let top = if add == 0x10 { *byte & 0x7f } else { *byte };
        let sum = u16::from(top).saturating_add(u16::from(add)).saturating_add(carry);
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    if let Some(top) = signature.last_mut() {
        *top |= sign;
    }
    stage.reads_bundle(&with(&bundle, "spk_sig", &signature))?;
    accepts(stage, &mut forger, &bundle)
}

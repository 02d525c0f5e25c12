//! Points of small order, with a part of small order, or encoded twice.
//!
//! The forger computes what the receiver would, so that only a check of the point can refuse.

use curve25519_dalek::{constants::EIGHT_TORSION, montgomery::MontgomeryPoint};

use super::{
    super::{
        case::{Case, Checked, INITIATES, MUST, RESPONDS, SHOULD},
        claims::{first_of, inside, message, need},
        forge::{Forger, Plan, Turn},
        stage::{Party, Stage},
    },
    sign::{accepts, bytes, with},
};
use crate::fields::of_hex;

const OF_BASE: Case = Case { section: "pqxdh r3 3.4", roles: RESPONDS, ..SHOULD };
const OF_BUNDLE: Case = Case { section: "double-ratchet r4 3.1", roles: INITIATES, ..SHOULD };

pub(super) const CASES: &[Case] = &[
    Case {
        id: "point.low-order-base",
        section: "double-ratchet r4 3.1",
        roles: RESPONDS,
        claim: "A first message whose base key is of small order is refused.",
        why: "All that is agreed with it is zero: the session rests on one secret of four.",
        check: low_order_base,
        ..MUST
    },
    Case {
        id: "point.low-order-identity",
        section: "double-ratchet r4 3.1",
        roles: RESPONDS,
        claim: "A first message from an identity of small order is refused.",
        why: "Anyone can speak for such an identity.",
        check: low_order_identity,
        ..MUST
    },
    Case {
        id: "point.low-order-first-ratchet",
        section: "double-ratchet r4 3.1",
        roles: RESPONDS,
        claim: "A first message whose ratchet key is of small order is refused.",
        why: "The step with it adds nothing secret.",
        check: low_order_first_ratchet,
        ..MUST
    },
    Case {
        id: "point.low-order-ratchet",
        section: "double-ratchet r4 3.1",
        claim: "An authentic message in a session with a ratchet key of small order is refused.",
        why: "A session does not heal by a step whose secret everybody knows.",
        check: low_order_ratchet,
        ..MUST
    },
    Case {
        id: "point.low-order-signed",
        claim: "A bundle whose signed prekey is of small order is refused.",
        why: "Its owner signed it; what is agreed with it is zero all the same.",
        check: low_order_signed,
        ..OF_BUNDLE
    },
    Case {
        id: "point.low-order-one-time",
        claim: "A bundle whose one-time prekey is of small order is refused.",
        why: "Nobody signs it: a directory can put any point there.",
        check: low_order_one_time,
        ..OF_BUNDLE
    },
    Case {
        id: "point.noncanonical-base",
        claim: "A first message whose base key has its unused bit set is refused.",
        why: "It is a second encoding of one key: a replay that a list of keys does not know.",
        check: |stage| odd_base(stage, |public| Some(high_bit(public))),
        ..OF_BASE
    },
    Case {
        id: "point.torsion-base",
        claim: "A first message whose base key has a part of small order is refused.",
        why: "Eight such keys agree on the same secrets: seven replays that no list knows.",
        check: |stage| odd_base(stage, with_torsion),
        ..OF_BASE
    },
    Case {
        id: "point.noncanonical-ratchet",
        section: "deployed keys",
        readings: true,
        claim: "An authentic message whose ratchet key has its unused bit set.",
        why: "Deployed clients check base keys only; the MAC covers this one.",
        check: |stage| odd_ratchet(stage, |public| Some(high_bit(public))),
        ..MUST
    },
    Case {
        id: "point.torsion-ratchet",
        section: "deployed keys",
        readings: true,
        claim: "An authentic message whose ratchet key has a part of small order.",
        why: "Deployed clients check base keys only; the MAC covers this one.",
        check: |stage| odd_ratchet(stage, with_torsion),
        ..MUST
    },
    Case {
        id: "point.noncanonical-signed",
        section: "deployed keys",
        roles: INITIATES,
        readings: true,
        claim: "A bundle whose signed prekey has its unused bit set, under a good signature.",
        why: "Deployed clients agree with it as it is.",
        check: noncanonical_signed,
        ..MUST
    },
    Case {
        id: "point.noncanonical-identity",
        section: "xeddsa r1 3",
        roles: INITIATES,
        readings: true,
        claim: "A bundle whose identity key has its unused bit set.",
        why: "One identity with two encodings is two to whoever compares fingerprints.",
        check: noncanonical_identity,
        ..MUST
    },
];

/// u-coordinates of small order, and second encodings of them.
const LOW_ORDER: [&str; 9] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
];

fn low_order() -> impl Iterator<Item = [u8; 32]> {
    LOW_ORDER.iter().filter_map(|text| of_hex(text)?.try_into().ok())
}

fn high_bit(public: [u8; 32]) -> [u8; 32] {
    let [rest @ .., top] = public;
    let mut changed = [top | 0x80; 32];
    changed.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = byte);
    changed
}

/// The point with a point of order eight added to it.
#[expect(clippy::arithmetic_side_effects, reason = "adding points has no overflow")]
fn with_torsion(public: [u8; 32]) -> Option<[u8; 32]> {
    let [_, torsion, ..] = EIGHT_TORSION;
    Some((MontgomeryPoint(public).to_edwards(0)? + torsion).to_montgomery().to_bytes())
}

/// Plays forged first messages against one bundle, and then a genuine one.
fn forged_firsts(
    stage: &mut Stage<'_>,
    what: &str,
    plans: impl Fn(&mut Forger) -> Vec<Plan>,
) -> Checked {
    let mut forger = stage.forger();
    let bundle = stage.bundle(Party::Subject, true)?;
    for plan in plans(&mut forger) {
        let first = forger.initiate(&bundle, &plan);
        let first = need(first, "the adapter's bundle is not complete")?;
        let message = first_of(&mut forger, &first, "forged")?;
        stage.refuses(&message, what)?;
    }
    let plan = forger.plan();
    let first = need(forger.initiate(&bundle, &plan), "the adapter's bundle is not complete")?;
    let message = first_of(&mut forger, &first, "hello")?;
    stage.opens(Party::Subject, &message, "hello")
}

fn low_order_base(stage: &mut Stage<'_>) -> Checked {
    forged_firsts(stage, "a first message whose base key is of small order", |forger| {
        let each = |public| {
            let mut plan = forger.plan();
            (plan.base.public, plan.zero_base) = (public, true);
            plan
        };
        low_order().map(each).collect()
    })
}

fn low_order_identity(stage: &mut Stage<'_>) -> Checked {
    forged_firsts(stage, "a first message from an identity of small order", |forger| {
        let each = |identity| Plan { identity, zero_identity: true, ..forger.plan() };
        low_order().map(each).collect()
    })
}

fn low_order_first_ratchet(stage: &mut Stage<'_>) -> Checked {
    forged_firsts(stage, "a first message whose ratchet key is of small order", |forger| {
        let turn = |public| Turn::Forged { public, shared: [0; 32] };
        low_order().map(|public| Plan { turn: turn(public), ..forger.plan() }).collect()
    })
}

fn low_order_ratchet(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    for public in low_order() {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        ratchet.turn(&Turn::Forged { public, shared: [0; 32] });
        let forged = message(ratchet.seal("forged", |_, _| {}));
        stage.refuses(&forged, "an authentic message with a ratchet key of small order")?;
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")?;
    stage.answers_forger(&mut forger, "still here")
}

fn signed(forger: &mut Forger, bundle: &serde_json::Value, key: &[u8; 32]) -> serde_json::Value {
    let key = [&[5], key.as_slice()].concat();
    let signature = of_hex(&forger.sign(&key)).unwrap_or_default();
    with(&with(bundle, "spk", &key), "spk_sig", &signature)
}

fn low_order_signed(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for key in low_order() {
        let changed = signed(&mut forger, &bundle, &key);
        let what = "a bundle whose signed prekey is of small order";
        stage.refuses_bundle(Party::Forger, &changed, what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn low_order_one_time(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    for key in low_order() {
        let changed = with(&bundle, "otk", &[&[5], key.as_slice()].concat());
        let what = "a bundle whose one-time prekey is of small order";
        stage.refuses_bundle(Party::Forger, &changed, what)?;
    }
    accepts(stage, &mut forger, &bundle)
}

fn odd_base(stage: &mut Stage<'_>, odd: fn([u8; 32]) -> Option<[u8; 32]>) -> Checked {
    forged_firsts(stage, "a first message with another encoding of a base key", |forger| {
        let mut plan = forger.plan();
        plan.base.public = odd(plan.base.public).unwrap_or_default();
        vec![plan]
    })
}

fn odd_ratchet(stage: &mut Stage<'_>, odd: fn([u8; 32]) -> Option<[u8; 32]>) -> Checked {
    let mut forger = stage.with_forger()?;
    let secret = forger.secret();
    let public = need(odd(secret.public), "the point is on the curve")?;
    let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
    let shared = ratchet.shared_with(&secret);
    ratchet.turn(&Turn::Forged { public, shared });
    let odd = message(ratchet.seal("odd", |_, _| {}));
    let opened = stage.opens_or_refuses(&odd, "a ratchet key in another encoding")?;
    stage.reads(opened);
    let genuine = if opened {
        message(ratchet.seal("next", |_, _| {}))
    } else {
        inside(&mut forger, "next")?
    };
    stage.opens(Party::Subject, &genuine, "next")
}

fn noncanonical_signed(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let key = bytes(&bundle, "spk")?;
    let key = need(key.last_chunk::<32>().copied(), "a signed prekey is shorter than a key")?;
    let changed = signed(&mut forger, &bundle, &high_bit(key));
    stage.reads_bundle(&changed)?;
    accepts(stage, &mut forger, &bundle)
}

fn noncanonical_identity(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let odd = [&[5], high_bit(forger.identity.public).as_slice()].concat();
    stage.reads_bundle(&with(&bundle, "ik", &odd))
}

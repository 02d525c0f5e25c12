//! Attempts to have less protection than both ends can.

use super::{
    super::{
        case::{Case, Checked, INITIATES, KEM, MUST, Profile, RESPONDS},
        claims::{first_of, inside, message, need},
        forge::{Fields, First, Plan},
        stage::{FIRST, Party, Sealed, Stage},
    },
    sign::accepts,
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "downgrade.bundle-without-kem",
        section: "pqxdh r3 3.3",
        profiles: KEM,
        roles: INITIATES,
        claim: "A bundle without a KEM prekey starts no session.",
        why: "A directory could take the KEM away from everybody by leaving it out.",
        check: bundle_without_kem,
        ..MUST
    },
    Case {
        id: "downgrade.first-stripped",
        section: "pqxdh r3 3.4",
        profiles: KEM,
        roles: RESPONDS,
        claim: "A first message whose KEM fields were removed is refused.",
        why: "What is missing must not be taken for a handshake that never had it.",
        check: first_stripped,
        ..MUST
    },
    Case {
        id: "downgrade.first-without-kem",
        section: "pqxdh r3 3.4",
        profiles: KEM,
        roles: RESPONDS,
        claim: "A first message that was made without the KEM is refused, authentic as it is.",
        why: "Its sender chose less than the bundle asks for.",
        check: first_without_kem,
        ..MUST
    },
    Case {
        id: "downgrade.older-handshake",
        section: "pqxdh r3 2.2",
        profiles: KEM,
        roles: RESPONDS,
        claim: "The older handshake under the newer version byte is refused.",
        why: "The version byte alone must not make it the newer one.",
        check: older_handshake,
        ..MUST
    },
    Case {
        id: "downgrade.first-v3",
        section: "deployed versions",
        profiles: KEM,
        roles: RESPONDS,
        claim: "A genuine first message of version 3 is refused by a device of version 4.",
        why: "Whoever can still start the old handshake can be made to.",
        check: first_v3,
        ..MUST
    },
    Case {
        id: "downgrade.first-version",
        section: "deployed versions",
        roles: RESPONDS,
        claim: "A first message whose outer version byte was changed is refused.",
        why: "The byte is under no MAC there, and decides how the rest is read.",
        check: first_version,
        ..MUST
    },
    Case {
        id: "downgrade.inner-version",
        section: "deployed versions",
        roles: RESPONDS,
        claim: "A first message around an authentic one of another version is refused.",
        why: "Two versions in one message is one too many.",
        check: inner_version,
        ..MUST
    },
    Case {
        id: "downgrade.message-version",
        section: "deployed versions",
        claim: "An authentic message of another version than its session's is refused.",
        why: "A session must not change its version on the way.",
        check: message_version,
        ..MUST
    },
];

fn bundle_without_kem(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let bundle = forger.bundle(true);
    let mut without = bundle.clone();
    if let serde_json::Value::Object(fields) = &mut without {
        fields.retain(|name, _| !name.starts_with('k'));
    }
    stage.refuses_bundle(Party::Forger, &without, "a bundle without a KEM prekey")?;
    accepts(stage, &mut forger, &bundle)
}

fn first(bytes: Vec<u8>) -> Sealed {
    Sealed { from: Party::Forger, kind: FIRST, bytes }
}

fn first_stripped(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let flight = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, _| {});
    for (removed, what) in [
        ([7, 8].as_slice(), "its KEM fields"),
        (&[7], "its KEM prekey id"),
        (&[8], "its KEM ciphertext"),
    ] {
        let mut fields = flight.fields.clone();
        removed.iter().for_each(|field| fields.remove(*field));
        for version in [flight.version, 0x33] {
            let bytes = First { version, fields: fields.clone() }.encode(&within);
            stage.refuses(&first(bytes), &format!("a first message without {what}"))?;
        }
    }
    stage.opens(Party::Subject, &first(flight.encode(&within)), "hello")
}

/// First flights that are authentic in their way, and a genuine one after them.
fn forged(stage: &mut Stage<'_>, what: &str, plan: fn(Plan) -> Plan, version: u8) -> Checked {
    let mut forger = stage.forger();
    let bundle = stage.bundle(Party::Subject, true)?;
    let honest = forger.plan();
    let less = forger.initiate(&bundle, &plan(honest));
    let mut less = need(less, "the adapter's bundle is not complete")?;
    less.version = version;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("less", |inner, _| *inner = version);
    stage.refuses(&first(less.encode(&within)), what)?;
    let honest = forger.plan();
    let flight = need(forger.initiate(&bundle, &honest), "the adapter's bundle is not complete")?;
    let genuine = first_of(&mut forger, &flight, "hello")?;
    stage.opens(Party::Subject, &genuine, "hello")
}

fn first_without_kem(stage: &mut Stage<'_>) -> Checked {
    let without = |plan: Plan| Plan { without_kem: true, ..plan };
    forged(stage, "a first message that was made without the KEM", without, 0x44)
}

fn older_handshake(stage: &mut Stage<'_>) -> Checked {
    let older = |plan: Plan| Plan { profile: Profile::V3, ..plan };
    forged(stage, "the older handshake under the newer version", older, 0x44)
}

fn first_v3(stage: &mut Stage<'_>) -> Checked {
    let older = |plan: Plan| Plan { profile: Profile::V3, ..plan };
    forged(stage, "a first message of version 3", older, 0x33)
}

/// Version bytes that are not the profile's. In v3, 0x34 is another way to write it.
fn others(profile: Profile) -> Vec<u8> {
    let of_the_other = if profile.has_kem() { [0x33, 0x34] } else { [0x44, 0x43] };
    [0x00, 0x11, 0x22, 0x23, 0x55, 0x54, 0xff].into_iter().chain(of_the_other).collect()
}

fn first_version(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let mut flight = stage.forged_first(&mut forger)?;
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, _| {});
    let genuine = flight.encode(&within);
    for version in others(stage.profile) {
        flight.version = version;
        let what = format!("a first message of version byte 0x{version:02x}");
        stage.refuses(&first(flight.encode(&within)), &what)?;
    }
    stage.opens(Party::Subject, &first(genuine), "hello")
}

fn inner_version(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.forger();
    let flight = stage.forged_first(&mut forger)?;
    for version in others(stage.profile) {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        let within = ratchet.seal("forged", |inner, _: &mut Fields| *inner = version);
        let what = format!("a first message around one of version byte 0x{version:02x}");
        stage.refuses(&first(flight.encode(&within)), &what)?;
    }
    let genuine = first_of(&mut forger, &flight, "hello")?;
    stage.opens(Party::Subject, &genuine, "hello")
}

fn message_version(stage: &mut Stage<'_>) -> Checked {
    let mut forger = stage.with_forger()?;
    for version in others(stage.profile) {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        let bytes = ratchet.seal("forged", |inner, _| *inner = version);
        let what = format!("an authentic message of version byte 0x{version:02x}");
        stage.refuses(&message(bytes), &what)?;
    }
    let next = inside(&mut forger, "next")?;
    stage.opens(Party::Subject, &next, "next")
}

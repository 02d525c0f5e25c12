//! Who a message comes from, and whom it is meant for.

use serde_json::{Value, json};

use super::super::{
    case::{Case, Checked, INITIATES, KEM, MUST, RESPONDS, SHOULD},
    claims::{need, same},
    forge::Fields,
    stage::{FIRST, Party, Sealed, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "identity.changed-first",
        section: "x3dh r1 4.1",
        roles: RESPONDS,
        claim: "A first message of another identity under a known address is refused.",
        why: "It is how somebody in the middle begins; a person has to hear of it first.",
        check: |stage| changed_first(stage).map(drop),
        ..SHOULD
    },
    Case {
        id: "identity.changed-named",
        section: "deployed errors",
        roles: RESPONDS,
        claim: "It is refused as `untrusted_identity`.",
        why: "It is the one refusal that a person can do something about.",
        check: changed_named,
        ..SHOULD
    },
    Case {
        id: "identity.changed-bundle",
        section: "x3dh r1 4.1",
        roles: INITIATES,
        claim: "A bundle of another identity for a known address is refused.",
        why: "A directory that swaps the whole bundle passes every check of a signature.",
        check: changed_bundle,
        ..SHOULD
    },
    Case {
        id: "identity.trusted",
        section: "sesame r2 3.3",
        roles: INITIATES,
        needs: &["trust"],
        claim: "Once it is trusted, a bundle of the new identity starts a session.",
        why: "People do buy new telephones.",
        check: trusted,
        ..MUST
    },
    Case {
        id: "identity.another-session",
        section: "double-ratchet r4 3.4",
        claim: "A message of one peer's session is refused under another peer's address.",
        why: "The transport says who sent it, and only the session knows better.",
        check: another_session,
        ..MUST
    },
    Case {
        id: "identity.claimed",
        section: "pqxdh r3 4.10",
        roles: RESPONDS,
        claim: "A first message is refused under an identity key that did not make it.",
        why: "The identity is part of what is agreed on and of what the MAC covers.",
        check: claimed,
        ..MUST
    },
    Case {
        id: "identity.addresses",
        section: "pqxdh r3 4.10",
        profiles: KEM,
        roles: RESPONDS,
        claim: "A first message that names sender and recipient as they are opens.",
        why: "Clients of 2026 name them wherever both have a service id.",
        check: addresses,
        ..MUST
    },
    Case {
        id: "identity.other-addresses",
        section: "pqxdh r3 4.10",
        profiles: KEM,
        roles: RESPONDS,
        claim: "An authentic first message that names another sender or recipient is refused.",
        why: "It was made for another conversation: an identity key may be claimed by two people.",
        check: other_addresses,
        ..SHOULD
    },
];

fn changed_first(stage: &mut Stage<'_>) -> Checked<String> {
    let known = stage.with_ours()?;
    let mallory = stage.ours(1)?;
    let bundle = stage.bundle(Party::Subject, true)?;
    stage.process(mallory, Party::Subject, &bundle)?;
    let first = stage.encrypt(mallory, Party::Subject, "it is me")?;
    let claimed = Sealed { from: known, ..first };
    let kind = stage.refuses(&claimed, "a first message of another identity")?;
    stage.passes(known, Party::Subject, "it is really me")?;
    stage.passes(Party::Subject, known, "good")?;
    Ok(kind)
}

fn changed_named(stage: &mut Stage<'_>) -> Checked {
    let kind = changed_first(stage)?;
    same(&kind, &"untrusted_identity".to_owned(), "the kind of the refusal")
}

fn changed_bundle(stage: &mut Stage<'_>) -> Checked {
    let known = stage.with_ours()?;
    let mallory = stage.ours(1)?;
    let bundle = stage.bundle(mallory, true)?;
    stage.refuses_bundle(known, &bundle, "a bundle of another identity")?;
    stage.passes(Party::Subject, known, "still here")?;
    stage.passes(known, Party::Subject, "still there").map(drop)
}

fn trusted(stage: &mut Stage<'_>) -> Checked {
    let known = stage.with_ours()?;
    // The same person, on a new telephone: at the address of the one before.
    stage.init(known)?;
    // Our engine's randomness is that of the case; a fresh device has another.
    let bundle = stage.bundle(known, true)?;
    let renewed = stage.ours(1)?;
    let renewed_bundle = stage.bundle(renewed, true)?;
    drop(bundle);
    let identity = need(renewed_bundle.get("ik").cloned(), "a bundle has an identity")?;
    let trust = json!({"op":"trust","peer":stage.address(known),"ik":identity});
    stage.optional(Party::Subject, &trust)?;
    stage.process(Party::Subject, known, &renewed_bundle)?;
    let request = json!({"op":"encrypt","peer":stage.address(known),"m":"new telephone?"});
    let answer = stage.ok(Party::Subject, &request)?;
    let message = super::super::stage::sealed(Party::Subject, &answer)?;
    stage.opens(renewed, &message, "new telephone?")
}

fn another_session(stage: &mut Stage<'_>) -> Checked {
    let peers = [stage.ours(0)?, stage.ours(1)?];
    for peer in peers {
        super::agree::session_with(stage, peer)?;
    }
    let [a, b] = peers;
    let message = stage.encrypt(a, Party::Subject, "from the first")?;
    let wrong = Sealed { from: b, ..message.clone() };
    stage.refuses(&wrong, "a message of another peer's session")?;
    stage.opens(Party::Subject, &message, "from the first")?;
    stage.passes(b, Party::Subject, "from the second").map(drop)
}

fn claimed(stage: &mut Stage<'_>) -> Checked {
    let (a, b) = stage.ends()?;
    let other = stage.ours(1)?;
    let bundle = stage.bundle(b, true)?;
    stage.process(a, b, &bundle)?;
    let genuine = stage.encrypt(a, b, "genuine")?;
    let others = stage.bundle(other, false)?;
    let identity = others.get("ik").and_then(Value::as_str).and_then(crate::fields::of_hex);
    let identity = need(identity, "a bundle has an identity")?;
    let fields = genuine.bytes.get(1..).and_then(Fields::parse);
    let mut fields = need(fields, "a genuine first message cannot be parsed")?;
    fields.set_bytes(3, &identity);
    let version = genuine.bytes.first().copied().unwrap_or(0);
    let bytes = [&[version], fields.encode().as_slice()].concat();
    let forged = Sealed { from: other, kind: FIRST, bytes };
    stage.refuses(&forged, "a first message under another identity")?;
    stage.opens(Party::Subject, &genuine, "genuine")
}

/// Sender and recipient as a message names them: kind, UUID, device; twice.
fn named(stage: &Stage<'_>, from: Party, to: Party) -> Vec<u8> {
    let one = |party| {
        let address = stage.address(party);
        let name = address.get(0).and_then(Value::as_str).unwrap_or_default();
        let id = crate::fields::of_hex(&name.replace('-', "")).unwrap_or_default();
        [&[0], id.as_slice(), &[1]].concat()
    };
    [one(from), one(to)].concat()
}

/// The forger's first messages, each naming whom it likes; whether each opened is the caller's.
fn naming(stage: &mut Stage<'_>) -> Checked<super::super::forge::Forger> {
    stage.use_service_ids();
    stage.init(Party::Subject)?;
    Ok(stage.forger())
}

fn addresses(stage: &mut Stage<'_>) -> Checked {
    let mut forger = naming(stage)?;
    let flight = stage.forged_first(&mut forger)?;
    let names = named(stage, Party::Forger, Party::Subject);
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, fields| fields.set_bytes(6, &names));
    let first = Sealed { from: Party::Forger, kind: FIRST, bytes: flight.encode(&within) };
    stage.opens(Party::Subject, &first, "hello")
}

fn other_addresses(stage: &mut Stage<'_>) -> Checked {
    let mut forger = naming(stage)?;
    let flight = stage.forged_first(&mut forger)?;
    let mut another_device = named(stage, Party::Forger, Party::Subject);
    if let Some(last) = another_device.last_mut() {
        *last = 2;
    }
    for (names, what) in [
        (named(stage, Party::Ours(1), Party::Subject), "another sender"),
        (named(stage, Party::Forger, Party::Ours(1)), "another recipient"),
        (named(stage, Party::Subject, Party::Forger), "sender and recipient in each other's place"),
        (another_device, "another device"),
    ] {
        let mut ratchet = need(forger.ratchet(), "the forger has no session")?.clone();
        let within = ratchet.seal("forged", |_, fields| fields.set_bytes(6, &names));
        let first = Sealed { from: Party::Forger, kind: FIRST, bytes: flight.encode(&within) };
        stage.refuses(&first, &format!("an authentic first message that names {what}"))?;
    }
    let names = named(stage, Party::Forger, Party::Subject);
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let within = ratchet.seal("hello", |_, fields| fields.set_bytes(6, &names));
    let first = Sealed { from: Party::Forger, kind: FIRST, bytes: flight.encode(&within) };
    stage.opens(Party::Subject, &first, "hello")
}

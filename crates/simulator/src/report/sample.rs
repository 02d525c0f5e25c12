//! Made-up reports for the tests of this folder, and to look at.

use std::collections::BTreeMap;

use super::model::{
    Arrow, CIPHERTEXT, Cell, Conversation, Frames, Invariant, Label, Latency, Messages, NodeColumn,
    Report, Seen, StoredAt, TEXT, Verdict,
};
use super::series::{Bucket, Counters, Histogram, LinkCounts, Series};
use super::words::{ACTORS, CLASSES};
use crate::export::{bands::Band, depths};

const DIGEST: &str = "5e1f0c3a9b7d2e4466f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6";

/// One message to a bakery and its answer; everything held.
pub(crate) fn bakery() -> Report {
    Report {
        scenario: "sims/01-first-message.toml".into(),
        title: "A first message".into(),
        about: "Maria asks a bakery whether it is open. The transport carries what it cannot \
                read; the Cloud API opens it and hands it to the business, which answers."
            .into(),
        seed: 7,
        digest: DIGEST.into(),
        verdict: Verdict::Pass,
        variant: None,
        mutant: None,
        plan: None,
        virtual_ms: 86_460_000,
        events: 4_213,
        messages: Messages { sent: 8, delivered: 8, ..Messages::default() },
        frames: Frames {
            sent: 96,
            lost: 3,
            duplicated: 1,
            bytes: 41_233,
            kinds: counts(&[("send", 14), ("deliver", 14), ("ack", 30), ("http-request", 38)]),
        },
        latency: Latency {
            count: 8,
            p50_us: 61_400,
            p90_us: 480_000,
            p99_us: 5_210_000,
            max_us: 5_210_000,
        },
        views: views(),
        stored: stored(),
        services: Vec::new(),
        labels: labels(),
        invariants: invariants(),
        occasions: counts(&[("retransmission", 2), ("webhook-retried", 0)]),
        dishonest: Vec::new(),
        unseen: false,
        texts_not_scanned: 1,
        series: series(),
        counters: counters(),
        stall: Vec::new(),
        conversation: conversation(),
        runs: Vec::new(),
    }
}

/// Eight latencies, a queue that fills and empties while a fault lasts.
fn series() -> Series {
    let bucket = |up_to_us, count| Bucket { up_to_us, count };
    let fault = Band {
        from_us: 20_000_000_000,
        until_us: 40_000_000_000,
        family: "loss".into(),
        what: "20 % lost everywhere".into(),
        nodes: Vec::new(),
        number: Some(0),
    };
    let queue = depths::Series {
        node: "transport".into(),
        queue: "mailbox envelopes".into(),
        most: 7,
        points: vec![(10_000_000, 0), (21_000_000_000, 7), (40_100_000_000, 0)],
    };
    Series {
        latencies: Histogram {
            buckets: vec![bucket(100_000, 5), bucket(200_000, 0), bucket(500_000, 3)],
            sum_us: 1_900_000,
        },
        queues: vec![queue],
        faults: vec![fault],
        until_us: 86_460_000_000,
    }
}

fn counters() -> Counters {
    let device =
        LinkCounts { sent: 96, lost: 3, duplicated: 1, bytes: 41_233, ..LinkCounts::default() };
    Counters {
        links: [("device".to_owned(), device)].into(),
        transactions: counts(&[("user", 12), ("transport", 40)]),
        faults: counts(&[("loss", 1)]),
    }
}

/// A planted leak in two forms, both found.
pub(crate) fn leak() -> Report {
    let run = |variant: &str| {
        let mut run = bakery();
        run.scenario = "sims/04-planted-leak.toml".into();
        run.title = "A planted leak".into();
        run.variant = Some(variant.into());
        run.verdict = Verdict::Fail;
        leak_content(&mut run, variant);
        run
    };
    let runs = vec![run("raw"), run("base64")];
    Report { variant: None, runs, ..run("raw") }
}

/// A report whose every text tries to be more than text.
pub(crate) fn hostile() -> Report {
    let mut report = bakery();
    for (place, text) in HOSTILE.iter().enumerate() {
        let arrow = &mut report.conversation.arrows[place];
        arrow.what = (*text).into();
        for seen in &mut arrow.seen {
            seen.fields = vec![((*text).into(), (*text).into()), (TEXT.into(), (*text).into())];
            seen.bytes = (*text).into();
        }
    }
    let [script, image, svg, escape, turned] = HOSTILE;
    report.title = script.into();
    report.about = image.into();
    report.scenario = svg.into();
    report.digest = script.into();
    report.conversation.nodes[0] = NodeColumn { name: svg.into(), actor: turned.into() };
    report.labels[0].says = escape.into();
    report.invariants[0].evidence = HOSTILE.map(String::from).to_vec();
    report.views[0].first = Some(script.into());
    report.stored[0].tables = counts(&[(image, 1)]);
    report
}

/// Texts that are markup, terminal commands or turn the direction of what follows them.
pub(crate) const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    r#""><img src=x onerror="alert(1)">"#,
    "</svg></style></details><a href=javascript:alert(1)>",
    "\u{1b}[2J\u{7}\0bell\r\n\u{9b}31m",
    "\u{202e}drow terces\u{2066} שלום",
];

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn views() -> Vec<Cell> {
    // Those who are in every run.
    let actors = ACTORS.iter().filter(|(actor, _)| *actor != "auto_reply");
    let classes = CLASSES.iter().take(6);
    let cells = classes.flat_map(|(class, _)| actors.clone().map(move |(a, _)| (*class, *a)));
    cells.map(|(class, actor)| cell(class, actor)).collect()
}

fn cell(class: &str, actor: &str) -> Cell {
    let private = matches!(class, "message_content" | "consumer_phone");
    let policy = match (class, actor) {
        ("message_content", "transport") => Some(false),
        (_, "user" | "cloud_api" | "business") if private => Some(true),
        (_, "ads") if class != "business_information" => Some(false),
        (_, "business_manager") if private => Some(false),
        (_, "transport") => Some(true),
        (_, "rest_of_meta") => Some(!private && class != "integrity_signals"),
        _ => None,
    };
    let measured = match (class, actor) {
        ("statistics" | "integrity_signals", "user") => None,
        _ => Some(policy.unwrap_or(class == "business_information")),
    };
    let seen = measured == Some(true);
    let tried = if measured.is_none() || seen { 0 } else { 12 };
    Cell {
        data_class: class.into(),
        actor: actor.into(),
        policy,
        measured,
        attempts: tried,
        refused: tried,
        bytes_scanned: if measured.is_none() { 0 } else { 312_450 },
        markers: 8,
        found: if seen { 8 } else { 0 },
        verdict: policy.map(|_| Verdict::Pass),
        first: seen.then(|| format!("{actor}-1 in, at 0.012 s")),
        disclosed: 0,
    }
}

fn stored() -> Vec<StoredAt> {
    let at = |class: &str, node: &str, actor: &str, tables: &[(&str, u64)], kept: &str| StoredAt {
        data_class: class.into(),
        node: node.into(),
        actor: actor.into(),
        tables: counts(tables),
        kept: kept.into(),
    };
    vec![
        at("message_content", "phone-maria", "user", &[("chat", 8)], "until its owner deletes it"),
        at(
            "message_content",
            "cloud-api",
            "cloud_api",
            &[("outbox", 4), ("inbox", 4)],
            "sealed, 30 days",
        ),
        at(
            "consumer_phone",
            "transport",
            "transport",
            &[("account", 2)],
            "while it has an account",
        ),
        at(
            "billing",
            "billing",
            "rest_of_meta",
            &[("charge", 4)],
            "for ever: the books must add up",
        ),
    ]
}

fn labels() -> Vec<Label> {
    vec![Label {
        person: "Maria".into(),
        with: "Bäckerei Köhler".into(),
        says: "The business uses a service of Meta to manage this chat.".into(),
        truth: "The keys are with cloud_api.".into(),
    }]
}

fn invariants() -> Vec<Invariant> {
    let held = |id: &str, says: &str, evidence: &str| Invariant {
        id: id.into(),
        says: says.into(),
        verdict: Verdict::Pass,
        requirements: vec![id.into()],
        evidence: vec![evidence.into()],
    };
    vec![
        held("R008", "The transport sees no content.", "12 attempts, 312,450 bytes scanned"),
        held("exactly-once", "Every application sees every message exactly once.", "8 of 8"),
        held("R031", "A one-time prekey leaves the directory exactly once.", "14 prekeys"),
        held(
            "R022",
            "Content is unreadable from its 30th day and gone within the sweep.",
            "16 rows",
        ),
    ]
}

fn leak_content(run: &mut Report, variant: &str) {
    let hit = format!("transport log, message 3 (Maria → bakery), {variant}, at 0.014 s");
    let cell = &mut run.views[1];
    assert_eq!((&*cell.data_class, &*cell.actor), ("message_content", "transport"));
    (cell.measured, cell.found, cell.verdict) = (Some(true), 1, Some(Verdict::Fail));
    cell.first = Some(hit.clone());
    run.invariants[0].verdict = Verdict::Fail;
    run.invariants[0].evidence = vec![hit];
}

fn conversation() -> Conversation {
    let nodes = [
        ("Maria", "user"),
        ("transport", "transport"),
        ("cloud-api", "cloud_api"),
        ("bakery", "business"),
        ("billing", "rest_of_meta"),
    ];
    let nodes = nodes.map(|(name, actor)| NodeColumn { name: name.into(), actor: actor.into() });
    let mut arrows = question();
    arrows.extend(upkeep());
    arrows.extend(answer());
    Conversation { nodes: nodes.into(), arrows, left_out: 12 }
}

const QUESTION: &str = "zq4msgxwabcdefghijklmnopqrstuv Grüß Gott! Ist heute offen? 日本 🥐 \
    zq4msgxwabcdefghijklmnopqrstuv";
const ANSWER: &str =
    "zq4msgxwbbcdefghijklmnopqrstuv Yes, until six. zq4msgxwbbcdefghijklmnopqrstuv";

fn question() -> Vec<Arrow> {
    vec![
        step((0, 0), (0, 0), "writes", 82, vec![reads("user", QUESTION)]),
        step(
            (1_200, 14_000),
            (0, 1),
            "send (prekey message)",
            412,
            vec![sealed_by("user", QUESTION, 283), carries("transport", 283)],
        ),
        step((14_100, 0), (1, 2), "deliver (prekey message)", 430, vec![carries("transport", 283)]),
        step(
            (5_014_100, 5_026_000),
            (1, 2),
            "deliver (prekey message)",
            430,
            vec![carries("transport", 283), reads("cloud_api", QUESTION)],
        ),
        step(
            (5_026_300, 5_051_000),
            (2, 3),
            "webhook: message",
            1_204,
            vec![reads("cloud_api", QUESTION), reads("business", QUESTION)],
        ),
    ]
}

fn upkeep() -> Vec<Arrow> {
    let mut ack = step((5_026_200, 5_031_000), (2, 1), "ack", 24, Vec::new());
    ack.main = false;
    let mut charge = step((5_060_000, 5_061_000), (2, 4), "charge", 96, Vec::new());
    charge.main = false;
    charge.seen = vec![Seen {
        actor: "rest_of_meta".into(),
        fields: vec![("business".into(), "1002".into()), ("category".into(), "service".into())],
        bytes: "0a04313030321207736572766963651801".into(),
    }];
    vec![ack, charge]
}

fn answer() -> Vec<Arrow> {
    vec![
        step(
            (5_100_000, 5_121_000),
            (3, 2),
            "POST /v21.0/1001/messages",
            613,
            vec![reads("business", ANSWER), reads("cloud_api", ANSWER)],
        ),
        step(
            (5_122_000, 5_140_000),
            (2, 1),
            "send (message)",
            240,
            vec![reads("cloud_api", ANSWER), carries("transport", 130)],
        ),
        step(
            (5_140_100, 5_155_000),
            (1, 0),
            "deliver (message)",
            251,
            vec![carries("transport", 130), reads("user", ANSWER)],
        ),
        step((5_155_000, 5_155_000), (0, 0), "Maria reads", 72, vec![reads("user", ANSWER)]),
    ]
}

/// A step; one that arrives at zero after it left was lost.
fn step(
    (at, arrived): (u64, u64),
    (from, to): (usize, usize),
    what: &str,
    bytes: u64,
    seen: Vec<Seen>,
) -> Arrow {
    let arrived_us = (arrived >= at).then_some(arrived);
    Arrow { at_us: at, arrived_us, from, to, what: what.into(), bytes, main: true, seen }
}

fn reads(actor: &str, text: &str) -> Seen {
    Seen {
        actor: actor.into(),
        fields: vec![(TEXT.into(), text.into()), ("from".into(), "+491511234567".into())],
        bytes: "7b226f626a656374223a2277686174736170705f627573696e6573735f6163636f756e74222c"
            .into(),
    }
}

/// What the end that encrypted it sees: the words, and the header that it wrote.
fn sealed_by(actor: &str, text: &str, bytes: u64) -> Seen {
    let mut seen = carries(actor, bytes);
    seen.fields.push((TEXT.into(), text.into()));
    seen
}

fn carries(actor: &str, bytes: u64) -> Seen {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Seen {
        actor: actor.into(),
        fields: vec![
            field(CIPHERTEXT, &format!("{bytes} bytes")),
            field("to", "+4989123456, device 1"),
            field("kind", "prekey message"),
            field("registration id", "4711"),
            field("prekey ids", "one-time 31, signed 1, Kyber 9"),
        ],
        bytes: "4408b72010011a2105c3a1f09e8d7c6b5a493827160504f3e2d1c0bfae9d8c7b6a594837261504f3\
                2221056a5b4c3d2e1f00112233445566778899aabbccddeeff00112233445566778828c8013a64"
            .into(),
    }
}

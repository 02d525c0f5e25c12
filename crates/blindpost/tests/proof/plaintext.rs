//! Plaintext is nowhere but at the ends.
//!
//! Every text and every number of a run is a canary. All that the processes wrote is searched while
//! it is as they left it when they were killed: write-ahead logs are full, nothing was tidied up.
//! With `BLINDPOST_CAPTURE=1` (tests/proof/run) so is all that went over loopback.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    canary::{Canaries, Found},
    capture::{self, Capture, Streams},
    people::People,
    stage::{CLOUD_API, KEYS, Stage, TRANSPORT, copy},
};

const PACKETS: &str = "loopback.pcapng";
const PEOPLE: u64 = 3;
const TEXTS: usize = 5;

/// What is plaintext by right: the business's end is HTTP, and on one machine it has no TLS.
const ENDS: [&str; 2] = ["Graph", "webhook"];
const OTHERS: [&str; 9] = [
    "devices",
    "back office",
    "Business Manager",
    "billing",
    "statistics",
    "operators of the transport",
    "operators of the Cloud API",
    "operators of the business",
    "operators of Meta",
];

fn ports(stage: &Stage) -> BTreeMap<u16, &'static str> {
    let at = &stage.at;
    let ends = [at.graph, at.webhook].into_iter().zip(ENDS);
    let others = [at.devices, at.back_office, at.manager, at.billing, at.statistics];
    let others = others.into_iter().chain(at.operations).zip(OTHERS);
    ends.chain(others).map(|(at, name)| (at.port(), name)).collect()
}

/// People write, while transport and Cloud API are killed once each; then everything is killed.
fn overheard(canaries: &mut Canaries) -> (Stage, Option<Streams>) {
    let mut stage = Stage::dark();
    let names = ports(&stage);
    let numbers: Vec<u16> = names.keys().copied().collect();
    let capture = capture::is_wanted().then(|| Capture::start(&stage.aside(PACKETS), &numbers));
    stage.begins();
    let people: Vec<String> = (0..PEOPLE).map(|person| canaries.number(person)).collect();
    let mut people = People::join(&mut stage, &people);
    for round in 0..TEXTS {
        for person in 0..people.0.len() {
            people.writes(person, &format!("My word is {}.", canaries.word()));
        }
        match round {
            1 => {
                stage.kill(TRANSPORT);
                stage.start(TRANSPORT);
            }
            2 => {
                stage.kill(CLOUD_API);
                stage.start(CLOUD_API);
            }
            _ => {}
        }
        people.are_answered(&mut stage);
    }
    for operations in stage.at.operations {
        let metrics = crate::http::get(operations, "/metrics");
        assert_eq!(metrics.status, 200);
        fs::write(stage.written().join(format!("metrics-{}", operations.port())), metrics.body)
            .expect("a file can be written");
    }
    let streams = capture.map(|capture| capture.end(stage.at.back_office, &names));
    people.0.into_iter().for_each(|person| person.dies());
    stage.kill_all();
    (stage, streams)
}

#[track_caller]
fn nothing(what: &str, Found { hits, bytes, .. }: &Found) {
    println!("{what}: {bytes} bytes searched, {} canaries", hits.len());
    assert!(*bytes > 0, "{what}: nothing was searched");
    assert!(hits.is_empty(), "{what}:\n{}", hits.join("\n"));
}

#[test]
fn what_processes_write_and_send_has_no_plaintext_but_at_the_ends() {
    let mut canaries = Canaries::new(1);
    let (stage, streams) = overheard(&mut canaries);
    let written = stage.written();
    assert!(has_wal(&written), "nothing was left in a write-ahead log: the kill came too late");
    nothing("files", &canaries.in_files(&written));
    planted_in_files(&stage, &mut canaries);
    let Some(streams) = streams else { return };
    opens_with_its_keys(&stage);
    let of = |name: &'static str| {
        let streams = streams.iter().filter(move |(stream, _)| stream.starts_with(name));
        streams.map(|(stream, bytes)| (stream.as_str(), bytes.as_slice()))
    };
    for name in OTHERS {
        if of(name).next().is_some() {
            nothing(name, &canaries.in_streams(of(name)));
        }
    }
    for name in ["devices", "Business Manager", "billing", "operators of the transport"] {
        assert!(of(name).next().is_some(), "nothing was captured of {name}");
    }
    // The same search finds what it looks for where it may be.
    for name in ENDS {
        let Found { hits, bytes, .. } = canaries.in_streams(of(name));
        println!("{name}: {bytes} bytes searched, {} canaries, in plaintext by right", hits.len());
        assert!(hits.iter().any(|hit| hit.starts_with("MessageContent")), "{name}: {hits:?}");
        assert!(hits.iter().any(|hit| hit.starts_with("ConsumerPhone")), "{name}: {hits:?}");
    }
}

/// A live capture of the links opens with the key log, record by record, and with no other.
fn opens_with_its_keys(stage: &Stage) {
    let (packets, keys) = (stage.aside(PACKETS), stage.aside(KEYS));
    let port = stage.at.devices.port();
    let (verified, unverified) = capture::records(&packets, &keys, port);
    println!("links: {verified} records open with the key log, {unverified} do not");
    assert!(verified > TEXTS && unverified == 0);
    let log = fs::read_to_string(&keys).expect("the key log is text");
    // Each line has another's keys.
    let mut lines: Vec<Vec<&str>> =
        log.lines().map(|line| line.split_whitespace().collect()).collect();
    let sessions: Vec<&str> = lines.iter().map(|line| line[1]).collect();
    for (line, session) in lines.iter_mut().zip(sessions.iter().cycle().skip(1)) {
        line[1] = session;
    }
    let wrong: Vec<String> = lines.iter().map(|line| line.join(" ") + "\n").collect();
    let planted = stage.aside("wrong.keys");
    fs::write(&planted, wrong.concat()).expect("a file can be written");
    let (looked_at, unverified) = capture::records(&packets, &planted, port);
    assert_eq!(looked_at, unverified, "none opens with the keys of another link");
}

/// The search is no formality: what is put into copies of a log and of a store is found.
fn planted_in_files(stage: &Stage, canaries: &mut Canaries) {
    let (word, number) = (canaries.word(), canaries.number(0));
    let hex: String = number.bytes().map(|byte| format!("{byte:02x}")).collect();
    for (file, planted, expected) in [
        ("transport.log", format!("{{\"what\":\"{word}\"}}\n"), "MessageContent"),
        ("transport/stores/transport/planted-wal", word.clone(), "MessageContent"),
        ("cloud-api/stores/planted", hex, "ConsumerPhone"),
        (&format!("tmp/etilqs_{number}"), String::new(), "ConsumerPhone"),
    ] {
        let copied = stage.aside("copied");
        copy(&stage.written(), &copied);
        let path = copied.join(file);
        let mut bytes = fs::read(&path).unwrap_or_default();
        bytes.extend_from_slice(planted.as_bytes());
        fs::write(&path, bytes).expect("a file can be written");
        let Found { hits, .. } = canaries.in_files(&copied);
        assert_eq!(hits.len(), 1, "{file}: {hits:?}");
        assert!(hits[0].starts_with(expected), "{file}: {hits:?}");
        fs::remove_dir_all(&copied).expect("a folder of ours can be removed");
    }
}

/// Whether a file that is no formality ends in `-wal`.
fn has_wal(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder can be read").any(|entry| {
        let path = entry.expect("a folder can be read").path();
        let is_wal = path.to_string_lossy().ends_with("-wal");
        is_wal && path.metadata().is_ok_and(|about| about.len() > 0)
            || path.is_dir() && has_wal(&path)
    })
}

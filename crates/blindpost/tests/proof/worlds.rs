//! One story, two worlds: what each actor sees of it live is what it sees in the simulator.
//!
//! The simulator's side is its event log; the live side is what operators read (metrics) and what
//! the person's device says. Times, ids and numbers differ, and are left out.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use simulator::scenario;

use crate::{
    canary::Canaries,
    http,
    people::{People, STOPPED},
    stage::{BUSINESS, CLOUD_API, Stage, TRANSPORT, binary},
};

/// What actors saw, by actor and kind: how often, or how many bytes.
type Seen = BTreeMap<String, u64>;

/// Events of the story itself, by the names of both worlds. What upkeep does before and after, such
/// as publishing prekeys, depends on how many an end keeps, which is a matter of configuration.
const TOLD: [(&str, &str, &str); 14] = [
    (TRANSPORT, "registered", "registered"),
    (TRANSPORT, "one-time-key-taken", "one_time_key_taken"),
    (TRANSPORT, "accepted", "accepted"),
    (TRANSPORT, "delivered", "delivered"),
    (TRANSPORT, "forgotten", "forgotten"),
    (CLOUD_API, "granted", "granted"),
    (CLOUD_API, "decrypted", "decrypted"),
    (CLOUD_API, "took", "took"),
    (CLOUD_API, "forwarded", "forwarded"),
    (BUSINESS, "registered", "registered"),
    (BUSINESS, "shown", "shown"),
    (BUSINESS, "wrote", "wrote"),
    (BUSINESS, "send-accepted", "send_accepted"),
    (BUSINESS, "status", "status_seen"),
];
/// Events of a person's device, by the names of both worlds.
const TO_A_PERSON: [(&str, &str); 6] = [
    ("accepted", "sent"),
    ("delivered", "delivered"),
    ("read", "read"),
    ("shown", "shown"),
    ("labelled", "labelled"),
    ("not-opened", "not_opened"),
];
/// A prekey message names prekeys and a registration, whose numbers take a byte more or less each.
const NUMBERS: u64 = 12;

fn story() -> String {
    format!("{}/tests/proof/story.toml", env!("CARGO_MANIFEST_DIR"))
}

/// What was seen in the simulator.
fn simulated(folder: &Path) -> Seen {
    let log = folder.join("log.jsonl");
    let mut command = Command::new(binary());
    let output = command.args(["sim", &story(), "--log"]).arg(&log).output();
    let output = output.expect("the command starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut seen = Seen::new();
    for line in fs::read_to_string(log).expect("the log was written").lines() {
        let line: Value = serde_json::from_str(line).expect("the log is JSON");
        let (node, event) = (line["node"].as_str(), line["event"].as_str().unwrap_or_default());
        let role = match (node, line["actor"].as_str()) {
            (Some("transport"), _) => TRANSPORT,
            (_, Some("cloud_api")) => CLOUD_API,
            (_, Some("business")) => BUSINESS,
            (_, Some("user")) => "person",
            _ => continue,
        };
        *seen.entry(format!("{role} {event}")).or_insert(0) += 1;
        if (role, event) == (TRANSPORT, "accepted") {
            let what = line["fields"]["what"].as_str().unwrap_or_default();
            let bytes = what.split("bytes: ").nth(1).and_then(|rest| rest.split(' ').next());
            let bytes: u64 = bytes.and_then(|bytes| bytes.parse().ok()).expect("it says how many");
            let kind = if bytes == 0 { "receipts" } else { "messages" };
            *seen.entry(kind.to_owned()).or_insert(0) += 1;
            *seen.entry("bytes".to_owned()).or_insert(0) += bytes;
        }
    }
    seen
}

/// The value of a metric.
fn metric(at: SocketAddr, name: &str) -> u64 {
    let metrics = http::get(at, "/metrics").body;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |value| value.parse().expect("a counter is a number"))
}

/// What was seen live, under the names of the simulator.
fn live(stage: &mut Stage, people: &mut People, expected: &Seen) -> Seen {
    let scenario = scenario::load(Path::new(&story())).expect("the story is a scenario");
    let mut canaries = Canaries::new(2);
    for said in &scenario.says {
        // The simulator puts a canary at each end.
        people.writes_whole(0, &format!("{} {} {}", canaries.word(), said.text, canaries.word()));
        people.are_answered(stage);
    }
    // Receipts come later than answers. They are all there, or there is an end to waiting.
    let until = Instant::now() + STOPPED;
    loop {
        let seen = look(stage, people);
        if differences(&seen, expected).is_empty() || Instant::now() > until {
            return seen;
        }
        if let Some(said) = stage.next(Duration::from_millis(100)) {
            people.note(&said);
        }
    }
}

fn look(stage: &Stage, people: &People) -> Seen {
    let [transport, cloud_api, business, _] = stage.at.operations;
    let mut seen = Seen::new();
    for (role, simulated, live) in TOLD {
        let at = match role {
            TRANSPORT => transport,
            CLOUD_API => cloud_api,
            _ => business,
        };
        let name = format!("blindpost_events_total{{role=\"{role}\",event=\"{live}\"}}");
        seen.insert(format!("{role} {simulated}"), metric(at, &name));
    }
    for (simulated, live) in TO_A_PERSON {
        let count = people.0[0].count(live);
        seen.insert(format!("person {simulated}"), count);
    }
    for (name, metric_name) in [
        ("messages", "blindpost_envelopes_total{kind=\"message\"}"),
        ("receipts", "blindpost_envelopes_total{kind=\"receipt\"}"),
        ("bytes", "blindpost_envelope_bytes_total"),
    ] {
        seen.insert(name.to_owned(), metric(transport, metric_name));
    }
    seen
}

/// Of `all` what `like` has too; bytes as they are there, where numbers explain the difference.
fn keep(all: &Seen, like: &Seen) -> Seen {
    let of = |name: &String| all.get(name).copied().unwrap_or(0);
    let value = |name: &String, there: u64| {
        let here = of(name);
        if name == "bytes" && here.abs_diff(there) <= NUMBERS { there } else { here }
    };
    like.iter().map(|(name, there)| (name.clone(), value(name, *there))).collect()
}

/// Where live was seen what is not seen in the simulator, by name.
fn differences(seen: &Seen, expected: &Seen) -> Vec<String> {
    let there = keep(expected, seen);
    let differ = seen.iter().zip(there.values()).filter(|((_, here), there)| here != there);
    let tell = |((name, here), there)| format!("{name}: {here} live, {there} in the simulator");
    differ.map(tell).collect()
}

#[test]
fn an_actor_that_sees_more_in_one_world_is_named() {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let expected = simulated(scratch.path());
    let mut seen = expected.clone();
    assert_eq!(differences(&seen, &expected), [""; 0]);
    *seen.entry("receipts".to_owned()).or_insert(0) += 1;
    *seen.entry("bytes".to_owned()).or_insert(0) += NUMBERS + 1;
    let named = differences(&seen, &expected);
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(named[0].starts_with("bytes: ") && named[1].starts_with("receipts: "), "{named:?}");
}

#[test]
fn each_actor_sees_live_what_it_sees_in_the_simulator() {
    let mut stage = Stage::set();
    let expected = simulated(&stage.written());
    let mut people = People::join(&mut stage, &["12015550100".to_owned()]);
    let seen = live(&mut stage, &mut people, &expected);
    stage.terminate_all();
    assert_eq!(differences(&seen, &expected), [""; 0]);
    assert!(seen["messages"] > 0 && seen["person shown"] > 0, "nothing was seen");
}

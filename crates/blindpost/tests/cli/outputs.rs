//! What a run is written as beside its report.

use std::{fs, path::PathBuf};

use crate::common::{Ended, blindpost, end, folder};
use serde_json::Value;

const FIRST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sims/01-first-message.toml");
const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sims/04-planted-leak.toml");

fn read(path: &PathBuf) -> String {
    fs::read_to_string(path).expect("it was written")
}

#[test]
fn every_output_is_written_where_it_was_asked_for() {
    let folder = folder("outputs");
    let [svg, trace, packets, metrics] =
        ["c.svg", "t.json", "p.pcapng", "m.prom"].map(|name| folder.join(name));
    let mut command = blindpost();
    command.args(["sim", FIRST, "--conversation", "Maria,Forno Bianchi"]);
    command.arg("--diagram").arg(&svg).arg("--perfetto").arg(&trace);
    let ended = end(command.arg("--pcap").arg(&packets).arg("--metrics").arg(&metrics));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("PASS"), "people still get theirs: {}", ended.out);

    let picture = read(&svg);
    assert!(picture.starts_with("<?xml") && picture.contains(">Forno Bianchi</text>"));
    let trace: Value = serde_json::from_str(&read(&trace)).expect("a JSON value");
    assert!(trace["traceEvents"].as_array().expect("an array").len() > 100);
    let packets = fs::read(&packets).expect("it was written");
    assert_eq!(packets.get(..4), Some(&[0x0a, 0x0d, 0x0d, 0x0a][..]));
    let metrics = read(&metrics);
    assert!(metrics.contains("state=\"delivered\"} 4\n"), "{metrics}");
    assert!(metrics.contains("blindpost_queue_depth_max{"), "{metrics}");
}

#[test]
fn keys_of_packets_that_are_not_encrypted_are_refused_before_anything_runs() {
    let folder = folder("keys");
    let [packets, keys] = ["p.pcapng", "p.keys"].map(|name| folder.join(name));
    let mut command = blindpost();
    let ended =
        end(command.args(["sim", FIRST]).arg("--pcap").arg(&packets).arg("--pcap-keys").arg(&keys));
    assert_eq!((ended.code, &*ended.out), (Some(2), ""));
    assert!(ended.err.contains("expected `noise = true` in [links]"), "{}", ended.err);
    assert!(!packets.exists() && !keys.exists());
}

#[test]
fn a_picture_whose_name_ends_in_mmd_is_text_for_mermaid() {
    let path = folder("mermaid").join("c.mmd");
    let mut command = blindpost();
    command.args(["sim", FIRST, "--conversation", "Forno Bianchi, Maria"]);
    let ended = end(command.arg("--diagram").arg(&path));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let text = read(&path);
    assert!(text.contains("\nsequenceDiagram\n    participant n0 as Maria (user)\n"), "{text}");
}

#[test]
fn outputs_are_the_same_again_and_in_any_number_of_partitions() {
    let folder = folder("same");
    let write = |name: &str, partitions: &str| {
        let [log, trace, packets, metrics] = ["log", "trace", "pcapng", "prom"]
            .map(|ending| folder.join(format!("{name}.{ending}")));
        let mut command = blindpost();
        command.args(["sim", FIRST, "--partitions", partitions]);
        command.arg("--log").arg(&log).arg("--perfetto").arg(&trace);
        let ended = end(command.arg("--pcap").arg(&packets).arg("--metrics").arg(&metrics));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        [log, trace, packets, metrics].map(|path| fs::read(path).expect("it was written"))
    };
    let once = write("once", "1");
    assert!(once == write("again", "1"), "the same command writes the same bytes");
    assert!(once == write("seven", "7"), "and so it does with its nodes spread");
}

#[test]
fn the_log_of_several_scenarios_is_one_file_and_so_are_their_packets_and_counters() {
    let folder = folder("several");
    let [log, packets, metrics] = ["l.jsonl", "p.pcapng", "m.prom"].map(|name| folder.join(name));
    let mut command = blindpost();
    command.args(["sim", FIRST, LEAK]).arg("--log").arg(&log).arg("--pcap").arg(&packets);
    let ended = end(command.arg("--metrics").arg(&metrics));
    assert_eq!(ended.code, Some(1), "the leak is found: {}", ended.err);
    let starts = read(&log).lines().filter(|line| line.contains("\"at_us\":0,")).count();
    assert!(starts > 20, "each of seven runs begins at zero: {starts}");
    let packets = fs::read(&packets).expect("it was written");
    let header = [0x4d, 0x3c, 0x2b, 0x1a];
    let sections = packets.windows(4).filter(|window| **window == header).count();
    assert_eq!(sections, 7, "a section for each run");
    assert!(read(&metrics).contains("form=\"base64\""));
}

#[track_caller]
fn refused(flag: &str, name: &str) -> Ended {
    let nowhere = folder("outputs-nowhere").join("no/such/folder").join(name);
    let mut command = blindpost();
    command.args(["sim", FIRST]).arg(flag).arg(&nowhere);
    if flag == "--diagram" {
        command.args(["--conversation", "Maria,Forno Bianchi"]);
    }
    let ended = end(&mut command);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    let told = format!("{}: cannot be written: ", nowhere.display());
    assert!(ended.err.contains(&told), "{}", ended.err);
    ended
}

#[test]
fn a_file_that_cannot_be_made_exits_2_before_anything_runs() {
    for (flag, name) in
        [("--log", "l"), ("--perfetto", "p"), ("--pcap", "c"), ("--diagram", "d.svg")]
    {
        assert_eq!(refused(flag, name).out, "", "{flag}: no report of a run for nothing");
    }
    refused("--metrics", "m");
}

#[test]
fn a_conversation_that_there_is_not_exits_2_and_says_which_there_are() {
    let path = folder("nobody").join("c.svg");
    let mut command = blindpost();
    command.args(["sim", FIRST, "--conversation", "Mario,Forno Bianchi"]);
    let ended = end(command.arg("--diagram").arg(&path));
    assert_eq!(ended.code, Some(2));
    for expected in ["no conversation \"Mario,Forno Bianchi\"", "people: Maria", "Forno Bianchi"] {
        assert!(ended.err.contains(expected), "{}", ended.err);
    }
    assert!(!path.exists(), "and no empty picture is left");
}

#[test]
fn a_run_that_stands_still_exits_1_and_explains_what_waits_where() {
    let path = folder("stall").join("scenario.toml");
    let first = fs::read_to_string(FIRST).expect("the first scenario is there");
    let text = first.replace("duration = \"3m\"", "duration = \"2h\"\nstall_after = \"30m\"");
    let gone = "\n[[crash]]\nat = \"50s\"\nnode = \"Forno Bianchi\"\ndown = \"2h\"\n";
    fs::write(&path, format!("{text}{gone}")).expect("the folder takes files");
    let ended = end(blindpost().arg("sim").arg(&path));
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let (_, rest) = ended.out.split_once("Why nothing moves").expect("it is explained");
    let told: Vec<&str> = rest.lines().take(52).collect();
    let told = told.join("\n");
    for expected in ["stall at 00:", "thanks from Maria to Forno Bianchi", "is down"] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(ended.out.contains("✗ no-stall"), "{}", ended.out);
}

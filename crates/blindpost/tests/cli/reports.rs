//! What a run writes, and where.

use std::{fs, io::Read as _, process::Stdio};

use crate::common::{blindpost, end, folder};
use serde_json::Value;

const FIRST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sims/01-first-message.toml");
const LEAK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sims/04-planted-leak.toml");

#[test]
fn a_run_that_holds_exits_0_and_ends_with_how_to_repeat_it() {
    let ended = end(blindpost().args(["sim", FIRST, "--seed", "11"]));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(ended.out.contains("cannot read: "), "{}", ended.out);
    assert!(ended.out.ends_with(&format!("blindpost sim {FIRST} --seed 11\n")), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'), "no colour where there is no terminal");
    assert_eq!(ended.err, "", "and no progress");
}

#[test]
fn a_leak_exits_1_and_is_what_the_check_expects() {
    assert_eq!(end(blindpost().args(["sim", LEAK])).code, Some(1));
    let checked = end(blindpost().args(["sim", LEAK, "--check"]));
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    assert!(checked.out.contains(&format!("check {LEAK}: as expected")), "{}", checked.out);
}

#[test]
fn json_on_the_standard_output_stands_there_alone() {
    let ended = end(blindpost().args(["sim", FIRST, "--check", "--json", "-"]));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report: Value = serde_json::from_str(&ended.out).expect("all of it is one JSON value");
    assert_eq!(report["scenario"], FIRST);
    assert_eq!(report["verdict"], "pass");
    for key in ["seed", "digest", "virtual_ms", "events", "messages", "frames", "views"] {
        assert!(report.get(key).is_some(), "{key}");
    }
}

#[test]
fn several_scenarios_are_an_array_in_the_order_in_which_they_were_named() {
    let ended = end(blindpost().args(["sim", FIRST, LEAK, "--json", "-"]));
    assert_eq!(ended.code, Some(1), "the worst of them counts");
    let reports: Value = serde_json::from_str(&ended.out).expect("one JSON value");
    let files: Vec<_> =
        reports.as_array().expect("an array").iter().map(|report| &report["scenario"]).collect();
    assert_eq!(files, [FIRST, LEAK]);
}

#[test]
fn files_are_written_where_they_were_asked_for() {
    let folder = folder("files");
    let [json, html, log] = ["r.json", "r.html", "r.log"].map(|name| folder.join(name));
    let mut command = blindpost();
    command.args(["sim", FIRST]).arg("--json").arg(&json).arg("--html").arg(&html);
    let ended = end(command.arg("--log").arg(&log));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("PASS"), "people still get theirs: {}", ended.out);

    let read = |path| fs::read_to_string(path).expect("it was written");
    let report: Value = serde_json::from_str(&read(&json)).expect("a JSON value");
    assert!(read(&html).contains(report["digest"].as_str().expect("a string")));
    let log = read(&log);
    assert!(!log.is_empty());
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).expect("every line is JSON");
        assert!(event.is_object(), "{line}");
    }
}

#[test]
fn a_file_that_cannot_be_written_exits_2_and_is_named() {
    let nowhere = folder("nowhere").join("no/such/folder/r.json");
    let ended = end(blindpost().args(["sim", FIRST, "--json"]).arg(&nowhere));
    assert_eq!(ended.code, Some(2));
    let path = nowhere.display().to_string();
    assert!(ended.err.contains(&path) && ended.err.contains("cannot be written"), "{}", ended.err);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let mut child = blindpost()
        .args(["sim", FIRST, FIRST])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("UTF-8");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), &*err), (Some(0), ""));
}

#[test]
fn the_digest_is_the_same_with_either_backend_and_any_number_of_partitions() {
    let ended = end(blindpost().args(["sim", FIRST, "--check-determinism"]));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.contains("the same digest again with 1, 2 and 7 partitions"));

    let digest = |command: &mut std::process::Command, seed: &str| {
        let ended = end(command.args(["sim", FIRST, "--json", "-", "--seed", seed]));
        let report: Value = serde_json::from_str(&ended.out).expect("a JSON value");
        report["digest"].as_str().expect("a string").to_owned()
    };
    let here = digest(&mut blindpost(), "5");
    assert_eq!(digest(blindpost().env("BLINDPOST_PORTABLE", "1"), "5"), here);
    assert_ne!(digest(&mut blindpost(), "6"), here, "another seed is another run");
}

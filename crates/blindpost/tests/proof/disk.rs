//! A disk that is full, and one that is read-only: clear errors, nothing lost, and it goes on.
//!
//! Full: the running process may write no byte more to any file (RLIMIT_FSIZE), until it may again.
//! Read-only: the files of the store are, and the process has no right to overlook that, which root
//! gives up for it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::{
    people::{People, STOPPED},
    process::Line,
    stage::{CLOUD_API, Stage, TRANSPORT},
    verdict::Verdict,
};

/// A write beyond the limit is an error, where otherwise a signal would end the process.
const SURVIVES_LIMITS: [&str; 4] = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
/// Root without its rights is bound by permissions.
const WITHOUT_RIGHTS: [&str; 3] = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"];

/// How many bytes long a file may become by what the process writes, from now on.
fn limit(stage: &Stage, role: &str, bytes: &str) {
    let (pid, limit) = (stage.pid(role).to_string(), format!("--fsize={bytes}:unlimited"));
    let done = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
    assert!(done.expect("prlimit runs").success());
}

/// Waits for a line in the log of a role: what it says of why.
fn refusal(stage: &mut Stage, people: &mut People, role: &str) -> String {
    loop {
        let said = stage.next(STOPPED).expect("a store that cannot write says so");
        people.note(&said);
        if let Line::Log(line) = &said.line
            && said.who == role
            && let Ok(line) = serde_json::from_str::<Value>(line)
            && line["what"] == "the store refused a transaction"
        {
            return line["why"].as_str().unwrap_or_default().to_owned();
        }
    }
}

fn fills_up(role: &'static str, taken: &str) {
    let mut stage = Stage::set();
    let mut people = People::join(&mut stage, &["12015550100".to_owned()]);
    stage.terminate(role);
    stage.start_behind(role, &SURVIVES_LIMITS);
    people.writes(0, "Before");
    people.are_answered(&mut stage);
    let before = people.0[0].count(taken);
    limit(&stage, role, "1");
    people.writes(0, "Meanwhile");
    let why = refusal(&mut stage, &mut people, role);
    println!("{role}: {why}");
    assert!(!why.is_empty());
    assert_eq!(people.0[0].count(taken), before, "it said that it has what it could not keep");
    limit(&stage, role, "unlimited");
    people.are_answered(&mut stage);
    people.writes(0, "After");
    people.are_answered(&mut stage);
    let verdict = Verdict::of(&stage, &people);
    assert!(verdict.is_clean(), "{verdict}");
    stage.terminate_all();
}

#[test]
fn a_transport_whose_disk_is_full_says_so_takes_nothing_and_goes_on_when_it_is_not() {
    fills_up(TRANSPORT, "sent");
}

#[test]
fn a_cloud_api_whose_disk_is_full_says_so_takes_nothing_and_goes_on_when_it_is_not() {
    fills_up(CLOUD_API, "delivered");
}

/// Sets permissions of all that is below a folder.
fn permit(folder: &Path, files: u32, folders: u32) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let mode = if path.is_dir() { folders } else { files };
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the files are ours");
        if path.is_dir() {
            permit(&path, files, folders);
        }
    }
}

#[test]
fn a_store_that_is_read_only_is_refused_by_name_and_works_again_when_it_is_not() {
    let mut stage = Stage::set();
    let mut people = People::join(&mut stage, &["12015550100".to_owned()]);
    people.writes(0, "Before");
    people.are_answered(&mut stage);
    for role in [TRANSPORT, CLOUD_API] {
        stage.kill(role);
        permit(&stage.stores(role), 0o400, 0o500);
        let is_root = fs::metadata("/proc/self").is_ok_and(|about| is_owned_by_root(&about));
        let behind: &[&str] = if is_root { &WITHOUT_RIGHTS } else { &[] };
        let (code, said) = stage.does_not_start(role, behind);
        println!("{role}: {said}");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(&format!("the store {role}")), "{said}");
        people.writes(0, "Meanwhile");
        permit(&stage.stores(role), 0o600, 0o700);
        stage.start(role);
        people.are_answered(&mut stage);
    }
    let verdict = Verdict::of(&stage, &people);
    assert!(verdict.is_clean(), "{verdict}");
    stage.terminate_all();
}

fn is_owned_by_root(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(about) == 0
}

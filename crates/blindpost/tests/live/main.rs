//! The live commands, run as people run them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod backups;
mod common;
mod draining;
mod failing;
mod intercept;
mod terminal;

use std::{fs, net::TcpListener, path::Path};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::{Live, blindpost};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// SHA-256 of a token, as a setting has it.
fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An address on which nobody listens just now.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn up_writes_how_to_use_it_and_ends_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let (data, ready) = (folder.path().join("data"), folder.path().join("ready.json"));
    let words =
        ["up", "--port", "0", "--people", "1", "--data", text(&data), "--ready-file", text(&ready)];
    let mut up = Live::start(&words);
    let printed = up.is_ready().join("\n");
    let told: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    for name in [
        "base_url",
        "token",
        "app_id",
        "app_secret",
        "verify_token",
        "waba_id",
        "phone_number_id",
        "display_phone_number",
        "control_url",
        "transport_addr",
    ] {
        let value = told[name].as_str().unwrap_or_else(|| panic!("{name} in {told}"));
        assert!(printed.contains(value), "{name}");
    }
    assert!(told["control_url"].as_str().unwrap().ends_with("/_blindpost"));
    assert_eq!(told["users"].as_array().unwrap().len(), 1);
    assert_eq!(told["data_dir"], text(&data));
    assert!(told["pids"][0].is_u64());
    assert!(up.end());
    assert!(!ready.exists(), "nobody takes it for one that runs");
}

#[test]
fn a_folder_is_used_by_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["up", "--port", "0", "--people", "0", "--data", text(folder.path())];
    let mut up = Live::start(&words);
    up.is_ready();
    let second = blindpost(&words).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("is in use by another process"));
    assert!(up.end());
}

#[test]
fn check_says_what_is_wrong_with_a_configuration_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("blindpost.toml");
    fs::write(&file, "[transport]\ndata = \"d\"\nlisten = 7\n\n[client]\nnam = \"x\"\n").unwrap();
    let check = |role: &str| {
        let mut command = blindpost(&[role, "--check", "--config", text(&file)]);
        let output = command.env_remove("BLINDPOST_LISTEN").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = check("transport");
    assert_eq!(code, Some(2));
    assert!(said.contains(":3: listen: `7` is no IP address with a port"), "{said}");
    let (_, said) = check("client");
    assert!(said.contains(":6: nam is no setting of client"), "{said}");
    assert!(said.contains("transport_key: has to be said"), "{said}");
    let mut right = blindpost(&["transport", "--check", "--config", text(&file)]);
    assert!(right.env("BLINDPOST_LISTEN", "127.0.0.1:1").output().unwrap().status.success());
}

#[test]
fn a_single_role_refuses_a_virtual_clock_and_says_why() {
    let output = blindpost(&["transport", "--clock", "virtual", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`blindpost up --clock virtual` runs all of them in one"), "{said}");
}

/// Starts a command that is written in one line; no word of it has a space in it.
fn starts(line: &str) -> Live {
    Live::start(&line.split_whitespace().collect::<Vec<_>>())
}

/// `NAME=HASH` of who shows a token.
fn principal(name: &str, token: &str) -> String {
    format!("{name}={}", hash(token))
}

#[test]
fn a_message_goes_through_five_processes_and_its_answer_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let (cloud, webhook, any) = (free(), free(), "127.0.0.1:0");
    let print_key = ["cloud-api", "--print-key", "--data", &at("cloud")];
    let key = String::from_utf8(blindpost(&print_key).output().unwrap().stdout).unwrap();
    let mut transport = starts(&format!(
        "transport --data {} --show-codes true --listen {any} --http {any} --operations {any} \
         --cloud-api-key {key}",
        at("transport")
    ));
    let there = transport.told(&["devices", "key"]);
    let there = format!("--transport {} --transport-key {}", there[0], there[1]);
    let mut meta = starts(&format!(
        "meta --data {} --listen {any} --billing {any} --statistics {any} --operations {any} \
         --cloud-api {cloud} --token m-token --principal {} --principal {}",
        at("meta"),
        principal("cloud-api", "c-token"),
        principal("business:sample", "b-token")
    ));
    let manager = meta.told(&["business_manager"])[0].trim_start_matches("http://").to_owned();
    let mut cloud_api = starts(&format!(
        "cloud-api --data {} --listen {cloud} --operations {any} {there} --token c-token \
         --business-manager {manager} --principal {} --phone-number-id 1065403522420 \
         --webhook http://{webhook}/webhook --app-secret s",
        at("cloud"),
        principal("business-manager", "m-token")
    ));
    cloud_api.is_ready();
    let mut business = starts(&format!(
        "business --data {} --listen {webhook} --operations {any} --cloud-api {cloud} \
         --business-manager {manager} --phone-number-id 1065403522420 --token b-token \
         --phone-number 18005550199 --app-secret s --verify-token v",
        at("business")
    ));
    business.is_ready();
    cloud_api.logs("a number is ready");
    let mut client =
        starts(&format!("client --data {} {there} --phone-number 12015550100", at("client")));
    let logged = transport.logs("verification code for ");
    let (_account, code) = logged.split_once(": ").unwrap();
    client.types(&json!({ "code": code }));
    client.event("ready");
    client.types(&json!({ "to": "18005550199", "text": "Is anybody there?" }));
    assert_eq!(client.event("shown")["text"], "You wrote: Is anybody there?");
    for live in [client, business, cloud_api, meta, transport] {
        assert!(live.end());
    }
}

#[test]
fn up_without_a_folder_leaves_none_behind() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let words = ["up", "--port", "0", "--people", "0", "--ready-file", text(&ready)];
    let mut up = Live::start(&words);
    assert!(up.is_ready().iter().any(|line| line.contains("temporary")));
    let told: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    let data = Path::new(told["data_dir"].as_str().unwrap()).to_path_buf();
    assert!(data.exists());
    assert!(up.end());
    assert!(!data.exists());
}

#[test]
fn every_live_command_says_what_it_takes() {
    for role in ["up", "transport", "cloud-api", "business", "client", "meta"] {
        let output = blindpost(&[role, "--help"]).output().unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("--data"), "{role}");
    }
}

#[test]
fn a_check_of_the_stores_says_whether_they_are_whole_and_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let check = || {
        let output = blindpost(&["store", "check", text(&data)]).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = check();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("expected the --data of a live command"), "{said}");
    assert!(!data.exists(), "to look makes nothing");
    let mut up = Live::start(&["up", "--port", "0", "--people", "1", "--data", text(&data)]);
    up.is_ready();
    let (code, said) = check();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("is in use by another process"), "{said}");
    assert!(up.end());
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("transport: whole\n"), "{said}");

    let file = data.join("stores/transport/store.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..] {
        *byte ^= 0x55;
    }
    fs::write(&file, bytes).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("transport: whole"), "{said}");
    assert!(said.contains("transport: ") && said.contains("business: whole\n"), "{said}");
}

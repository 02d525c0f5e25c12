//! `blindpost up --intercept`, asked by curl as a program that knows Meta's host by heart.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{common::Live, text};

#[test]
fn curl_reaches_graph_through_the_proxy_with_its_ca_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let words = ["up", "--port", "0", "--people", "0", "--intercept", "--ready-file", text(&ready)];
    let mut up = Live::start(&words);
    let printed = up.is_ready().join("\n");
    let told: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
    let told = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("{name}")).to_owned();
    let (proxy, ca) = (told("proxy_url"), told("ca_file"));
    assert!(printed.contains(&proxy) && printed.contains(&ca), "{printed}");
    let curl = |words: &[&str]| {
        let token = format!("authorization: Bearer {}", told("token"));
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--proxy", &proxy, "-H", &token])
            .args(words)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .expect("there is curl");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let number = format!("https://graph.facebook.com/v24.0/{}", told("phone_number_id"));
    let (done, answer) = curl(&["--cacert", &ca, &number]);
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    assert!(done && answer["id"] == told("phone_number_id").as_str(), "{answer}");
    assert!(!curl(&[&number]).0, "nobody trusts it unless told");
    assert!(!curl(&["--cacert", &ca, "https://www.facebook.com/"]).0);
    assert!(up.end());
}

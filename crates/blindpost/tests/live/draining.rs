//! SIGTERM while there is much to do.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    common::Live,
    terminal::{Delivered, server},
    text,
};

/// Messages that each person is sent at most: within the burst that one may be sent.
const EACH: usize = 30;
/// After so many that were accepted, the process is told to end.
const BEFORE: usize = 12;
/// How long a webhook may take, on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

fn up(folder: &Path, webhook: &str) -> (Live, Value) {
    let (data, ready) = (folder.join("data"), folder.join("ready.json"));
    let (data, ready) = (text(&data), text(&ready));
    let words = ["up", "--port", "0", "--data", data, "--ready-file", ready, "--webhook", webhook];
    let mut up = Live::start(&words);
    up.is_ready();
    let told = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
    (up, told)
}

/// Sends a template to `to`: its wamid, if it was accepted.
fn send(told: &Value, to: &str) -> Option<String> {
    let value = |name: &str| told[name].as_str().unwrap();
    let at = value("base_url").strip_prefix("http://").unwrap();
    let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
    let body = json!({
        "messaging_product": "whatsapp", "to": to, "type": "template", "template": template,
    });
    let body = body.to_string();
    let mut stream = TcpStream::connect(at).ok()?;
    let (path, length) = (format!("/v24.0/{}/messages", value("phone_number_id")), body.len());
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}",
        value("token")
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let answer: Value = serde_json::from_str(body).ok()?;
    let wamid = answer["messages"][0]["id"].as_str()?;
    head.starts_with("HTTP/1.1 200").then(|| wamid.to_owned())
}

/// Sends to a person until it is enough, or nobody answers; tells what was accepted.
fn sends(told: &Value, to: &str, accepted: &Sender<String>) {
    for _ in 0..EACH {
        match send(told, to) {
            Some(wamid) => accepted.send(wamid).unwrap(),
            None => return,
        }
    }
}

/// Takes messages that were delivered off `missing`, until none is.
fn all_are_delivered(webhooks: &Receiver<Delivered>, mut missing: BTreeSet<String>) {
    while !missing.is_empty() {
        let (_, body) = webhooks.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("{} that were accepted were not delivered: {missing:?}", missing.len())
        });
        let body: Value = serde_json::from_slice(&body).unwrap();
        for entry in body["entry"].as_array().unwrap() {
            for change in entry["changes"].as_array().unwrap() {
                for status in change["value"]["statuses"].as_array().into_iter().flatten() {
                    if status["status"] == "delivered" {
                        missing.remove(status["id"].as_str().unwrap());
                    }
                }
            }
        }
    }
}

#[test]
fn a_process_that_is_told_to_end_under_load_ends_well_and_loses_nothing_that_it_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let (webhook, webhooks) = server();
    let (first, told) = up(folder.path(), &webhook);
    let (tells, accepted) = channel();
    let users: Vec<String> = serde_json::from_value(told["users"].clone()).unwrap();
    let senders: Vec<_> = users
        .into_iter()
        .map(|user| {
            let (told, tells) = (told.clone(), tells.clone());
            thread::spawn(move || sends(&told, &user, &tells))
        })
        .collect();
    drop(tells);
    let mut all: BTreeSet<String> = accepted.iter().take(BEFORE).collect();
    assert!(first.end(), "it ends well");
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    all.extend(accepted.iter());
    assert!(all.len() >= BEFORE, "{} were accepted", all.len());

    let (again, _) = up(folder.path(), &webhook);
    all_are_delivered(&webhooks, all);
    assert!(again.end());
}

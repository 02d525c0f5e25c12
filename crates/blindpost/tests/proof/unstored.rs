//! A number without storage, whose process is killed: what was pending is reported by its id, and
//! comes neither from the disk nor at all.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use serde_json::{Value, json};

use crate::{
    http,
    people::STOPPED,
    ports,
    whole::{inbound, up},
};

/// An application that refuses webhooks until it is told to take them; it tells of each.
fn application(at: SocketAddr, takes: Arc<AtomicBool>) -> Receiver<Value> {
    let listener = TcpListener::bind(at).expect("the port was free a moment ago");
    let (brings, brought) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (brings, takes) = (brings.clone(), Arc::clone(&takes));
            thread::spawn(move || take(&stream, &brings, &takes));
        }
    });
    brought
}

fn take(stream: &TcpStream, brings: &Sender<Value>, takes: &AtomicBool) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let status = if takes.load(Ordering::Relaxed) { "200 OK" } else { "503 Busy" };
    let body: Value = serde_json::from_slice(&body).ok()?;
    let _enough = brings.send(body.pointer("/entry/0/changes/0/value")?.clone());
    let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    { stream }.write_all(answer.as_bytes()).ok()
}

#[test]
fn a_number_without_storage_reports_by_id_what_was_pending_when_it_was_killed() {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let data = scratch.path().join("data");
    let [at, webhook] = ports::free();
    let takes = Arc::new(AtomicBool::new(false));
    let brought = application(webhook, Arc::clone(&takes));
    let (process, told) = up(&data, at, webhook);
    let text = |name: &str| told[name].as_str().expect("it says how to use it").to_owned();
    let (number, token) = (text("phone_number_id"), text("token"));
    let user = told["users"][0].as_str().expect("a person").to_owned();
    let posts = |edge: &str, body: Value| {
        let target = format!("/v24.0/{number}/{edge}");
        let answer = http::post(at, &target, &token, &body).expect("it answers");
        assert_eq!(answer.status, 200, "{edge}: {answer:?}");
    };
    posts("deregister", json!({}));
    posts("settings", json!({ "storage_configuration": { "status": "NO_STORAGE_ENABLED" } }));
    posts("register", json!({ "messaging_product": "whatsapp", "pin": "123456" }));
    let wamid = inbound(at, &number, &user, "a secret that nobody stores").expect("it answers");
    let refused = brought.recv_timeout(STOPPED).expect("the webhook is tried");
    assert_eq!(refused["messages"][0]["id"], wamid.as_str());
    process.kill();
    takes.store(true, Ordering::Relaxed);
    let (process, _) = up(&data, at, webhook);
    let error = loop {
        let value = brought.recv_timeout(STOPPED).expect("what was pending is reported");
        assert!(value["messages"].is_null(), "it is gone, and comes all the same: {value}");
        if value["errors"].is_array() {
            break value["errors"][0].clone();
        }
    };
    assert_eq!(error["code"], 131_035);
    let details = error["error_data"]["details"].as_str().expect("it says what");
    assert!(details.contains(&wamid), "{details}");
    let next = inbound(at, &number, &user, "and another").expect("it answers");
    let heard = loop {
        let value = brought.recv_timeout(STOPPED).expect("it goes on as before");
        if value["messages"].is_array() {
            break value["messages"][0].clone();
        }
    };
    assert_eq!(heard["id"], next.as_str());
    assert!(process.terminate().success());
}

//! What developers do in a terminal to an `up` that runs: hear its webhooks, and make things
//! happen.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    common::{Live, blindpost},
    text,
};

/// A webhook as a server got it: its signature, and the body.
pub(crate) type Delivered = (String, Vec<u8>);

/// A server of a developer, which answers 200 to everything: its URL, and what it gets.
pub(crate) fn server() -> (String, Receiver<Delivered>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
    let (sender, delivered) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            thread::spawn(move || answer(stream.unwrap(), &|one| drop(sender.send(one))));
        }
    });
    (url, delivered)
}

fn answer(stream: TcpStream, tell: &dyn Fn(Delivered)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let (mut length, mut signature) = (0, String::new());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "x-hub-signature-256" => signature = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        assert_eq!(first.trim(), "POST /hook?x=1 HTTP/1.1");
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        tell((signature, body));
    }
}

/// HMAC-SHA-256 (RFC 2104) as the header has it.
fn signature(secret: &str, body: &[u8]) -> String {
    let mut key = [0; 64];
    key[..secret.len()].copy_from_slice(secret.as_bytes());
    let padded = |pad: u8| key.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(body).finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    let digits: String = outer.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// An `up` with three people, and what it told.
fn up(folder: &Path) -> (Live, Value) {
    let (data, ready) = (folder.join("data"), folder.join("ready.json"));
    let (data, ready) = (text(&data), text(&ready));
    let mut up = Live::start(&["up", "--port", "0", "--data", data, "--ready-file", ready]);
    up.is_ready();
    let told = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
    (up, told)
}

#[test]
fn every_event_that_can_be_triggered_is_heard_and_forwarded_with_its_signature_intact() {
    let folder = tempfile::tempdir().unwrap();
    let (up, told) = up(folder.path());
    let base = told["base_url"].as_str().unwrap();
    let (url, delivered) = server();
    let mut listen = Live::start(&["listen", "--url", base, "--forward-to", &url]);
    let said = listen.is_ready().join("\n");
    let secret = told["app_secret"].as_str().unwrap();
    assert!(said.contains(secret) && said.contains(&url), "{said}");

    let list = blindpost(&["trigger"]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    // Whoever wrote can be written to: what fails comes first.
    let mut events: Vec<&str> =
        list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    events.sort_by_key(|event| *event != "status.failed");
    assert!(events.len() > 10, "{list}");
    for event in events {
        let done = blindpost(&["trigger", event, "--url", base]).output().unwrap();
        assert!(done.status.success(), "{event}: {}", String::from_utf8_lossy(&done.stderr));
        let expected = match event.split_once('.').unwrap() {
            ("message", "button_reply" | "list_reply") => "messages/interactive".to_owned(),
            ("message", kind) => format!("messages/{kind}"),
            ("status", status) => format!("messages/status.{status}"),
            _ => "message_template_status_update".to_owned(),
        };
        listen.prints(&format!("{expected}  [200] POST {url} ("));
    }
    for (given, body) in delivered.try_iter() {
        assert_eq!(given, signature(secret, &body));
    }
    // The number's webhooks still come here after a world was put aside and back.
    for words in [["snapshot", "one"], ["restore", "one"], ["trigger", "message.text"]] {
        let done = blindpost(&[words[0], words[1], "--url", base]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    listen.prints("messages/text  [200]");
    let refused = blindpost(&["restore", "two", "--url", base]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("status 404: there is no snapshot two"), "{said}");
    assert!(listen.end());
    assert!(up.end());
}

#[test]
fn what_cannot_be_triggered_or_listened_to_is_said() {
    let said = |words: &[&str]| {
        let output = blindpost(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["trigger", "rain"]).contains("rain is no event"));
    let nobody = ["--url", "http://127.0.0.1:1"];
    let words = said(&["trigger", "message.text", nobody[0], nobody[1]]);
    assert!(words.contains("nothing answers at http://127.0.0.1:1"), "{words}");
    assert!(said(&["listen", nobody[0], nobody[1]]).contains("is `blindpost up` running there?"));
}

#[test]
fn an_override_that_listening_replaces_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (up, told) = up(folder.path());
    let base = told["base_url"].as_str().unwrap();
    let mut first = Live::start(&["listen", "--url", base]);
    first.is_ready();
    let mut second = Live::start(&["listen", "--url", base]);
    second.prints("The number had an override of its own, http://127.0.0.1:");
    assert!(second.end() && first.end() && up.end());
}

#[test]
fn what_the_server_answers_is_what_the_cloud_api_hears_and_afterwards_all_is_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let (up, told) = up(folder.path());
    let base = told["base_url"].as_str().unwrap();
    let nowhere = "http://127.0.0.1:1/hook";
    let mut listen = Live::start(&["listen", "--url", base, "--forward-to", nowhere]);
    listen.is_ready();
    let trigger = |event| {
        let done = blindpost(&["trigger", event, "--url", base]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    trigger("message.text");
    // It was not delivered: it comes again.
    listen.prints("messages/text  [no answer]");
    listen.prints("messages/text  [no answer]");
    assert!(listen.end());
    // The sample business, which hears it now, answers.
    let at = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    let path = "/_blindpost/messages?direction=outbound&status=shown&wait_ms=25000";
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("You wrote: Hello from `blindpost trigger`"), "{answer}");
    assert!(up.end());
}

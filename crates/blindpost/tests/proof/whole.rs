//! `blindpost up` killed as a whole, people's devices and all: what it answered with 200 reaches
//! the application that webhooks go to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
};

use rand_core::Rng as _;
use serde_json::{Value, json};
use simulator::rng::stream;

use crate::{
    http,
    kills::setting,
    people::STOPPED,
    ports,
    process::{Line, Process, Said},
    stage::binary,
};

/// Kills, if `BLINDPOST_KILLS` says nothing.
const KILLS: u64 = 5;
/// A kill comes after at most so many more messages.
const MOST: u32 = 12;

/// What a webhook brought: id and text of a message.
pub(crate) type Brought = (String, String);

/// An application: takes webhooks, and tells of the messages in them.
pub(crate) fn application(at: SocketAddr) -> Receiver<Brought> {
    let listener = TcpListener::bind(at).expect("the port was free a moment ago");
    let (brings, brought) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let brings = brings.clone();
            // One that is cut off comes again.
            thread::spawn(move || take(&stream, &brings));
        }
    });
    brought
}

fn take(stream: &TcpStream, brings: &Sender<Brought>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body: Value = serde_json::from_slice(&body).ok()?;
    for value in body.pointer("/entry/0/changes")?.as_array()?.iter().map(|one| &one["value"]) {
        for message in value["messages"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let _enough = brings.send((text(&message["id"]), text(&message["text"]["body"])));
        }
    }
    let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    { stream }.write_all(answer).ok()
}

/// `blindpost up`, once it serves: the process, and what it says of how to use it.
pub(crate) fn up(data: &Path, at: SocketAddr, webhook: SocketAddr) -> (Process, Value) {
    let (hear, heard) = channel::<Said>();
    let mut command = Command::new(binary());
    command.args(["up", "--port", &at.port().to_string(), "--people", "3", "--data"]).arg(data);
    let ready = data.with_extension("json");
    command.args(["--webhook", &format!("http://{webhook}/webhook"), "--ready-file"]).arg(&ready);
    let files = ["log", "said"].map(|name| data.with_extension(name));
    let process = Process::start("up", &mut command, (&files[0], &files[1]), hear);
    loop {
        match heard.recv_timeout(STOPPED).expect("up starts").line {
            Line::Out(line) if line.starts_with("Ctrl-C") => break,
            Line::Out(_) => {}
            Line::Log(line) => panic!("up does not start: {line}"),
        }
    }
    let told = fs::read(ready).expect("it wrote how to use it");
    (process, serde_json::from_slice(&told).expect("that is JSON"))
}

/// Each person writes one message after the other until one is not answered: what was answered.
fn everybody_writes(at: SocketAddr, told: &Value, round: u64) -> Vec<JoinHandle<Vec<Brought>>> {
    let number = told["phone_number_id"].as_str().expect("it says its number").to_owned();
    let users = told["users"].as_array().expect("it says who the people are").clone();
    let writes = |user: Value| {
        let number = number.clone();
        thread::spawn(move || {
            let user = user.as_str().expect("a number");
            let texts = (0..).map(|message| format!("{user} writes {round}.{message}"));
            texts.map_while(|text| Some((inbound(at, &number, user, &text)?, text))).collect()
        })
    };
    users.into_iter().map(writes).collect()
}

/// A person writes: the id, if that was answered.
pub(crate) fn inbound(at: SocketAddr, number: &str, user: &str, text: &str) -> Option<String> {
    let body = json!({
        "from": user, "phone_number_id": number,
        "message": { "type": "text", "text": { "body": text } },
    });
    let answer = http::post(at, "/_blindpost/inbound", "", &body)?;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer: Value = serde_json::from_str(&answer.body).ok()?;
    Some(answer["wamid"].as_str()?.to_owned())
}

#[test]
fn what_up_answered_before_it_was_killed_reaches_the_application() {
    let (seed, kills) = (setting("BLINDPOST_SEED", 1), setting("BLINDPOST_KILLS", KILLS));
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let data = scratch.path().join("data");
    let [at, webhook] = ports::free();
    let brought = application(webhook);
    let mut draw = stream(seed, "kills", "up");
    let mut messages = BTreeMap::new();
    for round in 0..kills {
        let (process, told) = up(&data, at, webhook);
        let writers = everybody_writes(at, &told, round);
        for _ in 0..draw.next_u32() % MOST {
            let (id, text) = brought.recv_timeout(STOPPED).expect("messages arrive");
            note(&mut messages, id, text);
        }
        process.kill();
        for writer in writers {
            let answered = writer.join().expect("every answer is 200");
            answered.into_iter().for_each(|(id, text)| promise(&mut messages, id, text));
        }
    }
    let (process, _) = up(&data, at, webhook);
    while messages.values().any(|message: &Message| message.brought == 0) {
        let (id, text) = brought.recv_timeout(STOPPED).unwrap_or_else(|_| panic!("{messages:#?}"));
        note(&mut messages, id, text);
    }
    let (all, again) = (messages.len(), messages.values().filter(|one| one.brought > 1).count());
    println!("{kills} kills: {all} messages reached the application, {again} of them repeatedly");
    let texts: BTreeSet<&str> = messages.values().map(|message| message.text.as_str()).collect();
    assert_eq!(texts.len(), all, "a message has two ids: {messages:#?}");
    assert!(process.terminate().success());
}

/// A message, by id.
#[derive(Debug)]
struct Message {
    text: String,
    /// How often a webhook brought it.
    brought: u32,
}

/// It was answered with 200.
fn promise(messages: &mut BTreeMap<String, Message>, id: String, text: String) {
    messages.entry(id).or_insert(Message { text, brought: 0 });
}

/// A webhook brought it.
fn note(messages: &mut BTreeMap<String, Message>, id: String, text: String) {
    let message = messages.entry(id).or_insert(Message { text: text.clone(), brought: 0 });
    assert_eq!(message.text, text, "an id stands for one message");
    message.brought += 1;
}

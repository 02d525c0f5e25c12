//! Traces of roles that are processes of their own, as a collector gets them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use serde_json::Value;

use crate::{people::People, stage::Stage};

const PERSON: &str = "12025550143";
const WORD: &str = "Zimtschnecken";

/// Takes what comes at its address, which it says, for as long as the test runs.
fn collector() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let at = listener.local_addr().expect("it listens").to_string();
    let (gets, got) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let gets = gets.clone();
            thread::spawn(move || takes(stream, &gets));
        }
    });
    (at, got)
}

/// Answers the requests of one connection; nothing where it ends.
fn takes(stream: TcpStream, gets: &Sender<Value>) -> Option<()> {
    let (mut answers, mut stream) = (stream.try_clone().ok()?, BufReader::new(stream));
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        gets.send(serde_json::from_slice(&body).expect("spans are JSON")).ok()?;
        answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").ok()?;
    }
}

/// Which spans, of which services, each trace has.
fn traces(bodies: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let text = |of: &Value| of.as_str().expect("it is text").to_owned();
    let list = |of: &Value| of.as_array().expect("it is a list").clone();
    let mut traces = BTreeMap::<String, BTreeSet<String>>::new();
    for resource in bodies.iter().flat_map(|body| list(&body["resourceSpans"])) {
        let service = text(&resource["resource"]["attributes"][0]["value"]["stringValue"]);
        for span in list(&resource["scopeSpans"][0]["spans"]) {
            let name = format!("{service} {}", text(&span["name"]));
            traces.entry(text(&span["traceId"])).or_default().insert(name);
        }
    }
    traces
}

#[test]
fn spans_of_roles_in_processes_of_their_own_meet_in_one_trace_and_say_nothing_else() {
    let (at, got) = collector();
    let mut stage = Stage::dark();
    stage.environment.insert("BLINDPOST_OTLP", format!("http://{at}/v1/traces"));
    stage.begins();
    let mut people = People::join(&mut stage, &[PERSON.to_owned()]);
    people.writes(0, WORD);
    people.are_answered(&mut stage);
    people.0.into_iter().for_each(|person| person.dies());
    // What waits is sent at the end.
    stage.terminate_all();
    let bodies: Vec<Value> = got.try_iter().collect();
    let traces = traces(&bodies);
    let has = |wanted: &[&str]| {
        traces.values().any(|spans| wanted.iter().all(|one| spans.contains(*one)))
    };
    let (relay, webhook) = ("blindpost-transport relay", "blindpost-cloud-api webhook");
    assert!(has(&[relay, webhook]), "what the person wrote: {traces:?}");
    assert!(has(&["blindpost-cloud-api accept", relay]), "the answer: {traces:?}");
    let sent = Value::from(bodies).to_string();
    for secret in [WORD, PERSON, crate::stage::BUSINESS_NUMBER, crate::stage::PHONE_NUMBER_ID] {
        assert!(!sent.contains(secret), "{secret} in {sent}");
    }
}

//! The content of what passed is in no store of the transport, in no bill, in no statistics and in
//! no log.
//!
//! Runs leave folders. In `written` is all that `blindpost up` wrote: `data`, its log, what it
//! printed; in `passed` what the control API showed of messages and webhooks, where content may be.
//! Every text there is looked for in everything of `written`, and in the rows of those who must not
//! have it: these are opened first, since a store seals what it is given and a search of its file
//! alone would find nothing whatever it holds.
//!
//! `BLINDPOST_RUNS` names a folder of such folders (tests/sdk/run has one for each SDK); without it
//! the test makes a run of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use engines::{RootKey, Sqlite, commit};
use host::folder::Folder;
use serde_json::{Value, json};
use simulator::{rng::stream, scan::WINDOW_BYTES};
use store::{Answer, Key, Op, Revision, Row, Transaction, transaction};
use vocab::{DataClass, Keep, Micros, UnixMicros};
use zeroize::Zeroizing;

use crate::{
    canary::{Canaries, Found},
    http, ports,
    stage::copy,
    whole::{application, inbound, up},
};

/// Whose rows hold nothing of any message.
const OTHERS: [&str; 4] = ["transport", "billing", "statistics", "business-manager"];
/// Types of messages that may bear no words of anybody's: a template is named, a recording heard.
const WORDLESS: [&str; 2] = ["template", "audio"];
const WRITTEN: &str = "written";
const PASSED: &str = "passed";
/// Before every expiry.
const NOW: UnixMicros = UnixMicros(0);

/// What is looked for.
struct Texts {
    canaries: Canaries,
    by_id: BTreeMap<u64, String>,
    /// Different texts that are too short to be told from chance.
    short: usize,
    /// Messages that have no other, by their types.
    missed: BTreeMap<String, Vec<Value>>,
}

impl Texts {
    /// Every text in the content of these messages.
    fn of(messages: &[Value]) -> Self {
        let (mut all, mut missed) = (BTreeSet::new(), BTreeMap::new());
        for message in messages {
            let kind = message["type"].as_str().unwrap_or_default();
            let mut texts = BTreeSet::new();
            message.get(kind).into_iter().for_each(|content| leaves(content, &mut texts));
            // What is pressed has the words of what was offered.
            let is_press =
                matches!(message[kind]["type"].as_str(), Some("button_reply" | "list_reply"));
            if !is_press && texts.iter().all(|text| text.len() < WINDOW_BYTES) {
                let missed = missed.entry(kind.to_owned()).or_insert_with(Vec::new);
                missed.push(message[kind].clone());
            }
            all.extend(texts);
        }
        let mut canaries = Canaries::new(3);
        let (mut by_id, mut short) = (BTreeMap::new(), 0);
        for (id, text) in (0..).zip(all) {
            if canaries.mint.register_text(id, &text) {
                by_id.insert(id, text);
            } else {
                short += 1;
            }
        }
        Self { canaries, by_id, short, missed }
    }

    /// Each text is found where it may be, or another one that has all of its windows.
    fn are_found_in(&self, folder: &Path) {
        let Found { hits, .. } = self.canaries.in_files(folder);
        for (id, text) in &self.by_id {
            let name = format!("MessageContent {id} in ");
            let alone = || self.canaries.in_streams([("text", text.as_bytes())].into_iter());
            let found = hits.iter().any(|hit| hit.starts_with(&name));
            assert!(found || !alone().hits.is_empty(), "{text} is not found where it is");
        }
        assert!(hits.len() >= self.by_id.len() / 2, "{} texts are found", hits.len());
    }
}

fn leaves(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = all.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, all)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The messages that the files of a folder show.
fn shown(folder: &Path) -> Vec<Value> {
    let files = fs::read_dir(folder).expect("a folder can be read");
    let answers = files.map(|file| {
        let bytes = fs::read(file.expect("a folder can be read").path()).expect("a file");
        serde_json::from_slice::<Value>(&bytes).expect("the control API answers JSON")
    });
    answers.filter_map(|mut answer| answer["messages"].as_array_mut().map(std::mem::take)).fold(
        Vec::new(),
        |mut all, messages| {
            all.extend(messages);
            all
        },
    )
}

/// A store of an installation that nobody runs.
fn store(data: &Path, name: &str) -> Sqlite {
    let folder = Folder::existing(data).expect("an installation");
    let root = RootKey::new(&Zeroizing::new(folder.secrets().secret("store", name)));
    let rng = Box::new(stream(1, "store", name));
    Sqlite::open(&folder.stores().join(name), root, rng).expect("the store opens")
}

/// Keys and values of all rows of a store, opened.
fn rows(data: &Path, name: &str) -> Vec<Vec<u8>> {
    let (mut engine, mut after, mut all) = (store(data, name), None, Vec::new());
    loop {
        let prefix = Key::from_bytes(Vec::new());
        let op = Op::Scan { prefix, after: after.clone(), limit: 1_000 };
        let transaction = Transaction { checks: Vec::new(), ops: vec![op] };
        let answers = commit(&mut engine, &[transaction], NOW);
        let [Answer::Done(values)] = answers.as_slice() else { panic!("{name}: {answers:?}") };
        let [transaction::Value::Rows(rows)] = values.as_slice() else { panic!("no rows") };
        let Some(last) = rows.last() else { return all };
        after = Some(last.key.clone());
        all.extend(rows.iter().map(|row| [row.key.as_bytes(), &row.value].concat()));
    }
}

/// What was searched of one run, and what was found.
struct Searched {
    files: Found,
    rows: Found,
    count: usize,
}

/// Searches all that a run wrote, and what those who must not have it keep.
fn search(texts: &Texts, written: &Path) -> Searched {
    let files = texts.canaries.in_files(written);
    // Whoever opens a store brings its file up to date: not the one that was searched.
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let data = scratch.path().join("data");
    copy(&written.join("data"), &data);
    let opened: Vec<(&str, Vec<u8>)> = OTHERS
        .into_iter()
        .flat_map(|name| rows(&data, name).into_iter().map(move |row| (name, row)))
        .collect();
    // Statistics come once a minute, and some runs are shorter.
    for name in ["transport", "billing"] {
        assert!(opened.iter().any(|(of, _)| *of == name), "{name} has no rows");
    }
    let rows = opened.iter().map(|(name, row)| (*name, row.as_slice()));
    Searched { files, rows: texts.canaries.in_streams(rows), count: opened.len() }
}

/// Looks at billing's store, at most.
const LOOKS: usize = 20_000;

/// Waits until billing has written down what a message is charged as: it is told of that when the
/// person has the message, and after whoever waits for the message.
fn billed(operations: &str) {
    let at = operations.strip_prefix("http://").expect("a URL").parse().expect("an address");
    let has_written = |line: &str| {
        let commits = line.strip_prefix("blindpost_store_commits_total{store=\"billing\"} ");
        commits.is_some_and(|commits| commits != "0")
    };
    let looks = (0..LOOKS).any(|_| http::get(at, "/metrics").body.lines().any(has_written));
    assert!(looks, "billing writes nothing");
}

/// People write, are answered with their words, and everything is killed.
fn own_run(folder: &Path) {
    let (written, passed) = (folder.join(WRITTEN), folder.join(PASSED));
    fs::create_dir_all(&written).expect("a folder can be made");
    fs::create_dir_all(&passed).expect("a folder can be made");
    let [at, webhook] = ports::free();
    let brought = application(webhook);
    let (process, told) = up(&written.join("data"), at, webhook);
    let text = |name: &str| told[name].as_str().expect("it says how to use it");
    let number = text("phone_number_id");
    let user = told["users"][0].as_str().expect("a person");
    for said in ["Do you have bread today?", "Grüße 😀, and \"5 %\" off </p> \\ for a@b?"] {
        inbound(at, number, user, said).expect("it is answered");
        let (_, heard) = brought.recv().expect("it reaches the application");
        let answer = json!({
            "messaging_product": "whatsapp", "to": user, "type": "text",
            "text": { "body": format!("You wrote: {heard}") },
        });
        let path = format!("/v24.0/{number}/messages");
        let answer = http::post(at, &path, text("token"), &answer).expect("it is answered");
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let shown = "/_blindpost/messages?direction=outbound&status=shown&count=2&wait_ms=20000";
    http::get(at, shown);
    billed(text("operations_url"));
    for what in ["messages", "webhooks"] {
        let answer = http::get(at, &format!("/_blindpost/{what}"));
        fs::write(passed.join(what), answer.body).expect("a file can be written");
    }
    process.kill();
}

/// The runs that are searched, each with its name.
fn runs(own: &Path) -> Vec<PathBuf> {
    let Some(folder) = env::var_os("BLINDPOST_RUNS") else {
        own_run(own);
        return vec![own.to_owned()];
    };
    let runs = fs::read_dir(folder).expect("BLINDPOST_RUNS is a folder");
    runs.map(|run| run.expect("a folder can be read").path()).collect()
}

#[test]
fn content_that_passed_is_in_no_log_no_bill_and_no_row_of_the_transport() {
    let own = tempfile::tempdir().expect("a temporary folder can be made");
    let runs = runs(own.path());
    assert!(!runs.is_empty(), "there is no run");
    for (index, run) in runs.iter().enumerate() {
        let name = run.file_name().unwrap_or_default().to_string_lossy();
        let texts = Texts::of(&shown(&run.join(PASSED)));
        assert!(!texts.by_id.is_empty(), "{name}: nothing passed");
        texts.are_found_in(&run.join(PASSED));
        let Searched { files, rows, count } = search(&texts, &run.join(WRITTEN));
        println!(
            "{name}: {} texts ({} more too short to be told from chance, {} messages with no \
             other) in {} bytes of {} files and {} bytes of {count} rows: {} found",
            texts.by_id.len(),
            texts.short,
            texts.missed.values().map(Vec::len).sum::<usize>(),
            files.bytes,
            files.files,
            rows.bytes,
            files.hits.len() + rows.hits.len(),
        );
        let seen = |kind: &str| WORDLESS.contains(&kind);
        let unseen: Vec<_> = texts.missed.iter().filter(|(kind, _)| !seen(kind)).collect();
        assert!(unseen.is_empty(), "{name}: messages that nothing looks for: {unseen:?}");
        let hits = [files.hits, rows.hits].concat();
        let said = |hit: &String| {
            let id = hit.split(' ').nth(1).and_then(|id| id.parse().ok());
            format!("{hit}: {:?}", id.and_then(|id: u64| texts.by_id.get(&id)))
        };
        assert!(hits.is_empty(), "{name}:\n{}", hits.iter().map(said).collect::<String>());
        if index == 0 {
            plant(&texts, run);
        }
    }
}

/// Content that a mistake of ours writes is found: in a log, in a bill, in a sealed row.
fn plant(texts: &Texts, run: &Path) {
    let (_, text) = texts.by_id.last_key_value().expect("something passed");
    assert!(text.len() >= WINDOW_BYTES);
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (file, planted) in [
        ("data/log.jsonl", json!({ "node": "transport", "what": text }).to_string()),
        ("data/stores/billing/planted", hex),
        ("data/stores/transport/planted", percent),
    ] {
        let copied = Copied::of(run);
        copied.append(file, planted.as_bytes());
        let Searched { files, rows, .. } = search(texts, &copied.written());
        assert!(rows.hits.is_empty() && !files.hits.is_empty(), "{file}: {:?}", files.hits);
        assert!(files.hits.iter().all(|hit| hit.contains(file)), "{file}: {:?}", files.hits);
    }
    let copied = Copied::of(run);
    let mut engine = store(&copied.written().join("data"), "transport");
    let row = Row {
        key: Key::table("planted"),
        revision: Revision(1),
        value: text.clone().into_bytes(),
        class: DataClass::ConnectionMetadata,
        keep: Keep::For(Micros::days(1)),
    };
    let transaction = Transaction { checks: Vec::new(), ops: vec![Op::Put(row)] };
    let answers = commit(&mut engine, &[transaction], NOW);
    assert!(matches!(answers.as_slice(), [Answer::Done(_)]), "{answers:?}");
    drop(engine);
    let Searched { files, rows, .. } = search(texts, &copied.written());
    assert!(files.hits.is_empty(), "the row is sealed: {:?}", files.hits);
    assert!(rows.hits.iter().any(|hit| hit.contains("transport")), "{:?}", rows.hits);
}

/// A copy of a run, in which something may be planted.
struct Copied(tempfile::TempDir);

impl Copied {
    fn of(run: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        copy(&run.join(WRITTEN), &folder.path().join(WRITTEN));
        Self(folder)
    }

    fn written(&self) -> PathBuf {
        self.0.path().join(WRITTEN)
    }

    fn append(&self, file: &str, planted: &[u8]) {
        let path = self.written().join(file);
        let mut bytes = fs::read(&path).unwrap_or_default();
        bytes.extend_from_slice(planted);
        fs::write(&path, bytes).expect("a file can be written");
    }
}

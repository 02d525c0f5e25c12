//! Storage modes: where the content of a number lies, for how long, and what is told when it is
//! gone (requirements R069 to R071; facts, cloud-api.md section 5).

use hop::http::Request;
use serde_json::{Value, json};
use store::{Engine as _, Key};
use vocab::{DataClass, Micros, limits};
use wire::{
    content::MediaKind,
    transport::{Envelope, Payload, ReceiptKind, Status},
};

use super::{
    graph::{BILL, media},
    world::{NUMBERS, TOKENS, World},
};
use crate::{Rules, vault::message_key_row};

const SECRET: &[u8] = b"rye and nothing else";

/// The bakery's number, deregistered, set to a storage mode, and registered again.
fn world(storage: &Value) -> World {
    let mut world = World::new();
    let settings = json!({ "storage_configuration": storage });
    let refused = world.manages(0, "settings", &settings);
    assert_eq!(refused, 400, "storage is configured only while the number is not registered");
    assert_eq!(world.manages(0, "deregister", &json!({})), 200);
    assert_eq!(world.manages(0, "settings", &settings), 200);
    let register = json!({ "messaging_product": "whatsapp", "pin": "123456" });
    assert_eq!(world.manages(0, "register", &register), 200);
    world
}

fn no_storage() -> World {
    world(&json!({ "status": "NO_STORAGE_ENABLED", "retention_minutes": 60 }))
}

fn in_brazil() -> World {
    let region = "BR";
    world(&json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": region }))
}

impl World {
    fn manages(&mut self, node: usize, edge: &str, body: &Value) -> u16 {
        let request = Request::new("cloud", "POST", &format!("/v24.0/100/{edge}"));
        let request = request.bearer(TOKENS[node]).json(body.to_string().into_bytes());
        self.call(node, request).status
    }

    /// The values of all that the bakery was told, taken or not.
    fn told(&self) -> Vec<Value> {
        let entries = |body: Value| body["entry"].as_array().cloned().unwrap_or_default();
        let entries = self.bodies("shop").into_iter().flat_map(entries);
        entries.map(|entry| entry["changes"][0]["value"].clone()).collect()
    }

    /// Errors in the bakery's webhooks that are about no message in them; copies count once.
    fn errors(&self) -> Vec<Value> {
        let errors = self.told().into_iter().map(|value| value["errors"][0].clone());
        let mut errors: Vec<Value> = errors.filter(Value::is_object).collect();
        errors.dedup();
        errors
    }

    /// The newest status of a message that failed: its error.
    fn error_of(&self, wamid: &str) -> Option<Value> {
        let statuses = self.told().into_iter().rev().map(|value| value["statuses"][0].clone());
        let mut failed = statuses.filter(|one| one["id"] == wamid && one["status"] == "failed");
        failed.next().map(|status| status["errors"][0].clone())
    }

    /// Everything that people and the bakery say, and files both ways.
    fn talk(&mut self) {
        let words = core::str::from_utf8(SECRET).unwrap();
        self.sends(1, words);
        self.sends(0, words);
        self.person_sends_file(media(MediaKind::Image), &[SECRET, BILL].concat());
        self.person_sends_file(media(MediaKind::Video), &vec![7; 2 * limits::BLOB_PIECE]);
    }

    /// The person could not open the newest message of the bakery, and asks for it again.
    fn asks_again(&mut self) -> usize {
        let mut sent = self.carried.iter().rev();
        let to_person = |one: &&Envelope| {
            one.to.phone.digits() == NUMBERS[1] && one.payload.ciphertext().is_some()
        };
        let message = sent.find(to_person).unwrap().clone();
        let before = self.carried.len();
        self.places += 1;
        let id = vocab::MessageId([u8::try_from(self.places).unwrap(); 16]);
        let payload = Payload::Receipt {
            kind: ReceiptKind::Retry,
            ids: vec![message.id],
            attempt: message.attempt,
        };
        let (from, to) = (message.to, message.from);
        self.deliver(&Envelope { id, from, to, payload, sent_at: self.now.wall, attempt: 0 });
        let again = &self.carried[before..];
        again.iter().filter(|one| one.id == message.id).count()
    }

    /// Rows of the bakery's store that hold content, and keys of such rows. Who wrote a message is
    /// none: it is sealed in every mode.
    fn rows_of_content(&self) -> Vec<Key> {
        let authors = self.table("from");
        let keys: Vec<Key> = authors.iter().map(message_key_row).collect();
        let mut rows = Vec::new();
        self.nodes[0].store.visit(&mut |row| {
            let is_content = row.class == DataClass::MessageContent;
            let is_key = row.key.starts_with(&Key::table("mkey"));
            let is_author = authors.contains(row.key) || keys.contains(row.key);
            if (is_content || is_key) && !is_author {
                rows.push(row.key.clone());
            }
        });
        rows
    }
}

#[test]
fn without_storage_nothing_that_anybody_said_is_in_a_row_and_all_of_it_arrives() {
    let mut world = no_storage();
    let before = world.rows_of_content();
    world.webhook_status = 500;
    world.talk();
    for (key, value) in world.rows() {
        assert!(!value.windows(SECRET.len()).any(|part| part == SECRET), "{key:?}");
    }
    let sealed: Vec<_> =
        world.rows_of_content().into_iter().filter(|key| !before.contains(key)).collect();
    // What is left of requests that bear nothing that anybody said.
    assert!(sealed.is_empty(), "{sealed:?}");
    assert!(world.history().is_empty(), "what arrived is not kept to be sent again");
    world.webhook_status = 200;
    world.pass(Micros::minutes(30));
    let told = world.bodies("shop");
    let texts = told.iter().filter(|body| body.to_string().contains("rye and nothing else"));
    assert!(texts.count() >= 1);
    assert!(world.errors().is_empty());
    assert!(world.table("pend").is_empty() && world.table("hook").is_empty());
}

#[test]
fn without_storage_what_arrived_is_in_no_memory_either() {
    let mut world = no_storage();
    // So that it is known of each message what it is charged as.
    world.configure(0, |config| config.rules = Rules::default());
    let mut held = Vec::new();
    for round in 0..3 {
        for _ in 0..10 * round {
            world.sends(1, "Have you rye and nothing else?");
            world.sends(0, "Rye and nothing else.");
        }
        // For a minute it is spared; whatever is put after that sees that it is over.
        world.pass(Micros::minutes(2));
        world.sends(1, "Thank you.");
        held.push(world.held());
    }
    assert_eq!(held, [held[0]; 3], "as much after many messages as after one");
}

#[test]
fn without_storage_a_webhook_that_nobody_takes_for_an_hour_is_131035() {
    let mut world = no_storage();
    world.webhook_status = 500;
    let wamid = world.sends(1, "is there bread?");
    world.pass(Micros::minutes(59));
    assert!(world.errors().is_empty());
    world.pass(Micros::minutes(6));
    world.webhook_status = 200;
    world.pass(Micros::hours(2));
    let errors = world.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!((&errors[0]["code"], &errors[0]["title"]), (&131_035.into(), &errors[0]["message"]));
    let details = errors[0]["error_data"]["details"].as_str().unwrap();
    assert!(details.contains(&wamid), "{details}");
    let late = world.bodies("shop").into_iter().filter(|body| body.to_string().contains("bread?"));
    let last = world
        .served
        .iter()
        .rev()
        .find(|(_, _, ask)| String::from_utf8_lossy(&ask.body).contains("bread?"));
    assert!(late.count() > 0 && last.unwrap().1 < vocab::Instant(limits::HELD_AGE.0 + 1_000_000));
    assert!(world.table("pend").is_empty());
}

#[test]
fn with_storage_a_webhook_outlives_hours_without_a_receiver() {
    for mut world in [World::new(), in_brazil()] {
        world.webhook_status = 0;
        world.sends(1, "is there bread?");
        world.pass(Micros::hours(5));
        world.restart(0);
        world.webhook_status = 200;
        world.pass(Micros::hours(2));
        assert!(world.errors().is_empty());
        let told = world.served.iter().rev().find(|(_, at, ask)| {
            at.0 > Micros::hours(5).0 && String::from_utf8_lossy(&ask.body).contains("bread?")
        });
        assert!(told.is_some());
    }
}

#[test]
fn a_message_is_sent_again_within_its_retention_and_is_131036_after_it() {
    for (mut world, retention) in
        [(no_storage(), limits::HELD_AGE), (World::new(), limits::RETRANSMISSION_AGE)]
    {
        world.sends(1, "hello");
        // The person's device never says that it has the message.
        world.loses_receipts = true;
        let wamid = world.sends(0, "rye");
        assert_eq!(world.asks_again(), 1);
        world.pass(retention);
        assert_eq!(world.asks_again(), 0);
        let error = world.error_of(&wamid).unwrap();
        assert_eq!(error["code"], 131_036);
        let failed = world.statuses(&wamid).iter().filter(|one| *one == "failed").count();
        assert_eq!(failed, 1);
        assert_eq!(world.asks_again(), 0);
        let failed = world.statuses(&wamid).iter().filter(|one| *one == "failed").count();
        assert_eq!(failed, 1, "it is told once");
    }
}

#[test]
fn without_storage_a_restart_reports_by_id_what_was_pending() {
    let mut world = no_storage();
    world.webhook_status = 0;
    let unheard = world.sends(1, "is there bread?");
    world.sends_are = Status::Limited;
    world.retry_after = Micros::hours(1);
    let unsent = world.sends(0, "there is");
    world.sends_are = Status::Ok;
    world.webhook_status = 200;
    world.restart(0);
    world.pass(Micros::minutes(1));
    assert_eq!(world.error_of(&unsent).unwrap()["code"], 131_036);
    let errors = world.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["code"], 131_035);
    assert!(errors[0]["error_data"]["details"].as_str().unwrap().contains(&unheard));
    world.restart(0);
    world.pass(Micros::minutes(1));
    assert_eq!(world.errors().len(), 1, "it is reported once");
    // And it goes on as before.
    let wamid = world.sends(0, "anything else?");
    assert!(world.statuses(&wamid).contains(&"delivered".to_owned()));
}

#[test]
fn local_storage_has_content_at_rest_in_its_region_alone() {
    let mut world = in_brazil();
    let before = world.rows_of_content();
    world.webhook_status = 500;
    world.talk();
    let region = Key::table("at").with(b"BR");
    let mut found = 0;
    for key in world.rows_of_content().into_iter().filter(|key| !before.contains(key)) {
        let is_key = key.starts_with(&Key::table("mkey"));
        assert!(is_key || key.starts_with(&region), "{key:?} lies elsewhere");
        found += usize::from(!is_key);
    }
    assert!(found > 5, "{found}");
    world.restart(0);
    assert_eq!(world.history(), ["rye and nothing else"]);
    assert_eq!(world.asks_again(), 1);
    world.webhook_status = 200;
    world.pass(Micros::hours(2));
    let told = world.bodies("shop");
    let image = told.iter().rev().find_map(|body| {
        let message = &body["entry"][0]["changes"][0]["value"]["messages"][0];
        message["image"]["id"].as_str().map(str::to_owned)
    });
    let shown = Request::new("cloud", "GET", &format!("/{}", image.unwrap())).bearer(TOKENS[0]);
    let shown = body(&world.call(0, shown));
    let url = shown["url"].as_str().unwrap().strip_prefix("https://lookaside.fbsbx.com").unwrap();
    let file = world.call(0, Request::new("cloud", "GET", url).bearer(TOKENS[0]));
    assert_eq!((file.status, file.body), (200, [SECRET, BILL].concat()));
}

fn body(answer: &hop::http::Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

//! Stories about what comes in.

use hop::{Input, http::Request};
use serde_json::json;
use store::Engine;
use vocab::{DataClass, PhoneNumber, UnixMicros, limits::DEDUPE_AGE};

use super::{
    ADA, BOB, bakery, change, message, open, send, signature, signed, status, text_from, webhook,
};
use crate::{Business, Config, Event, Status, hashing::signature_fits};

/// A business that neither answers nor marks as read.
fn quiet() -> Config {
    Config { bot: Vec::new(), mark_as_read: false, ..bakery() }
}

fn shown(wamid: &str, from: &str, text: &str) -> Event {
    Event::Shown {
        wamid: wamid.to_string(),
        from: PhoneNumber::parse(from).unwrap(),
        text: text.to_string(),
        at: UnixMicros(1_749_416_383_000_000),
    }
}

fn seen(wamid: &str, status: Status) -> Event {
    Event::StatusSeen { wamid: wamid.to_string(), status, error: None }
}

#[test]
fn a_signed_webhook_is_shown_and_answered() {
    let mut node = open(quiet());
    assert_eq!(node.request(text_from("wamid.1", ADA, "hello")).status, 200);
    assert_eq!(node.events, [shown("wamid.1", ADA, "hello")]);
}

#[test]
fn a_webhook_without_the_right_signature_over_its_very_bytes_is_refused() {
    let good = text_from("wamid.1", ADA, "hello");
    let unsigned = Request { headers: Vec::new(), ..good.clone() };
    let mut changed = good.clone();
    let place = changed.body.windows(5).position(|text| text == b"hello").unwrap();
    changed.body[place] = b'j';
    let with = |value: &str| {
        Request { headers: Vec::new(), ..good.clone() }.header("x-hub-signature-256", value)
    };
    let hex = signature(&good.body).strip_prefix("sha256=").unwrap().to_string();
    let other = format!("sha256={}", "0".repeat(64));
    let short = format!("sha256={}", &hex[..62]);
    let mut node = open(quiet());
    for bad in [unsigned, changed, with(&hex), with(&other), with(&short), with("sha256=")] {
        assert_eq!(node.request(bad).status, 401);
    }
    assert_eq!(node.events, vec![Event::Refused { status: 401 }; 6]);
    let upper = format!("sha256={}", hex.to_uppercase());
    assert_eq!(node.request(with(&upper)).status, 200);
}

#[test]
fn a_webhook_that_comes_again_is_answered_and_shown_once() {
    let mut node = open(quiet());
    for _copy in 0..3 {
        assert_eq!(node.request(text_from("wamid.1", ADA, "hello")).status, 200);
    }
    node.restart(Business::new(quiet()));
    assert_eq!(node.request(text_from("wamid.1", ADA, "hello")).status, 200);
    assert_eq!(node.events, [shown("wamid.1", ADA, "hello")]);
}

#[cfg(feature = "mutants")]
#[test]
fn a_forgotten_dedupe_shows_a_copy_again() {
    let config = Config { mutant: Some(crate::Mutant::ForgottenDedupe), ..quiet() };
    let mut node = open(config);
    for _copy in 0..2 {
        assert_eq!(node.request(text_from("wamid.1", ADA, "hello")).status, 200);
    }
    assert_eq!(node.events, vec![shown("wamid.1", ADA, "hello"); 2]);
}

#[cfg(not(feature = "mutants"))]
#[test]
fn without_the_feature_no_mistake_can_be_planted() {
    let config = Config { mutant: Some(crate::Mutant::ForgottenDedupe), ..quiet() };
    let mut node = open(config);
    for _copy in 0..2 {
        assert_eq!(node.request(text_from("wamid.1", ADA, "hello")).status, 200);
    }
    assert_eq!(node.events, [shown("wamid.1", ADA, "hello")]);
}

#[test]
fn a_batch_is_taken_whole_in_its_order() {
    let mut node = open(quiet());
    let one = change(&[message("wamid.1", ADA, "one"), message("wamid.2", BOB, "two")], &[]);
    let two = change(
        &[message("wamid.1", ADA, "one"), message("wamid.3", ADA, "three")],
        &[status("wamid.9", "sent"), status("wamid.9", "delivered"), status("wamid.9", "sent")],
    );
    assert_eq!(node.request(signed(&webhook(&[one, two]))).status, 200);
    let wanted = [
        shown("wamid.1", ADA, "one"),
        shown("wamid.2", BOB, "two"),
        shown("wamid.3", ADA, "three"),
        seen("wamid.9", Status::Sent),
        seen("wamid.9", Status::Delivered),
    ];
    assert_eq!(node.events, wanted);
}

#[test]
fn a_failed_status_tells_the_code_of_its_error() {
    let mut node = open(quiet());
    let mut failed = status("wamid.9", "failed");
    failed["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    node.request(signed(&webhook(&[change(&[], &[failed])])));
    let (wamid, status) = ("wamid.9".to_string(), Status::Failed);
    assert_eq!(node.events, [Event::StatusSeen { wamid, status, error: Some(131_026) }]);
}

#[test]
fn nothing_is_answered_or_shown_before_it_is_durable() {
    let mut node = open(bakery());
    node.store_is_slow = true;
    node.request_later(text_from("wamid.1", ADA, "hello"));
    assert_eq!((node.events.len(), node.replies.len(), node.requests.len()), (0, 0, 0));
}

#[test]
fn a_full_store_answers_later_and_loses_nothing() {
    let mut node = open(quiet());
    node.store.set_read_only(true);
    node.request_later(text_from("wamid.1", ADA, "hello"));
    assert_eq!((node.events.len(), node.replies.len()), (0, 0));
    node.store.set_read_only(false);
    super::wake(&mut node);
    assert_eq!((node.events.len(), node.replies.len()), (1, 1));
}

#[test]
fn what_is_no_webhook_is_refused_and_what_is_unknown_in_one_is_passed_over() {
    let mut node = open(quiet());
    for bad in [json!({}), json!([]), json!("text"), webhook(&[json!({ "field": "messages" })])] {
        assert_eq!(node.request(signed(&bad)).status, 400);
    }
    let mut other_number = change(&[message("wamid.1", ADA, "not ours")], &[]);
    other_number["value"]["metadata"]["phone_number_id"] = json!("1002");
    let mut picture = message("wamid.2", ADA, "");
    picture["type"] = json!("image");
    picture.as_object_mut().unwrap().remove("text");
    let changes = [
        json!({ "field": "account_update", "value": { "event": "VERIFIED_ACCOUNT" } }),
        other_number,
        change(&[picture], &[status("wamid.9", "pinned")]),
        change(&[message("wamid.3", ADA, "ours")], &[]),
    ];
    assert_eq!(node.request(signed(&webhook(&changes))).status, 200);
    assert_eq!(node.events, [shown("wamid.3", ADA, "ours")]);
}

#[test]
fn a_webhook_over_the_limit_is_refused_before_it_is_read() {
    let mut node = open(quiet());
    let mut request = text_from("wamid.1", ADA, "hello");
    request.body.resize(vocab::limits::MAX_HTTP_BODY + 1, b' ');
    let signature = signature(&request.body);
    request.headers = vec![("x-hub-signature-256".to_string(), signature)];
    assert_eq!(node.request(request).status, 413);
}

#[test]
fn the_challenge_is_answered_to_those_who_know_the_verify_token() {
    let mut node = open(quiet());
    let ask = |query: &str| Request::new("bakery.example", "GET", &format!("/webhook?{query}"));
    let good = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=open%20sesame";
    let answer = node.request(ask(good));
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"1158201444".as_slice()));
    for bad in [
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=open",
        "hub.mode=subscribe&hub.challenge=1158201444",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=open%20sesame",
        "hub.mode=subscribe&hub.verify_token=open%20sesame",
        "",
    ] {
        assert_eq!(node.request(ask(bad)).status, 403, "{bad}");
    }
}

#[test]
fn other_paths_and_methods_are_404_and_405() {
    let mut node = open(quiet());
    let ask = |method, target| Request::new("bakery.example", method, target);
    assert_eq!(node.request(ask("GET", "/inbox")).status, 404);
    assert_eq!(node.request(ask("DELETE", "/webhook")).status, 405);
}

#[test]
fn the_record_stays_the_dedupe_goes_and_no_key_tells_a_number() {
    let mut node = open(quiet());
    node.request(text_from("wamid.1", ADA, "hello"));
    node.give(send(7, BOB, "hello to you"));
    let later = UnixMicros(node.now.wall.0 + DEDUPE_AGE.0);
    let mut tables = Vec::new();
    node.store.visit(&mut |row| {
        let table = row.key.as_bytes().split(|byte| *byte == 0).next().unwrap();
        let key = String::from_utf8_lossy(row.key.as_bytes()).into_owned();
        assert!(!key.contains(ADA) && !key.contains(BOB) && !key.contains("wamid"), "{key}");
        let has_number = row
            .value
            .windows(ADA.len())
            .any(|part| part == ADA.as_bytes() || part == BOB.as_bytes());
        assert!(!has_number || matches!(table, b"customer" | b"outbox"));
        tables.push((String::from_utf8_lossy(table).into_owned(), row.class, row.expires));
    });
    tables.sort();
    tables.retain(|(table, ..)| table != "registered");
    let (meta, text) = (DataClass::ConnectionMetadata, DataClass::MessageContent);
    let wanted = [
        ("customer", DataClass::ConsumerPhone, None),
        ("inbox", text, None),
        ("outbox", text, None),
        ("seen", meta, Some(later)),
        ("seen", meta, Some(later)),
    ];
    assert_eq!(tables, wanted.map(|(table, class, keep)| (table.to_string(), class, keep)));
}

#[test]
fn a_start_that_has_not_loaded_yet_takes_webhooks_all_the_same() {
    let mut node = open(bakery());
    node.request(text_from("wamid.1", ADA, "hello"));
    node.restart_slowly(Business::new(bakery()));
    node.request_later(text_from("wamid.2", ADA, "hello again"));
    assert!(node.requests.is_empty());

    node.store_is_slow = false;
    node.give(Input::Wake);
    assert_eq!((node.events.len(), node.replies.len()), (4, 1));
    let texts: Vec<String> = std::iter::from_fn(|| {
        node.requests.front()?;
        Some(node.answer(Ok(super::accepted("wamid.r"))))
    })
    .filter_map(|request| Some(super::body_of(&request)["text"]["body"].as_str()?.to_string()))
    .collect();
    assert_eq!(texts, ["You said hello", "You said hello again"], "the older answer goes first");
}

/// RFC 4231 §4.3.
#[test]
fn a_signature_is_the_hmac_that_others_compute() {
    let (secret, body) = ("Jefe", b"what do ya want for nothing?");
    let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert!(signature_fits(secret, Some(&format!("sha256={hash}")), body));
}

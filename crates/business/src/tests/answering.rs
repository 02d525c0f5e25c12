//! Stories about what goes out.

use hop::{Input, Unreachable, http::Response};
use vocab::{MessageId, Micros};

use super::{
    ADA, BOB, accepted, bakery, body_of, change, message, open, send, signed, text_from, wake,
    webhook,
};
use crate::{Business, Command, Config, Event, config::Canary};

fn silent() -> Config {
    Config { bot: Vec::new(), mark_as_read: false, ..bakery() }
}

#[test]
fn a_message_is_marked_as_read_and_then_answered() {
    let mut node = open(bakery());
    node.request(text_from("wamid.1", ADA, "hello"));

    assert_eq!(node.requests.len(), 1, "the answer waits for the mark");
    let read = node.answer(Ok(Response::json(200, br#"{"success":true}"#.to_vec())));
    assert_eq!((read.authority.as_str(), read.target.as_str()), ("cloud-api", "/1001/messages"));
    let mark = r#"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.1"}"#;
    assert_eq!(body_of(&read), serde_json::from_str::<serde_json::Value>(mark).unwrap());

    let reply = node.answer(Ok(accepted("wamid.2")));
    assert_eq!(reply.token(), Some("bakery-token"));
    let body = body_of(&reply);
    assert_eq!((&body["to"], &body["text"]["body"]), (&ADA.into(), &"You said hello".into()));
    let id = MessageId::from_hex(reply.get_header("x-blindpost-request-id").unwrap()).unwrap();
    let sent = Event::SendAccepted { request: id, wamid: "wamid.2".to_string() };
    assert_eq!(node.events.last(), Some(&sent));
    assert_eq!((node.requests.len(), node.wake_at), (0, None));
}

#[test]
fn a_crash_between_webhook_and_answer_costs_no_answer_and_makes_no_second_one() {
    let mut node = open(bakery());
    node.request(text_from("wamid.1", ADA, "hello"));
    node.answer(Ok(Response::empty(200)));
    let first = node.requests.front().unwrap().1.clone();

    // The request left and the answer to it was never heard.
    node.restart(Business::new(bakery()));
    node.request(text_from("wamid.1", ADA, "hello"));
    let again = node.answer(Ok(accepted("wamid.2")));
    assert_eq!(again, first, "the same bytes under the same id");
    assert!(node.requests.is_empty());

    node.restart(Business::new(bakery()));
    assert!(node.requests.is_empty(), "it is settled for good");
    let sent = node.events.iter().filter(|one| matches!(one, Event::SendAccepted { .. }));
    assert_eq!(sent.count(), 1);
}

#[test]
fn a_crash_before_the_webhook_is_durable_leaves_it_to_the_next_delivery() {
    let mut node = open(bakery());
    node.store_is_slow = true;
    node.request_later(text_from("wamid.1", ADA, "hello"));
    node.restart(Business::new(bakery()));
    assert!(node.events.is_empty() && node.requests.is_empty());

    node.request(text_from("wamid.1", ADA, "hello"));
    let shown = node.events.iter().filter(|one| matches!(one, Event::Shown { .. }));
    assert_eq!(shown.count(), 1);
}

#[test]
fn a_send_is_repeated_with_growing_patience_until_it_is_answered() {
    let mut node = open(silent());
    node.give(send(1, ADA, "hello"));
    let first = node.requests.front().unwrap().1.clone();
    let mut waits = Vec::new();
    for outcome in [Err(Unreachable), Ok(Response::empty(500)), Ok(Response::empty(429))] {
        assert_eq!(node.answer(outcome), first);
        assert!(node.requests.is_empty(), "asked again without waiting");
        let before = node.now.mono;
        wake(&mut node);
        waits.push(Micros(node.now.mono.0 - before.0));
    }
    assert_eq!(waits, [Micros::seconds(2), Micros::seconds(4), Micros::seconds(8)]);
    // Graph answers with 400 whom a limit stops.
    for code in [4, 80_007, 130_429, 131_056] {
        let limited = format!(r#"{{"error":{{"code":{code}}}}}"#);
        assert_eq!(node.answer(Ok(Response::json(400, limited.into_bytes()))), first);
        assert!(node.requests.is_empty(), "asked again without waiting");
        wake(&mut node);
    }
    assert_eq!(node.answer(Ok(accepted("wamid.1"))), first);
    let sent = Event::SendAccepted { request: MessageId([1; 16]), wamid: "wamid.1".to_string() };
    assert_eq!(node.events.last(), Some(&sent));
}

#[test]
fn a_refusal_is_final_and_the_next_message_of_the_customer_goes_out() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    node.give(send(2, ADA, "two"));
    assert_eq!(node.requests.len(), 1, "one at a time for each customer");
    let refused = br#"{"error":{"code":131051}}"#.to_vec();
    node.answer(Ok(Response::json(400, refused)));
    let failed = Event::SendFailed { request: MessageId([1; 16]), status: 400 };
    assert_eq!(node.events.last(), Some(&failed));
    assert_eq!(body_of(&node.answer(Ok(accepted("wamid.2"))))["text"]["body"], "two");
}

#[test]
fn an_answer_without_an_id_is_a_failure() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    node.answer(Ok(Response::json(200, b"{}".to_vec())));
    let failed = Event::SendFailed { request: MessageId([1; 16]), status: 200 };
    assert_eq!(node.events.last(), Some(&failed));
}

#[test]
fn one_customer_does_not_wait_for_another() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    node.give(send(2, BOB, "two"));
    node.answer(Err(Unreachable));
    assert_eq!(body_of(&node.answer(Ok(accepted("wamid.2"))))["to"], BOB);
}

#[test]
fn a_missing_right_is_borne_until_the_cloud_api_has_taken_something() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    for _try in 0..5 {
        node.answer(Ok(Response::empty(403)));
        wake(&mut node);
    }
    node.answer(Ok(accepted("wamid.1")));

    node.give(send(2, ADA, "two"));
    node.answer(Ok(Response::empty(403)));
    let failed = Event::SendFailed { request: MessageId([2; 16]), status: 403 };
    assert_eq!(node.events.last(), Some(&failed));
}

#[test]
fn a_right_that_never_comes_is_believed_to_be_missing_after_a_minute() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    for _try in 0..5 {
        node.answer(Ok(Response::empty(403)));
        wake(&mut node);
    }
    node.answer(Ok(Response::empty(403)));
    assert_eq!(node.now.mono.0, Micros::seconds(2 + 4 + 8 + 16 + 32).0);
    let failed = Event::SendFailed { request: MessageId([1; 16]), status: 403 };
    assert_eq!(node.events.last(), Some(&failed));
}

#[test]
fn a_command_repeated_is_one_message_and_is_accepted_each_time() {
    let mut node = open(silent());
    node.give(send(1, ADA, "one"));
    node.give(send(1, ADA, "one"));
    node.answer(Ok(accepted("wamid.1")));
    node.restart(Business::new(silent()));
    node.give(send(1, ADA, "one"));
    assert!(node.requests.is_empty());
    let accepted = node.events.iter().filter(|one| matches!(one, Event::Accepted { .. }));
    assert_eq!(accepted.count(), 3);
}

#[test]
fn a_command_can_quote_the_message_that_it_answers() {
    let mut node = open(silent());
    let Input::Command(Command::Send { id, to, text, .. }) = send(1, ADA, "one") else {
        unreachable!("a command was made")
    };
    let context = Some("wamid.0".to_string());
    let picture = false;
    node.give(Input::Command(Command::Send { id, to, text, context, picture }));
    let body = body_of(&node.answer(Ok(accepted("wamid.1"))));
    assert_eq!(body["context"]["message_id"], "wamid.0");
}

#[test]
fn answers_keep_the_order_of_the_messages_over_a_restart() {
    let mut node = open(Config { mark_as_read: false, ..bakery() });
    let messages: Vec<_> =
        (0..5).map(|n| message(&format!("wamid.{n}"), ADA, &format!("text {n}"))).collect();
    node.request(signed(&webhook(&[change(&messages, &[])])));
    let mut answered = Vec::new();
    for n in 0..5 {
        if n == 2 {
            node.restart(Business::new(Config { mark_as_read: false, ..bakery() }));
        }
        let reply = node.answer(Ok(accepted(&format!("wamid.r{n}"))));
        answered.push(body_of(&reply)["text"]["body"].as_str().unwrap().to_string());
    }
    let wanted: Vec<_> = (0..5).map(|n| format!("You said text {n}")).collect();
    assert_eq!(answered, wanted);
}

#[test]
fn the_bots_text_carries_its_word_at_both_ends_and_tells_it() {
    let canary = Canary { key: [5; 32] };
    let config = Config { canary: Some(canary.clone()), mark_as_read: false, ..bakery() };
    let mut node = open(config);
    node.request(text_from("wamid.1", ADA, "hello"));
    let Some(Event::Wrote { request, text, word: Some(word), .. }) = node.events.last().cloned()
    else {
        panic!("the bot has not written: {:?}", node.events)
    };
    assert_eq!(word, canary.word(request));
    assert_eq!(text, format!("{word} You said hello {word}"));
    let sent = node.answer(Ok(accepted("wamid.2")));
    assert_eq!(body_of(&sent)["text"]["body"], text.as_str());
    let id = request.to_string();
    assert_eq!(sent.get_header("x-blindpost-request-id"), Some(id.as_str()));
}

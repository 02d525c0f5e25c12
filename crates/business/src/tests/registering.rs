//! Stories about what Business Manager is told.

use hop::{Input, Unreachable, http::Response};
use serde_json::json;

use super::{ADA, bakery, body_of, node::Node, open, send, wake};
use crate::{AutoReply, Business, Command, Config, Event};

fn ok() -> Result<Response, Unreachable> {
    Ok(Response::empty(200))
}

#[test]
fn a_business_tells_its_record_its_number_and_its_grant_in_this_order() {
    let mut node = Node::start(Business::new(bakery()));
    let record = node.answer(ok());
    assert_eq!((record.method.as_str(), record.target.as_str()), ("PUT", "/businesses/bakery"));
    assert_eq!(
        (record.authority.as_str(), record.token()),
        ("business-manager", Some("bakery-token"))
    );
    assert_eq!(body_of(&record)["terms_id"], "cloud-api-2025-10");
    let number = node.answer(ok());
    assert_eq!(number.target, "/businesses/bakery/numbers/1001");
    assert_eq!(body_of(&number)["display_phone_number"], "12025550111");
    assert!(node.events.is_empty());
    let grant = node.answer(ok());
    assert_eq!(
        (grant.method.as_str(), grant.target.as_str()),
        ("PUT", "/businesses/bakery/grants/1001")
    );
    assert_eq!(node.events, [Event::Registered { granted: true }]);
    assert_eq!((node.requests.len(), node.wake_at), (0, None));
}

#[test]
fn what_is_not_answered_well_is_told_again() {
    let mut node = Node::start(Business::new(bakery()));
    for outcome in [Err(Unreachable), Ok(Response::empty(500)), Ok(Response::empty(404))] {
        assert_eq!(node.answer(outcome).target, "/businesses/bakery");
        assert!(node.requests.is_empty());
        wake(&mut node);
    }
    assert_eq!(node.answer(ok()).target, "/businesses/bakery");
    assert_eq!(node.requests.len(), 1, "the next step does not wait");
}

#[test]
fn a_restart_goes_on_where_the_store_is_and_tells_nothing_twice() {
    let mut node = Node::start(Business::new(bakery()));
    node.answer(ok());
    node.restart(Business::new(bakery()));
    assert_eq!(node.answer(ok()).target, "/businesses/bakery/numbers/1001");
    node.answer(ok());
    node.restart(Business::new(bakery()));
    assert!(node.requests.is_empty());
}

#[test]
fn a_changed_configuration_is_told_anew() {
    let mut node = open(bakery());
    let moved = Config { address: "2 Corner Street".to_string(), ..bakery() };
    node.restart(Business::new(moved));
    assert_eq!(body_of(&node.answer(ok()))["address"], "2 Corner Street");
    assert!(node.requests.is_empty(), "the number and the grant are as they were");
}

#[test]
fn nothing_is_sent_before_business_manager_knows_the_grant() {
    let mut node = Node::start(Business::new(bakery()));
    node.give(send(1, ADA, "hello"));
    for _step in 0..3 {
        let request = node.answer(ok());
        assert_eq!(request.authority, "business-manager");
    }
    assert_eq!(node.requests.front().unwrap().1.authority, "cloud-api");
}

#[test]
fn a_revoked_grant_stays_revoked_over_a_restart_until_it_is_given_again() {
    let mut node = open(bakery());
    node.give(Input::Command(Command::Grant(false)));
    let revoke = node.answer(Err(Unreachable));
    assert_eq!(
        (revoke.method.as_str(), revoke.target.as_str()),
        ("DELETE", "/businesses/bakery/grants/1001")
    );
    node.restart(Business::new(bakery()));
    assert_eq!(node.answer(ok()).method, "DELETE");
    assert_eq!(node.events.last(), Some(&Event::Registered { granted: false }));

    node.restart(Business::new(bakery()));
    assert!(node.requests.is_empty());
    node.give(Input::Command(Command::Grant(true)));
    assert_eq!(node.answer(ok()).method, "PUT");
}

#[test]
fn who_waits_for_an_answer_of_business_manager_asks_for_no_wake() {
    let mut node = open(bakery());
    node.give(send(1, ADA, "hello"));
    node.answer(Ok(Response::empty(500)));
    let retry = node.wake_at.unwrap();
    node.give(Input::Command(Command::Grant(false)));
    assert_eq!(node.wake_at, None, "the send waits for the revocation");
    node.advance_to(retry);
    node.answer(Err(Unreachable));
    assert!(node.wake_at.is_some_and(|at| at > node.now.mono));

    node.give(Input::Command(Command::Grant(true)));
    assert_eq!(node.answer(ok()).authority, "cloud-api", "nothing is left to tell");
}

/// The bakery, which could add the automatic-reply service.
fn with_a_service() -> Config {
    let auto_reply = AutoReply {
        authority: "auto-reply".to_string(),
        terms_id: "auto-reply-1".to_string(),
        rules: vec![("open".to_string(), "From seven to one.".to_string())],
        otherwise: Some("We answer in the morning.".to_string()),
    };
    Config { auto_reply: Some(auto_reply), ..bakery() }
}

const SERVICE: &str = "/businesses/bakery/services/auto_reply";

#[test]
fn an_optional_service_is_added_when_the_owner_asks_for_it_and_removed_when_not_any_more() {
    let mut node = open(with_a_service());
    assert!(node.requests.is_empty(), "off by default");
    node.give(Input::Command(Command::AutoReply(true)));
    let replies = node.answer(ok());
    assert_eq!(
        (replies.authority.as_str(), replies.target.as_str()),
        ("auto-reply", "/businesses/bakery/replies")
    );
    let rules = json!([{ "contains": "open", "reply": "From seven to one." }]);
    let expected = json!({ "rules": rules, "otherwise": "We answer in the morning." });
    assert_eq!(body_of(&replies), expected);
    let added = node.answer(ok());
    assert_eq!((added.method.as_str(), added.target.as_str()), ("PUT", SERVICE));
    assert_eq!(body_of(&added), json!({ "terms_id": "auto-reply-1" }));
    assert_eq!(node.events, [Event::AutoReply { on: true }]);

    node.give(Input::Command(Command::AutoReply(false)));
    node.restart(Business::new(with_a_service()));
    let removed = node.answer(ok());
    assert_eq!((removed.method.as_str(), removed.target.as_str()), ("DELETE", SERVICE));
    node.restart(Business::new(with_a_service()));
    assert!(node.requests.is_empty());
}

#[test]
fn an_optional_service_that_is_away_holds_no_message_up() {
    let mut node = open(with_a_service());
    node.give(Input::Command(Command::AutoReply(true)));
    node.answer(Err(Unreachable));
    node.give(send(1, ADA, "hello"));
    assert_eq!(node.answer(Err(Unreachable)).authority, "cloud-api");
    wake(&mut node);
    assert!(node.requests.iter().any(|(_, request)| request.authority == "auto-reply"));
}

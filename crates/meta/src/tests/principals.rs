//! Who may do what: every route with every caller, as documented.

use hop::{Hop, http::Route};
use serde_json::{Value, json};

use super::{
    EVERYBODY, bakery, new_auto_reply, new_billing, new_manager, new_statistics, node::Node,
};
use crate::{Event, NoCommand, auto_reply, billing, manager, statistics};

/// A route, a target of it, a body, and who is served; everybody else is refused.
type Line = (&'static str, &'static str, &'static str, Value, &'static [&'static str]);

const BAKERY: &str = "business:bakery";
const FLORIST: &str = "business:florist";
/// A token of the bakery, by a hash that none has.
const TOKEN: &str = concat!(
    "/businesses/bakery/tokens/",
    "82cff62fae7acd666fca838b8f6870c69e55759fd317e35d0423dba9d42af730"
);
const USER: &str = "/businesses/bakery/system_users/till";
const ISSUE: &str = "/businesses/bakery/system_users/till/tokens";
const SERVICE: &str = "/businesses/bakery/services/auto_reply";

fn business_manager_lines() -> Vec<Line> {
    let (readers, own): (&[&str], &[&str]) =
        (&["business-manager", "rest-of-meta", "whatsapp", BAKERY], &[BAKERY]);
    let number = json!({ "display_phone_number": "12025550111" });
    // SHA-256 of "ads-token".
    let hash = "/principals/82cff62fae7acd666fca838b8f6870c69e55759fd317e35d0423dba9d42af730";
    vec![
        ("PUT", "/businesses/{id}", "/businesses/bakery", bakery(), own),
        (
            "PUT",
            "/businesses/{id}/numbers/{phone_number_id}",
            "/businesses/bakery/numbers/1001",
            number,
            own,
        ),
        (
            "PUT",
            "/businesses/{id}/grants/{phone_number_id}",
            "/businesses/bakery/grants/1001",
            json!({}),
            own,
        ),
        (
            "DELETE",
            "/businesses/{id}/grants/{phone_number_id}",
            "/businesses/bakery/grants/1001",
            Value::Null,
            own,
        ),
        ("PUT", manager::SERVICE, SERVICE, json!({ "terms_id": "auto-reply-1" }), own),
        ("DELETE", manager::SERVICE, SERVICE, Value::Null, own),
        ("GET", manager::USERS, "/businesses/bakery/system_users", Value::Null, readers),
        ("PUT", manager::USER, USER, json!({ "role": "admin" }), own),
        ("POST", manager::TOKENS, ISSUE, json!({}), own),
        ("DELETE", manager::TOKEN, TOKEN, Value::Null, own),
        ("DELETE", manager::USER, USER, Value::Null, own),
        (
            "GET",
            "/businesses",
            "/businesses",
            Value::Null,
            &["business-manager", "rest-of-meta", "whatsapp", BAKERY, FLORIST],
        ),
        ("GET", "/businesses/{id}", "/businesses/bakery", Value::Null, readers),
        ("GET", "/grants", "/grants", Value::Null, &["cloud-api"]),
        ("GET", "/principals/{hash}", hash, Value::Null, &["cloud-api"]),
    ]
}

fn record() -> Value {
    json!({
        "id": "a1",
        "business": "bakery",
        "category": "service",
        "count": 1,
        "reference": vocab::marker::reference(vocab::DataClass::Billing, [1; 14]),
    })
}

fn export() -> Value {
    json!({
        "id": "a1",
        "cells": [{ "day": 19_000, "business": "bakery", "kind": "sent", "count": 10 }],
        "reference": vocab::marker::reference(vocab::DataClass::Statistics, [1; 14]),
    })
}

#[test]
fn business_manager_serves_whom_the_table_names_and_nobody_else() {
    judge(Node::start(new_manager()), manager::ROUTES, business_manager_lines());
}

#[test]
fn the_automatic_reply_service_serves_whom_the_table_names_and_nobody_else() {
    let (pattern, target) = ("/businesses/{id}/replies", "/businesses/bakery/replies");
    let wanted = json!({ "otherwise": "We answer in the morning." });
    let message = json!({
        "business": "bakery",
        "terms_id": "auto-reply-1",
        "message": { "id": "a1", "text": "Hello" },
    });
    let lines = vec![
        ("PUT", pattern, target, wanted, &[BAKERY] as &[&str]),
        ("GET", pattern, target, Value::Null, &[BAKERY]),
        ("POST", "/messages", "/messages", message, &["cloud-api"]),
    ];
    judge(Node::start(new_auto_reply()), auto_reply::ROUTES, lines);
}

#[test]
fn billing_serves_whom_the_table_names_and_nobody_else() {
    let readers = &["rest-of-meta", "whatsapp", BAKERY, FLORIST];
    let lines = vec![
        ("POST", "/records", "/records", record(), &["cloud-api"] as &[&str]),
        ("GET", "/records", "/records", Value::Null, readers),
    ];
    judge(Node::start(new_billing()), billing::ROUTES, lines);
}

#[test]
fn statistics_serves_whom_the_table_names_and_nobody_else() {
    let readers = &["rest-of-meta", "whatsapp", "cloud-api"];
    let lines = vec![
        ("POST", "/cells", "/cells", export(), &["cloud-api"] as &[&str]),
        ("GET", "/export", "/export", Value::Null, readers),
    ];
    judge(Node::start(new_statistics()), statistics::ROUTES, lines);
}

/// Asks every line as everybody and as nobody. The lines must be the routes, in their order.
fn judge<H>(mut node: Node<H>, routes: &[Route], lines: Vec<Line>)
where
    H: Hop<Command = NoCommand, Event = Event>,
{
    let listed: Vec<_> = lines.iter().map(|line| (line.0, line.1)).collect();
    let known: Vec<_> = routes.iter().map(|route| (route.method, route.pattern)).collect();
    assert_eq!(listed, known, "every route has its line");
    for (method, pattern, target, body, allowed) in lines {
        for who in EVERYBODY {
            node.events.clear();
            let status = node.status(who, method, target, &body);
            if allowed.contains(&who) {
                assert_eq!(status, 200, "{who} {method} {target}");
                let (principal, read) = (who.to_string(), method == "GET");
                let audit = read.then_some(Event::Accessed { principal, pattern });
                node.events.retain(|event| !is_news(event));
                assert_eq!(node.events, Vec::from_iter(audit));
                continue;
            }
            assert_eq!(status, 403, "{who} {method} {target}");
            let denied = Event::Denied { principal: who.to_string(), method, pattern };
            assert_eq!(node.events, [denied]);
        }
        for token in ["stranger", ""] {
            node.events.clear();
            assert_eq!(node.status(token, method, target, &body), 401, "{method} {target}");
            let denied = Event::Denied { principal: "unknown".to_string(), method, pattern };
            assert_eq!(node.events, [denied]);
        }
    }
}

/// Whether an event tells what was done, and not who asked.
fn is_news(event: &Event) -> bool {
    matches!(
        event,
        Event::ServiceEnabled { .. } | Event::ServiceRemoved { .. } | Event::Processed { .. }
    )
}

#[test]
fn an_allowed_read_is_audited_by_route_and_caller_alone() {
    let mut node = Node::start(new_manager());
    node.must("business:bakery", "PUT", "/businesses/bakery", &bakery());
    node.must("whatsapp", "GET", "/businesses/bakery?why=curiosity", &Value::Null);
    let read = Event::Accessed { principal: "whatsapp".to_string(), pattern: "/businesses/{id}" };
    assert_eq!(node.events, [read]);
}

#[test]
fn an_invented_method_or_path_does_not_reach_the_audit() {
    let mut node = Node::start(new_billing());
    assert_eq!(node.status("ads", "393331234567", "/records", &Value::Null), 405);
    assert_eq!(node.status("ads", "GET", "/393331234567", &Value::Null), 404);
    let denied = |method, pattern| Event::Denied { principal: "ads".to_string(), method, pattern };
    assert_eq!(node.events, [denied("OTHER", "unknown"), denied("GET", "unknown")]);
}

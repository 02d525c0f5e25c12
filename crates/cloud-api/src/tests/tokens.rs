//! Stories about tokens that are good for a part of what their business may.

use hop::http::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vocab::Micros;

use super::{
    graph::{body, refused},
    world::{IDS, World, send},
};
use crate::Event;

const TILL: &str = "token of the till";
const MESSAGING: &str = "whatsapp_business_messaging";
const MANAGEMENT: &str = "whatsapp_business_management";

impl World {
    /// What Business Manager says at this path of a token that was issued.
    pub(super) fn told_of(&self, path: &str) -> Option<&Value> {
        let hash = |token: &str| {
            let hash = Sha256::digest(token.as_bytes());
            hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let mut issued = self.issued.iter();
        issued
            .find(|(token, _)| path == format!("/principals/{}", hash(token)))
            .map(|(_, told)| told)
    }

    /// A token of the bakery's that is good for this, for these numbers, so long.
    fn issue(&mut self, scopes: &[&str], numbers: Value, seconds: Option<u64>) {
        let told = json!({
            "principal": "business:bakery",
            "system_user": "till",
            "scopes": scopes,
            "numbers": numbers,
            "expires_at": seconds.map(|seconds| self.now.wall.seconds() + seconds),
        });
        self.issued.insert(TILL.to_owned(), told);
    }

    /// A call with that token.
    fn till(&mut self, method: &str, target: &str, fields: &Value) -> Response {
        let request = Request::new("cloud", method, target).bearer(TILL);
        self.call(0, request.json(fields.to_string().into_bytes()))
    }

    fn till_sends(&mut self) -> Response {
        self.call(0, message_of_the_till())
    }

    /// Business Manager says that something changed.
    pub(super) fn there_is_word(&mut self) {
        let told = Request::new("cloud", "POST", "/grants_changed").bearer("token of the manager");
        assert_eq!(self.call(0, told).status, 200);
    }
}

fn message_of_the_till() -> Request {
    let mut request = send(0, "bread");
    request.headers.retain(|(name, _)| name != "authorization");
    request.bearer(TILL)
}

/// Whether a token for managing alone does not send, and one for messages alone does not manage.
pub(super) fn scopes_hold(world: &mut World) -> bool {
    world.sends(1, "hello");
    world.issue(&[MANAGEMENT], Value::Null, None);
    let sends = world.till_sends();
    world.issue(&[MESSAGING], Value::Null, None);
    world.pass(Micros::minutes(2));
    let manages = world.till("GET", "/100/settings", &json!({}));
    [sends, manages].iter().all(|answer| answer.status == 403)
}

#[test]
fn a_scope_is_no_other() {
    assert!(scopes_hold(&mut World::new()));
}

#[test]
fn a_token_is_good_for_its_scopes_alone() {
    let mut world = World::in_touch();
    world.issue(&[MESSAGING], Value::Null, None);
    assert_eq!(world.till_sends().status, 200);
    for (method, target) in [
        ("GET", "/100/settings"),
        ("GET", "/100"),
        ("GET", "/bakery"),
        ("POST", "/bakery/message_templates"),
        ("POST", "/100/register"),
        ("POST", "/4711"),
    ] {
        let answer = world.till(method, target, &json!({}));
        let details = refused(&answer, (200, 403));
        assert!(details.contains(MANAGEMENT), "{target}: {details}");
    }
    let denied = |event: &&Event| matches!(event, Event::Denied { .. });
    assert_eq!(world.nodes[0].events.iter().filter(denied).count(), 6, "each is in the audit");

    world.issue(&[MANAGEMENT], Value::Null, None);
    world.pass(Micros::minutes(2));
    assert_eq!(world.till("GET", "/100/settings", &json!({})).status, 200);
    let answer = world.till_sends();
    refused(&answer, (200, 403));
    let media = world.till("DELETE", "/4711", &json!({}));
    refused(&media, (200, 403));
}

#[test]
fn a_token_that_has_ended_is_nobodys_from_that_second_on() {
    let mut world = World::in_touch();
    world.issue(&[MESSAGING, MANAGEMENT], Value::Null, Some(10));
    assert_eq!(world.till_sends().status, 200);
    world.pass(Micros::seconds(9));
    assert_eq!(world.till_sends().status, 200);
    world.pass(Micros::seconds(1));
    world.issued.clear();
    refused_as_nobodys(&world.till_sends());
}

fn refused_as_nobodys(answer: &Response) {
    let code = body(answer)["error"]["code"].as_u64();
    assert_eq!((answer.status, code), (401, Some(190)));
}

#[test]
fn a_token_that_was_taken_back_stops_with_the_word_of_business_manager() {
    let mut world = World::in_touch();
    world.issue(&[MESSAGING], Value::Null, None);
    assert_eq!(world.till_sends().status, 200);
    world.issued.clear();
    assert_eq!(world.till_sends().status, 200, "it is remembered, until there is word");
    world.there_is_word();
    refused_as_nobodys(&world.till_sends());
}

#[test]
fn an_answer_from_before_a_token_was_taken_back_is_not_believed() {
    let mut world = World::in_touch();
    world.issue(&[MESSAGING], Value::Null, None);
    world.silent = Some("manager");
    let call = world.begin_call(0, message_of_the_till());
    world.issued.clear();
    world.there_is_word();
    world.late_answers();
    refused_as_nobodys(&world.answer(0, call));
    refused_as_nobodys(&world.till_sends());
}

#[test]
fn an_employees_token_reaches_its_numbers_and_nothing_of_the_account() {
    let mut world = World::in_touch();
    let both = [MESSAGING, MANAGEMENT];
    world.issue(&both, json!([IDS[0]]), None);
    assert_eq!(world.till_sends().status, 200);
    assert_eq!(world.till("GET", "/100/settings", &json!({})).status, 200);
    for target in ["/bakery/message_templates", "/bakery/phone_numbers", "/bakery/flows"] {
        refused(&world.till("GET", target, &json!({})), (10, 403));
    }
    assert_eq!(world.till("GET", "/bakery", &json!({})).status, 400);
    assert_eq!(world.till("POST", "/4711", &json!({ "category": "UTILITY" })).status, 400);

    world.issue(&both, json!(["999"]), None);
    world.pass(Micros::minutes(2));
    refused(&world.till_sends(), (10, 403));
    refused(&world.till("GET", "/100/settings", &json!({})), (10, 403));
}

#[test]
fn limits_that_are_not_understood_let_nobody_in() {
    let mut world = World::in_touch();
    for (field, value) in [
        ("scopes", json!(["everything"])),
        ("scopes", Value::Null),
        ("numbers", json!("all")),
        ("numbers", json!([1])),
        ("expires_at", json!("never")),
    ] {
        world.issue(&[MESSAGING], Value::Null, None);
        world.issued.get_mut(TILL).unwrap()[field] = value;
        assert_eq!(world.till_sends().status, 503, "{field}");
    }
}

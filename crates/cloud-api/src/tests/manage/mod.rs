//! Stories of a business that manages its numbers, templates and files over Graph.

use hop::http::{Request, Response};
use serde_json::{Value, json};

use super::{
    graph::{body, refused},
    world::{TOKENS, World},
};

mod analytics;
mod blocks;
mod callbacks;
mod documents;
pub(super) mod endpoint;
pub(super) mod flows;
mod history;
mod media;
mod numbers;
mod registration;
mod templates;
mod uploads;

impl World {
    #[track_caller]
    pub(super) fn ask(&mut self, method: &str, target: &str, parameters: &Value) -> Response {
        let request = Request::new("cloud", method, target).bearer(TOKENS[0]);
        let has_body = !parameters.is_null();
        let body = parameters.to_string().into_bytes();
        self.call(0, if has_body { request.json(body) } else { request })
    }

    /// The answer to a call that is served.
    #[track_caller]
    pub(super) fn asked(&mut self, method: &str, target: &str, parameters: Value) -> Value {
        let answer = self.ask(method, target, &parameters);
        assert_eq!(answer.status, 200, "{method} {target}: {}", body(&answer));
        body(&answer)
    }

    #[track_caller]
    pub(super) fn get(&mut self, target: &str) -> Value {
        self.asked("GET", target, Value::Null)
    }

    #[track_caller]
    fn posts(&mut self, target: &str, parameters: Value) -> Value {
        self.asked("POST", target, parameters)
    }

    /// A call that does something and has nothing to tell.
    #[track_caller]
    pub(super) fn does(&mut self, method: &str, target: &str, parameters: Value) {
        assert_eq!(self.asked(method, target, parameters), json!({ "success": true }));
    }

    /// The details of a call that is refused.
    #[track_caller]
    fn refused(
        &mut self,
        (method, target): (&str, &str),
        parameters: Value,
        expected: (u32, u16),
    ) -> String {
        let answer = self.ask(method, target, &parameters);
        refused(&answer, expected)
    }

    /// The code of a call that is refused in a sentence of Graph's own, and its HTTP status.
    #[track_caller]
    fn plainly(&mut self, method: &str, target: &str, parameters: Value) -> (u64, u16) {
        let answer = self.ask(method, target, &parameters);
        let body = body(&answer);
        assert!(body["error"]["error_data"].is_null(), "{body}");
        (body["error"]["code"].as_u64().unwrap(), answer.status)
    }
}

#[test]
fn nobody_learns_of_what_is_another_businesss() {
    let mut world = World::new();
    let template = world.get("/bakery/message_templates")["data"][0]["id"].clone();
    let template = format!("/{}", template.as_str().unwrap());
    let calls = [
        ("GET", "/100", (100, 400)),
        ("GET", "/bakery", (100, 400)),
        ("GET", template.as_str(), (100, 400)),
        ("GET", "/999", (100, 400)),
        ("POST", "/100/register", (10, 403)),
        ("GET", "/100/block_users", (10, 403)),
        ("GET", "/bakery/message_templates", (10, 403)),
        ("GET", "/999/message_templates", (10, 403)),
        ("GET", "/bakery/phone_numbers", (10, 403)),
        ("POST", "/bakery/subscribed_apps", (10, 403)),
        ("POST", "/100/media", (10, 403)),
        ("GET", "/media/1", (10, 403)),
    ];
    for (method, target, (code, status)) in calls {
        // The person's token, at a node that has no number of the person's.
        let answer = world.call(0, Request::new("cloud", method, target).bearer(TOKENS[1]));
        let found = body(&answer)["error"]["code"].clone();
        assert_eq!((found, answer.status), (code.into(), status), "{method} {target}");
    }
}

#[test]
fn what_is_not_there_is_100_whatever_it_would_have_been() {
    let mut world = World::new();
    for target in ["/999", "/v25.0/999/", "/upload:1"] {
        assert_eq!(world.plainly("GET", target, Value::Null), (100, 400));
    }
    assert_eq!(world.plainly("DELETE", "/100", Value::Null), (100, 400));
    assert_eq!(world.plainly("DELETE", "/999", Value::Null), (100, 400));
    assert_eq!(world.plainly("POST", "/999", json!({})), (100, 400));
    assert_eq!(world.plainly("POST", "/v24.0/100/calls", json!({})), (100, 400));
    assert_eq!(world.plainly("GET", "/bakery/nonsense", Value::Null), (2_500, 400));
}

//! Stories of a business that calls Graph with every rule in force.

use hop::http::{Request, Response};
use serde_json::{Value, json};
use store::{Key, Op, Revision, Row};
use vocab::{DataClass, Keep, Reason};

use super::world::{NUMBERS, TOKENS, World};
use crate::Rules;

pub(super) mod errors;
mod files;
mod front;
mod inbound;
mod rules;
mod statuses;
mod types;

pub(super) use inbound::{BILL, media};

impl World {
    /// Both ends ready, every rule in force at the bakery, and the person has written to it.
    pub(super) fn in_touch() -> Self {
        let mut world = Self::strict();
        world.sends(1, "hello");
        world
    }

    /// Both ends ready and every rule in force at the bakery, which nobody has written to.
    pub(super) fn strict() -> Self {
        let mut world = Self::new();
        world.configure(0, |config| config.rules = Rules::default());
        world
    }

    /// The bakery sends `message`, which says neither what it is for nor to whom.
    #[track_caller]
    pub(super) fn send(&mut self, message: &Value) -> Response {
        self.post("messages", message)
    }

    /// The same with another of the number's interfaces.
    #[track_caller]
    fn post(&mut self, interface: &str, message: &Value) -> Response {
        let mut body = json!({ "messaging_product": "whatsapp", "to": NUMBERS[1] });
        body.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
        let target = format!("/v24.0/100/{interface}");
        let request = Request::new("cloud", "POST", &target).bearer(TOKENS[0]);
        self.call(0, request.json(body.to_string().into_bytes()))
    }

    /// The same, accepted: its wamid.
    #[track_caller]
    pub(super) fn accepts(&mut self, message: &Value) -> String {
        let answer = self.send(message);
        let body = body(&answer);
        assert_eq!(answer.status, 200, "{body}");
        body["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The same, refused with this code and HTTP status: the details.
    #[track_caller]
    fn refuses(&mut self, message: &Value, (code, status): (u32, u16)) -> String {
        let before = self.carried.len();
        let answer = self.send(message);
        assert_eq!(self.carried.len(), before, "what is refused does not go out");
        refused(&answer, (code, status))
    }

    /// The error of the status that says that a message failed.
    #[track_caller]
    pub(super) fn failure(&self, wamid: &str) -> Value {
        let status = self.status(wamid, "failed");
        let error = status["errors"][0].clone();
        assert_eq!(error["title"], error["message"]);
        assert!(error["href"].as_str().unwrap().starts_with("https://"), "{error}");
        error
    }

    /// A status of a message.
    #[track_caller]
    pub(super) fn status(&self, wamid: &str, status: &str) -> Value {
        self.values()
            .into_iter()
            .map(|value| value["statuses"][0].clone())
            .find(|one| one["id"] == wamid && one["status"] == status)
            .unwrap_or_else(|| panic!("{wamid} is not {status}: {:?}", self.statuses(wamid)))
    }

    /// The values of all webhooks of the bakery.
    fn values(&self) -> Vec<Value> {
        let value = |body: Value| body["entry"][0]["changes"][0]["value"].clone();
        self.bodies("shop").into_iter().map(value).collect()
    }

    /// Somebody writes a row of the bakery's store while the node is down.
    pub(super) fn put(&mut self, key: Key, value: Vec<u8>) {
        let revision = Revision(u64::MAX);
        let (class, keep) = (DataClass::Template, Keep::Never(Reason::Account));
        let row = Row { key, revision, value, class, keep };
        self.write(vec![Op::Put(row)]);
    }

    /// The newest message in a webhook of the bakery.
    #[track_caller]
    fn wrote(&self) -> Value {
        let value = self.values().into_iter().rfind(|value| value["messages"].is_array());
        value.unwrap()["messages"][0].clone()
    }
}

/// The body of an answer.
#[track_caller]
pub(super) fn body(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The details of an answer that refuses, whose shape is checked.
#[track_caller]
pub(super) fn refused(answer: &Response, (code, status): (u32, u16)) -> String {
    let body = body(answer);
    let error = &body["error"];
    assert_eq!((&error["code"], answer.status), (&code.into(), status), "{body}");
    assert_eq!(error["type"], "OAuthException");
    assert!(error["fbtrace_id"].as_str().unwrap().starts_with('A'));
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("(#{code}) ")), "{message}");
    assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
    error["error_data"]["details"].as_str().unwrap().to_owned()
}

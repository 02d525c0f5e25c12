//! Stories about those beside the path, told in HTTP bytes.

mod books;
mod grants;
mod node;
mod principals;
mod readers;
mod services;
mod tokens;

use hop::{
    Hop, Input,
    http::{Request, Response},
    router::TokenHash,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::node::Node;
use crate::{
    AutoReply, Billing, BusinessManager, Event, NoCommand, Statistics, auto_reply, billing,
    manager, statistics,
};

/// Everybody who has a token; the token is the name with `-token` behind it.
const EVERYBODY: [&str; 8] = [
    "business:bakery",
    "business:florist",
    "cloud-api",
    "business-manager",
    "whatsapp",
    "rest-of-meta",
    "ads",
    "transport",
];

fn principals() -> Vec<(TokenHash, String)> {
    EVERYBODY
        .iter()
        .map(|who| (Sha256::digest(format!("{who}-token")).into(), (*who).to_string()))
        .collect()
}

fn new_manager() -> BusinessManager {
    BusinessManager::new(manager::Config {
        principals: principals(),
        cloud_api: vec!["cloud-api".to_string()],
        token: "business-manager-token".to_string(),
        services: vec![auto_reply::SERVICE.to_string()],
    })
}

fn new_billing() -> Billing {
    Billing::new(billing::Config { principals: principals() })
}

fn new_statistics() -> Statistics {
    Statistics::new(statistics::Config { principals: principals() })
}

fn new_auto_reply() -> AutoReply {
    AutoReply::new(auto_reply::Config { principals: principals() })
}

/// A request of `who`.
fn call(who: &str, method: &str, target: &str, body: &Value) -> Request {
    let request = Request::new("server", method, target).bearer(&format!("{who}-token"));
    if body.is_null() { request } else { request.json(body.to_string().into_bytes()) }
}

impl<H: Hop<Command = NoCommand, Event = Event>> Node<H> {
    /// What the server answers `who`.
    fn ask(&mut self, who: &str, method: &str, target: &str, body: &Value) -> Response {
        self.request(call(who, method, target, body))
    }

    #[track_caller]
    fn must(&mut self, who: &str, method: &str, target: &str, body: &Value) -> Value {
        let response = self.ask(who, method, target, body);
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert_eq!(response.status, 200, "{who} {method} {target}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn status(&mut self, who: &str, method: &str, target: &str, body: &Value) -> u16 {
        self.ask(who, method, target, body).status
    }
}

fn bakery() -> Value {
    json!({
        "name": "Bakery at the Corner",
        "address": "1 Corner Street",
        "contacts": ["Ada"],
        "type": "food",
        "terms_id": "cloud-api-2025-10",
    })
}

fn wake<H: Hop<Command = NoCommand>>(node: &mut Node<H>) {
    let at = node.wake_at.unwrap();
    node.advance_to(at);
    node.give(Input::Wake);
}

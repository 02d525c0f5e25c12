//! Stories about a business, told in HTTP bytes.

mod answering;
mod bot;
mod node;
mod registering;
mod webhooks;

use hop::{
    Input,
    http::{Request, Response},
};
use serde_json::{Value, json};
use vocab::{MessageId, PhoneNumber};

use self::node::Node;
use crate::{Business, Command, Config, Match, Rule, hashing::hmac};

const ADA: &str = "393331234567";
const BOB: &str = "16505551234";

fn bakery() -> Config {
    Config {
        id: "bakery".to_string(),
        authority: "bakery.example".to_string(),
        name: "Bakery at the Corner".to_string(),
        address: "1 Corner Street".to_string(),
        contacts: vec!["Ada".to_string()],
        kind: "food".to_string(),
        terms_id: "cloud-api-2025-10".to_string(),
        phone_number_id: "1001".to_string(),
        display_phone_number: PhoneNumber::parse("12025550111").unwrap(),
        cloud_api: "cloud-api".to_string(),
        business_manager: "business-manager".to_string(),
        token: "bakery-token".to_string(),
        app_secret: "app secret".to_string(),
        verify_token: "open sesame".to_string(),
        auto_reply: None,
        bot: vec![Rule { when: Match::Any, reply: "You said {text}".to_string() }],
        mark_as_read: true,
        hash_key: [3; 32],
        canary: None,
        mutant: None,
        desk_mutant: None,
    }
}

/// A business that Business Manager knows.
fn open(config: Config) -> Node<Business> {
    let mut node = Node::start(Business::new(config));
    for _step in 0..3 {
        node.answer(Ok(Response::empty(200)));
    }
    node.events.clear();
    node
}

fn message(wamid: &str, from: &str, text: &str) -> Value {
    json!({
        "from": from,
        "from_user_id": "IT.1",
        "id": wamid,
        "timestamp": "1749416383",
        "type": "text",
        "text": { "body": text },
    })
}

fn status(wamid: &str, status: &str) -> Value {
    json!({ "id": wamid, "status": status, "timestamp": "1749416390", "recipient_id": ADA })
}

fn change(messages: &[Value], statuses: &[Value]) -> Value {
    json!({
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "12025550111", "phone_number_id": "1001" },
            "contacts": [{ "profile": { "name": "Ada L." }, "wa_id": ADA, "user_id": "IT.1" }],
            "messages": messages,
            "statuses": statuses,
        },
    })
}

fn webhook(changes: &[Value]) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "102290129340398", "changes": changes }],
    })
}

/// A webhook as the Cloud API signs it.
fn signed(body: &Value) -> Request {
    let body = body.to_string().into_bytes();
    let signature = signature(&body);
    Request::new("bakery.example", "POST", "/webhook")
        .header("x-hub-signature-256", &signature)
        .json(body)
}

fn signature(body: &[u8]) -> String {
    let mut key = [0; 32];
    key[..10].copy_from_slice(b"app secret");
    let hash = hmac(&key, &[body]);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn text_from(wamid: &str, from: &str, text: &str) -> Request {
    signed(&webhook(&[change(&[message(wamid, from, text)], &[])]))
}

fn accepted(wamid: &str) -> Response {
    let body = json!({ "messaging_product": "whatsapp", "messages": [{ "id": wamid }] });
    Response::json(200, body.to_string().into_bytes())
}

fn body_of(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn send(id: u8, to: &str, text: &str) -> Input<Command> {
    Input::Command(Command::Send {
        id: MessageId([id; 16]),
        to: PhoneNumber::parse(to).unwrap(),
        text: text.to_string(),
        context: None,
        picture: false,
    })
}

fn wake(node: &mut Node<Business>) {
    let at = node.wake_at.unwrap();
    node.advance_to(at);
    node.give(Input::Wake);
}

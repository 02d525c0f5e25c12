//! The Graph interface: its routes, and what a request means.

use hop::{
    http::{Request, Response, Route},
    router::Refusal,
};
use serde_json::{Value, json};
use vocab::{DataClass, MessageId, PhoneNumber, limits};

use crate::input::Outgoing;

/// Every interface of this server.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/{phone_number_id}/messages",
        class: DataClass::MessageContent,
        doc: "send a message, or mark one as read",
    },
    Route {
        method: "GET",
        pattern: "/{phone_number_id}/message_history",
        class: DataClass::MessageContent,
        doc: "what is kept of the messages that this number sent",
    },
    Route {
        method: "POST",
        pattern: "/grants_changed",
        class: DataClass::BusinessInformation,
        doc: "Business Manager says that grants changed",
    },
];

/// What `POST /{phone_number_id}/messages` asks for.
#[derive(Debug)]
pub(crate) enum Messages {
    Send(Outgoing),
    MarkRead(MessageId),
}

/// Reads the body of `POST /{phone_number_id}/messages`; a message that it sends is called `id`.
pub(crate) fn messages(request: &Request, id: MessageId) -> Result<Messages, Refusal> {
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|why| invalid(&format!("the body is no JSON: {why}")))?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if text(&body, "messaging_product").as_deref() != Some("whatsapp") {
        return Err(invalid("messaging_product must be \"whatsapp\""));
    }
    if text(&body, "status").as_deref() == Some("read") {
        let wamid = text(&body, "message_id").ok_or_else(|| invalid("message_id is missing"))?;
        let id = message_id(&wamid).ok_or_else(|| invalid("message_id is not known here"))?;
        return Ok(Messages::MarkRead(id));
    }
    let input = text(&body, "to").ok_or_else(|| invalid("to is missing"))?;
    let to = PhoneNumber::parse(&input).map_err(|why| invalid(&format!("to is {why}")))?;
    match text(&body, "type").as_deref() {
        None | Some("text") => {}
        Some(_) => return Err(invalid("type must be \"text\" on this server")),
    }
    let words = body.get("text").and_then(|object| text(object, "body"));
    let words = words.ok_or_else(|| invalid("text.body is missing"))?;
    if words.is_empty() || words.len() > limits::MAX_TEXT {
        return Err(invalid(&format!("text.body must have 1 to {} bytes", limits::MAX_TEXT)));
    }
    let request_id = request.get_header("x-blindpost-request-id").map(str::to_owned);
    Ok(Messages::Send(Outgoing { id, input, to, text: words, request_id }))
}

fn invalid(what: &str) -> Refusal {
    Refusal::Invalid(what.to_owned())
}

/// The answer to an accepted send.
pub(crate) fn accepted(outgoing: &Outgoing, id: MessageId) -> Response {
    let body = json!({
        "messaging_product": "whatsapp",
        "contacts": [{ "input": outgoing.input, "wa_id": outgoing.to.digits() }],
        "messages": [{ "id": wamid(id) }],
    });
    Response::json(200, body.to_string().into_bytes())
}

/// The answer to a call that did something and has nothing to tell.
pub(crate) fn success() -> Response {
    Response::json(200, br#"{"success":true}"#.to_vec())
}

/// The answer while Business Manager cannot be asked: the call may be made again.
pub(crate) fn try_later() -> Response {
    let body = json!({ "error": {
        "message": "Service temporarily unavailable", "type": "OAuthException", "code": 2,
    } });
    Response::json(503, body.to_string().into_bytes())
}

/// A message's id as the Graph interface writes it: opaque, and derived from no number.
pub fn wamid(id: MessageId) -> String {
    format!("wamid.{id}")
}

/// The message that a wamid of this server names.
pub(crate) fn message_id(wamid: &str) -> Option<MessageId> {
    MessageId::from_hex(wamid.strip_prefix("wamid.")?)
}

//! Shapes of bodies and answers, in JSON Schema.

use serde_json::{Value, json};

/// An object of which these members are known and no others are taken.
fn closed(required: &[&str], properties: Value) -> Value {
    let mut schema = json!({
        "type": "object", "properties": properties, "additionalProperties": false,
    });
    if let Some(schema) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// An object whose members are not said.
pub(super) fn object() -> Value {
    json!({ "type": "object" })
}

pub(super) fn nothing() -> Value {
    closed(&[], json!({}))
}

pub(super) fn success() -> Value {
    closed(&["success"], json!({ "success": { "type": "boolean" } }))
}

pub(super) fn error() -> Value {
    let message = closed(&["message"], json!({ "message": { "type": "string" } }));
    closed(&["error"], json!({ "error": message }))
}

pub(super) fn wamid() -> Value {
    closed(&["wamid"], json!({ "wamid": { "type": "string" } }))
}

/// One of a person's messages, or all of them.
pub(super) fn which() -> Value {
    closed(&[], json!({ "wamid": { "type": ["string", "null"] } }))
}

/// What a person does with a flow.
pub(super) fn flow_step() -> Value {
    let does = json!({ "enum": ["open", "submit", "back", "navigate", "complete", "close"] });
    let (text, data) =
        (json!({ "type": ["string", "null"] }), json!({ "type": ["object", "null"] }));
    let properties = json!({ "does": does, "wamid": text, "screen": text, "data": data });
    closed(&["does"], properties)
}

/// What a person sees of a flow, and what was said between the app and the endpoint.
pub(super) fn flow_seen() -> Value {
    let exchange = closed(
        &["request", "status", "answer"],
        json!({
            "request": { "type": "object" },
            "status": { "type": ["integer", "null"] },
            "answer": {},
        }),
    );
    closed(
        &["open", "screen", "data", "exchanges"],
        json!({
            "open": { "type": "boolean" },
            "screen": { "type": ["string", "null"] },
            "data": {},
            "exchanges": { "type": "array", "items": exchange },
            "wamid": { "type": "string" },
            "error": { "type": "string" },
        }),
    )
}

pub(super) fn marketing() -> Value {
    closed(&["value"], json!({ "value": { "enum": ["stop", "resume"] } }))
}

pub(super) fn block() -> Value {
    closed(&["on"], json!({ "on": { "type": "boolean" } }))
}

/// A file that a person sends.
fn file() -> Value {
    let (text, flag) = (json!({ "type": "string" }), json!({ "type": "boolean" }));
    json!({
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": { "type": "string", "description": "The file in Base64, at most 3 MiB of it." },
            "mime_type": text, "caption": text, "filename": text, "voice": flag, "animated": flag,
        },
    })
}

pub(super) fn inbound() -> Value {
    let message = json!({
        "type": "object",
        "description": "As a webhook carries it: its type, what that names, and perhaps a context.",
        "required": ["type"],
        "properties": {
            "type": { "enum": [
                "text", "image", "audio", "video", "document", "sticker", "reaction", "location",
                "contacts", "order", "interactive", "button",
            ] },
            "image": file(), "audio": file(), "video": file(), "document": file(),
            "sticker": file(),
            "context": { "type": "object", "properties": { "id": { "type": "string" } } },
        },
    });
    let text = json!({ "type": "string" });
    let properties = json!({ "from": text, "phone_number_id": text, "message": message });
    closed(&["from", "phone_number_id", "message"], properties)
}

fn message() -> Value {
    let time = json!({ "type": "integer", "description": "Microseconds since 1970." });
    let status = closed(
        &["status", "at_us"],
        json!({
            "status": { "enum": [
                "accepted", "sent", "received", "shown", "fetched", "delivered", "read", "played",
                "failed",
            ] },
            "at_us": time,
        }),
    );
    json!({
        "type": "object",
        "description": "With type, what is said stands under that name.",
        "required": ["wamid", "direction", "user", "phone_number_id", "at_us", "statuses"],
        "properties": {
            "wamid": { "type": "string" },
            "direction": { "enum": ["inbound", "outbound"] },
            "user": { "type": ["string", "null"] },
            "phone_number_id": { "type": ["string", "null"] },
            "type": { "type": "string" },
            "context": { "type": "object" },
            "choices": { "type": "array", "items": { "type": "object" } },
            "file": {
                "type": "object",
                "description": "What the person's device has of its file, or why it has none.",
                "properties": {
                    "sha256": { "type": "string" },
                    "file_size": { "type": "integer" },
                    "error": { "type": "string" },
                },
            },
            "at_us": time,
            "statuses": { "type": "array", "items": status },
        },
    })
}

pub(super) fn messages() -> Value {
    closed(&["messages"], json!({ "messages": { "type": "array", "items": message() } }))
}

fn delivery() -> Value {
    closed(
        &["number", "at_us", "url", "status", "delivered", "ms", "body"],
        json!({
            "number": { "type": "integer" },
            "at_us": { "type": "integer", "description": "Microseconds since 1970." },
            "url": { "type": "string" },
            "status": { "type": ["integer", "null"], "description": "Null: no answer came." },
            "delivered": { "type": "boolean" },
            "ms": { "type": "integer", "description": "How long the answer took." },
            "body": { "description": "What was sent." },
        }),
    )
}

pub(super) fn webhooks() -> Value {
    closed(&["webhooks"], json!({ "webhooks": { "type": "array", "items": delivery() } }))
}

pub(super) fn persona() -> Value {
    closed(
        &[],
        json!({
            "reads": { "type": "boolean" },
            "presses": { "type": "boolean" },
            "answers": { "type": "array", "items": { "type": "string" } },
        }),
    )
}

pub(super) fn user() -> Value {
    let properties = json!({ "user": { "type": "string" }, "persona": persona() });
    closed(&["user", "persona"], properties)
}

pub(super) fn users() -> Value {
    closed(&["users"], json!({ "users": { "type": "array", "items": user() } }))
}

pub(super) fn clock() -> Value {
    let properties = json!({
        "clock": { "enum": ["real", "virtual"] },
        "now_us": { "type": "integer" },
    });
    closed(&["clock", "now_us"], properties)
}

pub(super) fn advance() -> Value {
    let milliseconds = json!({ "type": "integer", "minimum": 0 });
    closed(&["advance_ms"], json!({ "advance_ms": milliseconds }))
}

pub(super) fn snapshot() -> Value {
    let name = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" });
    closed(&["name"], json!({ "name": name }))
}

pub(super) fn snapshots() -> Value {
    let names = json!({ "type": "array", "items": { "type": "string" } });
    closed(&["snapshots"], json!({ "snapshots": names }))
}

pub(super) fn store() -> Value {
    closed(&["store"], json!({ "store": { "type": "string" } }))
}

pub(super) fn reset() -> Value {
    let text = json!({ "type": ["string", "null"] });
    closed(&[], json!({ "user": text, "phone_number_id": text }))
}

pub(super) fn faults() -> Value {
    let number =
        |least: u64, most: u64| json!({ "type": "integer", "minimum": least, "maximum": most });
    let or_null = |mut schema: Value| {
        if let Some(kind) = schema.get_mut("type") {
            *kind = json!([*kind, "null"]);
        }
        schema
    };
    let times = or_null(number(0, u32::MAX.into()));
    let delay = number(0, crate::faults::MOST_DELAY_MS);
    let webhooks = closed(
        &[],
        json!({
            "status": or_null(number(100, 599)),
            "lost_answer": { "type": "boolean" },
            "duplicate": { "type": "boolean" },
            "delay_ms": delay,
            "times": times,
        }),
    );
    let sends = closed(
        &[],
        json!({
            "code": or_null(number(0, u32::MAX.into())),
            "delay_ms": delay,
            "times": times,
        }),
    );
    closed(&[], json!({ "webhooks": or_null(webhooks), "sends": or_null(sends) }))
}

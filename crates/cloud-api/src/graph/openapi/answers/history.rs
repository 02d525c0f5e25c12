//! What is kept of messages, and what became of them.

use serde_json::Value;

use super::{closed, data, integer, one_of, open, pages, text};

/// Messages: of one that is kept, whom it went to, its type, and an object named as that.
pub(in super::super) fn history() -> Value {
    pages(open(&[
        ("id", text()),
        ("message_id", text()),
        ("to?", text()),
        ("type?", text()),
        ("events?", data(event("timestamp", &[]))),
    ]))
}

/// What became of one message.
pub(in super::super) fn events() -> Value {
    let node = event("occurrence_timestamp", &[("status_timestamp", integer())]);
    pages(closed(&[("cursor", text()), ("node", node)]))
}

/// An event, with the name that its time has there.
fn event(at: &'static str, more: &[(&'static str, Value)]) -> Value {
    let mut members = vec![
        ("id", text()),
        ("delivery_status", text()),
        ("webhook_update_state", one_of(&["PENDING", "RETRYING", "DELIVERED", "FAILED"])),
        (at, integer()),
        ("application?", closed(&[("id", text())])),
        ("webhook_uri?", text()),
        ("error_description?", text()),
    ];
    members.extend_from_slice(more);
    closed(&members)
}

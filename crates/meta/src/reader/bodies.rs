//! Bodies for questions that need one, valid so that a refusal is about the asker and not the body.

use serde_json::{Value, json};
use vocab::{DataClass, limits::SMALLEST_CELL, marker};

use super::config::Ask;

/// A number that is nobody's: 555-0100 is kept free for such use.
const NOBODY: &str = "12025550100";

/// The body of `ask`, if its method has one.
///
/// Names and numbers in it are invented: a reader must not know any.
pub(super) fn body(ask: &Ask, unique: [u8; 14]) -> Option<Vec<u8>> {
    if !matches!(ask.method.as_str(), "POST" | "PUT" | "PATCH") {
        return None;
    }
    let path = ask.target.split('?').next().unwrap_or_default();
    Some(value(path, unique).to_string().into_bytes())
}

fn value(path: &str, unique: [u8; 14]) -> Value {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let id: String = unique.iter().map(|byte| format!("{byte:02x}")).collect();
    // A class without a tag: what a reader writes itself must not look like what it may not see.
    let reference = marker::reference(DataClass::Audit, unique);
    match segments.as_slice() {
        ["records"] => json!({
            "id": id,
            "business": "nobody",
            "category": "service",
            "count": 1,
            "reference": reference,
        }),
        ["cells"] => json!({
            "id": id,
            "cells": [
                { "day": 19_000, "business": "nobody", "kind": "sent", "count": SMALLEST_CELL },
            ],
            "reference": reference,
        }),
        ["businesses", _] => json!({
            "name": "Nobody",
            "address": "Nowhere",
            "contacts": [],
            "type": "none",
            "terms_id": "none",
        }),
        ["businesses", _, "services", _] => json!({ "terms_id": "none" }),
        ["businesses", _, "system_users", _] => json!({ "role": "admin" }),
        ["businesses", _, "system_users", _, "tokens"] => json!({ "expires_in": 60 }),
        ["businesses", _, "replies"] => json!({ "rules": [] }),
        ["messages"] => json!({
            "business": "nobody",
            "terms_id": "none",
            "message": { "id": id, "text": "Is there anybody?" },
        }),
        ["businesses", _, "numbers", _] => json!({ "display_phone_number": NOBODY }),
        [_, "messages"] => json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": NOBODY,
            "type": "text",
            "text": { "body": "Is there anybody?" },
        }),
        ["webhook"] => json!({ "object": "whatsapp_business_account", "entry": [] }),
        _ => json!({}),
    }
}

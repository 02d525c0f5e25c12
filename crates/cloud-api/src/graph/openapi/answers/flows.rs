//! What answers about flows look like.

use serde_json::{Value, json};

use super::{closed, flag, list, object, one_of, pages, text};

/// A flow, with the fields that were asked for.
pub(super) fn flow() -> Value {
    let statuses = ["DRAFT", "PUBLISHED", "DEPRECATED", "BLOCKED", "THROTTLED"];
    let can_send = one_of(&["AVAILABLE", "LIMITED", "BLOCKED"]);
    closed(&[
        ("id", text()),
        ("name?", text()),
        ("status?", one_of(&statuses)),
        ("categories?", list(text())),
        ("validation_errors?", list(object())),
        ("json_version?", text()),
        ("data_api_version?", text()),
        ("endpoint_uri?", text()),
        ("updated_at?", text()),
        ("preview?", closed(&[("preview_url", text()), ("expires_at", text())])),
        ("whatsapp_business_account?", object()),
        ("application?", object()),
        ("health_status?", closed(&[("can_send_message", can_send), ("entities", list(object()))])),
    ])
}

pub(in super::super) fn flows() -> Value {
    pages(flow())
}

/// A flow was made; what is wrong with its Flow JSON, if it came with one.
pub(in super::super) fn made_flow() -> Value {
    closed(&[("id", text()), ("success", flag()), ("validation_errors?", list(object()))])
}

/// What a flow is made of.
pub(in super::super) fn assets() -> Value {
    let asset = closed(&[
        ("name", text()),
        ("asset_type", json!({ "const": "FLOW_JSON" })),
        ("download_url", text()),
    ]);
    closed(&[("data", list(asset)), ("paging", closed(&[]))])
}

/// Its Flow JSON was replaced.
pub(in super::super) fn changed_assets() -> Value {
    closed(&[("success", flag()), ("validation_errors", list(object()))])
}

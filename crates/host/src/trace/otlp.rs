//! Spans as OTLP has them over HTTP, in JSON (OpenTelemetry Protocol 1.x,
//! `ExportTraceServiceRequest` in the mapping of proto3 to JSON, ids as hexadecimal digits).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Span, first, trace_id};
use crate::secrets::hex;

/// `SPAN_KIND_INTERNAL`.
const INTERNAL: u8 = 1;
/// `STATUS_CODE_ERROR`.
const ERROR: u8 = 2;

/// A request to a collector; spans of one role have one resource.
pub(super) fn body(spans: &[Span]) -> Value {
    let mut roles = BTreeMap::<&str, Vec<Value>>::new();
    for span in spans {
        roles.entry(span.role).or_default().push(show(span));
    }
    let resources = roles.into_iter().map(|(role, spans)| {
        let service =
            attribute("service.name", json!({ "stringValue": format!("blindpost-{role}") }));
        json!({
            "resource": { "attributes": [service] },
            "scopeSpans": [{
                "scope": { "name": "blindpost", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        })
    });
    json!({ "resourceSpans": resources.collect::<Vec<_>>() })
}

fn show(span: &Span) -> Value {
    let Span { role, name, message, began, ended, status, failed } = span;
    let nanos = |micros: u64| micros.saturating_mul(1_000).to_string();
    let hash = Sha256::new()
        .chain_update(b"blindpost span")
        .chain_update(message.0)
        .chain_update(format!("{role} {name} {} {}", began.0, ended.0))
        .finalize();
    let status = status.map(|code| {
        attribute("http.response.status_code", json!({ "intValue": code.to_string() }))
    });
    let mut shown = json!({
        "traceId": hex(&trace_id(*message)),
        "spanId": hex(&first::<8>(&hash)),
        "name": name,
        "kind": INTERNAL,
        "startTimeUnixNano": nanos(began.0),
        "endTimeUnixNano": nanos(ended.0),
        "attributes": status.into_iter().collect::<Vec<_>>(),
    });
    if let Some(shown) = shown.as_object_mut().filter(|_| *failed) {
        shown.insert("status".to_owned(), json!({ "code": ERROR }));
    }
    shown
}

fn attribute(key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value })
}

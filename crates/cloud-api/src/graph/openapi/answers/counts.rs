//! What counts look like. A cell that stands for too few people is left out (R050).

use serde_json::Value;

use super::{closed, data, integer, list, text};

/// A point of time with what was counted there.
fn point(counts: &[(&str, Value)]) -> Value {
    let mut members = vec![("start", integer()), ("end", integer())];
    members.extend_from_slice(counts);
    closed(&members)
}

fn points(counts: &[(&str, Value)]) -> (&'static str, Value) {
    ("data_points", list(point(counts)))
}

pub(super) fn messages() -> Value {
    closed(&[
        ("phone_numbers", list(text())),
        ("granularity", text()),
        points(&[("sent?", integer()), ("delivered?", integer())]),
    ])
}

pub(super) fn conversations() -> Value {
    data(closed(&[points(&[
        ("conversation", integer()),
        ("conversation_category", text()),
        ("conversation_type", text()),
    ])]))
}

pub(super) fn prices() -> Value {
    data(closed(&[points(&[
        ("volume", integer()),
        ("pricing_category", text()),
        ("pricing_type", text()),
    ])]))
}

pub(super) fn templates() -> Value {
    data(closed(&[
        ("granularity", text()),
        points(&[
            ("template_id", text()),
            ("sent?", integer()),
            ("delivered?", integer()),
            ("read?", integer()),
            ("clicked?", list(closed(&[("count", integer())]))),
        ]),
    ]))
}

//! Stories about Billing and Statistics: what comes in, once each, and what has no room.

use serde_json::{Value, json};
use vocab::{
    DataClass,
    limits::{MAX_ROWS_READ, SMALLEST_CELL},
    marker,
};

use super::{new_billing, new_statistics, node::Node};

fn record(id: &str) -> Value {
    json!({
        "id": id,
        "business": "bakery",
        "category": "marketing",
        "count": 3,
        "reference": marker::reference(DataClass::Billing, [9; 14]),
    })
}

fn export(id: &str, counts: &[u64]) -> Value {
    let cell =
        |count| json!({ "day": 20_000, "business": "bakery", "kind": "read", "count": count });
    json!({
        "id": id,
        "cells": counts.iter().map(cell).collect::<Vec<_>>(),
        "reference": marker::reference(DataClass::Statistics, [9; 14]),
    })
}

#[test]
fn a_record_reported_twice_counts_once_and_keeps_its_first_day() {
    let mut node = Node::start(new_billing());
    node.must("cloud-api", "POST", "/records", &record("a1"));
    node.restart(new_billing());
    node.advance_to(vocab::Instant(vocab::Micros::days(3).0));
    node.must("cloud-api", "POST", "/records", &record("a1"));

    let list = node.must("rest-of-meta", "GET", "/records", &Value::Null);
    let mut kept = record("a1");
    kept["day"] = json!(20_000);
    assert_eq!(list, json!({ "records": [kept] }));
}

#[test]
fn another_record_under_the_same_id_is_refused() {
    let mut node = Node::start(new_billing());
    node.must("cloud-api", "POST", "/records", &record("a1"));
    let mut other = record("a1");
    other["count"] = json!(4);
    assert_eq!(node.status("cloud-api", "POST", "/records", &other), 409);
}

#[test]
fn a_business_reads_what_it_is_charged_for_and_nothing_else() {
    let mut node = Node::start(new_billing());
    let mut florist = record("a2");
    florist["business"] = json!("florist");
    node.must("cloud-api", "POST", "/records", &record("a1"));
    node.must("cloud-api", "POST", "/records", &florist);
    let own = node.must("business:florist", "GET", "/records", &Value::Null);
    assert_eq!(own["records"].as_array().unwrap().len(), 1);
    assert_eq!(own["records"][0]["business"], "florist");
}

#[test]
fn a_record_has_no_room_for_a_number_or_a_text() {
    let mut node = Node::start(new_billing());
    for (field, value) in [
        ("to", json!("393331234567")),
        ("text", json!("hello")),
        ("business", json!("393331234567")),
        ("business", json!("my secret is this")),
        ("category", json!("hello")),
        ("count", json!(0)),
        ("count", json!(-1)),
        ("count", json!("393331234567")),
        ("reference", json!("hello")),
        ("id", json!("hello")),
        ("id", json!("")),
    ] {
        let mut bad = record("a1");
        bad[field] = value.clone();
        assert_eq!(node.status("cloud-api", "POST", "/records", &bad), 400, "{field}: {value}");
    }
    let list = node.must("whatsapp", "GET", "/records", &Value::Null);
    assert_eq!(list, json!({ "records": [] }));
}

#[test]
fn an_export_with_one_small_cell_is_refused_whole() {
    let mut node = Node::start(new_statistics());
    let small = export("a1", &[SMALLEST_CELL, SMALLEST_CELL - 1]);
    assert_eq!(node.status("cloud-api", "POST", "/cells", &small), 400);
    let list = node.must("rest-of-meta", "GET", "/export", &Value::Null);
    assert_eq!(list, json!({ "exports": [] }));

    let large = export("a1", &[SMALLEST_CELL, SMALLEST_CELL]);
    node.must("cloud-api", "POST", "/cells", &large);
    node.must("cloud-api", "POST", "/cells", &large);
    let list = node.must("rest-of-meta", "GET", "/export", &Value::Null);
    assert_eq!(list, json!({ "exports": [large] }));
    assert_eq!(node.status("cloud-api", "POST", "/cells", &export("a1", &[SMALLEST_CELL])), 409);
}

#[test]
fn an_export_has_no_room_for_free_text() {
    let mut node = Node::start(new_statistics());
    let mut with_field = export("a1", &[12]);
    with_field["note"] = json!("hello");
    assert_eq!(node.status("cloud-api", "POST", "/cells", &with_field), 400);
    for (field, value) in [
        ("phone", json!("393331234567")),
        ("business", json!("393331234567")),
        ("kind", json!("hello")),
        ("day", json!(393_331_234_567_u64)),
        ("count", json!(1.5)),
    ] {
        let mut bad = export("a1", &[12]);
        bad["cells"][0][field] = value.clone();
        assert_eq!(node.status("cloud-api", "POST", "/cells", &bad), 400, "{field}: {value}");
    }
}

#[test]
fn an_export_of_a_small_business_has_no_cells_and_is_still_an_export() {
    let mut node = Node::start(new_statistics());
    let empty = export("a1", &[]);
    node.must("cloud-api", "POST", "/cells", &empty);
    let list = node.must("rest-of-meta", "GET", "/export", &Value::Null);
    assert_eq!(list, json!({ "exports": [empty] }));
}

#[test]
fn a_long_list_comes_in_pages_that_name_the_next() {
    let mut node = Node::start(new_billing());
    let many = MAX_ROWS_READ + 5;
    for number in 0..many {
        node.must("cloud-api", "POST", "/records", &record(&format!("{number:08x}")));
    }
    let first = node.must("rest-of-meta", "GET", "/records", &Value::Null);
    let next = first["paging"]["next"].as_str().unwrap().to_string();
    let second = node.must("rest-of-meta", "GET", &next, &Value::Null);
    let count = |page: &Value| page["records"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (MAX_ROWS_READ, 5));
    assert!(second.get("paging").is_none());
}

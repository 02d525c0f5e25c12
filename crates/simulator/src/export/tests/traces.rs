//! The rules of the Trace Event Format, over a whole run.

use std::collections::BTreeMap;

use serde_json::Value;

use super::runs::once;

fn events() -> Vec<Value> {
    let trace: Value = serde_json::from_str(&once().trace).unwrap();
    trace["traceEvents"].as_array().unwrap().clone()
}

#[test]
fn every_event_has_what_its_phase_asks_for() {
    let events = events();
    assert!(events.len() > 1_000);
    for event in &events {
        let phase = event["ph"].as_str().unwrap();
        for key in ["pid", "tid", "ts"] {
            assert!(event[key].is_u64(), "{key}: {event}");
        }
        assert!(event["pid"].as_u64().unwrap() > 0, "zero is the idle process: {event}");
        assert!(event["name"].is_string(), "{event}");
        match phase {
            "X" => assert!(event["dur"].as_u64().unwrap() > 0, "{event}"),
            "s" | "f" => {
                assert!(event["id"].is_u64() && event["cat"].is_string(), "{event}");
                assert_eq!(event.get("bp").is_some(), phase == "f", "{event}");
            }
            "i" => assert_eq!(event["s"], "t", "{event}"),
            "C" => assert!(event["args"]["rows"].is_u64(), "{event}"),
            "M" => assert!(event["args"].is_object(), "{event}"),
            other => panic!("a phase that is never written: {other}"),
        }
    }
}

#[test]
fn every_arrow_has_one_beginning_and_one_later_end_each_within_a_span_of_its_thread() {
    let events = events();
    let place = |event: &Value| {
        (
            event["pid"].as_u64().unwrap(),
            event["tid"].as_u64().unwrap(),
            event["ts"].as_u64().unwrap(),
        )
    };
    let spans: std::collections::BTreeSet<_> =
        events.iter().filter(|event| event["ph"] == "X").map(place).collect();
    let mut arrows: BTreeMap<u64, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
    for event in &events {
        match event["ph"].as_str().unwrap() {
            "s" => arrows.entry(event["id"].as_u64().unwrap()).or_default().0.push(event),
            "f" => arrows.entry(event["id"].as_u64().unwrap()).or_default().1.push(event),
            _ => continue,
        }
        assert!(spans.contains(&place(event)), "an arrow hangs in the air: {event}");
    }
    assert!(arrows.len() > 100);
    for (id, (begins, ends)) in &arrows {
        assert_eq!((begins.len(), ends.len()), (1, 1), "arrow {id}");
        assert!(begins[0]["ts"].as_u64() < ends[0]["ts"].as_u64(), "arrow {id}");
        assert_ne!(begins[0]["pid"], ends[0]["pid"], "arrow {id}");
        assert_eq!(begins[0]["name"], ends[0]["name"], "arrow {id}");
    }
}

#[test]
fn what_is_lost_or_doubled_shows_and_nodes_faults_and_queues_have_their_names() {
    let events = events();
    let frames = &once().report.frames;
    let lost = events.iter().filter(|event| {
        event["name"].as_str().unwrap().starts_with("never arrived") && event["ph"] == "i"
    });
    assert!(lost.count() as u64 >= frames.lost / 2, "{frames:?}");
    let named = |ph: &str, name: &str| events.iter().any(|e| e["ph"] == ph && e["name"] == name);
    assert!(named("C", "webhooks pending") && named("C", "mailbox envelopes"));
    assert!(named("X", "0 % lost between Maria and transport") && named("X", "cloud-api crashes"));
    let processes: Vec<&str> = events
        .iter()
        .filter(|event| event["name"] == "process_name")
        .map(|event| event["args"]["name"].as_str().unwrap())
        .collect();
    assert!(processes.contains(&"Maria (user)") && processes.contains(&"faults"), "{processes:?}");
}

//! The event log of a run.

use serde_json::Value;

use super::runs::{once, scenario};
use crate::run::{self, Options};

fn lines() -> Vec<Value> {
    once().log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn lines_are_sorted_by_time_host_and_number() {
    let hosts = once().report.conversation.nodes.len();
    let mut before = (0, None, 0);
    let mut seen = std::collections::BTreeMap::new();
    for line in lines() {
        let at = line["at_us"].as_u64().unwrap();
        let Some(node) = line["node"].as_str() else { continue };
        let seq = line["seq"].as_u64().unwrap();
        let next = seen.entry(node.to_owned()).or_insert(0_u64);
        assert_eq!(seq, *next, "each host counts its own lines: {line}");
        *next += 1;
        assert!(at >= before.0, "{line}");
        before = (at, Some(node.to_owned()), seq);
    }
    assert!(seen.len() > 4 && seen.len() <= hosts, "{seen:?}");
}

#[test]
fn a_fault_of_the_plan_has_a_line_where_it_begins_and_one_where_it_ends() {
    let faults: Vec<Value> = lines().into_iter().filter(|line| line["event"] == "fault").collect();
    let told: Vec<_> = faults
        .iter()
        .map(|line| (line["at_us"].as_u64().unwrap(), line["fields"]["phase"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(30_000_000, "begins"), (70_000_000, "ends")]);
    assert_eq!(faults[0]["fields"]["family"], "loss");
    assert_eq!(faults[0]["fields"]["nodes"], serde_json::json!(["Maria", "transport"]));
    assert_eq!(faults[0]["node"], Value::Null, "it is nobody's");
}

#[test]
fn whoever_keeps_the_log_in_memory_gets_the_lines_that_files_get() {
    let options = Options { log: true, ..Options::default() };
    let kept = run::run(&scenario(), &options, &mut |_progress| {}).unwrap().log;
    assert_eq!(kept, once().log.lines().collect::<Vec<_>>());
}

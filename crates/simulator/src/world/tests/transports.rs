//! Stories about several nodes of the transport over one store.

use super::super::{Options, World};
use crate::{
    report::model::{Report, Verdict},
    run,
    scenario::{self, Scenario},
};

/// Maria, Nadia and Piero are at three nodes of three, and the two ends at two.
const HOUSES: &str = r#"
title = "Three houses"
duration = "6m"
[transport]
nodes = 3
[cloud_api]
nodes = 2
[readers]
first = "2m"
[[person]]
name = "Maria"
reads = "3s"
[[person]]
name = "Nadia"
reads = "3s"
[[person]]
name = "Piero"
reads = "3s"
[[businesses]]
name = "Shops"
count = 4
[[businesses.rule]]
when = "any"
reply = "Thank you, {name}."
"#;

fn houses(more: &str) -> Scenario {
    let mut text = HOUSES.to_owned();
    for (number, who) in ["Maria", "Nadia", "Piero"].into_iter().enumerate() {
        for shop in 1..=4 {
            let at = 20 + 7 * shop + number;
            text.push_str(&format!(
                "[[say]]\nat = \"{at}s\"\nfrom = \"{who}\"\nto = \"Shops {shop}\"\n\
                 text = \"Good morning, is there any of the {shop} kinds of bread?\"\n\
                 [[say]]\nat = \"{}s\"\nfrom = \"{who}\"\nto = \"Shops {shop}\"\n\
                 text = \"Then please put two of the {shop} loaves aside for me.\"\n",
                at + 90
            ));
        }
    }
    scenario::parse(&format!("{text}{more}"), "houses.toml").unwrap()
}

/// Runs it in one, two and seven partitions, which must agree, and judges it.
#[track_caller]
fn judged(scenario: &Scenario) -> Report {
    let one = run::run(scenario, &run::Options::default(), &mut |_| {}).unwrap().report;
    for partitions in [2, 7] {
        let options = run::Options { partitions: Some(partitions), ..run::Options::default() };
        let again = run::run(scenario, &options, &mut |_| {}).unwrap().report;
        assert_eq!((&again.digest, again.events), (&one.digest, one.events), "{partitions}");
    }
    let failed = one.invariants.iter().filter(|it| it.verdict == Verdict::Fail);
    assert_eq!(failed.map(|it| (&it.id, &it.evidence)).collect::<Vec<_>>(), []);
    one
}

#[test]
fn people_at_three_nodes_write_and_are_answered_by_ends_at_others() {
    let scenario = houses("");
    let at = |name: &str| scenario.transport_of(name);
    let mut nodes = ["Maria", "Nadia", "Piero", "cloud-api", "cloud-api 2"].map(at).to_vec();
    assert_ne!(nodes[3..], nodes[..2], "ends are elsewhere than people");
    nodes.sort();
    nodes.dedup();
    assert!(nodes.len() >= 2, "{nodes:?}");
    let report = judged(&scenario);
    // 24 questions, and an answer to each.
    assert_eq!((report.messages.sent, report.messages.delivered), (48, 48));
    // A word of the store brings them, and not the look now and then.
    assert!(report.latency.p99_us < 3_000_000, "{:?}", report.latency);
}

#[test]
fn all_rows_are_in_the_store_and_none_at_a_node() {
    let scenario = houses("");
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    world.run(&scenario, &mut |_, _| {});
    let rows = |host| {
        let mut rows = 0;
        world.kernel.store(host).unwrap().visit(&mut |_| rows += 1);
        rows
    };
    assert_eq!(rows(world.transport.id()), 0);
    assert!(world.transports.len() == 2 && world.transports.values().all(|it| rows(it.id()) == 0));
    assert!(rows(world.transport_store) > 50);
}

#[test]
fn nodes_and_their_store_crash_and_links_lose_frames_and_nothing_is_lost_or_doubled() {
    let report = judged(&houses(
        "[links]\nloss = 0.05\nduplicate = 0.05\n\
         [[link]]\nbetween = [\"transport\", \"transport store\"]\nlatency = \"2ms\"\nloss = 0.1\n\
         duplicate = 0.1\nreorder = 0.2\nreorder_by = \"20ms\"\n\
         [[crash]]\nat = \"30s\"\nnode = \"transport store\"\ndown = \"3s\"\n\
         [[crash]]\nat = \"45s\"\nnode = \"transport 2\"\ndown = \"2s\"\n\
         [[crash]]\nat = \"2m\"\nnode = \"transport store\"\ndown = \"1s\"\n\
         [[crash]]\nat = \"2m5s\"\nnode = \"transport 3\"\ndown = \"1s\"\n\
         [[fault]]\nat = \"50s\"\nfor = \"4s\"\nwhat = \"torn-write\"\n\
         node = \"transport store\"\n",
    ));
    assert_eq!(report.messages.sent, report.messages.delivered + report.messages.queued);
    assert_eq!(report.messages.queued, 0, "{:?}", report.messages);
}

//! A whole world under the faults of a plan.

use std::collections::BTreeMap;

use vocab::{Micros, sample};

use super::super::{Options, World};
use crate::{
    fault::{Family, Fault, LinkFault, NodeFault, On, WebhookFault, What},
    invariants::Ended,
    report::{
        build,
        model::{Report, Verdict},
    },
    rng,
    scenario::{self, Scenario},
};

const STORY: &str = r#"
title = "Bad weather"
about = "Two people and two businesses talk."
seed = 1
duration = "90m"

[readers]
first = "80m"
every = "1m"
rounds = 1

[[person]]
name = "Maria"
reads = "3s"

[[person]]
name = "Tom"
reads = "never"

[[business]]
name = "Forno Bianchi"
type = "bakery"

[[business.rule]]
when = "any"
reply = "Noted as number {count}, {name}."

[[business]]
name = "Panificio Sud"
type = "bakery"
hop3 = "on-premises"

[[business.rule]]
when = "any"
reply = "Yes, {name}."

[[generate]]
from = "everyone"
to = "Forno Bianchi"
count = 6
start = "10s"
every = { min = "1s", max = "10s" }
words = 5

[[generate]]
from = "everyone"
to = "Panificio Sud"
count = 6
start = "12s"
every = { min = "1s", max = "10s" }
words = 5
"#;

fn story(faults: Vec<Fault>) -> Scenario {
    let mut scenario = scenario::parse(STORY, "bad-weather.toml").unwrap();
    scenario.faults = faults;
    scenario
}

/// What a run came to, and how often each fault struck.
fn run(scenario: &Scenario, seed: u64, partitions: usize) -> (Report, Vec<u64>) {
    let (seed, partitions) = (Some(seed), Some(partitions));
    let options = Options { seed, partitions, ..Options::default() };
    let mut world = World::new(scenario, &options, None).unwrap();
    let probes = world.run(scenario, &mut |_, _| {});
    let hits = world.fault_hits().into_iter().map(|(_, hits)| hits).collect();
    let shared = world.shared.clone();
    let report =
        shared.with(|watch| build::report(&Ended::new(scenario, &world, watch, &probes), None));
    (report, hits)
}

/// Nobody asks anything in this story, so nothing is measured of what somebody must not see.
fn failed(report: &Report) -> Vec<String> {
    let failed = report.invariants.iter().filter(|one| one.verdict == Verdict::Fail);
    let mut failed: Vec<String> =
        failed.map(|one| format!("{} {:?}", one.id, one.evidence)).collect();
    if report.messages.queued > 0 {
        failed.push(format!("{} messages wait for ever", report.messages.queued));
    }
    failed
}

fn seconds(from: u64, until: u64, what: What) -> Fault {
    Fault { at: Micros::seconds(from), lasts: Micros::seconds(until - from), what }
}

fn at(node: &str, how: NodeFault) -> What {
    What::Node { node: node.to_owned(), how }
}

fn webhook(node: &str, rate_ppm: u32, how: WebhookFault) -> What {
    What::Webhook { node: node.to_owned(), rate_ppm, how }
}

fn name(node: &str) -> String {
    node.to_owned()
}

/// One fault of every honest family, all while people write.
fn everything() -> Vec<Fault> {
    let all = |how| What::Link { on: On::All, how };
    let span = (Micros::millis(1), Micros::seconds(3));
    let (every, down) = (Micros::seconds(4), Micros::seconds(1));
    let groups = vec![vec![name("Maria"), name("cloud-api")], vec![name("transport")]];
    vec![
        seconds(5, 60, all(LinkFault::Loss(100_000))),
        seconds(5, 60, all(LinkFault::Duplicate(100_000))),
        seconds(5, 60, all(LinkFault::Reorder(100_000, span))),
        seconds(20, 40, all(LinkFault::Delay(span))),
        seconds(5, 60, all(LinkFault::Corrupt(20_000))),
        seconds(30, 60, What::Link { on: On::Node(name("Tom")), how: LinkFault::Bandwidth(800) }),
        seconds(25, 30, What::Split { groups }),
        seconds(30, 50, What::Flap { node: name("Tom"), every, down }),
        seconds(35, 40, What::Storm { node: name("transport") }),
        seconds(22, 26, at("cloud-api", NodeFault::Crash { torn: false })),
        seconds(41, 44, at("transport", NodeFault::Crash { torn: true })),
        seconds(15, 22, at("Forno Bianchi", NodeFault::Pause)),
        seconds(10, 40, at("Maria", NodeFault::DiskFull)),
        seconds(10, 40, at("Forno Bianchi", NodeFault::DiskReadOnly)),
        seconds(10, 40, at("cloud-api", NodeFault::SlowDisk(Micros::millis(90)))),
        seconds(10, 40, at("cloud-api", NodeFault::ClockSkew(-1_800_000_000))),
        seconds(10, 10, at("transport", NodeFault::ClockJump(900_000_000))),
        seconds(45, 60, at("transport", NodeFault::SlowConsumer(Micros::millis(40)))),
        seconds(5, 60, webhook("Forno Bianchi", 300_000, WebhookFault::Status(404))),
        seconds(5, 60, webhook("Panificio Sud", 300_000, WebhookFault::Status(503))),
        seconds(5, 60, webhook("Panificio Sud", 300_000, WebhookFault::Slowly(span.1))),
        seconds(5, 90, webhook("Panificio Sud", 500_000, WebhookFault::Twice)),
        seconds(5, 60, webhook("Forno Bianchi", 500_000, WebhookFault::NotAtAll)),
    ]
}

#[test]
fn a_plan_with_every_honest_fault_strikes_with_each_and_breaks_no_promise() {
    let scenario = story(everything());
    let mut families: Vec<Family> = scenario.faults.iter().map(Fault::family).collect();
    families.sort_unstable();
    families.dedup();
    assert_eq!(families.len(), Family::ALL.len() - 1, "all but the dishonest");
    let (report, hits) = run(&scenario, 1, 1);
    let struck: BTreeMap<&str, u64> =
        scenario.faults.iter().zip(&hits).map(|(one, hits)| (one.family().name(), *hits)).collect();
    assert!(struck.values().all(|hits| *hits > 0), "{struck:?}");
    assert!(failed(&report).is_empty(), "{:#?}", failed(&report));
    assert!(report.messages.delivered >= 24);
    for partitions in [2, 7] {
        let (again, hits_again) = run(&scenario, 1, partitions);
        assert_eq!(again.digest, report.digest, "{partitions} partitions");
        assert_eq!(hits_again, hits, "{partitions} partitions");
    }
    assert_ne!(run(&story(Vec::new()), 1, 1).0.digest, report.digest);
}

/// Up to five faults, drawn from the seed, over by the second minute.
fn drawn(seed: u64) -> Vec<Fault> {
    let mut number = 0;
    let key = rng::key(seed, "plan", "bad weather");
    let mut below = |bound: u64| {
        number += 1;
        let [word, ..] = rng::words(&key, 0, number);
        sample::below(word, bound)
    };
    let nodes = ["Maria", "Tom", "transport", "cloud-api", "Forno Bianchi", "Panificio Sud"];
    let templates = everything();
    let plan = (0..=below(5)).map(|_| {
        let template = &templates[below(templates.len() as u64) as usize];
        let mut fault = template.clone();
        fault.at = Micros(below(90_000_000));
        if fault.lasts > Micros(0) {
            fault.lasts = Micros(1 + below(30_000_000));
        }
        match &mut fault.what {
            What::Node { node, .. } | What::Flap { node, .. } | What::Storm { node } => {
                *node = name(nodes[below(6) as usize]);
            }
            What::Webhook { node, .. } => *node = name(nodes[4 + below(2) as usize]),
            What::Link { .. } | What::Split { .. } | What::Dishonest { .. } => {}
        }
        fault
    });
    plan.collect()
}

#[test]
fn no_promise_is_broken_under_plans_that_are_drawn() {
    for seed in 0..25 {
        let scenario = story(drawn(seed));
        let (report, _) = run(&scenario, seed, 1);
        let failed = failed(&report);
        assert!(failed.is_empty(), "seed {seed}: {failed:#?} under {:#?}", scenario.faults);
    }
}

/// Maria sets her app up anew while the transport is down. Meanwhile a message is sealed for who
/// she was; what she asks for when all is up again comes to wait for her bundle while the answer
/// that brings it is being worked on.
#[test]
fn a_message_that_comes_to_wait_for_a_bundle_while_that_arrives_is_not_forgotten() {
    let text = include_str!("../../../../../sims/07-asked-again.toml");
    let mut scenario = scenario::parse(text, "07-asked-again.toml").unwrap();
    scenario.duration = Micros::seconds(3_600);
    let crash = NodeFault::Crash { torn: false };
    scenario.faults = vec![Fault {
        at: Micros(256_396_000),
        lasts: Micros(163_604_000),
        what: at("transport", crash),
    }];
    for seed in [1_021, 1, 2, 3, 4, 5, 6, 7] {
        let (report, hits) = run(&scenario, seed, 1);
        assert_eq!(hits, [1]);
        assert!(failed(&report).is_empty(), "seed {seed}: {:#?}", failed(&report));
    }
}

#[test]
fn a_fault_at_a_node_that_no_world_has_is_refused_with_its_name() {
    let scenario = story(vec![seconds(1, 2, at("Nobody", NodeFault::Pause))]);
    let refused = World::new(&scenario, &Options::default(), None).err().unwrap();
    let expected = "fault 1 of the plan is about \"Nobody\", but there is no such node";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn rows_are_judged_by_the_clock_that_they_were_written_by_and_by_no_other() {
    let ahead = |node| story(vec![seconds(5, 60, at(node, NodeFault::ClockSkew(7_200_000_000)))]);
    assert_eq!(failed(&run(&ahead("cloud-api"), 1, 1).0), [""; 0]);
    // Judged as if another node's clock had been ahead, what it keeps is kept too long.
    let mut scenario = ahead("cloud-api");
    let options = Options { seed: Some(1), ..Options::default() };
    let mut world = World::new(&scenario, &options, None).unwrap();
    let probes = world.run(&scenario, &mut |_, _| {});
    scenario.faults = ahead("transport").faults;
    let scenario = &scenario;
    let shared = world.shared.clone();
    let report =
        shared.with(|watch| build::report(&Ended::new(scenario, &world, watch, &probes), None));
    assert!(failed(&report).iter().any(|one| one.starts_with("retention")), "{report:?}");
}

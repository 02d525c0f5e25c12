//! The run that these tests look at: a lossy network, a crash, somebody offline, two conversations.

use std::sync::OnceLock;

use vocab::Micros;

use crate::{
    export::{
        Target, Wanted,
        diagram::{self, Form},
        metrics,
    },
    fault::{Fault, LinkFault, On, What},
    report::model::Report,
    run::{self, Options},
    scenario::{self, Scenario},
};

const TEXT: &str = r#"
title = "Everything; at \"once\" <b>"
duration = "6m"
seed = 11

[links]
latency = { min = "20ms", max = "90ms" }
loss = 0.15
duplicate = 0.2
reorder = 0.2
reorder_by = "1s"

[[person]]
name = "Maria"
reads = "3s"

[[person]]
name = "Tom"
offline = [["1m", "2m"]]

[[business]]
name = "Forno Bianchi"

[[business.rule]]
when = "any"
reply = "Noted as number {count}; thank you, {name}."

[[crash]]
at = "45s"
node = "cloud-api"
down = "10s"

[[generate]]
from = ["Maria", "Tom"]
to = "Forno Bianchi"
count = 6
start = "20s"
every = { min = "2s", max = "9s" }
words = 7
"#;

/// One run as everything that it can be written as.
pub(super) struct Written {
    pub(super) report: Report,
    pub(super) log: String,
    pub(super) trace: String,
    pub(super) packets: Vec<u8>,
    pub(super) picture: String,
    pub(super) metrics: String,
}

pub(super) fn scenario() -> Scenario {
    let mut scenario = scenario::parse(TEXT, "everything.toml").unwrap();
    scenario.faults.push(Fault {
        at: Micros::seconds(30),
        lasts: Micros::seconds(40),
        what: What::Link {
            on: On::Between { from: "Maria".into(), to: "transport".into(), one_way: false },
            how: LinkFault::Loss(0),
        },
    });
    scenario
}

pub(super) fn write(partitions: usize, form: Form) -> Written {
    let [log, trace, packets, picture] = [(); 4].map(|()| Target::memory());
    let wanted = diagram::Wanted {
        target: picture.clone(),
        form,
        between: ("Forno Bianchi".into(), "Maria".into()),
    };
    let options = Options {
        partitions: Some(partitions),
        exports: Wanted {
            log: Some(log.clone()),
            perfetto: Some(trace.clone()),
            pcap: Some(packets.clone()),
            pcap_keys: None,
            diagram: Some(wanted),
            depths: true,
        },
        ..Options::default()
    };
    let report = run::run(&scenario(), &options, &mut |_progress| {}).unwrap().report;
    let text = |target: &Target| String::from_utf8(target.bytes()).unwrap();
    Written {
        metrics: metrics::text(std::slice::from_ref(&report)),
        report,
        log: text(&log),
        trace: text(&trace),
        packets: packets.bytes(),
        picture: text(&picture),
    }
}

/// The run with its nodes in one partition.
pub(super) fn once() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(|| write(1, Form::Svg))
}

#[test]
fn every_output_is_the_same_whatever_runs_in_parallel() {
    let (one, seven) = (once(), write(7, Form::Svg));
    assert_eq!(one.report.digest, seven.report.digest);
    assert_eq!(one.log, seven.log);
    assert_eq!(one.trace, seven.trace);
    assert!(one.packets == seven.packets, "packets differ");
    assert_eq!(one.picture, seven.picture);
    assert_eq!(one.metrics, seven.metrics);
}

#[test]
fn nothing_that_is_written_changes_what_is_run() {
    let plain = run::run(&scenario(), &Options::default(), &mut |_progress| {}).unwrap().report;
    assert_eq!((plain.digest, plain.events), (once().report.digest.clone(), once().report.events));
    assert!(plain.series.queues.is_empty(), "and what nobody wants is not counted");
}

#[test]
fn the_report_holds_what_lies_in_time() {
    let series = &once().report.series;
    assert_eq!(series.latencies.count(), once().report.messages.delivered);
    let queue = series.queues.iter().find(|one| one.queue == "webhooks pending").unwrap();
    assert!(queue.most > 0 && queue.points.len() > 1, "{queue:?}");
    let faults: Vec<&str> = series.faults.iter().map(|band| &*band.family).collect();
    assert_eq!(faults, ["loss", "crash", "offline"]);
    for (id, expected) in [
        ("blindpost_faults_total", "family=\"loss\"} 1"),
        ("blindpost_queue_depth_max", "queue=\"webhooks pending\""),
        ("blindpost_store_transactions_total", "actor=\"transport\"} "),
        ("blindpost_link_messages_total", "class=\"device\",fate=\"lost\"} "),
    ] {
        let mut lines = once().metrics.lines().filter(|line| line.starts_with(id));
        assert!(lines.any(|line| line.contains(expected) && !line.ends_with(" 0")), "{expected}");
    }
}

//! Stalls that are planted, and waits that are none.

use vocab::Micros;

use super::{Detector, MAX_LINES, Verdict};
use crate::{
    fault::{Fault, LinkFault, On, What},
    kernel::Time,
    report::model::{Report, Verdict as Judgement},
    run::{self, Options},
    scenario::{self, Scenario},
    world::{self, World, cast::TRANSPORT},
};

const BASE: &str = r#"
title = "Stall"
duration = "4h"
stall_after = "30m"

[[person]]
name = "Maria"

[[business]]
name = "Forno Bianchi"

[[say]]
at = "1m"
from = "Maria"
to = "Forno Bianchi"
text = "Good morning! Is there any rye bread left?"
label = "rye"
"#;

fn scenario(more: &str) -> Scenario {
    scenario::parse(&format!("{BASE}{more}"), "stall.toml").unwrap()
}

fn report(scenario: &Scenario, partitions: usize) -> Report {
    let options = Options { partitions: Some(partitions), ..Options::default() };
    run::run(scenario, &options, &mut |_progress| {}).unwrap().report
}

#[track_caller]
fn stalled(report: &Report) -> String {
    let judged = report.invariants.iter().find(|one| one.id == "no-stall").unwrap();
    assert_eq!(judged.verdict, Judgement::Fail, "{judged:?}");
    assert!(!report.stall.is_empty() && report.stall.len() <= MAX_LINES, "{:#?}", report.stall);
    assert_eq!(report.stall.first(), judged.evidence.first());
    report.stall.join("\n")
}

#[track_caller]
fn moved(report: &Report) {
    let judged = report.invariants.iter().find(|one| one.id == "no-stall").unwrap();
    assert_eq!(judged.verdict, Judgement::Pass, "{judged:?}");
    assert!(report.stall.is_empty());
}

/// A business whose server is gone for good while a webhook waits for it.
const SERVER_GONE: &str = "
[[crash]]
at = \"50s\"
node = \"Forno Bianchi\"
down = \"5h\"
";

#[test]
fn a_webhook_that_is_never_answered_is_found_and_explained() {
    let report = report(&scenario(SERVER_GONE), 1);
    let told = stalled(&report);
    for expected in [
        "stall at 00:32:00.000: nothing was delivered for",
        "while 1 message waited",
        "rye from Maria to Forno Bianchi, written at 00:01:00.0",
        "in `hook` of cloud-api: waits for the server of Forno Bianchi to answer the webhook",
        "Forno Bianchi (business) is down",
        "to Forno Bianchi: ",
        "Forno Bianchi crashes from 00:00:50.000 until 05:00:50.000",
    ] {
        assert!(told.contains(expected), "{expected}:\n{told}");
    }
}

#[test]
fn what_is_found_does_not_depend_on_partitions() {
    let scenario = scenario(SERVER_GONE);
    assert_eq!(report(&scenario, 1).stall, report(&scenario, 7).stall);
}

#[test]
fn a_link_that_is_cut_for_good_after_a_send_is_found_with_what_waits_where() {
    let scenario = scenario("");
    let mut world = World::new(&scenario, &world::Options::default(), None).unwrap();
    let id = |name: &str| world.kernel.hosts().find(|(_, known)| *known == name).unwrap().0;
    let (cloud, transport) = (world.cloud.id(), id(TRANSPORT));
    let from = Time(Micros::seconds(59).0);
    world.kernel.cut(cloud, transport, from, Time(u64::MAX));
    let _probes = world.run(&scenario, &mut |_, _| {});
    world.shared.with(|watch| {
        assert_eq!(watch.findings.len(), 1);
        assert_eq!(watch.findings[0].invariant, "no-stall");
        let told = watch.stall.join("\n");
        for expected in [
            "lies in `mail` of transport (mailbox envelopes): waits for cloud-api to take and",
            "no fault of the scenario is active",
            "cloud-api (cloud_api) is up, no link to transport",
            "nothing was delivered for 00:30:59.999 while 1 message waited",
        ] {
            assert!(told.contains(expected), "{expected}:\n{told}");
        }
    });
}

#[test]
fn a_device_that_cannot_reach_the_transport_waits_for_a_bundle() {
    // She has her number by then, and asks for the first bundle.
    let more = "[[fault]]\nat = \"30s\"\nfor = \"20d\"\nwhat = \"cut\"\n\
                between = [\"Maria\", \"transport\"]\n";
    let told = stalled(&report(&scenario(more), 1));
    assert!(told.contains("lies in `wait` of Maria"), "{told}");
}

#[test]
fn many_messages_are_counted_and_the_explanation_stays_short() {
    let mut more = SERVER_GONE.to_owned();
    for second in 0..40 {
        more.push_str(&format!(
            "[[say]]\nat = \"2m {second}s\"\nfrom = \"Maria\"\nto = \"Forno Bianchi\"\n\
             text = \"And number {second} of many that nobody there will ever see.\"\n"
        ));
    }
    let told = stalled(&report(&scenario(&more), 1));
    assert!(told.contains("and 35 more messages"), "{told}");
}

#[test]
fn a_run_that_delivers_does_not_stand_still_however_long_it_is_quiet() {
    moved(&report(&scenario(""), 1));
}

#[test]
fn waiting_is_excused_while_a_crash_lasts_that_passes() {
    // Almost the whole run, and half an hour is not left after it.
    let more = SERVER_GONE.replace("5h", "3h 45m");
    moved(&report(&scenario(&more), 1));
}

#[test]
fn waiting_is_excused_while_somebody_on_the_way_is_offline() {
    let away = "name = \"Maria\"\noffline = [[\"2m\", \"4h\"]]";
    let text =
        BASE.replace("name = \"Maria\"", away).replace("duration = \"4h\"", "duration = \"5h\"");
    let answer = "
        [[say]]
        at = \"3m\"
        from = \"Forno Bianchi\"
        to = \"Maria\"
        text = \"There is one loaf of rye left, shall we keep it?\"
    ";
    let scenario = scenario::parse(&format!("{text}{answer}"), "stall.toml").unwrap();
    moved(&report(&scenario, 1));
}

#[test]
fn a_fault_for_good_excuses_nothing() {
    let mut scenario = scenario(SERVER_GONE);
    scenario.faults.push(Fault {
        at: Micros(0),
        lasts: Micros::hours(4),
        what: What::Link { on: On::All, how: LinkFault::Corrupt(0) },
    });
    stalled(&report(&scenario, 1));
}

#[test]
fn events_that_come_to_nothing_are_a_livelock_and_end_the_run() {
    let scenario = scenario(SERVER_GONE);
    let mut world = World::new(&scenario, &world::Options::default(), None).unwrap();
    let mut detector = Detector {
        livelock: 5,
        ..Detector::new(&scenario, crate::export::bands::bands(&scenario))
    };
    let shared = world.shared.clone();
    let mut look = |world: &mut World, minute: u64| {
        let at = Micros::minutes(minute).0;
        let _why = world.kernel.run_until(Time(at), &mut world.shared.clone());
        shared.with(|watch| detector.look(at, &world.kernel, &scenario, watch))
    };
    assert_eq!(look(&mut world, 1), Verdict::GoOn, "nothing waits yet");
    assert_eq!(look(&mut world, 10), Verdict::Hopeless);
    shared.with(|watch| {
        assert!(watch.stall[0].starts_with("livelock at 00:10:00.000"), "{:#?}", watch.stall);
    });
}

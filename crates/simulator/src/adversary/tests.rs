//! Stories about dishonest hops: each acts, and what must be seen of it is seen.

use std::path::Path;

use crate::{
    fault::{Dishonesty, What},
    report::model::{Invariant, Report, Verdict},
    run::{Options, run},
    scenario::{self, Scenario},
};

fn sim(name: &str) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    scenario::load(&folder.join(format!("{name}.toml"))).unwrap()
}

fn report(scenario: &Scenario) -> Report {
    run(scenario, &Options::default(), &mut |_| {}).unwrap().report
}

fn failed(report: &Report) -> Vec<&str> {
    let judged = report.invariants.iter().filter(|one| one.verdict == Verdict::Fail);
    judged.map(|one| one.id.as_str()).collect()
}

fn invariant<'r>(report: &'r Report, id: &str) -> &'r Invariant {
    report.invariants.iter().find(|one| one.id == id).unwrap()
}

/// Runs a teaching scenario: everybody in its plan acts, and exactly what it says fails.
#[track_caller]
fn taught(name: &str) -> Report {
    let scenario = sim(name);
    let report = report(&scenario);
    for one in &report.dishonest {
        assert!(one.times > 0, "{name}: {} never happened", one.what);
    }
    assert_eq!(report.dishonest.len(), scenario.faults.len(), "{name}");
    let mut found = failed(&report);
    found.sort_unstable();
    let why: Vec<_> = found.iter().map(|id| &invariant(&report, id).evidence).collect();
    assert_eq!(found, scenario.expect_fail, "{name}: {why:#?}");
    report
}

#[test]
fn a_swapped_message_is_refused_asked_for_again_and_shown_once() {
    let report = taught("20-swapped");
    assert_eq!(report.messages.delivered, report.messages.sent);
    assert_eq!((report.messages.lost, report.messages.duplicated), (0, 0));
    let retries = report.frames.kinds.get("send-receipt").copied().unwrap_or_default();
    assert!(retries > 2 * report.messages.sent, "{retries} receipts");
}

#[test]
fn an_envelope_that_comes_again_is_shown_once_under_whatever_id() {
    let report = taught("21-replayed");
    assert!(report.dishonest[0].times >= report.messages.sent, "{:?}", report.dishonest);
    assert_eq!(report.messages.duplicated, 0);
}

#[test]
fn a_withheld_message_is_lost_and_nobody_is_told_that_it_arrived() {
    let report = taught("22-withheld");
    assert_eq!(report.messages.lost, report.dishonest[0].times);
    assert_eq!(invariant(&report, "told-true").verdict, Verdict::Pass);
}

#[test]
fn shuffled_envelopes_all_open() {
    let report = taught("23-shuffled");
    assert!(report.dishonest[0].times > 4, "{:?}", report.dishonest);
    assert_eq!(report.messages.delivered, report.messages.sent);
}

#[test]
fn a_made_up_envelope_is_never_shown_and_moves_no_session() {
    let report = taught("24-injected");
    assert_eq!(report.messages.delivered, report.messages.sent);
}

#[test]
fn a_tick_is_the_word_of_the_transport() {
    let report = taught("25-false-tick");
    assert_eq!(report.messages.lost, 1);
}

#[test]
fn a_key_server_that_lies_reads_along_and_codes_that_are_compared_differ() {
    let report = taught("26-lying-key-server");
    let read = &invariant(&report, "R008").evidence[0];
    assert!(read.contains("transport/log"), "{read}");
    assert_eq!(report.messages.delivered, report.messages.sent, "nobody notices on the way");
    assert_eq!(report.labels[0].truth, "encrypted to somebody in between");
}

#[test]
fn without_the_lie_codes_are_the_same_and_nothing_fails() {
    let mut honest = sim("26-lying-key-server");
    honest.faults.clear();
    let report = report(&honest);
    assert_eq!(failed(&report), Vec::<&str>::new());
    assert_eq!(invariant(&report, "same-codes").verdict, Verdict::Pass);
}

#[test]
fn the_lie_is_caught_with_every_protocol() {
    for profile in [scenario::Profile::V3, scenario::Profile::V4Spqr] {
        let mut lied = sim("26-lying-key-server");
        lied.profile = profile;
        let report = report(&lied);
        assert_eq!(failed(&report), ["R008", "same-codes", "label"], "{profile:?}");
    }
}

#[test]
fn a_copied_device_reads_until_new_keys_of_both_sides_and_nothing_after() {
    let report = taught("27-cloned-device");
    let heals = invariant(&report, "heals");
    assert_eq!(heals.verdict, Verdict::Pass, "{:?}", heals.evidence);
    assert!(heals.evidence[0].contains("read 2 messages"), "{:?}", heals.evidence);
    assert!(heals.evidence[0].contains("none from"), "{:?}", heals.evidence);
}

#[test]
fn a_session_that_begins_anew_from_old_prekeys_is_read_by_the_copy_and_heals_sees_it() {
    let mut scenario = sim("27-cloned-device");
    let lose = |at| scenario::Deed {
        at: vocab::Micros::seconds(at),
        who: "Maria".to_owned(),
        what: scenario::DeedKind::LoseSession,
        about: Some("Forno Bianchi".to_owned()),
        message: None,
        attach: false,
    };
    scenario.deeds.push(lose(150));
    assert_eq!(failed(&report(&scenario)), ["heals"]);
}

#[test]
fn a_drained_directory_gives_no_prekey_twice() {
    let report = taught("28-drained");
    assert!(report.dishonest[0].times > 2_000, "{:?}", report.dishonest);
    assert_eq!(invariant(&report, "one-time-key-once").verdict, Verdict::Pass);
    let first = report.conversation.arrows.iter().find(|arrow| arrow.what.contains("prekey mess"));
    let used = first.and_then(|arrow| arrow.seen[0].field("one-time prekey used"));
    assert_eq!(used, Some("none"), "{first:?}");
}

#[test]
fn a_business_that_writes_to_everybody_reaches_everybody_who_does_not_block_it() {
    let report = taught("29-written-to-everybody");
    assert_eq!(report.dishonest[0].times, 36);
    assert!(report.messages.delivered > 30, "{:?}", report.messages);
}

#[test]
fn a_dishonesty_that_takes_no_occasion_changes_nothing() {
    for (name, honest_too) in [
        ("20-swapped", true),
        ("21-replayed", true),
        ("22-withheld", true),
        ("24-injected", true),
        ("26-lying-key-server", true),
        ("27-cloned-device", true),
        ("29-written-to-everybody", true),
        // It wakes the device, though it then asks for nothing.
        ("28-drained", false),
    ] {
        let mut never = sim(name);
        for fault in &mut never.faults {
            if let What::Dishonest { rate_ppm, .. } = &mut fault.what {
                *rate_ppm = 0;
            }
        }
        let mut none = never.clone();
        none.faults.clear();
        let (never, none) = (report(&never), report(&none));
        assert!(never.dishonest.iter().all(|one| one.times == 0), "{name}");
        assert_eq!(failed(&never), failed(&none), "{name}");
        if honest_too {
            assert_eq!(never.digest, none.digest, "{name}");
        }
    }
}

#[test]
fn what_one_dishonesty_does_depends_on_no_other() {
    let mut both = sim("23-shuffled");
    let alone = report(&both);
    let mut second = both.faults[0].clone();
    second.what =
        What::Dishonest { node: "transport".to_owned(), rate_ppm: 0, how: Dishonesty::Replay };
    both.faults.insert(0, second);
    let with_another = report(&both);
    assert_eq!(with_another.digest, alone.digest);
    assert_eq!(with_another.dishonest[1].times, alone.dishonest[0].times);
}

#[test]
fn a_lie_about_a_person_is_read_and_found_as_one_about_a_business_is() {
    let mut scenario = sim("26-lying-key-server");
    let who = "transport".to_owned();
    let how = Dishonesty::Lie { about: "Maria".to_owned() };
    scenario.faults[0].what = What::Dishonest { node: who, rate_ppm: 1_000_000, how };
    // The business writes first, so it is the one that asks for a bundle.
    scenario.says.retain(|say| say.from == "Forno Bianchi" || say.at > vocab::Micros::seconds(80));
    let report = report(&scenario);
    assert_eq!(report.dishonest[0].times, 1);
    assert_eq!(failed(&report), ["R008", "same-codes"]);
    assert_eq!(report.messages.delivered, report.messages.sent);
}

#[test]
fn a_crash_of_the_transport_makes_its_operator_forget_nothing() {
    let mut scenario = sim("26-lying-key-server");
    let (at, down) = (vocab::Micros::seconds(75), vocab::Micros::seconds(2));
    scenario.crashes.push(scenario::Crash { at, node: "transport".to_owned(), down });
    let report = report(&scenario);
    assert_eq!(failed(&report), ["R008", "same-codes", "label"]);
    assert_eq!(report.dishonest[0].times, 1, "the sessions in between went on");
    assert_eq!(report.messages.delivered, report.messages.sent);
}

#[test]
fn what_the_dishonest_do_does_not_depend_on_partitions() {
    for name in ["20-swapped", "23-shuffled", "25-false-tick", "26-lying-key-server"] {
        let scenario = sim(name);
        let once = report(&scenario);
        let options = Options { partitions: Some(7), ..Options::default() };
        let again = run(&scenario, &options, &mut |_| {}).unwrap().report;
        assert_eq!(again.digest, once.digest, "{name}");
        assert_eq!(failed(&again), failed(&once), "{name}");
        let times = |report: &Report| -> Vec<u64> {
            report.dishonest.iter().map(|one| one.times).collect()
        };
        assert_eq!(times(&again), times(&once), "{name}");
    }
}

#[test]
fn nothing_is_done_outside_its_time() {
    let mut scenario = sim("21-replayed");
    scenario.faults[0].at = vocab::Micros::seconds(200);
    scenario.faults[0].lasts = vocab::Micros::seconds(60);
    let late = report(&scenario);
    assert_eq!(late.dishonest[0].times, 0);
    scenario.faults.clear();
    assert_eq!(late.digest, report(&scenario).digest);
}

#[test]
fn a_liar_that_stops_is_noticed_by_the_change_of_identity_and_nothing_forged_is_shown() {
    let mut scenario = sim("26-lying-key-server");
    scenario.faults[0].lasts = vocab::Micros::seconds(80);
    let options = Options { log: true, ..Options::default() };
    let outcome = run(&scenario, &options, &mut |_| {}).unwrap();
    let told = |line: &&String| line.contains("\"identity-changed\"") && line.contains("Maria");
    assert_eq!(outcome.log.iter().filter(told).count(), 1);
    // Her device has the bakery's real key now; the bakery still has the liar's for hers.
    assert_eq!(failed(&outcome.report), ["R008", "same-codes"]);
    let differ = &invariant(&outcome.report, "same-codes").evidence[0];
    assert!(differ.starts_with("block "), "{differ}");
}

//! Stories about several nodes of the transport over one store.

use super::super::{Options, World};
use crate::{
    report::model::{Report, Verdict},
    run,
    scenario::{self, Scenario},
};

/// Maria, Nadia and Bruno are each at a node of their own, and the two ends at those of the women.
const HOUSES: &str = r#"
title = "Three houses"
duration = "4m"
[transport]
nodes = 3
[cloud_api]
nodes = 2
[readers]
first = "2m"
rounds = 1
[[person]]
name = "Maria"
reads = "3s"
[[person]]
name = "Nadia"
reads = "3s"
[[person]]
name = "Bruno"
reads = "3s"
[[businesses]]
name = "Shops"
count = 3
[[businesses.rule]]
when = "any"
reply = "Thank you, {name}."
"#;

fn houses(more: &str) -> Scenario {
    let mut text = HOUSES.to_owned();
    for (number, who) in ["Maria", "Nadia", "Bruno"].into_iter().enumerate() {
        for shop in 1..=3 {
            let at = 50 + 7 * shop + number;
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
    let mut nodes = ["Maria", "Nadia", "Bruno", "cloud-api", "cloud-api 2"].map(at).to_vec();
    assert!(!nodes[3..].contains(&nodes[2]), "nobody serves the ends where Bruno is");
    nodes.truncate(3);
    nodes.sort();
    assert_eq!(nodes, ["transport", "transport 2", "transport 3"]);
    let report = judged(&scenario);
    // 18 questions, and an answer to each.
    assert_eq!((report.messages.sent, report.messages.delivered), (36, 36));
    // A word of the store brings them, and not the look now and then.
    assert!(report.latency.max_us < 3_000_000, "{:?}", report.latency);
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
         [[crash]]\nat = \"60s\"\nnode = \"transport store\"\ndown = \"3s\"\n\
         [[crash]]\nat = \"75s\"\nnode = \"transport 2\"\ndown = \"2s\"\n\
         [[crash]]\nat = \"150s\"\nnode = \"transport store\"\ndown = \"1s\"\n\
         [[crash]]\nat = \"155s\"\nnode = \"transport 3\"\ndown = \"1s\"\n\
         [[fault]]\nat = \"80s\"\nfor = \"4s\"\nwhat = \"torn-write\"\n\
         node = \"transport store\"\n",
    ));
    assert_eq!(report.messages.sent, report.messages.delivered + report.messages.queued);
    assert_eq!(report.messages.queued, 0, "{:?}", report.messages);
}

/// Fourteen people, at all three nodes, who write to one bakery at the same moment.
fn crowd(more: &str) -> Scenario {
    let mut text = HOUSES.to_owned();
    for person in 0..11 {
        text.push_str(&format!("[[person]]\nname = \"Guest {person}\"\n"));
    }
    let guests = (0..11).map(|person| format!("Guest {person}"));
    for who in ["Maria", "Nadia", "Bruno"].map(str::to_owned).into_iter().chain(guests) {
        text.push_str(&format!(
            "[[say]]\nat = \"60s\"\nfrom = \"{who}\"\nto = \"Shops 1\"\n\
             text = \"Good morning, are there any loaves of the walnut bread left?\"\n"
        ));
    }
    scenario::parse(&format!("{text}[links]\nlatency = \"20ms\"\n{more}"), "crowd.toml").unwrap()
}

#[test]
fn one_time_prekeys_that_three_nodes_give_out_at_the_same_moment_leave_once() {
    let scenario = crowd("");
    let report = judged(&scenario);
    let once = report.invariants.iter().find(|it| it.id == "one-time-key-once").unwrap();
    assert_eq!(once.verdict, Verdict::Pass);
    assert_eq!(report.messages.delivered, 28);
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    world.run(&scenario, &mut |_, _| {});
    let taken: Vec<u32> = world.shared.with(|watch| watch.guard.taken.values().copied().collect());
    // The bakery has ten, and whoever comes later gets none of them; it publishes more in time.
    assert!(taken.iter().sum::<u32>() >= 10 && taken.len() >= 10, "{taken:?}");
}

#[cfg(feature = "mutants")]
#[test]
fn a_directory_that_gives_a_prekey_out_twice_is_found_among_three_nodes_too() {
    let mutant = Some(crate::mutants::Planted::OneTimeKeyTwice);
    let options = run::Options { mutant, ..run::Options::default() };
    let report = run::run(&crowd(""), &options, &mut |_| {}).unwrap().report;
    let once = report.invariants.iter().find(|it| it.id == "one-time-key-once").unwrap();
    assert_eq!(once.verdict, Verdict::Fail, "{once:?}");
}

#[test]
fn a_code_reaches_its_number_whatever_node_it_was_asked_for_at() {
    let scenario = houses(
        "[[attacker]]\nname = \"Mallory\"\nwhat = \"guess-codes\"\ntarget = \"Bruno\"\n\
         at = \"20s\"\nevery = \"1s\"\n",
    );
    assert_ne!(scenario.transport_of("Mallory"), scenario.transport_of("Bruno"));
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    world.run(&scenario, &mut |_, _| {});
    let texts = |name: &str| world.kernel.node(world.people[name]).unwrap().short_messages();
    assert_eq!(texts("Maria"), 1, "the code that she asked for herself");
    assert!(texts("Bruno") > 1, "and those that Mallory asked for");
    judged(&scenario);
}

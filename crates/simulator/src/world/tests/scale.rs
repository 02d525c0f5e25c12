//! Stories about worlds of many: several nodes of the Cloud API, regions, populations that answer.

use super::super::{Options, World};
use crate::{
    invariants::{self, Ended},
    node::Handle,
    report::model::{Messages, Verdict},
    run,
    scenario::{self, Scenario},
};

const TOWN: &str = r#"
title = "Town"
duration = "20m"
[store]
sync = "200us"
[readers]
first = "5m"
[[person]]
name = "Maria"
[[businesses]]
name = "Shops"
count = 6
[[businesses.rule]]
when = "any"
reply = "Thank you, {name}."
[[population]]
name = "Neighbours"
people = 8
to = "any"
writes = 200
answers = 0.3
reads = { min = "2s", max = "20s" }
[[say]]
at = "2m"
from = "Maria"
to = "Shops 2"
text = "Good morning, is there any of the walnut bread left today?"
[[say]]
at = "4m"
from = "Neighbours 3"
to = "Shops 1"
text = "Good morning, please keep two loaves of the dark bread for me."
"#;

fn town(more: &str) -> Scenario {
    scenario::parse(&format!("{TOWN}{more}"), "town.toml").unwrap()
}

/// Runs it in one, two and seven partitions, which must agree, and judges it.
#[track_caller]
fn judged(scenario: &Scenario) -> crate::report::model::Report {
    let one = run::run(scenario, &run::Options::default(), &mut |_| {}).unwrap().report;
    for partitions in [2, 7] {
        let options = run::Options { partitions: Some(partitions), ..run::Options::default() };
        let again = run::run(scenario, &options, &mut |_| {}).unwrap().report;
        assert_eq!((&again.digest, again.events), (&one.digest, one.events), "{partitions}");
    }
    let failed = one.invariants.iter().filter(|it| it.verdict == Verdict::Fail);
    assert_eq!(failed.map(|it| (&it.id, &it.evidence)).collect::<Vec<_>>(), []);
    let unknown = one.invariants.iter().filter(|it| it.verdict == Verdict::Unknown).count();
    assert_eq!(unknown > 0, one.unseen, "all is known where bytes are looked at");
    one
}

fn settled(messages: &Messages) -> bool {
    messages.sent == messages.delivered + messages.queued && messages.queued <= 2
}

#[test]
fn people_of_a_population_write_are_answered_and_answer() {
    let report = judged(&town(""));
    // 8 people write 200 times a day: 22 in 20 minutes. Each is answered, and a part of the
    // answers is answered again.
    assert!((30..120).contains(&report.messages.sent), "{:?}", report.messages);
    assert!(settled(&report.messages), "{:?}", report.messages);
    assert!(!report.unseen && report.latency.count == report.messages.delivered);
}

#[test]
fn a_run_that_counts_tells_the_same_as_one_that_notes_each_message() {
    let once =
        |more: &str| run::run(&town(more), &run::Options::default(), &mut |_| {}).unwrap().report;
    let (noted, counted) = (once(""), once("[report]\njournal = \"counts\"\n"));
    assert_eq!(noted.digest, counted.digest, "what is noted changes nothing");
    let of = |messages: &Messages| (messages.sent, messages.delivered, messages.queued);
    assert_eq!(of(&noted.messages), of(&counted.messages));
    assert_eq!(
        (noted.latency.count, noted.latency.max_us),
        (counted.latency.count, counted.latency.max_us)
    );
    let near = noted.latency.p50_us.abs_diff(counted.latency.p50_us);
    assert!(near <= noted.latency.p50_us / 16, "{:?} {:?}", noted.latency, counted.latency);
    let label = |report: &crate::report::model::Report| {
        let label = report.invariants.iter().find(|it| it.id == "label").unwrap();
        label.evidence.clone()
    };
    assert_eq!(label(&noted), label(&counted));
}

#[test]
fn several_nodes_of_the_cloud_api_share_the_numbers() {
    let scenario = town("[cloud_api]\nnodes = 3\n");
    let report = judged(&scenario);
    assert!(settled(&report.messages), "{:?}", report.messages);
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    world.run(&scenario, &mut |_, _| {});
    let sessions = |world: &World, cloud: Handle<cloud_api::CloudApi>| {
        let mut rows = 0;
        world.kernel.store(cloud.id()).unwrap().visit(&mut |row| {
            rows += u32::from(row.class == vocab::DataClass::RatchetState);
        });
        rows
    };
    let nodes = [world.cloud, world.clouds["cloud-api 2"], world.clouds["cloud-api 3"]];
    for node in nodes {
        assert!(sessions(&world, node) > 0, "every node serves somebody");
    }
    for shop in 0..6_usize {
        let business = scenario.business(&format!("Shops {}", shop + 1)).unwrap();
        let node = super::super::cast::hop3(&scenario, &business.name);
        assert!(scenario.cloud_nodes().any(|known| known == node));
    }
}

#[test]
fn a_node_of_the_cloud_api_that_crashes_and_a_lossy_network_lose_nothing() {
    let report = judged(&town(
        "[cloud_api]\nnodes = 2\n[links]\nloss = 0.05\nduplicate = 0.05\n\
         [[crash]]\nat = \"10m\"\nnode = \"cloud-api 2\"\ndown = \"20s\"\n\
         [[crash]]\nat = \"12m\"\nnode = \"Neighbours 4\"\ndown = \"1m\"\n",
    ));
    assert!(settled(&report.messages), "{:?}", report.messages);
}

#[test]
fn messages_between_regions_take_as_long_as_the_sea_is_wide() {
    let regions = |wide: &str| {
        let town = TOWN.replace("to = \"any\"", "to = \"any\"\nregion = \"America\"");
        let more = format!(
            "[[region]]\nname = \"Europe\"\ninside = \"5ms\"\nto = {{ America = \"{wide}\" }}\n\
             [[region]]\nname = \"America\"\n[transport]\nregion = \"Europe\"\n\
             [cloud_api]\nnodes = 2\nregions = [\"Europe\"]\n"
        );
        judged(&scenario::parse(&format!("{town}{more}"), "town.toml").unwrap()).latency
    };
    let (near, far) = (regions("50ms"), regions("450ms"));
    // One way over the sea; the few first messages, which ask for keys before, cross it thrice.
    let wider = far.p50_us - near.p50_us;
    assert!((350_000..500_000).contains(&wider), "{near:?} {far:?}");
}

#[test]
fn what_is_written_while_phones_are_off_waits_for_the_morning() {
    let hours = "writes = 20\nonline = [\"09:00\", \"18:00\"]\nspread = \"10m\"";
    let text = TOWN.replace("writes = 200", hours).replace("20m", "26h");
    let text = format!("{text}[report]\nviews = false\njournal = \"full\"\n");
    let scenario = scenario::parse(&text, "town.toml").unwrap();
    let mut world = World::new(&scenario, &Options::default(), None).unwrap();
    // The clock shows 08:00 at the start, and everybody is set up and off by 08:30.
    let handle = world.people["Neighbours 3"];
    let mut sink = world.shared.clone();
    let mut at = |world: &mut World, hours: u64| {
        let until = crate::kernel::Time(vocab::Micros::hours(hours).0);
        let _why = world.kernel.run_until(until, &mut sink);
        world.shared.with(|watch| watch.journal.entries().len())
    };
    let planned = world.shared.with(|watch| watch.journal.entries().len());
    assert_eq!(at(&mut world, 0), planned);
    let before = world.shared.with(|watch| watch.journal.entries().len());
    let evening = at(&mut world, 11);
    assert!(evening > before + 40, "they wrote by day: {evening}");
    let night = at(&mut world, 24);
    assert_eq!(evening, night, "and nothing by night");
    assert!(at(&mut world, 26) > night, "and again in the morning");
    assert!(world.kernel.is_alive(handle.id()));
    let probes = [];
    world.shared.clone().with(|watch| {
        watch.finish(world.kernel.end().0);
        let ended = Ended::new(&scenario, &world, watch, &probes);
        let counted = invariants::count(&ended);
        assert_eq!((counted.lost, counted.duplicated), (0, 0), "{counted:?}");
    });
}

#[test]
fn a_shop_that_forgets_what_it_was_shown_is_told_by_counts_as_well() {
    #[cfg(feature = "mutants")]
    {
        use crate::mutants::Planted;
        let scenario = town(
            "[report]\njournal = \"counts\"\nviews = false\n[links]\nloss = 0.1\nduplicate = 0.2\n",
        );
        let options = run::Options {
            mutant: Some(Planted::WebhookDedupeForgotten),
            ..run::Options::default()
        };
        let report = run::run(&scenario, &options, &mut |_| {}).unwrap().report;
        let once = report.invariants.iter().find(|it| it.id == "exactly-once").unwrap();
        assert_eq!(once.verdict, Verdict::Fail, "{once:?}");
        assert!(once.evidence.iter().any(|line| line.contains("was shown again")), "{once:?}");
    }
}

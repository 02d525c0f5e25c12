//! The scenarios that the repository ships.

use std::path::{Path, PathBuf};

use crate::{
    scenario::{Hop3, Scenario, load},
    workload::{self, Act},
};

fn sims() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sims");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let numbered = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(".toml") && name.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut sims: Vec<_> = entries.filter(numbered).collect();
    sims.sort();
    sims
}

fn sim(name: &str) -> Scenario {
    let path = sims().into_iter().find(|path| path.ends_with(name)).unwrap();
    load(&path).unwrap()
}

#[test]
fn every_scenario_is_read_planned_and_explained() {
    let sims = sims();
    assert!(sims.len() >= 6);
    for path in sims {
        let scenario = load(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.about.len() > 100, "{path:?} explains itself");
        let plan = workload::plan(&scenario, &mut || scenario.seed).unwrap();
        let last = plan.actions.last().unwrap().at;
        assert!(last <= scenario.duration, "{path:?}");
        assert!(scenario.readers.first < scenario.duration, "{path:?}: the readers ask");
    }
}

#[test]
fn lost_and_reordered_has_every_fault_on_every_link_and_about_forty_messages() {
    let scenario = sim("02-lost-and-reordered.toml");
    let links = &scenario.links;
    assert_eq!((links.loss_ppm, links.duplicate_ppm), (200_000, 100_000));
    assert!(links.reorder_ppm > 0 && scenario.link_overrides.is_empty());
    assert_eq!((scenario.people.len(), scenario.businesses.len()), (3, 2));
    // Each message of a person is answered by a rule.
    let written: u64 = scenario.generates.iter().map(|generate| generate.count).sum();
    assert_eq!(written * 2, 44);
    let answers_always = |scenario: &Scenario| {
        scenario.businesses.iter().all(|business| {
            business.rules.iter().any(|rule| rule.when == crate::scenario::When::Any)
        })
    };
    assert!(answers_always(&scenario));
}

#[test]
fn the_chat_export_is_replayed_whole_at_its_own_pace() {
    let scenario = sim("05-chat-export.toml");
    let chat = &scenario.chats[0];
    assert_eq!((chat.pace, chat.skipped.beyond, chat.skipped.too_long), (1, 0, 0));
    assert!(chat.lines.len() > 200, "a few hundred lines");
    let plan = workload::plan(&scenario, &mut || 1).unwrap();
    assert!(plan.actions.iter().all(|action| matches!(action.act, Act::Write { ours: false, .. })));
}

#[test]
fn on_premises_tells_the_same_story_twice() {
    let scenario = sim("06-on-premises.toml");
    let hops: Vec<_> = scenario.businesses.iter().map(|business| business.hop3).collect();
    assert_eq!(hops, [Hop3::CloudApi, Hop3::OnPremises]);
    let texts = |who: &str| -> Vec<&str> {
        scenario.says.iter().filter(|say| say.from == who).map(|say| say.text.as_str()).collect()
    };
    assert_eq!(texts("Maria"), texts("Nadia"));
    assert_eq!(scenario.businesses[0].rules, scenario.businesses[1].rules);
    assert_eq!(scenario.people[0].reads, scenario.people[1].reads);
    assert_eq!(scenario.compare_traces, [("Maria".into(), "Nadia".into())]);
}

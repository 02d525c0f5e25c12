//! What is written reads back as the same.

use super::{FULL, LEAST, read};
use crate::{
    fault::{Family, draw},
    scenario::{CannotWrite, Scenario, parse, parse_plan, write, write_plan},
};

/// The sample without what no written file has.
fn writable() -> Scenario {
    let mut scenario = read(FULL).unwrap();
    scenario.chats.clear();
    scenario.generates.clear();
    scenario.scale = read(LEAST).unwrap().scale;
    scenario
}

#[test]
fn a_written_scenario_reads_back_as_the_same() {
    let scenario = writable();
    let text = write(&scenario, 99).unwrap();
    let again = parse(&text, "x.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again, Scenario { seed: 99, ..scenario });
}

#[test]
fn texts_with_quotes_line_feeds_and_backslashes_survive() {
    let mut scenario = writable();
    let odd = "\"\"\" \\ \t tab\nnew line \u{1f511} \u{7f}";
    scenario.about = "He said \"\"\" and \\n\nin two lines".to_owned();
    scenario.says[0].text = odd.to_owned();
    let text = write(&scenario, scenario.seed).unwrap();
    let again = parse(&text, "x.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again, scenario);
}

#[test]
fn what_stands_in_other_files_cannot_be_written() {
    let mut scenario = read(FULL).unwrap();
    assert_eq!(write(&scenario, 1), Err(CannotWrite { what: "a chat export" }));
    scenario.chats.clear();
    let what = "messages that are still to be made up";
    assert_eq!(write(&scenario, 1), Err(CannotWrite { what }));
}

#[test]
fn plans_that_are_drawn_read_back_as_the_same_and_every_family_is_drawn() {
    let mut scenario = writable();
    let swarm = scenario.swarm.as_mut().unwrap();
    swarm.families = Family::ALL.into_iter().filter(|one| *one != Family::Dishonest).collect();
    let mut missing = swarm.families.clone();
    for seed in 0..200 {
        let faults = draw(&scenario, seed);
        missing.retain(|family| faults.iter().all(|fault| fault.family() != *family));
        let heal = scenario.heal.unwrap();
        let from = scenario.swarm.as_ref().unwrap().from;
        assert!(faults.iter().all(|fault| fault.at >= from && fault.ends() <= heal));
        let text = write_plan("x.toml", seed, &faults);
        let again = parse_plan(&text, "p.toml", &scenario);
        assert_eq!(again.unwrap_or_else(|error| panic!("{error}\n{text}")), faults);
    }
    assert_eq!(missing, []);
}

#[test]
fn to_switch_a_family_off_changes_no_fault_of_another() {
    let mut scenario = writable();
    let all: Vec<Family> =
        Family::ALL.into_iter().filter(|one| *one != Family::Dishonest).collect();
    for off in all.clone() {
        for seed in 0..40 {
            scenario.swarm.as_mut().unwrap().families = all.clone();
            let mut expected = draw(&scenario, seed);
            expected.retain(|fault| fault.family() != off);
            scenario.swarm.as_mut().unwrap().families.retain(|family| *family != off);
            assert_eq!(draw(&scenario, seed), expected, "{off:?} off, seed {seed}");
        }
    }
}

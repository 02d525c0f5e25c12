//! Sweeps, plans and shrinking, as people type them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::{Ended, blindpost, end, folder};

/// A talk over which faults are drawn.
const TALK: &str = r#"
title = "A talk"
duration = "6m"
heal = "3m"
[readers]
first = "4m"
rounds = 1
[swarm]
from = "20s"
[[person]]
name = "Maria"
[[business]]
name = "Forno Bianchi"
[[business.rule]]
when = "any"
reply = "Yes, {name}."
[[generate]]
from = "everyone"
to = "Forno Bianchi"
count = 3
start = "30s"
every = { min = "1s", max = "20s" }
"#;

/// Somebody who writes under a business's number while nothing keeps it from doing so.
const FORGERY: &str = r#"
[rules]
business_sender_check = false
[[impostor]]
name = "Mallory"
as = "Forno Bianchi"
to = "Maria"
at = "2m"
text = "Send me the code, please."
"#;

fn scenario(test: &str, text: &str) -> PathBuf {
    let path = folder(test).join("talk.toml");
    fs::write(&path, text).expect("the folder takes files");
    path
}

fn sim(path: &Path, more: &[&str]) -> Ended {
    end(blindpost().arg("sim").arg(path).args(more))
}

#[test]
fn a_sweep_in_parts_comes_to_what_it_is_as_a_whole() {
    let path = scenario("sweep-parts", TALK);
    let part = |name: &str| path.with_file_name(name).display().to_string();
    let whole = sim(&path, &["--seeds", "1..4", "--threads", "2"]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.out, whole.err);
    assert!(whole.out.contains("1..4: 4 seeds, 0 failed"), "{}", whole.out);
    for shard in ["1/2", "2/2"] {
        let file = part(&format!("part-{}.json", &shard[..1]));
        let ended = sim(&path, &["--seeds", "1..4", "--shard", shard, "--results", &file]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(ended.out.contains(": 2 seeds"), "{}", ended.out);
        assert!(ended.out.contains("of 2 parts, not here: "), "{}", ended.out);
    }
    let merged = end(blindpost().args(["merge", &part("part-2.json"), &part("part-1.json")]));
    assert_eq!(merged.code, Some(0), "{}", merged.err);
    let digest = |out: &str| {
        let (_, digest) = out.split_once("digest of all ").expect("a sweep has a digest");
        digest.chars().take(16).collect::<String>()
    };
    assert_eq!(digest(&merged.out), digest(&whole.out));

    let half = end(blindpost().args(["merge", &part("part-2.json")]));
    assert_eq!(half.code, Some(1), "a part is missing: {}", half.out);
    let twice = end(blindpost().args(["merge", &part("part-1.json"), &part("part-1.json")]));
    assert_eq!(twice.code, Some(2));
    assert!(twice.err.contains("part-1.json: part 1 of 2 is there already"), "{}", twice.err);
}

#[test]
fn a_seed_of_a_sweep_is_the_same_whatever_the_partitions() {
    let path = scenario("sweep-determinism", TALK);
    let ended = sim(&path, &["--seeds", "1..2", "--check-determinism"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
}

#[test]
fn faults_that_were_drawn_are_written_as_a_plan_that_gives_the_same_run() {
    let path = scenario("plans", TALK);
    let plan = path.with_file_name("plan.toml").display().to_string();
    let report = |name: &str| path.with_file_name(name).display().to_string();
    let drawn = report("drawn.json");
    // The first seed that draws something.
    let seed = (1..20).map(|seed: u32| seed.to_string()).find(|seed| {
        let ended = sim(&path, &["--seed", seed, "--write-plan", &plan, "--json", &drawn]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        fs::read_to_string(&plan).expect("it was written").contains("[[fault]]")
    });
    let seed = seed.expect("some seed draws a fault");
    let listed = report("listed.json");
    let ended = sim(&path, &["--seed", &seed, "--plan", &plan, "--json", &listed]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    // Only the plan's name tells the two apart.
    let read = |path: &str| {
        let text = fs::read_to_string(path).expect("it was written");
        let mut report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let plan = report.as_object_mut().expect("it is an object").remove("plan");
        (report, plan)
    };
    let ((listed_run, named), (drawn_run, unnamed)) = (read(&listed), read(&drawn));
    assert!(listed_run == drawn_run, "the same faults are the same run");
    assert_eq!((named, unnamed), (Some(plan.as_str().into()), None));
    assert!(ended.out.ends_with(&format!(" --seed {seed} --plan {plan}\n")), "{}", ended.out);

    fs::write(&plan, "").expect("the folder takes files");
    let ended = sim(&path, &["--seed", &seed, "--plan", &plan, "--json", &listed]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(read(&listed).0 != read(&drawn).0, "without its faults it is another run");
}

#[test]
fn a_failing_seed_is_shrunk_to_a_scenario_that_fails_by_itself() {
    let path = scenario("shrinking", &format!("{TALK}{FORGERY}"));
    let into = path.with_file_name("regressions");
    let into_text = into.display().to_string();
    let more = ["--seed", "3", "--shrink", "--keep", "no-forgery", "--regressions", &into_text];
    let ended = sim(&path, &more);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("to 0 faults, 4 nodes, 0 messages"), "{}", ended.out);
    let file = into.join("talk-3-no-forgery.toml");
    let again = sim(&file, &[]);
    assert_eq!(again.code, Some(1));
    assert!(again.out.contains("no-forgery"), "{}", again.out);

    let honest = scenario("shrinking-nothing", TALK);
    let ended = sim(&honest, &["--seed", "3", "--shrink", "--regressions", &into_text]);
    assert_eq!(ended.code, Some(2));
    let told = "seed 3 does not fail any invariant: expected a failing run to shrink";
    assert!(ended.err.contains(told), "{}", ended.err);
}

#[test]
fn a_failing_sweep_groups_what_failed_and_says_how_to_repeat_it() {
    let path = scenario("sweep-fails", &format!("{TALK}{FORGERY}"));
    let ended = sim(&path, &["--seeds", "1..3"]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("3 seeds, 3 failed"), "{}", ended.out);
    let repeat = format!("repeat: blindpost sim {} --seed 1", path.display());
    assert!(ended.out.contains(&repeat), "{}", ended.out);
    let first = sim(&path, &["--seeds", "1..3", "--first"]);
    assert!(first.out.contains("1 seed, 1 failed"), "{}", first.out);
}

#[test]
fn sweeps_that_make_no_sense_are_refused() {
    let path = scenario("sweep-refused", TALK);
    for (more, expected) in [
        (vec!["--seeds", "5..3"], "expected A..B with A at most B"),
        (vec!["--seeds", "1-3"], "expected A..B with A at most B"),
        (vec!["--seeds", "1..99999999999999999"], "expected A..B with A at most B"),
        (vec!["--seeds", "1..3", "--shard", "4/3"], "expected I/N with I from 1 to N"),
        (vec!["--seeds", "1..3", "--shard", "0/3"], "expected I/N with I from 1 to N"),
        (vec!["--shard", "1/3"], "--seeds"),
        (vec!["--seeds", "1..3", "--seed", "1"], "cannot be used with"),
        (vec!["--seeds", "1..3", "--plan", "p.toml"], "cannot be used with"),
        (vec!["--plan", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (vec!["--seeds", "1..3", "--mutant", "rain"], "--mutant rain"),
    ] {
        let ended = sim(&path, &more);
        assert_eq!(ended.code, Some(2), "{more:?}: {}", ended.err);
        assert!(ended.err.contains(expected), "{more:?}: {}", ended.err);
    }
    let plan = path.with_file_name("plan.toml");
    let fault = "[[fault]]\nat = \"1s\"\nfor = \"1s\"\nwhat = \"pause\"\nnode = \"Mario\"\n";
    fs::write(&plan, fault).expect("the folder takes files");
    let ended = sim(&path, &["--plan", &plan.display().to_string()]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("plan.toml:5: unknown node \"Mario\""), "{}", ended.err);
    let merged = end(blindpost().arg("merge").arg(&plan));
    assert_eq!(merged.code, Some(2));
    assert!(merged.err.contains("plan.toml:1: "), "{}", merged.err);
}

//! Stories about plans.

use std::collections::BTreeMap;

use vocab::Micros;

use super::{Act, Action, Plan, plan, sentence::sentence, words::Words};
use crate::scenario::{ChatFile, Scenario, parse_with};

const HEAD: &str = "\
title = \"Plans\"
duration = \"20d\"
[[person]]
name = \"Maria\"
[[person]]
name = \"Nadia\"
[[business]]
name = \"Forno\"
";

const GENERATED: &str = "\
[[generate]]
from = \"everyone\"
to = \"Forno\"
count = 200
start = \"10s\"
every = { min = \"1s\", max = \"30s\" }
words = 8
";

const CHAT_TABLE: &str = "\
[[chat]]
file = \"chat.txt\"
people = { M = \"Maria\", N = \"Nadia\", F = \"Forno\" }
start = \"5s\"
";

fn scenario(text: &str, chat: &str) -> Scenario {
    let mut read = |file: &str| Ok(ChatFile { name: file.to_owned(), text: chat.to_owned() });
    parse_with(text, "x.toml", &mut read).unwrap()
}

/// The plan of `HEAD` and `tables`, from one random word.
fn planned(tables: &str, word: u64) -> Plan {
    plan(&scenario(&format!("{HEAD}{tables}"), ""), &mut || word).unwrap()
}

/// When, who, to whom and what: of a replay at `settings`.
fn replayed(settings: &str, chat: &str) -> Vec<(u64, String, String, String)> {
    let scenario = scenario(&format!("{HEAD}{CHAT_TABLE}{settings}"), chat);
    let plan = plan(&scenario, &mut || 0).unwrap();
    let told = |action: Action| {
        let Act::Write { to, text, .. } = action.act else { panic!("a chat is written") };
        (action.at.0 / 1_000_000, action.who, to, text)
    };
    plan.actions.into_iter().map(told).collect()
}

fn seconds(settings: &str, chat: &str) -> Vec<u64> {
    replayed(settings, chat).into_iter().map(|(at, ..)| at).collect()
}

#[test]
fn the_same_word_gives_the_same_plan_and_another_word_another_one() {
    assert_eq!(planned(GENERATED, 1), planned(GENERATED, 1));
    assert_ne!(planned(GENERATED, 1), planned(GENERATED, 2));
}

#[test]
fn a_plan_takes_one_word_whatever_it_holds() {
    for tables in ["", GENERATED, &GENERATED.repeat(3)] {
        let mut drawn = 0;
        let scenario = scenario(&format!("{HEAD}{tables}"), "");
        let _plan = plan(&scenario, &mut || {
            drawn += 1;
            7
        });
        assert_eq!(drawn, 1);
    }
}

#[test]
fn messages_of_one_generator_do_not_depend_on_how_many_another_makes() {
    let second = GENERATED.replace("200", "5").replace("\"10s\"", "\"19d\"");
    let tail = |first: &str| {
        let mut actions = planned(&format!("{first}{second}"), 3).actions;
        actions.split_off(actions.len() - 5)
    };
    assert_eq!(tail(GENERATED), tail(&GENERATED.replace("200", "1")));
}

#[test]
fn made_up_messages_keep_their_distance_and_everybody_writes() {
    let plan = planned(GENERATED, 1);
    assert_eq!(plan.actions.len(), 200);
    assert_eq!(plan.actions[0].at, Micros::seconds(10));
    let mut writers: BTreeMap<&str, u32> = BTreeMap::new();
    for pair in plan.actions.windows(2) {
        let gap = pair[1].at.0 - pair[0].at.0;
        assert!((1_000_000..=30_000_000).contains(&gap), "{gap}");
        *writers.entry(&pair[0].who).or_default() += 1;
    }
    assert_eq!(writers.len(), 2);
    assert!(writers.values().all(|count| *count > 60), "{writers:?}");
}

#[test]
fn a_made_up_text_has_as_many_words_as_were_asked_for() {
    for count in 1..=100 {
        for index in 0..50 {
            let text = sentence(&mut Words::of(9, 0, index), count);
            let words = text.split(' ').count() as u64;
            assert_eq!(words, count, "{text:?}");
            assert!(text.starts_with(char::is_uppercase) && text.ends_with(['.', '?', '!']));
        }
    }
}

#[test]
fn made_up_texts_differ_from_each_other() {
    let texts: std::collections::BTreeSet<_> =
        (0..1_000).map(|index| sentence(&mut Words::of(9, 0, index), 12)).collect();
    assert!(texts.len() > 900, "{} different texts", texts.len());
}

#[test]
fn actions_are_in_the_order_of_time_and_then_of_the_scenario() {
    let tables = "\
[[say]]
at = \"1m\"
from = \"Maria\"
to = \"Forno\"
text = \"later\"
[[say]]
at = \"10s\"
from = \"Forno\"
to = \"Nadia\"
text = \"first\"
label = \"hello\"
[[say]]
at = \"10s\"
from = \"Maria\"
to = \"Forno\"
text = \"second\"
[[do]]
at = \"10s\"
who = \"Maria\"
what = \"lose-session\"
about = \"Forno\"
[[do]]
at = \"11s\"
who = \"Nadia\"
what = \"ask-again\"
message = \"hello\"
";
    let plan = planned(&format!("{GENERATED}{tables}"), 1);
    assert!(plan.actions.is_sorted_by_key(|action| action.at));
    let (hello, forno) = (Some("hello".to_owned()), "Forno".to_owned());
    let write = |to: &str, text: &str, label| Act::Write {
        to: to.to_owned(),
        text: text.to_owned(),
        label,
        picture: false,
        ours: true,
    };
    assert_eq!(plan.actions[0].act, write("Nadia", "first", hello.clone()));
    assert_eq!(plan.actions[0].who, "Forno");
    assert_eq!(plan.actions[1].act, write("Forno", "second", None));
    assert_eq!(plan.actions[2].act, Act::LoseSession { with: forno.clone() });
    assert!(matches!(&plan.actions[3].act, Act::Write { ours: true, .. }));
    let again = Act::AskAgain { from: forno, message: hello.unwrap() };
    assert!(plan.actions.iter().any(|action| action.act == again));
}

#[test]
fn every_deed_becomes_an_act() {
    let about = "about = \"Forno\"\n";
    for (what, rest, act) in [
        ("reinstall", "", Act::Reinstall),
        ("delete-account", "", Act::DeleteAccount),
        ("lose-session", about, Act::LoseSession { with: "Forno".into() }),
        ("block", about, Act::Block { who: "Forno".into(), on: true }),
        ("unblock", about, Act::Block { who: "Forno".into(), on: false }),
        ("report", about, Act::Report { about: "Forno".into(), message: None, attach: false }),
    ] {
        let table = format!("[[do]]\nat = \"1s\"\nwho = \"Maria\"\nwhat = \"{what}\"\n{rest}");
        assert_eq!(planned(&table, 0).actions[0].act, act);
    }
}

#[test]
fn a_replay_keeps_the_gaps_of_the_export() {
    let chat = "\
[31/12/2023, 21:41:05] M: a
[31/12/2023, 21:41:35] F: b
[01/01/2024, 21:41:35] M: c
";
    assert_eq!(seconds("", chat), [5, 35, 35 + 86_400]);
    assert_eq!(seconds("pace = 10\n", chat), [5, 8, 5 + 8_643]);
}

#[test]
fn messages_of_one_minute_are_spread_over_it_in_order() {
    let chat = "\
31/12/2023, 21:41 - M: a
31/12/2023, 21:41 - M: b
31/12/2023, 21:41 - F: c
31/12/2023, 21:42 - M: d
";
    assert_eq!(seconds("", chat), [5, 25, 45, 65]);
}

#[test]
fn however_fast_or_crowded_it_is_messages_stay_a_second_apart_and_in_order() {
    let crowded: String =
        (0..100).map(|number| format!("31/12/2023, 21:41 - M: {number}\n")).collect();
    let back = "\
[31/12/2023, 21:41:05] M: 0
[31/12/2023, 21:41:05] F: 1
[31/12/2023, 20:41:05] M: 2
[31/12/2023, 21:41:06] M: 3
";
    for (chat, settings) in [(crowded.as_str(), ""), (&crowded, "pace = 1000\n"), (back, "")] {
        let told = replayed(settings, chat);
        let texts: Vec<_> = told.iter().map(|(.., text)| text.parse::<usize>().unwrap()).collect();
        assert!(texts.iter().copied().eq(0..texts.len()), "{texts:?}");
        assert!(told.windows(2).all(|pair| pair[1].0 > pair[0].0), "{told:?}");
    }
}

#[test]
fn the_business_answers_whoever_wrote_last() {
    let chat = "\
[31/12/2023, 21:41:05] F: a
[31/12/2023, 21:42:05] N: b
[31/12/2023, 21:43:05] F: c
[31/12/2023, 21:44:05] M: d
[31/12/2023, 21:45:05] F: e
[31/12/2023, 21:46:05] F: f
";
    let told: Vec<_> =
        replayed("", chat).into_iter().map(|(_, who, to, _)| format!("{who} to {to}")).collect();
    let expected = [
        "Forno to Nadia",
        "Nadia to Forno",
        "Forno to Nadia",
        "Maria to Forno",
        "Forno to Maria",
        "Forno to Maria",
    ];
    assert_eq!(told, expected);
}

#[test]
fn texts_of_a_chat_are_not_ours_and_those_left_out_are_counted() {
    let chat = "\
[31/12/2023, 21:41:05] M: a
[31/12/2023, 21:41:06] M: \u{200e}image omitted
[31/12/2023, 21:41:07] M: b
[31/12/2023, 21:41:08] M: c
";
    let scenario = scenario(&format!("{HEAD}{CHAT_TABLE}at_most = 2\n"), chat);
    let plan = plan(&scenario, &mut || 0).unwrap();
    let ours = |action: &Action| matches!(action.act, Act::Write { ours: true, .. });
    assert!(!plan.actions.iter().any(ours));
    let replay = &plan.replays[0];
    assert_eq!((replay.file.as_str(), replay.messages), ("chat.txt", 2));
    assert_eq!((replay.skipped.attachments, replay.skipped.beyond), (1, 1));
    assert_eq!(replay.ends, plan.actions[1].at);
}

#[test]
fn a_replay_that_outlasts_the_run_is_refused_with_the_way_out() {
    let chat = "[01/01/2023, 21:41:05] M: a\n[31/01/2023, 21:41:05] M: b\n";
    let scenario = scenario(&format!("{HEAD}{CHAT_TABLE}"), chat);
    let error = plan(&scenario, &mut || 0).unwrap_err().to_string();
    let expected = "x.toml:9: the replay of \"chat.txt\" ends at 30d 5s: expected all of it within \
                    the `duration`, 20d; raise `pace` (now 1) or set `at_most`";
    assert_eq!(error, expected);
}

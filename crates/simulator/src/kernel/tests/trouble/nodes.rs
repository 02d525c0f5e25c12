//! Faults of nodes.

use std::collections::BTreeMap;

use vocab::Micros;

use super::{TICKS, at_node, fault, numbers, on_all, run, story};
use crate::{
    fault::{LinkFault, NodeFault},
    toy::{Ask, EPOCH, millis},
};

#[test]
fn a_crash_lasts_as_long_as_its_fault() {
    let story = run(&[fault(104, 300, at_node("b", NodeFault::Crash { torn: false }))]);
    assert_eq!(story.hits(), [1]);
    let heard = numbers(&story.heard());
    assert!(heard.iter().all(|tick| !(10..30).contains(tick)), "{heard:?}");
    assert!(heard.contains(&9) && heard.contains(&32));
}

#[test]
fn a_torn_crash_waits_for_a_write_and_keeps_a_prefix_of_what_is_under_way() {
    let mut seen = BTreeMap::new();
    for seed in 0..40 {
        let plan = [fault(105, 405, at_node("a", NodeFault::Crash { torn: true }))];
        let mut story = story(seed, &plan);
        story.kernel.run_until(millis(400), &mut ());
        assert_eq!(story.hits(), [1]);
        assert!(!story.kernel.is_alive(story.a.id()), "it is down until the fault is over");
        let mut rows = BTreeMap::<String, Vec<String>>::new();
        story.kernel.store(story.a.id()).unwrap().visit(&mut |row| {
            let key = String::from_utf8_lossy(row.key.as_bytes()).into_owned();
            let (tick, part) = key.rsplit_once(' ').unwrap();
            rows.entry(tick.to_owned()).or_default().push(part.to_owned());
        });
        let torn = rows.keys().nth(10).and_then(|tick| rows.get(tick)).map_or(0, Vec::len);
        assert!(rows.len() <= 11 && rows.values().take(10).all(|parts| parts.len() == 3));
        *seen.entry(torn).or_insert(0) += 1;
        story.kernel.run_until(millis(420), &mut ());
        assert!(story.kernel.is_alive(story.a.id()));
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 3], "{seen:?}");
}

#[test]
fn a_paused_node_hears_everything_in_order_when_it_goes_on() {
    let story = run(&[fault(100, 200, at_node("b", NodeFault::Pause))]);
    let heard = story.heard();
    assert_eq!(numbers(&heard), (1..=TICKS).collect::<Vec<_>>());
    let late: Vec<u64> =
        heard.iter().filter(|(_, at)| *at == millis(200)).map(|(tick, _)| *tick).collect();
    assert_eq!(late, (10..20).collect::<Vec<_>>());
    assert!(heard.iter().all(|(_, at)| *at < millis(100) || *at >= millis(200)));
    assert!(story.statuses().iter().all(|(_, status)| *status == 200));
    assert_eq!(story.hits(), [20]);
}

#[test]
fn the_timers_of_a_paused_node_ring_when_it_goes_on_and_its_clock_went_on_meanwhile() {
    let mut story = story(1, &[fault(105, 205, at_node("a", NodeFault::Pause))]);
    story.kernel.command(story.a, millis(150), Ask(0, "clock"));
    story.kernel.run_until(millis(60_000), &mut ());
    let heard = story.heard();
    assert_eq!(heard.len() as u64, TICKS);
    assert_eq!(heard[9].1, millis(105));
    assert_eq!(heard[10].1, millis(210));
    let clock = story.told(story.a, "clock");
    assert_eq!(clock, [(millis(205), (EPOCH.0 + 205_000).to_string())]);
    assert_eq!(story.told(story.a, "stored").len() as u64, TICKS);
}

#[test]
fn a_crash_during_a_pause_ends_it_and_loses_what_waited() {
    let story = run(&[
        fault(100, 300, at_node("b", NodeFault::Pause)),
        fault(200, 220, at_node("b", NodeFault::Crash { torn: false })),
    ]);
    let heard = numbers(&story.heard());
    assert!(heard.iter().all(|tick| !(10..22).contains(tick)), "{heard:?}");
    assert!(heard.contains(&24));
    assert_eq!(story.hits()[1], 1);
}

#[test]
fn what_a_person_wants_of_a_node_that_stands_still_is_wanted_after_it_crashed() {
    let mut story = story(
        1,
        &[
            fault(100, 300, at_node("a", NodeFault::Pause)),
            fault(200, 220, at_node("a", NodeFault::Crash { torn: false })),
        ],
    );
    story.kernel.command(story.a, millis(150), Ask(0, "clock"));
    story.kernel.run_until(millis(60_000), &mut ());
    let clock = story.told(story.a, "clock");
    assert_eq!(clock.len(), 1);
    assert!(clock[0].0 >= millis(220), "{clock:?}");
}

#[test]
fn a_full_disk_takes_no_more_and_works_again_afterwards() {
    for (how, word) in [(NodeFault::DiskFull, "full"), (NodeFault::DiskReadOnly, "Unavailable")] {
        let story = run(&[fault(105, 205, at_node("a", how))]);
        assert_eq!(story.told(story.a, word).len(), 30);
        assert_eq!(story.hits(), [30]);
        assert_eq!(story.told(story.a, "stored").len() as u64, TICKS - 10);
        assert_eq!(story.kernel.store(story.a.id()).map(rows), Some(3 * (TICKS as usize - 10)));
    }
}

fn rows(store: &dyn store::Engine) -> usize {
    let mut rows = 0;
    store.visit(&mut |_| rows += 1);
    rows
}

#[test]
fn a_slow_disk_takes_longer_for_every_answer() {
    let slow = fault(100, 200, at_node("a", NodeFault::SlowDisk(Micros::millis(7))));
    let story = run(&[slow]);
    for (at, tick) in story.told(story.a, "stored") {
        let tick: u64 = tick.parse().unwrap();
        let took = at.since(millis(tick * 10));
        assert_eq!(took > Micros::millis(7), (10..20).contains(&tick), "{tick} took {took:?}");
    }
    assert_eq!(story.hits(), [30]);
}

#[test]
fn a_clock_that_is_off_is_right_again_and_one_that_jumped_is_not() {
    let hour = Micros::seconds(3_600).0 as i64;
    for (how, meanwhile, later) in [
        (NodeFault::ClockSkew(hour), hour, 0),
        (NodeFault::ClockSkew(-hour), -hour, 0),
        (NodeFault::ClockJump(hour), hour, hour),
    ] {
        let mut story = story(1, &[fault(100, 200, at_node("a", how))]);
        for at in [50, 150, 250] {
            story.kernel.command(story.a, millis(at), Ask(0, "clock"));
            story.kernel.command(story.b, millis(at), Ask(0, "clock"));
        }
        story.kernel.run_until(millis(300), &mut ());
        let off = |node| -> Vec<i64> {
            let told = story.told(node, "clock").into_iter();
            told.map(|(at, text)| text.parse::<i64>().unwrap() - (EPOCH.0 + at.0) as i64).collect()
        };
        assert_eq!(off(story.a), [0, meanwhile, later]);
        assert_eq!(off(story.b), [0, 0, 0]);
        assert_eq!(story.hits(), [1]);
        assert_eq!(story.heard().len() as u64, 29, "reminders go by the other clock");
    }
}

#[test]
fn a_slow_consumer_takes_one_message_after_the_other() {
    let slow = fault(100, 400, at_node("b", NodeFault::SlowConsumer(Micros::millis(12))));
    let story = run(&[slow]);
    let heard = story.heard();
    assert_eq!(numbers(&heard), (1..=TICKS).collect::<Vec<_>>());
    let during = |at: &&(u64, crate::kernel::Time)| at.1 > millis(100) && at.1 < millis(400);
    let slowly: Vec<_> = heard.iter().filter(during).collect();
    // A frame and a request each.
    assert!(slowly.windows(2).all(|pair| pair[1].1.since(pair[0].1) == Micros::millis(24)));
    assert_eq!(slowly.len(), 12);
    assert!(heard.iter().filter(|(_, at)| *at == millis(400)).count() > 10);
    assert_eq!(story.hits(), [24]);
}

#[test]
fn a_paused_slow_consumer_on_a_bad_way_loses_no_more_than_the_way_does() {
    let span = (Micros(1), Micros::millis(40));
    let story = run(&[
        fault(50, 350, at_node("b", NodeFault::SlowConsumer(Micros::millis(9)))),
        fault(120, 180, at_node("b", NodeFault::Pause)),
        fault(150, 250, at_node("b", NodeFault::Pause)),
        fault(0, 600, on_all(LinkFault::Delay(span))),
    ]);
    assert_eq!(numbers(&story.heard()), (1..=TICKS).collect::<Vec<_>>());
    assert_eq!(story.told(story.b, "asked").len() as u64, TICKS);
    assert!(story.hits().iter().all(|hits| *hits > 0), "{:?}", story.hits());
}

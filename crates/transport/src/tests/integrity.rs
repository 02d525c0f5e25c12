//! A business that only answers is never flagged; one that messages everybody is.

use alloc::{format, vec::Vec};

use vocab::{Micros, limits};
use wire::transport::{Ask, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::{Event, Rules, Signal};

/// A business, another one, and `count` people.
fn town(world: &mut World, count: u8) -> (End, End, Vec<End>) {
    let (bakery, spammer) = (End::new(CLOUD_API, "390212345"), End::new(CLOUD_API, "390266666"));
    let people: Vec<End> =
        (0..count).map(|n| End::new(n + 1, &format!("3933310000{n:02}"))).collect();
    for end in [&bakery, &spammer].into_iter().chain(&people) {
        assert_eq!(world.ask(end.link, end.register()), Status::Ok);
    }
    (bakery, spammer, people)
}

fn flags(world: &World) -> Vec<(Signal, bool)> {
    let flagged = world.events.iter().filter_map(|event| {
        let Event::Flagged { signal, throttled, .. } = event else { return None };
        Some((*signal, *throttled))
    });
    flagged.collect()
}

#[test]
fn a_business_that_only_answers_is_never_flagged_however_many_it_answers() {
    let mut world = World::guarded_without_codes();
    let (bakery, _other, people) = town(&mut world, 40);
    for day in 0..3 {
        for (person, n) in people.iter().zip(0..) {
            let ask = Ask::Send(person.writes(&bakery, day * 100 + n));
            assert_eq!(world.ask(person.link, ask), Status::Ok);
            let answer = Ask::Send(bakery.writes(person, 10_000 + day * 100 + n));
            assert_eq!(world.ask(bakery.link, answer), Status::Ok);
        }
        world.pass(Micros::days(1));
    }
    assert_eq!(flags(&world), []);
    let record = world.page("/integrity")["integrity"][0].clone();
    assert_eq!((&record["flags"], &record["unasked_today"]), (&0.into(), &0.into()));
}

#[test]
fn a_business_that_messages_everybody_is_flagged_and_reaches_only_who_wrote_to_it() {
    let mut world = World::guarded_without_codes();
    let (bakery, spammer, people) = town(&mut world, 16);
    assert_eq!(world.ask(people[15].link, Ask::Send(people[15].writes(&spammer, 1))), Status::Ok);
    let least = limits::FAN_OUT_LEAST as usize;
    for (person, n) in people[..least].iter().zip(0..) {
        assert_eq!(flags(&world), [], "{n}");
        assert_eq!(world.ask(spammer.link, Ask::Send(spammer.writes(person, n))), Status::Ok);
    }
    assert_eq!(flags(&world), [(Signal::FanOut, true)]);
    world.crash();
    let next = Ask::Send(spammer.writes(&people[least], 50));
    let wait = world.ask_limited(spammer.link, next.clone(), Status::Throttled);
    assert!(wait <= limits::THROTTLE_AGE);
    let known = Ask::Send(spammer.writes(&people[0], 51));
    world.ask_limited(spammer.link, known, Status::Throttled);
    let answer = Ask::Send(spammer.writes(&people[15], 52));
    assert_eq!(world.ask(spammer.link, answer), Status::Ok, "who asked is answered");
    let other = Ask::Send(bakery.writes(&people[least], 53));
    assert_eq!(world.ask(bakery.link, other), Status::Ok, "others are not concerned");

    let record = world.page("/integrity")["integrity"].as_array().unwrap().clone();
    let record = record.iter().find(|record| record["phone"] == "390266666").unwrap();
    assert_eq!((&record["flags"], &record["signal"]), (&1.into(), &"fan_out".into()));
    world.pass(Micros(wait.0 - 1));
    world.ask_limited(spammer.link, next.clone(), Status::Throttled);
    world.pass(Micros(1));
    assert_eq!(world.ask(spammer.link, next), Status::Ok);
}

#[test]
fn many_recipients_are_not_everybody() {
    let mut world = World::guarded_without_codes();
    let (bakery, _other, people) = town(&mut world, 30);
    for (person, n) in people.iter().take(14).zip(0..) {
        assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(person, n))), Status::Ok);
    }
    assert_eq!(flags(&world), []);
}

#[test]
fn a_business_that_many_of_its_recipients_report_is_flagged_and_strangers_do_not_count() {
    let mut world = World::guarded_without_codes();
    let (bakery, _other, people) = town(&mut world, 20);
    for (person, n) in people[..4].iter().zip(0..) {
        assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(person, n))), Status::Ok);
    }
    for stranger in &people[10..] {
        assert_eq!(world.ask(stranger.link, stranger.report(&bakery, &[])), Status::Ok);
    }
    for reporter in [0, 1, 1, 0, 1] {
        let reporter = &people[reporter];
        assert_eq!(world.ask(reporter.link, reporter.report(&bakery, &[])), Status::Ok);
    }
    assert_eq!(flags(&world), [], "two reporters, however often");
    assert_eq!(world.ask(people[2].link, people[2].report(&bakery, &[])), Status::Ok);
    assert_eq!(flags(&world), [(Signal::Reports, true)]);
    let next = Ask::Send(bakery.writes(&people[5], 50));
    world.ask_limited(bakery.link, next, Status::Throttled);
}

#[test]
fn without_throttling_the_signal_is_recorded_and_nothing_follows() {
    let rules = Rules { integrity_throttling: false, registration_code: false, ..Rules::default() };
    let mut world = World::with(|config| config.rules = rules);
    let (_bakery, spammer, people) = town(&mut world, 12);
    for (person, n) in people.iter().zip(0..) {
        assert_eq!(world.ask(spammer.link, Ask::Send(spammer.writes(person, n))), Status::Ok);
    }
    assert!(flags(&world).iter().all(|flag| *flag == (Signal::FanOut, false)));
    assert!(!flags(&world).is_empty());
}

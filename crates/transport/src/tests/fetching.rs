//! Bundles and numbers are limited for each requester and each target.

use vocab::{Micros, NoiseKey, limits};
use wire::transport::{Ask, Status};

use super::{
    people::End,
    prekeys::one_time_ids,
    world::{CLOUD_API, World},
};

const EVE: NoiseKey = NoiseKey([66; 32]);
const BOB: NoiseKey = NoiseKey([67; 32]);

fn with_ada() -> (World, End) {
    let (mut world, ada) = (World::guarded_without_codes(), End::new(1, "393331000001"));
    world.arrives(&ada);
    (world, ada)
}

fn nobody(number: u32) -> End {
    End::new(7, &alloc::format!("39444{number:07}"))
}

#[test]
fn a_requester_has_so_many_bundles_of_a_number_and_others_have_theirs() {
    let (mut world, ada) = with_ada();
    for _ in 0..limits::BUNDLES_PER_PAIR.burst {
        world.bundle(EVE, &ada);
    }
    world.crash();
    let wait = world.ask_limited(EVE, ada.fetch(), Status::Limited);
    assert!(wait <= limits::BUNDLES_PER_PAIR.every);
    world.bundle(BOB, &ada);
    world.pass(Micros(wait.0 - 1));
    world.ask_limited(EVE, ada.fetch(), Status::Limited);
    world.pass(Micros(1));
    world.bundle(EVE, &ada);
    world.ask_limited(EVE, ada.fetch(), Status::Limited);
}

#[test]
fn a_requester_has_so_many_one_time_prekeys_of_a_number_and_then_the_last_resort() {
    let (mut world, ada) = with_ada();
    let burst = limits::ONE_TIME_PER_PAIR.burst;
    for number in 0..burst {
        assert_eq!(one_time_ids(&world.bundle(EVE, &ada)), (Some(number), Some(number)));
    }
    world.crash();
    assert_eq!(one_time_ids(&world.bundle(EVE, &ada)), (None, Some(100_000)));
    assert_eq!(one_time_ids(&world.bundle(BOB, &ada)), (Some(burst), Some(burst)));
    world.pass(limits::ONE_TIME_PER_PAIR.every);
    assert_eq!(one_time_ids(&world.bundle(EVE, &ada)), (Some(burst + 1), Some(burst + 1)));
    assert_eq!(one_time_ids(&world.bundle(EVE, &ada)), (None, Some(100_000)));
}

#[test]
fn everybody_together_has_so_many_one_time_prekeys_of_a_device_and_nobody_is_refused() {
    let (mut world, ada) = with_ada();
    for first in [10, 40, 70] {
        assert_eq!(world.ask(ada.link, ada.publish(first..first + 30)), Status::Ok);
    }
    let each = limits::ONE_TIME_PER_PAIR.burst;
    let mut with_one_time = 0;
    for requester in 0..=limits::ONE_TIME_PER_DEVICE.burst / each {
        for _ in 0..each {
            let bundle = world.bundle(NoiseKey([100 + requester as u8; 32]), &ada);
            with_one_time += u32::from(bundle.one_time.is_some());
        }
        if requester == 20 {
            for first in [100, 130] {
                assert_eq!(world.ask(ada.link, ada.publish(first..first + 30)), Status::Ok);
            }
        }
    }
    assert_eq!(with_one_time, limits::ONE_TIME_PER_DEVICE.burst);
    assert!(world.bundle(BOB, &ada).one_time.is_none(), "60 are left, and stay for later");
    world.pass(limits::ONE_TIME_PER_DEVICE.every);
    assert!(world.bundle(BOB, &ada).one_time.is_some());
}

#[test]
fn the_cloud_api_acts_for_many_and_has_limits_of_its_own() {
    let (mut world, ada) = with_ada();
    let bakery = End::new(CLOUD_API, "390212345");
    world.arrives(&bakery);
    for number in 0..limits::NEW_NUMBERS_PER_LINK.burst + 10 {
        assert_eq!(world.ask(bakery.link, nobody(number).fetch()), Status::NotFound);
    }
    for _ in 0..limits::BUNDLES_PER_PAIR_HOP3.burst {
        world.bundle(bakery.link, &ada);
    }
    world.ask_limited(bakery.link, ada.fetch(), Status::Limited);
}

#[test]
fn a_link_learns_of_so_many_numbers_and_after_that_of_none_whether_anybody_has_them_or_not() {
    let (mut world, ada) = with_ada();
    let friend = End::new(2, "393331000002");
    world.arrives(&friend);
    world.bundle(EVE, &friend);
    for number in 1..limits::NEW_NUMBERS_PER_LINK.burst {
        assert_eq!(world.ask(EVE, nobody(number).fetch()), Status::NotFound);
        assert_eq!(world.ask(EVE, nobody(number).fetch()), Status::NotFound, "counted once");
    }
    world.crash();
    let wait = world.ask_limited(EVE, nobody(0).fetch(), Status::Limited);
    assert_eq!(world.ask_limited(EVE, ada.fetch(), Status::Limited), wait, "the same answer");
    world.bundle(EVE, &friend);
    world.bundle(BOB, &ada);
    world.pass(Micros(wait.0 - 1));
    world.ask_limited(EVE, ada.fetch(), Status::Limited);
    world.pass(Micros(1));
    world.bundle(EVE, &ada);
    world.ask_limited(EVE, nobody(0).fetch(), Status::Limited);
}

#[test]
fn to_ask_about_a_number_costs_the_same_whether_anybody_has_it_or_not() {
    let (mut world, _ada) = with_ada();
    let registered = End::new(2, "393331000002");
    assert_eq!(world.ask(registered.link, registered.register()), Status::Ok);
    let mut cost = |of: &End| {
        let before = (world.transactions, world.rows("met").len(), world.rows("caller").len());
        assert_eq!(world.ask(EVE, of.fetch()), Status::NotFound);
        let after = (world.transactions, world.rows("met").len(), world.rows("caller").len());
        (after.0 - before.0, after.1 - before.1, after.2 - before.2)
    };
    let first = cost(&nobody(1));
    assert_eq!((first.1, first.2), (1, 1));
    assert_eq!(cost(&registered), cost(&nobody(2)), "the row of the link is there now");
}

#[test]
fn messages_and_reports_tell_of_no_more_numbers_than_bundles_do() {
    let (mut world, ada) = with_ada();
    let eve = End::new(66, "393331000066");
    world.arrives(&eve);
    for number in 0..limits::NEW_NUMBERS_PER_LINK.burst {
        let ask = match number % 3 {
            0 => Ask::Send(eve.writes(&nobody(number), number)),
            1 => eve.report(&nobody(number), &[]),
            _ => nobody(number).fetch(),
        };
        assert_eq!(world.ask(eve.link, ask), Status::NotFound);
    }
    for ask in [Ask::Send(eve.writes(&ada, 1_000)), eve.report(&ada, &[]), ada.fetch()] {
        world.ask_limited(eve.link, ask, Status::Limited);
    }
    assert_eq!(world.rows("mail").len(), 0);
}

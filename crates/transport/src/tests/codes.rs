//! Numbers are claimed with a code that was sent to them.

use alloc::string::String;

use vocab::{Micros, NoiseKey, PhoneNumber, limits};
use wire::{
    generated::transport as raw,
    transport::{Ask, Operator, Status},
};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::Event;

fn ada() -> End {
    End::new(1, "393331000001")
}

/// A code that is not `right`.
fn wrong(right: &str) -> String {
    let number: u32 = right.parse().unwrap();
    alloc::format!("{:06}", (number + 1) % 1_000_000)
}

/// Has a code sent to the number of `end`, and returns it as its owner reads it.
#[track_caller]
fn code(world: &mut World, end: &End) -> String {
    assert_eq!(world.ask(end.link, end.request_code()), Status::Ok);
    world.code(end)
}

#[test]
fn a_number_is_claimed_with_the_code_that_was_sent_to_it_and_not_without() {
    let (mut world, ada) = (World::guarded(), ada());
    assert_eq!(world.ask(ada.link, ada.register()), Status::CodeNeeded);
    assert_eq!(world.ask(ada.link, ada.register_with("000000")), Status::CodeNeeded);
    let code = code(&mut world, &ada);
    assert_eq!(code.len(), 6);
    assert!(world.log.iter().any(|line| line.ends_with(&alloc::format!(": {code}"))));
    assert_eq!(world.ask(ada.link, ada.register_with(&wrong(&code))), Status::BadCode);
    assert_eq!(world.ask(ada.link, ada.hello()), Status::NotFound);
    assert_eq!(world.ask(ada.link, ada.register_with(&code)), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.hello()), Status::Ok);
    assert_eq!(world.rows("code"), [], "a code is used once");
    assert_eq!(world.ask(ada.link, ada.register()), Status::Ok, "an owner needs no other");
}

#[test]
fn the_store_holds_a_hash_and_no_code() {
    let (mut world, ada) = (World::guarded(), ada());
    let code = code(&mut world, &ada);
    assert_eq!(world.rows("code").len(), 1);
    store::Engine::visit(&world.store, &mut |row| {
        assert!(!row.value.windows(6).any(|window| window == code.as_bytes()), "{:?}", row.key);
    });
}

#[test]
fn after_so_many_wrong_guesses_not_even_the_right_code_serves_and_another_one_does() {
    let (mut world, ada) = (World::guarded(), ada());
    let first = code(&mut world, &ada);
    for _ in 0..limits::MAX_CODE_TRIES {
        assert_eq!(world.ask(ada.link, ada.register_with(&wrong(&first))), Status::BadCode);
        world.crash();
    }
    assert_eq!(world.ask(ada.link, ada.register_with(&first)), Status::CodeNeeded);
    let second = code(&mut world, &ada);
    assert_eq!(world.ask(ada.link, ada.register_with(&second)), Status::Ok);
}

#[test]
fn a_code_serves_until_its_time_is_over_however_often_it_was_guessed_at() {
    for (early, expected) in [(1, Status::Ok), (0, Status::CodeNeeded)] {
        let (mut world, ada) = (World::guarded(), ada());
        let code = code(&mut world, &ada);
        world.pass(Micros::minutes(1));
        assert_eq!(world.ask(ada.link, ada.register_with(&wrong(&code))), Status::BadCode);
        world.pass(Micros(limits::CODE_AGE.0 - Micros::minutes(1).0 - early));
        assert_eq!(world.ask(ada.link, ada.register_with(&code)), expected);
    }
}

#[test]
fn a_link_is_sent_so_many_codes_and_one_more_after_the_time_also_over_a_restart() {
    let (mut world, ada) = (World::guarded(), ada());
    for _ in 0..limits::CODES_PER_LINK.burst {
        code(&mut world, &ada);
    }
    world.crash();
    let wait = world.ask_limited(ada.link, ada.request_code(), Status::Limited);
    assert!(wait <= limits::CODES_PER_LINK.every);
    let elsewhere = End::new(2, "393331000001");
    code(&mut world, &elsewhere);
    world.pass(Micros(wait.0 - 1));
    world.ask_limited(ada.link, ada.request_code(), Status::Limited);
    world.pass(Micros(1));
    let last = code(&mut world, &ada);
    assert_eq!(world.ask(ada.link, ada.register_with(&last)), Status::Ok);
}

#[test]
fn one_stranger_who_asks_and_guesses_all_day_never_keeps_the_owner_out() {
    let (mut world, ada, eve) = (World::guarded(), ada(), End::new(6, "393331000001"));
    for _ in 0..48 {
        let _status = world.ask(eve.link, eve.request_code());
        for guess in 0..10 {
            let guess = alloc::format!("{guess:06}");
            assert_ne!(world.ask(eve.link, eve.register_with(&guess)), Status::Ok);
        }
        world.pass(Micros::minutes(30));
    }
    let code = code(&mut world, &ada);
    assert_eq!(world.ask(eve.link, eve.register_with(&code)), Status::CodeNeeded, "not hers");
    assert_eq!(world.ask(ada.link, ada.register_with(&code)), Status::Ok);
}

#[test]
fn a_number_is_sent_so_many_codes_whoever_asks() {
    let mut world = World::guarded();
    for link in 0..limits::CODES_PER_NUMBER.burst {
        code(&mut world, &End::new(link as u8 + 10, "393331000001"));
    }
    let ada = ada();
    let wait = world.ask_limited(ada.link, ada.request_code(), Status::Limited);
    world.pass(wait);
    code(&mut world, &ada);
}

#[test]
fn a_number_is_guessed_at_so_often_whoever_guesses() {
    let mut world = World::guarded();
    let mut guessed = 0;
    for link in 0..limits::CODES_PER_NUMBER.burst {
        let end = End::new(link as u8 + 10, "393331000001");
        let code = code(&mut world, &end);
        for _ in 0..limits::MAX_CODE_TRIES {
            let status = world.ask(end.link, end.register_with(&wrong(&code)));
            assert!(matches!(status, Status::BadCode | Status::Limited));
            guessed += u32::from(status == Status::BadCode);
        }
    }
    assert_eq!(guessed, limits::TRIES_PER_NUMBER.burst);
}

#[test]
fn a_repeated_request_is_sent_another_code_and_either_serves() {
    let (mut world, ada) = (World::guarded(), ada());
    world.send_as(ada.link, 500, ada.request_code());
    let first = world.code(&ada);
    world.crash();
    world.send_as(ada.link, 500, ada.request_code());
    let second = world.code(&ada);
    assert_ne!(first, second);
    for _ in 0..9 {
        world.send_as(ada.link, 500, ada.request_code());
    }
    let sent = world.events.iter().filter(|event| matches!(event, Event::CodeSent { .. }));
    assert_eq!(sent.count(), limits::MAX_CODE_COPIES as usize);
    let mut world = World::guarded();
    world.send_as(ada.link, 500, ada.request_code());
    let first = world.code(&ada);
    world.send_as(ada.link, 500, ada.request_code());
    assert_eq!(world.ask(ada.link, ada.register_with(&first)), Status::Ok);
}

#[test]
fn who_reads_the_code_has_the_number_and_the_link_before_has_it_no_more() {
    let (mut world, old, new) = (World::guarded(), ada(), End::new(2, "393331000001"));
    let bob = End::new(3, "393331000003");
    for end in [&old, &bob] {
        let code = code(&mut world, end);
        for ask in [end.register_with(&code), end.publish(0..10), end.hello()] {
            assert_eq!(world.ask(end.link, ask), Status::Ok);
        }
    }
    let code = code(&mut world, &new);
    assert_eq!(world.ask(new.link, new.register_with(&code)), Status::Ok);
    assert_eq!(world.ask(old.link, old.hello()), Status::Forbidden);
    assert_eq!(world.ask(old.link, Ask::Send(old.writes(&bob, 1))), Status::Forbidden);
    assert_eq!(world.ask(bob.link, Ask::Send(bob.writes(&old, 1))), Status::Ok);
    assert_eq!(world.pushed(old.link), []);
    assert_eq!(world.ask(new.link, new.hello()), Status::Ok);
    assert_eq!(world.pushed(new.link).len(), 1);
    assert_eq!(world.ask(bob.link, new.fetch()), Status::NotFound, "old prekeys are gone");
    world.pass(Micros::minutes(5));
    assert_eq!(world.pushed(old.link), []);
}

#[test]
fn ends_that_act_for_businesses_need_no_code_and_nobody_takes_a_hosted_number() {
    let own = PhoneNumber::parse("390299999").unwrap();
    let mut world = World::guarded();
    world.config.on_premises.push((own, NoiseKey([7; 32])));
    world.crash();
    let hosted = End::new(CLOUD_API, "390212345");
    let own = End::new(7, "390299999");
    assert_eq!(world.ask(hosted.link, hosted.register()), Status::Ok);
    assert_eq!(world.ask(own.link, own.register()), Status::Ok);
    let other = End::new(7, "390288888");
    assert_eq!(world.ask(other.link, other.register()), Status::CodeNeeded, "its own number only");

    let eve = End::new(6, "390212345");
    let code = code(&mut world, &eve);
    assert_eq!(world.ask(eve.link, eve.register_with(&code)), Status::Forbidden);
    assert_eq!(world.ask(hosted.link, hosted.publish(0..3)), Status::Ok);
    assert_eq!(world.bundle(own.link, &hosted).operator(), Operator::CloudApi);
}

#[test]
fn a_frame_of_another_version_is_answered_as_such() {
    let (mut world, ada) = (World::guarded(), ada());
    let frame = wire::transport::ToTransport { id: 9, ask: ada.hello() }.encode();
    let frame = <raw::ToTransport as prost::Message>::decode(frame.as_slice()).unwrap();
    for version in [0, 1, 3] {
        let bytes = prost::Message::encode_to_vec(&raw::ToTransport { version, ..frame.clone() });
        world.input(hop::Input::Frame { from: ada.link, bytes });
        assert_eq!(world.answers(ada.link, 9), [(Status::Version, None)]);
    }
}

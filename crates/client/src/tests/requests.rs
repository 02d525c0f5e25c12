//! Requests and commands: until answered, and once.

use endpoint::Happening;
use hop::Input;
use vocab::Micros;
use wire::transport::{Ask as Frame, FromTransport, ReceiptKind, Status};

use super::world::{World, id, phone, receipts};
use crate::{Ask, Command, Event};

fn sends(world: &World) -> usize {
    world.asked(0, |ask| matches!(ask, Frame::Send(_)))
}

#[test]
fn a_request_is_sent_again_until_it_is_answered() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.is_deaf = true;
    world.asked.clear();
    world.writes(0, 1, 2);
    world.pass(Micros::minutes(5));
    let tried = sends(&world);
    assert!((5..20).contains(&tried), "{tried} times in five minutes");
    world.is_deaf = false;
    world.pass(Micros::minutes(2));
    assert_eq!(world.shown(1), [id(1), id(2)]);
    world.asked.clear();
    world.pass(Micros::minutes(30));
    assert_eq!(world.asked.len(), 0);
}

#[test]
fn a_request_survives_a_restart_in_the_store_alone() {
    let mut world = World::of(2);
    world.is_deaf = true;
    world.writes(0, 1, 1);
    world.restart(0);
    world.restart(0);
    world.is_deaf = false;
    world.pass(Micros::minutes(2));
    assert_eq!(world.shown(1), [id(1)]);
    assert_eq!(world.rows(0, "ask"), 0);
}

#[test]
fn a_command_repeated_is_done_once_also_after_a_restart() {
    let mut world = World::of(2);
    let ask = Ask::Write { id: id(1), to: phone(1), text: "text 1".into() };
    let command = Command { number: 500, ask };
    for _ in 0..2 {
        world.give(0, Input::Command(command.clone()));
        world.give(0, Input::Command(command.clone()));
        world.restart(0);
    }
    assert_eq!(world.shown(1), [id(1)]);
    assert_eq!(world.rows(0, "hist"), 1);
    let acknowledged = Event::Acknowledged { number: 500 };
    assert_eq!(world.nodes[0].events.iter().filter(|event| **event == acknowledged).count(), 4);
}

#[test]
fn a_stale_session_that_nobody_answered_makes_room_for_a_new_bundle() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    world.writes(0, 1, 2);
    let fetches = |world: &World| world.asked(0, |ask| matches!(ask, Frame::Fetch { .. }));
    assert_eq!(fetches(&world), 1);
    world.pass(Micros::days(31));
    world.take_carried();
    world.writes(0, 1, 3);
    assert_eq!(fetches(&world), 2);
    world.is_holding = false;
    for envelope in world.take_carried() {
        world.deliver(&envelope);
    }
    assert_eq!(world.shown(1), [id(3)]);
}

#[test]
fn a_message_is_not_sent_again_once_it_is_no_longer_kept() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.pass(Micros(Micros::days(30).0 - 1));
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) });
    let retransmitted =
        |world: &World| world.count(0, |what| matches!(what, Happening::Retransmitted { .. }));
    assert_eq!(retransmitted(&world), 1);
    world.pass(Micros(1));
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) });
    assert_eq!(retransmitted(&world), 1);
    assert_eq!(receipts(&world.carried, ReceiptKind::Refused), 1);
}

#[test]
fn an_answer_from_before_a_new_set_up_says_nothing_about_it() {
    let mut world = World::of(2);
    world.is_deaf = true;
    world.asked.clear();
    world.does(0, Ask::Reinstall);
    world.does(0, Ask::Reinstall);
    let (_, first) = world.asked.first().unwrap();
    let answer = FromTransport::Answer {
        id: first.id,
        status: Status::Ok,
        bundle: None,
        retry_after: Micros(0),
    };
    world.tell(0, &answer);
    assert_eq!(world.asked(0, |ask| matches!(ask, Frame::Publish { .. })), 0);
    world.is_deaf = false;
    world.pass(Micros::minutes(2));
    assert_eq!(world.count(0, |what| *what == Happening::Ready), 2);
    world.writes(1, 0, 1);
    assert_eq!(world.shown(0), [id(1)]);
}

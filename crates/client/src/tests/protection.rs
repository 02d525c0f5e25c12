//! What a device and its person do about codes and limits.

use endpoint::{Failure, Happening};
use vocab::Micros;
use wire::transport::{Ask as Frame, Status};

use super::world::{World, address, id};
use crate::{Ask, Event};

fn happened(world: &World) -> alloc::vec::Vec<&Happening> {
    let events = world.nodes[0].events.iter();
    let happened = events.filter_map(|event| match event {
        Event::Happened(happening) => Some(happening),
        Event::Acknowledged { .. }
        | Event::Shown { .. }
        | Event::Fetched { .. }
        | Event::Labelled { .. } => None,
    });
    happened.collect()
}

#[test]
fn a_number_is_claimed_with_the_code_that_the_person_enters() {
    let mut world = World::of(2);
    world.code = Some("123456");
    world.nodes[0].events.clear();
    world.does(0, Ask::Reinstall);
    assert_eq!(happened(&world), [&Happening::CodeNeeded]);
    assert_eq!(world.asked(0, |ask| matches!(ask, Frame::RequestCode { .. })), 1);
    world.restart(0);
    world.does(0, Ask::EnterCode { code: "000000".into() });
    assert_eq!(happened(&world), [&Happening::CodeNeeded, &Happening::WrongCode]);
    world.does(0, Ask::EnterCode { code: "123456".into() });
    assert!(happened(&world).contains(&&Happening::Ready));
    let claims = world.asked(0, |ask| matches!(ask, Frame::Register { .. }));
    world.does(0, Ask::EnterCode { code: "123456".into() });
    let after = world.asked(0, |ask| matches!(ask, Frame::Register { .. }));
    assert_eq!(after, claims, "a late copy of the short message is of no use");
}

#[test]
fn a_full_mailbox_and_a_throttled_sender_are_told_and_not_tried_again() {
    for (status, why) in
        [(Status::Full, Failure::MailboxFull), (Status::Throttled, Failure::Throttled)]
    {
        let mut world = World::of(2);
        world.sends_are = status;
        world.writes(0, 1, 1);
        let failed = Happening::Failed { id: id(1), to: address(1), why };
        assert!(happened(&world).contains(&&failed), "{status:?}");
        world.asked.clear();
        world.pass(Micros::hours(1));
        assert_eq!((world.asked.len(), world.rows(0, "ask")), (0, 0));
    }
}

#[test]
fn what_is_limited_is_asked_again_after_the_time_and_not_before() {
    let mut world = World::of(2);
    world.sends_are = Status::Limited;
    world.retry_after = Micros::minutes(10);
    world.writes(0, 1, 1);
    world.asked.clear();
    world.sends_are = Status::Ok;
    world.pass(Micros(Micros::minutes(10).0 - 1));
    assert_eq!((world.asked.len(), world.shown(1).len()), (0, 0));
    world.pass(Micros(1));
    assert_eq!(world.shown(1), [id(1)]);
}

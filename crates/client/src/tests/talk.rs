//! Setting up, and talking in both directions whatever the relay does to the order.

use endpoint::{Failure, Happening};
use wire::transport::{FromTransport, Payload, ReceiptKind};

use super::world::{World, address, id, phone, receipts};
use crate::Ask;

//= test: pqxdh r3 2.4 ids
//= test: pqxdh r3 4.13 identifiers
//= test: sesame r2 5.2 prekeys
#[test]
fn a_device_registers_publishes_and_becomes_ready() {
    let world = World::of(1);
    assert_eq!(world.count(0, |what| *what == Happening::Ready), 1);
    let listed = &world.listed[&0];
    assert_eq!((listed.one_time.len(), listed.kem.len()), (3, 3));
    assert_eq!((world.rows(0, "opk"), world.rows(0, "kem"), world.rows(0, "spk")), (3, 4, 1));
    assert_eq!(world.rows(0, "ask"), 0);
}

#[test]
fn an_upload_that_does_not_fit_one_frame_goes_in_several() {
    let world = World::with(1, |config| {
        config.one_time_prekeys = 100;
        config.kem_prekeys = 100;
    });
    let listed = &world.listed[&0];
    assert_eq!((listed.one_time.len(), listed.kem.len()), (100, 100));
    assert_eq!(world.count(0, |what| *what == Happening::Ready), 1);
}

//= test: sesame r2 3.2 prep
#[test]
fn two_people_talk_in_both_directions() {
    let mut world = World::of(2);
    for message in 0..6_usize {
        let from = message % 2;
        world.writes(from, 1 - from, u8::try_from(message).unwrap());
    }
    assert_eq!(world.shown(0), [id(1), id(3), id(5)]);
    assert_eq!(world.shown(1), [id(0), id(2), id(4)]);
    assert_eq!(world.asked(0, |ask| matches!(ask, wire::transport::Ask::Fetch { .. })), 1);
    assert_eq!(world.rows(0, "ask") + world.rows(1, "ask"), 0);
}

//= test: x3dh r1 3.4 delete-one-time
//= test: pqxdh r3 3.4 delete-one-time
#[test]
fn a_one_time_prekey_goes_with_the_first_message_opened_and_not_before() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    assert_eq!((world.rows(1, "opk"), world.rows(1, "kem")), (3, 4));
    let envelope = world.take_carried().remove(0);
    let mut broken = envelope.clone();
    if let Payload::PreKey(bytes) = &mut broken.payload {
        *bytes.last_mut().unwrap() ^= 1;
    }
    world.deliver(&broken);
    assert_eq!((world.rows(1, "opk"), world.rows(1, "kem")), (3, 4));
    world.deliver(&envelope);
    assert_eq!((world.rows(1, "opk"), world.rows(1, "kem")), (2, 3));
    assert_eq!(world.shown(1), [id(1)]);
}

//= test: sesame r2 4.1 receipts
#[test]
fn a_copy_is_acknowledged_and_shown_once() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    let envelope = world.take_carried().remove(0);
    for _ in 0..3 {
        world.deliver(&envelope);
    }
    assert_eq!(world.shown(1), [id(1)]);
    assert_eq!(world.asked(1, |ask| matches!(ask, wire::transport::Ask::Ack { .. })), 3);
    assert_eq!(world.count(1, |what| matches!(what, Happening::Copy { .. })), 2);
    assert_eq!(receipts(&world.carried, ReceiptKind::Delivered), 1);
    assert_eq!(receipts(&world.carried, ReceiptKind::Retry), 0);
}

#[test]
fn messages_are_opened_in_whatever_order_they_come() {
    let mut world = World::of(2);
    world.is_holding = true;
    for message in 0..4 {
        world.writes(0, 1, message);
    }
    let envelopes = world.take_carried();
    for message in [2, 0, 3, 1] {
        world.deliver(&envelopes[message]);
    }
    assert_eq!(world.shown(1), [id(2), id(0), id(3), id(1)]);
}

#[test]
fn an_envelope_whose_content_bears_another_id_is_refused() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    let genuine = world.take_carried().remove(0);
    let mut renamed = genuine.clone();
    renamed.id = id(9);
    world.deliver(&renamed);
    assert_eq!(world.shown(1), []);
    assert_eq!(
        world.count(1, |what| matches!(what, Happening::NotOpened { id: of, .. } if *of == id(9))),
        1
    );
    world.deliver(&genuine);
    assert_eq!(world.shown(1), [id(1)]);
}

//= test: x3dh r1 3.2 replenish
//= test: pqxdh r3 3.2 replenish
#[test]
fn prekeys_are_replenished_when_told_and_only_up_to_what_is_wanted() {
    let mut world = World::of(1);
    let listed = world.listed.get_mut(&0).unwrap();
    listed.one_time.truncate(1);
    listed.kem.truncate(2);
    let low = FromTransport::PrekeysLow { address: address(0), one_time: 1, kem_one_time: 2 };
    world.tell(0, &low);
    let listed = &world.listed[&0];
    assert_eq!((listed.one_time.len(), listed.kem.len()), (3, 3));
    world.is_deaf = true;
    world.asked.clear();
    world.tell(0, &low);
    world.tell(0, &low);
    assert_eq!(world.asked.len(), 1, "one upload at a time");
}

#[test]
fn a_message_longer_than_may_be_sent_fails_at_once() {
    let mut world = World::of(2);
    let text = "x".repeat(vocab::limits::MAX_TEXT + 1);
    world.does(0, Ask::Write { id: id(1), to: phone(1), text });
    let failed = Happening::Failed { id: id(1), to: address(1), why: Failure::TooLong };
    assert_eq!(world.count(0, |what| *what == failed), 1);
    assert!(world.carried.is_empty());
}

//= test: sesame r2 3.3 unknown-user
#[test]
fn a_message_to_a_number_that_nobody_has_fails_and_nothing_waits_on() {
    let mut world = World::of(1);
    world.writes(0, 7, 1);
    let failed = Happening::Failed { id: id(1), to: address(7), why: Failure::NoSuchAccount };
    assert_eq!(world.count(0, |what| *what == failed), 1);
    assert_eq!((world.rows(0, "wait"), world.rows(0, "ses"), world.rows(0, "ask")), (0, 0, 0));
}

//= test: sesame r2 3.1 records
#[test]
fn the_session_with_one_person_is_not_that_with_another() {
    let mut world = World::of(3);
    world.writes(0, 1, 1);
    world.writes(0, 2, 2);
    world.does(0, Ask::LoseSession { with: phone(1) });
    let fetches =
        |world: &World| world.asked(0, |ask| matches!(ask, wire::transport::Ask::Fetch { .. }));
    let before = fetches(&world);
    world.writes(0, 2, 3);
    assert_eq!(fetches(&world), before);
    world.writes(0, 1, 4);
    assert_eq!(fetches(&world), before + 1);
    assert_eq!(world.shown(1), [id(1), id(4)]);
    assert_eq!(world.shown(2), [id(2), id(3)]);
}

//! How far a message got, and who may say so.

use endpoint::Happening;
use vocab::{MessageId, UnixMicros};
use wire::transport::{Envelope, Payload, ReceiptKind};

use super::world::{World, address, id, phone};
use crate::Ask;

fn delivered(world: &World) -> usize {
    let told = Happening::Delivered { id: id(1), to: address(1) };
    world.count(0, |what| *what == told)
}

fn read(world: &World) -> usize {
    let told = Happening::Read { id: id(1), to: address(1) };
    world.count(0, |what| *what == told)
}

#[test]
fn each_step_of_a_message_is_told_once() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    assert_eq!((delivered(&world), read(&world)), (1, 0));
    world.does(1, Ask::Read { from: phone(0), ids: [id(1)].into() });
    world.does(1, Ask::Read { from: phone(0), ids: [id(1)].into() });
    world.receipt(1, 0, ReceiptKind::Delivered, 1);
    assert_eq!((delivered(&world), read(&world)), (1, 1));
    assert_eq!(world.count(0, |what| matches!(what, Happening::Accepted { .. })), 1);
}

#[test]
fn a_read_receipt_says_that_the_message_was_delivered_too() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    world.receipt(1, 0, ReceiptKind::Read, 1);
    assert_eq!((delivered(&world), read(&world)), (1, 1));
}

#[test]
fn a_voice_message_is_played_once_however_often_it_is_listened_to() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    for _ in 0..2 {
        world.does(1, Ask::Play { from: phone(0), ids: [id(1)].into() });
    }
    assert_eq!(world.count(0, |what| matches!(what, Happening::Played { .. })), 1);
    assert_eq!((delivered(&world), read(&world)), (1, 0));
}

#[test]
fn who_is_writing_is_shown_for_a_while_and_not_what_lay_in_the_mailbox() {
    let mut world = World::of(2);
    world.receipt(0, 1, ReceiptKind::Typing, 1);
    let typing = |world: &World| world.count(1, |what| matches!(what, Happening::Typing { .. }));
    assert_eq!(typing(&world), 1);
    world.deliver(&Envelope {
        id: MessageId([0xdd; 16]),
        from: address(0),
        to: address(1),
        payload: Payload::Receipt { kind: ReceiptKind::Typing, ids: [id(2)].into(), attempt: 0 },
        sent_at: UnixMicros(0),
        attempt: 0,
    });
    assert_eq!(typing(&world), 1);
}

#[test]
fn a_strangers_receipt_changes_nothing() {
    let mut world = World::of(3);
    world.is_holding = true;
    world.writes(0, 1, 1);
    let before = world.nodes[0].events.len();
    world.receipt(2, 0, ReceiptKind::Delivered, 1);
    world.receipt(2, 0, ReceiptKind::Read, 1);
    assert_eq!(world.nodes[0].events.len(), before);
    world.receipt(1, 0, ReceiptKind::Delivered, 1);
    assert_eq!((delivered(&world), read(&world)), (1, 0));
}

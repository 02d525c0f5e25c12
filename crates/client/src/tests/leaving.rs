//! The person deletes the account, and the device keeps nothing of it.

use endpoint::{Failure, Happening};
use store::{Engine, RawRow};
use vocab::Micros;
use wire::transport::{Ask as Frame, FromTransport, Notice};

use super::world::{World, address, id, phone};
use crate::Ask;

/// Rows that have bytes in a device's store, of all tables.
fn all(world: &World, node: usize) -> usize {
    let mut rows = 0;
    world.nodes[node].store.visit(&mut |_: RawRow<'_>| rows += 1);
    rows
}

fn deletions(world: &World) -> usize {
    world.asked(0, |ask| matches!(ask, Frame::DeleteAccount { .. }))
}

#[test]
fn a_deleted_account_leaves_one_row_that_names_nobody_and_comes_back_by_no_restart() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.writes(1, 0, 2);
    assert!(all(&world, 0) > 20);
    world.does(0, Ask::DeleteAccount);
    assert_eq!((all(&world, 0), world.rows(0, "left")), (1, 1));
    assert_eq!(world.count(0, |it| *it == Happening::Deleted), 1);
    world.asked.clear();
    world.restart(0);
    world.writes(0, 1, 3);
    world.pass(Micros::hours(1));
    assert_eq!((world.asked.len(), all(&world, 0)), (0, 1), "there is nobody who could ask");
}

#[test]
fn the_request_is_made_until_it_is_answered_and_the_device_wiped_only_then() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.is_deaf = true;
    world.does(0, Ask::DeleteAccount);
    world.pass(Micros::minutes(1));
    assert!(deletions(&world) > 2);
    assert!(world.rows(0, "hist") > 0);
    world.is_deaf = false;
    world.restart(0);
    assert_eq!((all(&world, 0), world.rows(0, "left")), (1, 1));
}

#[test]
fn who_sets_the_app_up_anew_is_somebody_new() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.does(0, Ask::DeleteAccount);
    world.does(0, Ask::Reinstall);
    assert_eq!(world.rows(0, "left"), 0);
    world.writes(0, 1, 5);
    assert!(world.shown(1).contains(&id(5)));
    let changed = |it: &Happening| matches!(it, Happening::IdentityChanged { .. });
    assert_eq!(world.count(1, changed), 1, "whoever talked to the number sees it");
}

#[test]
fn whoever_wrote_to_a_deleted_account_is_told_once_what_did_not_arrive() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    let notice = Notice { to: address(0), phone: phone(1), ids: [id(1)].into() };
    let failed = Happening::Failed { id: id(1), to: address(1), why: Failure::AccountDeleted };
    for _ in 0..2 {
        let notice = notice.clone();
        world.tell(0, &FromTransport::Gone { place: 40, notice });
        assert_eq!(world.count(0, |it| *it == failed), 1);
    }
    let acks = world.asked(0, |ask| matches!(ask, Frame::Ack { places, .. } if *places == [40]));
    assert_eq!(acks, 2, "each copy is acknowledged");
}

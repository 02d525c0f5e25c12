//! Messages that could not be opened: asked for, encrypted anew, refused.

use alloc::collections::BTreeSet;
#[cfg(feature = "mutants")]
use alloc::vec::Vec;

use endpoint::{Failure, Happening};
use wire::transport::{Payload, ReceiptKind};

use super::world::{World, address, id, phone, receipts};
use crate::Ask;

/// What a stranger or the recipient is told of a message that is not sent again.
fn refusals(world: &World, node: usize, wanted: Failure) -> usize {
    world.count(
        node,
        |what| matches!(what, Happening::RetransmissionRefused { why, .. } if *why == wanted),
    )
}

fn assert_no_key_served_twice(world: &World) {
    let mut seen = BTreeSet::new();
    for node in 0..world.nodes.len() {
        for happening in world.happened(node) {
            if let Happening::Sealed { fingerprint, .. } = happening {
                assert!(seen.insert(*fingerprint), "a key and IV that served before");
            }
        }
    }
}

//= test: sesame r2 4.1 message-records
//= test: sesame r2 4.1 fresh-session
#[test]
fn a_device_that_lost_its_session_gets_the_message_in_a_fresh_one() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.writes(1, 0, 2);
    world.does(1, Ask::LoseSession { with: phone(0) });
    world.writes(0, 1, 3);
    world.writes(0, 1, 4);
    assert_eq!(world.shown(1), [id(1), id(3), id(4)]);
    let again = Happening::Retransmitted { id: id(3), attempt: 1 };
    assert_eq!(world.count(0, |what| *what == again), 1);
    world.writes(1, 0, 5);
    assert_eq!(world.shown(0), [id(2), id(5)]);
    assert_no_key_served_twice(&world);
}

//= test: sesame r2 4.1 retry-request
#[test]
fn a_receiver_asks_five_times_and_for_each_transmission_once() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    let mut broken = world.take_carried().remove(0);
    if let Payload::PreKey(bytes) = &mut broken.payload {
        *bytes.last_mut().unwrap() ^= 1;
    }
    for attempt in 0..8 {
        broken.attempt = attempt;
        world.deliver(&broken);
        world.deliver(&broken);
        let asked = usize::try_from(attempt).unwrap() + 1;
        assert_eq!(receipts(&world.carried, ReceiptKind::Retry), asked.min(5));
    }
    assert_eq!(receipts(&world.carried, ReceiptKind::Retry), 5);
    assert_eq!(world.shown(1), []);
}

//= test: sesame r2 4.1 resend-limit
#[test]
fn a_sender_grants_ten_retries() {
    let mut world = World::of(2);
    world.is_holding = true;
    world.writes(0, 1, 1);
    for _ in 0..12 {
        world.receipt(1, 0, ReceiptKind::Retry, 1);
    }
    assert_eq!(world.count(0, |what| matches!(what, Happening::Retransmitted { .. })), 10);
    assert_eq!(refusals(&world, 0, Failure::TooManyRetries), 2);
    assert_no_key_served_twice(&world);
}

#[test]
fn a_message_asked_for_often_while_a_bundle_is_fetched_is_sealed_once() {
    let mut world = World::of(2);
    world.writes(0, 1, 1);
    world.is_deaf = true;
    for _ in 0..9 {
        world.receipt(1, 0, ReceiptKind::Retry, 1);
    }
    world.is_deaf = false;
    world.pass(vocab::Micros::seconds(5));
    assert_eq!(world.count(0, |what| matches!(what, Happening::Retransmitted { .. })), 1);
    assert_eq!(world.rows(0, "wait"), 0);
}

fn reinstalled(world: &mut World) {
    world.writes(0, 1, 1);
    world.does(1, Ask::Reinstall);
    assert_eq!(world.count(1, |what| *what == Happening::Ready), 2);
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) });
    assert_eq!(world.count(0, |what| matches!(what, Happening::IdentityChanged { .. })), 1);
}

//= test: sesame r2 3.1 same-identity
//= test: sesame r2 6.1 changed
#[test]
fn a_message_is_never_encrypted_to_a_changed_identity() {
    let mut world = World::of(2);
    reinstalled(&mut world);
    assert_eq!(refusals(&world, 0, Failure::IdentityChanged), 1);
    assert_eq!(world.count(0, |what| matches!(what, Happening::Retransmitted { .. })), 0);
    assert_eq!(world.count(1, |what| matches!(what, Happening::RefusedByPeer { .. })), 1);
    // What is written after the change goes to the new identity.
    world.writes(0, 1, 2);
    assert_eq!(world.shown(1), [id(1), id(2)]);
    // Nor when the person wrote first, and the session is new already.
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) });
    assert_eq!(refusals(&world, 0, Failure::IdentityChanged), 2);
}

#[cfg(feature = "mutants")]
#[test]
fn the_mutant_encrypts_to_a_changed_identity() {
    let mut world = World::with(2, |config| config.mutant = Some(endpoint::Mutant::AnyIdentity));
    reinstalled(&mut world);
    assert_eq!(refusals(&world, 0, Failure::IdentityChanged), 0);
    assert_eq!(world.count(0, |what| matches!(what, Happening::Retransmitted { .. })), 1);
}

#[cfg(feature = "mutants")]
#[test]
fn the_mutant_that_reuses_a_key_is_seen_by_its_fingerprint() {
    let mutant = endpoint::Mutant::KeyReusedOnRetransmission;
    let mut world = World::with(2, |config| config.mutant = Some(mutant));
    world.is_holding = true;
    world.writes(0, 1, 1);
    world.is_holding = false;
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) }); // A fresh session.
    world.does(1, Ask::LoseSession { with: phone(0) });
    world.writes(1, 0, 2); // The device's own session replaces it.
    world.does(1, Ask::AskAgain { from: phone(0), id: id(1) });
    world.writes(0, 1, 3);
    let mut fingerprints = Vec::new();
    for happening in world.happened(0) {
        if let Happening::Sealed { fingerprint, .. } = happening {
            fingerprints.push(*fingerprint);
        }
    }
    let distinct: BTreeSet<_> = fingerprints.iter().collect();
    assert!(distinct.len() < fingerprints.len(), "the mutant was not seen");
}

//= test: sesame r2 4.1 refuse-foreign
//= test: sesame r2 4.1 unknown-record
#[test]
fn a_stranger_who_asks_for_a_message_learns_nothing() {
    let mut world = World::of(3);
    world.writes(0, 1, 1);
    world.is_holding = true;
    world.take_carried();
    world.receipt(2, 0, ReceiptKind::Retry, 1);
    world.receipt(2, 0, ReceiptKind::Retry, 77);
    let answers = world.take_carried();
    let [there, not_there] = answers.as_slice() else { panic!("two answers") };
    for (answer, about) in [(there, 1), (not_there, 77)] {
        assert_eq!(answer.to, address(2));
        let says =
            Payload::Receipt { kind: ReceiptKind::Refused, ids: [id(about)].into(), attempt: 0 };
        assert_eq!(answer.payload, says);
    }
    assert_eq!(world.count(0, |what| matches!(what, Happening::Retransmitted { .. })), 0);
    assert_eq!(refusals(&world, 0, Failure::NotKept), 2);
}

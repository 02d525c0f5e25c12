//! The prekey directory.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use vocab::{Micros, NoiseKey, limits};
use wire::transport::{Ask, Bundle, KemPrekey, Status};

use super::{
    people::{End, one_time},
    world::World,
};
use crate::{Event, PrekeyKind};

const ASKER: NoiseKey = NoiseKey([50; 32]);

//= test: x3dh r1 3.3 one-time
//= test: x3dh r1 3.3 none-left
//= test: pqxdh r3 3.3 one-time
//= test: pqxdh r3 3.3 kem-one-time
#[test]
fn a_one_time_prekey_leaves_exactly_once_and_then_the_last_resort_serves() {
    let (mut world, ada) = with_ada();
    let bundles: Vec<Bundle> = (0..12).map(|_| world.bundle(ASKER, &ada)).collect();
    let one_time: Vec<_> = bundles.iter().map(one_time_ids).collect();
    for (number, ids) in (0..10).zip(&one_time) {
        assert_eq!(*ids, (Some(number), Some(number)));
    }
    assert_eq!(one_time[10], (None, Some(100_000)));
    assert_eq!(one_time[11], (None, Some(100_000)));
}

#[test]
fn concurrent_requests_never_share_a_one_time_prekey() {
    let (mut world, ada) = with_ada();
    world.is_slow = true;
    let asked: Vec<_> = (0..8_u8)
        .map(|n| (NoiseKey([n; 32]), world.send(NoiseKey([n; 32]), ada.fetch())))
        .collect();
    world.catch_up();
    let mut taken = BTreeSet::new();
    for (link, id) in asked {
        let answers = world.answers(link, id);
        assert!(taken.insert(one_time_ids(answers[0].1.as_ref().unwrap())));
    }
    assert_eq!(taken.len(), 8);
}

#[test]
fn a_repeated_request_is_answered_alike_and_burns_no_second_prekey() {
    let (mut world, ada) = with_ada();
    // Twice while the first is under way, once after it.
    world.is_slow = true;
    world.send_as(ASKER, 900, ada.fetch());
    world.send_as(ASKER, 900, ada.fetch());
    world.catch_up();
    world.send_as(ASKER, 900, ada.fetch());
    let answers = world.answers(ASKER, 900);
    assert_eq!(answers.len(), 2, "the copy under way is answered by its original");
    assert_eq!(answers[0], answers[1]);
    assert_eq!(world.rows("one-time").len(), 9);

    world.crash();
    world.send_as(ASKER, 900, ada.fetch());
    assert_eq!(world.answers(ASKER, 900), [answers[0].clone()]);
    assert_eq!(world.rows("kem-one-time").len(), 9);
}

#[test]
fn a_request_id_that_is_used_for_another_request_is_no_copy() {
    let (mut world, ada) = with_ada();
    let bob = End::new(2, "393331000002");
    world.arrives(&bob);
    world.send_as(ASKER, 900, ada.fetch());
    world.send_as(ASKER, 900, bob.fetch());
    let answers = world.answers(ASKER, 900);
    assert_eq!(answers[1].1.as_ref().unwrap().identity_key, bob.identity());

    world.pass(limits::ANSWER_AGE);
    world.send_as(ASKER, 900, bob.fetch());
    assert_ne!(world.answers(ASKER, 900), [answers[1].clone()], "an answer is remembered shortly");
}

#[test]
fn an_upload_that_is_repeated_after_its_prekeys_have_left_brings_none_back() {
    let (mut world, ada) = with_ada();
    let first: Vec<_> = (0..3).map(|_| one_time_ids(&world.bundle(ASKER, &ada))).collect();
    // With another request id, as an end does that lost power before the answer.
    assert_eq!(world.ask(ada.link, ada.publish(0..10)), Status::Ok);
    assert_eq!(world.rows("one-time").len(), 7);
    let rest: Vec<_> = (0..7).map(|_| one_time_ids(&world.bundle(ASKER, &ada))).collect();
    let all: BTreeSet<_> = first.iter().chain(&rest).collect();
    assert_eq!(all.len(), 10);
}

#[test]
fn an_id_that_is_used_again_for_another_key_joins_the_directory() {
    let (mut world, ada) = with_ada();
    assert_eq!(one_time_ids(&world.bundle(ASKER, &ada)).0, Some(0));
    let mut other = one_time(0);
    other.public_key = one_time(77).public_key;
    let upload = only_one_time(&ada, vec![other.clone()]);
    assert_eq!(world.ask(ada.link, upload), Status::Ok);
    assert_eq!(world.bundle(ASKER, &ada).one_time, Some(other));
}

#[test]
fn one_bad_signature_refuses_the_whole_upload() {
    let mut world = World::new();
    let (ada, eve) = (End::new(1, "393331000001"), End::new(6, "393331000006"));
    assert_eq!(world.ask(ada.link, ada.register()), Status::Ok);
    for part in 0..3 {
        let Ask::Publish { address, mut signed, one_time, mut kem_one_time, mut kem_last_resort } =
            ada.publish(0..3)
        else {
            unreachable!()
        };
        match part {
            0 => signed = Some(eve.signed(1)),
            1 => kem_one_time[2].signature[40] ^= 1,
            _ => kem_last_resort.as_mut().unwrap().public_key[700] ^= 1,
        }
        let upload = Ask::Publish { address, signed, one_time, kem_one_time, kem_last_resort };
        assert_eq!(world.ask(ada.link, upload), Status::BadSignature);
        for table in ["one-time", "kem-one-time", "published", "stock"] {
            assert_eq!(world.rows(table).len(), 0, "{table}");
        }
    }
    assert_eq!(world.ask(ASKER, ada.fetch()), Status::NotFound);
}

#[test]
fn a_key_that_is_no_key_or_an_id_twice_refuses_the_upload() {
    let (mut world, ada) = with_ada();
    let mut short = one_time(20);
    short.public_key.pop();
    for prekeys in [vec![short], vec![one_time(20), one_time(20)]] {
        assert_eq!(world.ask(ada.link, only_one_time(&ada, prekeys)), Status::Malformed);
    }
    assert_eq!(world.rows("one-time").len(), 10);
}

#[test]
fn a_device_without_a_kem_has_bundles_without_one() {
    let mut world = World::new();
    let ada = End::new(1, "393331000001");
    assert_eq!(world.ask(ada.link, ada.register()), Status::Ok);
    let signed = Some(ada.signed(1));
    let Ask::Publish { address, kem_one_time, .. } = only_one_time(&ada, Vec::new()) else {
        unreachable!()
    };
    let one_time = (0..20).map(one_time).collect();
    let upload = Ask::Publish { address, signed, one_time, kem_one_time, kem_last_resort: None };
    assert_eq!(world.ask(ada.link, upload), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.hello()), Status::Ok);
    let bundle = world.bundle(ASKER, &ada);
    assert_eq!((one_time_ids(&bundle), bundle.kem), ((Some(0), None), None));
    assert_eq!(world.warnings(ada.link), [], "no KEM prekeys are wanted of it");
}

#[test]
fn the_directory_holds_at_most_so_many_and_counts_before_it_refuses() {
    let (mut world, ada) = with_ada();
    for first in [10, 40, 70] {
        assert_eq!(world.ask(ada.link, ada.publish(first..first + 30)), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, ada.publish(100..101)), Status::Full);
    assert_eq!(world.rows("one-time").len(), limits::MAX_PREKEYS_HELD);

    // A prekey that is taken just before a crash is still in the stock: never on the shelf.
    world.power_for = Some((world.transactions + 3, super::world::Moment::BeforeSync));
    let id = world.send(ASKER, ada.fetch());
    assert_eq!(world.answers(ASKER, id), []);
    assert_eq!((world.crashes, world.rows("one-time").len()), (1, 99));
    assert_eq!(world.ask(ada.link, ada.publish(100..101)), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.publish(101..102)), Status::Full);
}

#[test]
fn an_owner_who_is_here_is_told_when_few_prekeys_are_left_and_one_who_comes_later_then() {
    let (mut world, ada) = with_ada();
    for _ in 0..5 {
        world.bundle(ASKER, &ada);
    }
    assert_eq!(world.warnings(ada.link), []);
    world.bundle(ASKER, &ada);
    assert_eq!(world.warnings(ada.link), [(4, 4)]);

    world.link(&ada, false);
    world.bundle(ASKER, &ada);
    assert_eq!(world.warnings(ada.link), []);
    assert_eq!(world.ask(ada.link, ada.hello()), Status::Ok);
    assert_eq!(world.warnings(ada.link), [(3, 3)]);
    assert_eq!(world.ask(ada.link, ada.publish(10..20)), Status::Ok);
    world.bundle(ASKER, &ada);
    assert_eq!(world.warnings(ada.link), []);
}

#[test]
fn every_prekey_that_leaves_is_an_event_that_names_it() {
    let (mut world, ada) = with_ada();
    world.bundle(ASKER, &ada);
    let account = world.config.hash_key.alias(&ada.phone());
    for kind in [PrekeyKind::Curve, PrekeyKind::Kem] {
        let taken = Event::OneTimeKeyTaken { account, device: 1, kind, id: 0, by: ASKER };
        assert_eq!(world.events.iter().filter(|event| **event == taken).count(), 1);
    }
}

#[test]
fn prekeys_do_not_expire() {
    let (mut world, ada) = with_ada();
    world.pass(Micros::days(400));
    assert_eq!(one_time_ids(&world.bundle(ASKER, &ada)), (Some(0), Some(0)));
}

fn with_ada() -> (World, End) {
    let mut world = World::new();
    let ada = End::new(1, "393331000001");
    world.arrives(&ada);
    (world, ada)
}

fn only_one_time(end: &End, one_time: Vec<wire::transport::Prekey>) -> Ask {
    let none: Vec<KemPrekey> = Vec::new();
    Ask::Publish {
        address: end.address.clone(),
        signed: None,
        one_time,
        kem_one_time: none,
        kem_last_resort: None,
    }
}

pub(super) fn one_time_ids(bundle: &Bundle) -> (Option<u32>, Option<u32>) {
    let curve = bundle.one_time.as_ref().map(|prekey| prekey.id);
    (curve, bundle.kem.as_ref().map(|prekey| prekey.id))
}

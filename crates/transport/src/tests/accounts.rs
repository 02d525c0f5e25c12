//! Who owns a number.

use vocab::{MessageId, NoiseKey};
use wire::transport::{Ask, Operator, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::{Event, Refusal};

#[test]
fn a_number_belongs_to_the_first_link_that_claims_it() {
    let mut world = World::new();
    let ada = End::new(1, "393331000001");
    let eve = End::new(6, "393331000001");
    assert_eq!(world.ask(ada.link, ada.register()), Status::Ok);
    assert_eq!(world.ask(eve.link, eve.register()), Status::Forbidden);
    assert_eq!(world.ask(ada.link, ada.register()), Status::Ok);
    let why = Refusal::NumberTaken;
    assert!(world.events.contains(&Event::Refused { link: eve.link, why }));
}

#[test]
fn another_link_can_neither_publish_nor_send_nor_read_nor_acknowledge_nor_act_for_an_account() {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    world.arrives(&bob);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 1))), Status::Ok);
    let place = world.pushed(bob.link)[0].0;

    let eve = NoiseKey([6; 32]);
    let forbidden = [
        bob.publish(10..12),
        Ask::Send(bob.writes(&ada, 2)),
        bob.hello(),
        bob.ack(&[place]),
        bob.report(&ada, &[]),
        bob.block(&ada, true),
    ];
    for ask in forbidden {
        assert_eq!(world.ask(eve, ask.clone()), Status::Forbidden, "{ask:?}");
    }
    assert_eq!(world.pushed(eve), []);
    assert_eq!(world.rows("mail").len(), 1);
    assert_eq!(world.rows("block").len(), 0);
    assert_eq!(world.rows("report").len(), 0);
}

#[test]
fn nobody_acts_for_a_number_that_nobody_claimed_or_for_a_device_that_it_has_not() {
    let mut world = World::new();
    let (ada, nobody) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    assert_eq!(world.ask(nobody.link, Ask::Send(nobody.writes(&ada, 1))), Status::Forbidden);
    assert_eq!(world.ask(nobody.link, nobody.publish(0..1)), Status::NotFound);
    assert_eq!(world.ask(ada.link, nobody.fetch()), Status::NotFound);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&nobody, 1))), Status::NotFound);

    let mut second = ada.clone();
    second.address.device = vocab::DeviceId::new(2).unwrap();
    assert_eq!(world.ask(ada.link, second.fetch()), Status::NotFound);
    assert_eq!(world.ask(ada.link, second.hello()), Status::NotFound);
    assert_eq!(world.ask(ada.link, Ask::Send(second.writes(&ada, 1))), Status::Forbidden);
    assert_eq!(world.ask(ada.link, second.register()), Status::Ok);
    assert_eq!(world.ask(ada.link, second.hello()), Status::Ok);
}

#[test]
fn a_bundle_says_who_runs_the_end_that_decrypts() {
    let mut world = World::new();
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    assert_eq!(world.bundle(ada.link, &bakery).operator(), Operator::CloudApi);
    assert_eq!(world.bundle(bakery.link, &ada).operator(), Operator::Owner);
}

#[test]
fn a_new_identity_drops_the_prekeys_of_the_old_one_and_keeps_the_mail() {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    world.arrives(&bob);
    assert_eq!(world.ask(bob.link, Ask::Send(bob.writes(&ada, 1))), Status::Ok);

    let again = End::with_identity(1, "393331000001", 41);
    assert_eq!(world.ask(again.link, again.register()), Status::Ok);
    assert_eq!(world.ask(bob.link, ada.fetch()), Status::NotFound);
    assert_eq!(world.rows("one-time").len(), 10, "only those of the other account are left");
    assert_eq!(world.rows("kem-one-time").len(), 10);
    assert_eq!(world.rows("clearing").len(), 0);
    assert_eq!(world.rows("mail").len(), 1);
    assert_eq!(world.ask(ada.link, ada.publish(20..22)), Status::BadSignature);

    assert_eq!(world.ask(again.link, again.publish(20..22)), Status::Ok);
    let bundle = world.bundle(bob.link, &again);
    assert_eq!(bundle.identity_key, again.identity());
    assert_eq!(bundle.one_time.map(|prekey| prekey.id), Some(20));
}

#[test]
fn prekeys_of_an_old_identity_are_out_of_reach_even_before_they_are_removed() {
    let mut world = World::new();
    let (before, after) = (End::new(1, "393331000001"), End::with_identity(1, "393331000001", 41));
    world.arrives(&before);
    world.is_slow = true;
    world.send(after.link, after.register());
    // The registration's rows, itself, and the scan for what is to be removed; then the store takes
    // no writes.
    for _ in 0..3 {
        world.step();
    }
    world.store.set_read_only(true);
    world.step();
    world.store.set_read_only(false);
    world.catch_up();
    assert_eq!(world.ask(after.link, after.publish(20..22)), Status::Ok);
    assert_eq!(world.rows("one-time").len(), 12);
    assert_eq!(world.bundle(after.link, &after).one_time.map(|prekey| prekey.id), Some(20));

    // A restart knows what it has to remove.
    world.crash();
    assert_eq!(world.rows("one-time").len(), 1);
    assert_eq!(world.rows("clearing").len(), 0);
    assert_eq!(world.bundle(after.link, &after).one_time.map(|prekey| prekey.id), Some(21));
}

#[test]
fn a_late_copy_of_an_earlier_registration_does_not_bring_the_old_identity_back() {
    let mut world = World::new();
    let (before, after) = (End::new(1, "393331000001"), End::with_identity(1, "393331000001", 41));
    world.send_as(before.link, 500, before.register());
    world.send_as(after.link, 501, after.register());
    assert_eq!(world.ask(after.link, after.publish(0..2)), Status::Ok);
    world.send_as(before.link, 500, before.register());
    assert_eq!(world.bundle(after.link, &after).identity_key, after.identity());
}

#[test]
fn a_link_claims_at_most_so_many_numbers_unless_it_is_the_cloud_apis() {
    let mut world = World::new();
    let most = vocab::limits::MAX_ACCOUNTS_PER_LINK;
    for (link, expected) in [(1, Status::Full), (CLOUD_API, Status::Ok)] {
        for number in 0..most {
            let digits = std::format!("39{link:03}{number:07}");
            let end = End::new(link, &digits);
            assert_eq!(world.ask(end.link, end.register()), Status::Ok);
        }
        let one_more = End::new(link, &std::format!("39{link:03}9999999"));
        assert_eq!(world.ask(one_more.link, one_more.register()), expected);
    }
}

#[test]
fn no_row_names_a_number_but_in_the_value_of_an_account_a_mail_or_a_record_of_a_business() {
    let mut world = World::new();
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 1))), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.report(&bakery, &["text"])), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.block(&bakery, true)), Status::Ok);

    let holds = |bytes: &[u8], digits: &str| {
        bytes.windows(digits.len()).any(|window| window == digits.as_bytes())
    };
    let mut seen = alloc::collections::BTreeSet::new();
    store::Engine::visit(&world.store, &mut |row| {
        for digits in ["393331000001", "390212345"] {
            assert!(!holds(row.key.as_bytes(), digits), "{:?}", row.key);
            if holds(row.value, digits) {
                let table = row.key.as_bytes().split(|byte| *byte == 0).next().unwrap();
                seen.insert(alloc::string::String::from_utf8(table.to_vec()).unwrap());
            }
        }
    });
    assert_eq!(seen.into_iter().collect::<std::vec::Vec<_>>(), ["account", "integrity", "mail"]);
}

#[test]
fn events_and_log_lines_bear_no_number() {
    let mut world = World::new();
    let (ada, eve) = (End::new(1, "393331000001"), End::new(6, "393331000001"));
    world.arrives(&ada);
    assert_eq!(world.ask(eve.link, eve.register()), Status::Forbidden);
    let text = std::format!("{:?}{:?}{:?}", world.events, world.log, MessageId([0; 16]));
    assert!(!text.contains("393331000001"));
    assert_eq!(world.log.len(), 1);
}

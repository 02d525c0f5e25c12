//! Reporting, blocking, and what is counted of a business.

use serde_json::Value;
use vocab::{DataClass, NoiseKey, PhoneNumber, limits};
use wire::transport::{Ask, ReceiptKind, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::Event;

#[test]
fn what_a_blocked_sender_sends_is_answered_ok_and_dropped_until_the_block_ends() {
    let (mut world, ada, bakery) = with_bakery();
    assert_eq!(world.ask(ada.link, ada.block(&bakery, true)), Status::Ok);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 1))), Status::Ok);
    assert_eq!((world.pushed(ada.link).len(), world.rows("mail").len()), (0, 0));
    assert!(world.events.iter().any(|event| matches!(event, Event::Dropped { .. })));
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bakery, 9))), Status::Ok);
    assert_eq!(world.pushed(bakery.link).len(), 1, "who blocks can still write");

    assert_eq!(world.ask(ada.link, ada.block(&bakery, false)), Status::Ok);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 2))), Status::Ok);
    assert_eq!(world.pushed(ada.link).len(), 1);
    let record = record(&mut world, "390212345");
    assert_eq!(
        (&record["sent"], &record["dropped"], &record["blocks"]),
        (&2.into(), &1.into(), &0.into())
    );
}

#[test]
fn a_late_copy_of_a_block_does_not_bring_it_back() {
    let (mut world, ada, bakery) = with_bakery();
    world.send_as(ada.link, 700, ada.block(&bakery, true));
    world.send_as(ada.link, 701, ada.block(&bakery, false));
    world.send_as(ada.link, 700, ada.block(&bakery, true));
    assert_eq!(world.rows("block").len(), 0);
}

#[test]
fn messages_and_their_recipients_are_counted_from_headers_alone() {
    let (mut world, ada, bakery) = with_bakery();
    let bob = End::new(2, "393331000002");
    world.arrives(&bob);
    assert_eq!(world.page("/integrity")["integrity"], Value::Array(std::vec![]));

    let mut again = bakery.writes(&ada, 1);
    again.attempt = 1;
    let receipt = bakery.receipt(&ada, 4, ReceiptKind::Read);
    let envelopes = [
        bakery.writes(&ada, 1),
        bakery.writes(&ada, 1),
        again,
        bakery.writes(&ada, 2),
        bakery.writes(&bob, 3),
        receipt,
    ];
    for envelope in envelopes {
        assert_eq!(world.ask(bakery.link, Ask::Send(envelope)), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 1))), Status::Ok);
    let before = record(&mut world, "390212345");
    assert_eq!((&before["sent"], &before["distinct_recipients"]), (&3.into(), &2.into()));

    // A recipient is remembered for a day.
    world.pass(limits::CONTACT_AGE);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 5))), Status::Ok);
    let after = record(&mut world, "390212345");
    assert_eq!((&after["sent"], &after["distinct_recipients"]), (&4.into(), &3.into()));
    assert_eq!(after["reference"], before["reference"]);
    let reference = after["reference"].as_str().unwrap();
    assert!(reference.starts_with(vocab::marker::tag(DataClass::IntegritySignals).unwrap()));
}

#[test]
fn a_business_that_runs_its_own_end_is_counted_too_and_a_person_is_not() {
    let mut world = World::with(|config| {
        let number = PhoneNumber::parse("390212345").unwrap();
        config.on_premises.push((number, NoiseKey([3; 32])));
    });
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(3, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 1))), Status::Ok);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bakery, 1))), Status::Ok);
    assert_eq!(world.ask(bakery.link, bakery.report(&ada, &[])), Status::Ok);
    assert_eq!(world.ask(bakery.link, bakery.block(&ada, true)), Status::Ok);
    assert_eq!(record(&mut world, "390212345")["sent"], 1);
    assert_eq!(world.rows("integrity").len(), 1);
}

#[test]
fn a_report_discloses_what_the_person_attached_and_nothing_else() {
    let (mut world, ada, bakery) = with_bakery();
    assert_eq!(world.ask(ada.link, ada.report(&bakery, &[])), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.report(&bakery, &["buy now", "buy twice"])), Status::Ok);
    assert_eq!(record(&mut world, "390212345")["reports"], 2);
    let rows = world.rows("report");
    assert_eq!(rows[0].0, DataClass::ConnectionMetadata);
    assert_eq!(rows[1].0, DataClass::MessageContent);
    assert!(rows[1].1.windows(7).any(|window| window == b"buy now"));

    let Ask::Report { by, about, mut ids, attached } = ada.report(&bakery, &["a", "b"]) else {
        unreachable!()
    };
    ids.pop();
    let more_than_ids = Ask::Report { by, about, ids, attached };
    assert_eq!(world.ask(ada.link, more_than_ids), Status::Malformed);
    world.pass(limits::REPORT_AGE);
    let now = world.now().wall;
    store::Engine::sweep(&mut world.store, now);
    assert_eq!(world.rows("report"), []);
}

#[test]
fn a_person_has_at_most_so_many_reports_and_reports_only_who_exists() {
    let (mut world, ada, bakery) = with_bakery();
    let nobody = End::new(7, "393331000007");
    assert_eq!(world.ask(ada.link, ada.report(&nobody, &[])), Status::NotFound);
    for _ in 0..limits::MAX_REPORTS {
        assert_eq!(world.ask(ada.link, ada.report(&bakery, &[])), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, ada.report(&bakery, &[])), Status::Full);
    assert_eq!(record(&mut world, "390212345")["reports"], limits::MAX_REPORTS);
}

#[test]
fn blocks_count_the_people_who_block_however_often_they_do() {
    let (mut world, ada, bakery) = with_bakery();
    let bob = End::new(2, "393331000002");
    world.arrives(&bob);
    for on in [true, true, false, true] {
        assert_eq!(world.ask(ada.link, ada.block(&bakery, on)), Status::Ok);
    }
    assert_eq!(world.ask(bob.link, bob.block(&bakery, true)), Status::Ok);
    assert_eq!(record(&mut world, "390212345")["blocks"], 2);
    assert_eq!(world.rows("block").len(), 2);
}

#[test]
fn a_person_blocks_at_most_so_many_numbers() {
    let (mut world, ada, _bakery) = with_bakery();
    for number in 0..limits::MAX_BLOCKED {
        let other = End::new(7, &std::format!("39444{number:07}"));
        assert_eq!(world.ask(ada.link, ada.block(&other, true)), Status::Ok);
    }
    let other = End::new(7, "395550000000");
    assert_eq!(world.ask(ada.link, ada.block(&other, true)), Status::Full);
    let first = End::new(7, "394440000000");
    assert_eq!(world.ask(ada.link, ada.block(&first, false)), Status::Ok);
    assert_eq!(world.ask(ada.link, ada.block(&other, true)), Status::Ok);
}

fn with_bakery() -> (World, End, End) {
    let mut world = World::new();
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    (world, ada, bakery)
}

fn record(world: &mut World, phone: &str) -> Value {
    let page = world.page("/integrity");
    let records = page["integrity"].as_array().unwrap();
    records.iter().find(|record| record["phone"] == phone).unwrap().clone()
}

//! Envelopes on their way in.

use sha2::{Digest, Sha256};
use vocab::{MessageId, Micros, limits};
use wire::transport::{Ask, Payload, ReceiptKind, Status};

use super::{
    people::{End, ciphertext, first_ciphertext},
    world::{CLOUD_API, OTHER_CLOUD_API, World},
};
use crate::{Event, Refusal};

#[test]
fn what_comes_out_is_byte_for_byte_what_went_in() {
    let (mut world, ada, bob) = two();
    for (number, payload) in [
        (1, Payload::Message(ciphertext(1))),
        (2, Payload::PreKey(first_ciphertext(2))),
        (3, ada.receipt(&bob, 3, ReceiptKind::Read).payload),
    ] {
        let mut sent = ada.writes(&bob, number);
        sent.payload = payload;
        assert_eq!(world.ask(ada.link, Ask::Send(sent.clone())), Status::Ok);
        let (_, got) = world.pushed(bob.link).remove(0);
        let digest = |envelope: &wire::transport::Envelope| {
            envelope.payload.ciphertext().map(|bytes| Sha256::digest(bytes).to_vec())
        };
        assert_eq!(digest(&got), digest(&sent));
        assert_eq!(got, sent);
    }
}

#[test]
fn a_repeated_envelope_is_answered_ok_and_carried_once() {
    let (mut world, ada, bob) = two();
    let envelope = ada.writes(&bob, 1);
    // Two at a time, one after them, one after a crash, one after 30 days.
    world.is_slow = true;
    let ids = [1, 2].map(|_| world.send(ada.link, Ask::Send(envelope.clone())));
    world.catch_up();
    for id in ids {
        assert_eq!(world.answers(ada.link, id), [(Status::Ok, None)]);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(envelope.clone())), Status::Ok);
    world.crash();
    assert_eq!(world.ask(ada.link, Ask::Send(envelope.clone())), Status::Ok);
    assert_eq!(world.rows("mail").len(), 1);
    world.pass(limits::MAILBOX_AGE);
    assert_eq!(world.ask(ada.link, Ask::Send(envelope)), Status::Ok);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    world.pushed(bob.link);
    world.crash();
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(world.pushed(bob.link), []);
}

#[test]
fn another_attempt_another_kind_and_another_sender_are_other_envelopes() {
    let (mut world, ada, bob) = two();
    let eve = End::new(6, "393331000006");
    world.arrives(&eve);
    let first = ada.writes(&bob, 1);
    let mut attempt = first.clone();
    attempt.attempt = 1;
    let mut kind = first.clone();
    kind.payload = Payload::PreKey(first_ciphertext(1));
    let delivered = ada.receipt(&bob, 1, ReceiptKind::Delivered);
    let read = ada.receipt(&bob, 1, ReceiptKind::Read);
    for envelope in [first, attempt, kind, delivered, read] {
        assert_eq!(world.ask(ada.link, Ask::Send(envelope)), Status::Ok);
    }
    assert_eq!(world.ask(eve.link, Ask::Send(eve.writes(&bob, 1))), Status::Ok);
    assert_eq!(world.pushed(bob.link).len(), 6);
}

#[test]
fn an_answer_waits_until_the_envelope_is_durable() {
    let (mut world, ada, bob) = two();
    world.is_slow = true;
    let id = world.send(ada.link, Ask::Send(ada.writes(&bob, 1)));
    // What it reads is fetched, and the transaction is asked for.
    world.step();
    assert_eq!(world.answers(ada.link, id), []);
    world.crash();
    world.catch_up();
    assert_eq!(world.rows("mail").len(), 0, "it was neither stored nor answered");
    assert_eq!(world.answers(ada.link, id), []);
}

#[test]
fn what_is_no_signal_message_is_refused() {
    let (mut world, ada, bob) = two();
    let text = b"hello, this is not encrypted at all".to_vec();
    let mut cut = ciphertext(1);
    cut.truncate(60);
    let mut version = ciphertext(1);
    version[0] = 0x11;
    let mut key_type = ciphertext(1);
    key_type[3] = 0x09;
    for content in [text.clone(), cut, version, key_type, first_ciphertext(1)] {
        let mut envelope = ada.writes(&bob, 1);
        envelope.payload = Payload::Message(content);
        assert_eq!(world.ask(ada.link, Ask::Send(envelope)), Status::Malformed);
    }
    for content in [text, ciphertext(1)] {
        let mut envelope = ada.writes(&bob, 1);
        envelope.payload = Payload::PreKey(content);
        assert_eq!(world.ask(ada.link, Ask::Send(envelope)), Status::Malformed);
    }
    assert_eq!(world.rows("mail").len(), 0);
    let why = Refusal::NotCiphertext;
    assert!(world.events.contains(&Event::Refused { link: ada.link, why }));
}

#[test]
fn a_frame_that_does_not_parse_is_answered_by_its_id_where_it_has_one() {
    let mut world = World::new();
    let ada = End::new(1, "393331000001");
    let mut frame = wire::transport::ToTransport { id: 7, ask: ada.hello() }.encode();
    let device = frame.len() - 3; // The version stands behind it.
    frame[device] = 0; // No device has this number.
    world.input(hop::Input::Frame { from: ada.link, bytes: frame });
    assert_eq!(world.answers(ada.link, 7), [(Status::Malformed, None)]);
    world.input(hop::Input::Frame { from: ada.link, bytes: alloc::vec![0xff; 40] });
    let bytes = alloc::vec![0; limits::MAX_FRAME + 1];
    world.input(hop::Input::Frame { from: ada.link, bytes });
    let refused = |event: &&Event| matches!(event, Event::Refused { why: Refusal::Malformed, .. });
    assert_eq!(world.events.iter().filter(refused).count(), 3);
}

#[test]
fn an_envelope_from_a_hosted_number_comes_from_the_cloud_api_or_not_at_all() {
    let (mut world, ada, bakery) = with_bakery(World::new());
    let eve = End::new(6, "390212345");
    assert_eq!(world.ask(eve.link, Ask::Send(eve.writes(&ada, 1))), Status::Forbidden);
    let why = Refusal::BusinessSender;
    assert!(world.events.contains(&Event::Refused { link: eve.link, why }));
    assert!(world.log.iter().any(|line| line.contains("hosted number")));
    assert_eq!(world.pushed(ada.link), []);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 1))), Status::Ok);
    assert_eq!(world.pushed(ada.link).len(), 1);
}

#[test]
fn a_node_of_the_cloud_api_sends_for_its_own_numbers_and_takes_none_of_another() {
    let (mut world, ada, bakery) = with_bakery(World::new());
    let other = End::new(OTHER_CLOUD_API, "390212345");
    assert_eq!(world.ask(other.link, other.register()), Status::Forbidden);
    assert_eq!(world.ask(other.link, Ask::Send(other.writes(&ada, 1))), Status::Forbidden);
    assert_eq!(world.pushed(ada.link), []);
    let bank = End::new(OTHER_CLOUD_API, "390254321");
    world.arrives(&bank);
    assert_eq!(world.ask(bank.link, Ask::Send(bank.writes(&ada, 1))), Status::Ok);
    assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 2))), Status::Ok);
    assert_eq!(world.ask(bakery.link, Ask::Send(bank.writes(&ada, 3))), Status::Forbidden);
    assert_eq!(world.pushed(ada.link).len(), 2);
}

#[test]
fn without_the_sender_check_anybody_sends_for_a_hosted_number_and_for_no_other() {
    let world = World::with(|config| config.rules.business_sender_check = false);
    let (mut world, ada, _bakery) = with_bakery(world);
    let eve = End::new(6, "390212345");
    assert_eq!(world.ask(eve.link, Ask::Send(eve.writes(&ada, 1))), Status::Ok);
    assert_eq!(world.pushed(ada.link).len(), 1);
    let eve = End::new(6, "393331000001");
    assert_eq!(world.ask(eve.link, Ask::Send(eve.writes(&ada, 2))), Status::Forbidden);
}

#[test]
fn a_mailbox_takes_so_many_envelopes_and_takes_more_once_some_are_gone() {
    let (mut world, ada, bob) = two();
    world.link(&bob, false);
    let most = u32::try_from(limits::MAX_MAILBOX_ENVELOPES).unwrap();
    for number in 0..most {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, most))), Status::Full);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    let (place, _) = world.pushed(bob.link)[0];
    world.link(&bob, false);
    world.pass(Micros::days(20));
    for _ in 0..2 {
        assert_eq!(world.ask(bob.link, bob.ack(&[place])), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, most))), Status::Ok);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, most + 1))), Status::Full);
    // What expires is counted out unseen: all but the one of the twentieth day.
    world.pass(Micros::days(11));
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, most + 1))), Status::Ok);
}

#[test]
fn a_mailbox_takes_so_many_bytes() {
    let (mut world, ada, bob) = two();
    let large = |number: u32| {
        let mut envelope = ada.writes(&bob, number);
        let fields = wire::signal::SignalFields {
            version: 0x44,
            ratchet_key: &super::people::curve_key(1),
            counter: number,
            previous_counter: 0,
            ciphertext: &[1; 59_840],
            pq_ratchet: &[],
            addresses: None,
        };
        let mut content = fields.encode_authenticated();
        content.extend([0; 8]);
        envelope.payload = Payload::Message(content);
        envelope
    };
    let size = u64::try_from(large(1_000).encode().len()).unwrap();
    let fit = u32::try_from(limits::MAX_MAILBOX_BYTES / size).unwrap();
    // Numbers below 128 take a byte less.
    for number in 1_000..1_000 + fit {
        assert_eq!(world.ask(ada.link, Ask::Send(large(number))), Status::Ok);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(large(1_000 + fit))), Status::Full);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, fit))), Status::Ok);
}

#[test]
fn a_link_may_leave_so_many_requests_unanswered_and_no_more() {
    let (mut world, ada, bob) = two();
    world.is_slow = true;
    let most = u64::try_from(limits::MAX_UNANSWERED).unwrap();
    let sent = |id: u64| {
        let mut envelope = ada.writes(&bob, 0);
        envelope.id = MessageId(u128::from(id).to_be_bytes());
        Ask::Send(envelope)
    };
    for id in 0..=most {
        world.send_as(ada.link, 10_000 + id, sent(id));
    }
    let why = Refusal::TooManyUnanswered;
    assert_eq!(world.events.last(), Some(&Event::Refused { link: ada.link, why }));
    world.catch_up();
    assert_eq!(world.rows("mail").len(), limits::MAX_UNANSWERED);
    world.send_as(ada.link, 10_000 + most, sent(most));
    assert_eq!(world.answers(ada.link, 10_000 + most), [(Status::Ok, None)]);
}

fn two() -> (World, End, End) {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    world.arrives(&bob);
    (world, ada, bob)
}

fn with_bakery(mut world: World) -> (World, End, End) {
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    (world, ada, bakery)
}

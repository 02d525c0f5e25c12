//! How fast a link may speak, and how much a mailbox holds.

use vocab::{Micros, limits};
use wire::transport::{Ask, ReceiptKind, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::{Event, Refusal, Rules};

fn three(world: &mut World) -> [End; 3] {
    let numbers = [(1, "393331000001"), (2, "393331000002"), (CLOUD_API, "390212345")];
    numbers.map(|(link, digits)| {
        let end = End::new(link, digits);
        world.arrives(&end);
        end
    })
}

#[test]
fn a_persons_link_sends_so_many_messages_and_one_more_in_each_span() {
    let mut world = World::guarded_without_codes();
    let [ada, bob, bakery] = three(&mut world);
    let burst = limits::MESSAGES_PER_LINK.burst;
    for number in 0..burst {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bakery, number))), Status::Ok);
    }
    let one_more = Ask::Send(ada.writes(&bakery, burst));
    let wait = world.ask_limited(ada.link, one_more.clone(), Status::Limited);
    assert!(wait <= limits::MESSAGES_PER_LINK.every);
    let receipt = ada.receipt(&bakery, 9_999, ReceiptKind::Read);
    assert_eq!(world.ask(ada.link, Ask::Send(receipt)), Status::Ok, "receipts count apart");
    assert_eq!(world.ask(bob.link, Ask::Send(bob.writes(&bakery, 1))), Status::Ok);
    world.link(&ada, false);
    world.ask_limited(ada.link, one_more.clone(), Status::Limited);
    world.pass(wait);
    assert_eq!(world.ask(ada.link, one_more), Status::Ok);
    let two_more = Ask::Send(ada.writes(&bakery, burst + 1));
    world.ask_limited(ada.link, two_more, Status::Limited);
}

#[test]
fn the_cloud_apis_link_sends_more_than_a_person_may() {
    let mut world = World::guarded_without_codes();
    let [ada, _bob, bakery] = three(&mut world);
    for number in 0..limits::MESSAGES_PER_LINK.burst + 50 {
        assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, number))), Status::Ok);
    }
}

#[test]
fn frames_beyond_the_rate_are_not_even_read() {
    let mut world = World::guarded_without_codes();
    let [ada, bob, _bakery] = three(&mut world);
    for _ in 0..limits::FRAMES_PER_LINK.burst {
        world.input(hop::Input::Frame { from: ada.link, bytes: alloc::vec![0xff] });
    }
    world.events.clear();
    let id = world.send(ada.link, ada.hello());
    assert_eq!(world.answers(ada.link, id), []);
    assert_eq!(world.events, [Event::Refused { link: ada.link, why: Refusal::TooFast }]);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    world.pass(limits::FRAMES_PER_LINK.every);
    assert_eq!(world.ask(ada.link, ada.hello()), Status::Ok);
}

#[test]
fn a_mailbox_holds_its_quota_and_its_sender_is_told_unless_the_rule_is_off() {
    for (mailbox_quota, expected) in [(true, Status::Full), (false, Status::Ok)] {
        let rules = Rules { message_rates: false, registration_code: false, ..Rules::default() };
        let mut world = World::with(|config| config.rules = Rules { mailbox_quota, ..rules });
        let [ada, bob, bakery] = three(&mut world);
        world.link(&ada, false);
        let most = limits::MAX_MAILBOX_ENVELOPES as u32;
        for number in 0..most {
            world.send(bob.link, Ask::Send(bob.writes(&ada, number)));
        }
        assert_eq!(world.rows("mail").len(), most as usize);
        assert_eq!(world.ask(bob.link, Ask::Send(bob.writes(&ada, most))), expected);
        assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&ada, 1))), expected);
        assert_eq!(world.ask(bakery.link, Ask::Send(bakery.writes(&bob, 2))), Status::Ok);
        world.pass(Micros::seconds(1));
    }
}

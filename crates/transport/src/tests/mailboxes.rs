//! Mailboxes: waiting, pushing, acknowledging, expiring.

use alloc::vec::Vec;

use vocab::{Instant, Micros, NoiseKey, limits};
use wire::transport::{Ask, Envelope, Status};

use super::{
    people::End,
    world::{CLOUD_API, World},
};
use crate::{input::Job, links::Links};

#[test]
fn mail_for_an_owner_who_is_here_is_pushed_at_once_and_in_order() {
    let (mut world, ada, bob) = two();
    for number in 0..5 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    let pushed = world.pushed(bob.link);
    assert_eq!(numbers(&pushed), [0, 1, 2, 3, 4]);
    assert!(pushed.is_sorted_by(|(a, _), (b, _)| a < b));
}

#[test]
fn mail_waits_for_an_absent_owner_and_comes_with_the_hello() {
    let (mut world, ada, bob) = two();
    world.link(&bob, false);
    for number in 0..3 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    world.pass(Micros::days(29));
    assert_eq!(world.pushed(bob.link), []);
    world.link(&bob, true);
    assert_eq!(world.pushed(bob.link), [], "a link alone is nobody's hello");
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(numbers(&world.pushed(bob.link)), [0, 1, 2]);
}

#[test]
fn at_most_a_window_of_envelopes_is_out_at_a_time() {
    let (mut world, ada, bob) = two();
    let window = limits::MAX_UNACKNOWLEDGED;
    for number in 0..50 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    let first = world.pushed(bob.link);
    assert_eq!(first.len(), window);
    let places: Vec<u64> = first.iter().take(3).map(|(place, _)| *place).collect();
    assert_eq!(world.ask(bob.link, bob.ack(&places)), Status::Ok);
    assert_eq!(numbers(&world.pushed(bob.link)), [32, 33, 34]);
    assert_eq!(world.rows("mail").len(), 47);
}

#[test]
fn an_envelope_is_pushed_again_at_doubling_intervals_until_it_is_acknowledged() {
    let (mut world, ada, bob) = two();
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 0))), Status::Ok);
    let (place, _) = world.pushed(bob.link)[0];
    for seconds in [2, 4, 8, 16, 32, 60, 60] {
        world.pass(Micros(Micros::seconds(seconds).0 - 1));
        assert_eq!(world.pushed(bob.link), [], "before {seconds} s");
        world.pass(Micros(1));
        assert_eq!(numbers(&world.pushed(bob.link)), [0], "after {seconds} s");
    }
    assert_eq!(world.ask(bob.link, bob.ack(&[place])), Status::Ok);
    assert_eq!(world.wake_at(), None);
    world.pass(Micros::hours(1));
    assert_eq!(world.pushed(bob.link), []);
    assert_eq!((world.rows("mail").len(), world.rows("fill").len()), (0, 1));
}

#[test]
fn an_acknowledgement_forgets_what_it_names_and_nothing_else() {
    let (mut world, ada, bob) = two();
    for number in 0..3 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    let pushed = world.pushed(bob.link);
    // Twice, and with a place that is nobody's.
    for _ in 0..2 {
        assert_eq!(world.ask(bob.link, bob.ack(&[pushed[1].0, 999_999])), Status::Ok);
    }
    world.pass(limits::RESEND_FIRST);
    assert_eq!(numbers(&world.pushed(bob.link)), [0, 2]);
    // The place of somebody else's envelope means nothing in one's own mailbox.
    assert_eq!(world.ask(ada.link, ada.ack(&[pushed[0].0])), Status::Ok);
    assert_eq!(world.rows("mail").len(), 2);
}

#[test]
fn nothing_is_pushed_to_a_link_that_went_down_until_the_next_hello() {
    let (mut world, ada, bob) = two();
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 0))), Status::Ok);
    assert_eq!(world.pushed(bob.link).len(), 1);
    world.link(&bob, false);
    assert_eq!(world.wake_at(), None);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 1))), Status::Ok);
    world.pass(Micros::hours(1));
    assert_eq!(world.pushed(bob.link), []);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(numbers(&world.pushed(bob.link)), [0, 1]);
}

#[test]
fn a_push_that_was_under_way_when_the_link_went_down_is_dropped() {
    let (mut world, ada, bob) = two();
    world.is_slow = true;
    world.send(ada.link, Ask::Send(ada.writes(&bob, 0)));
    // The envelope is durable and its push has asked for the row.
    world.step();
    world.step();
    world.link(&bob, false);
    world.catch_up();
    assert_eq!(world.rows("mail").len(), 1);
    assert_eq!(world.pushed(bob.link), []);
}

#[test]
fn a_push_for_an_earlier_hello_says_nothing_about_a_later_one() {
    let bob = End::new(2, "393331000002");
    let mut links = Links::default();
    let mut opened = |request| {
        links.hello(bob.link, &bob.address, request);
        match links.next_push(bob.link, &bob.address) {
            Some(Job::Push { to, after: None, .. }) => to,
            other => panic!("a hello starts from the first row: {other:?}"),
        }
    };
    let (earlier, later) = (opened(1), opened(2));
    links.pushed(&earlier, &[7], 1, Instant(0));
    assert_eq!(links.wake_at(), None);
    assert!(links.next_push(bob.link, &bob.address).is_none(), "the later push is under way");
    links.pushed(&later, &[3], 1, Instant(0));
    let next = links.next_push(bob.link, &bob.address);
    assert!(matches!(next, Some(Job::Push { after: Some(3), .. })), "{next:?}");
}

#[test]
fn a_copy_of_the_hello_changes_nothing_and_a_new_one_starts_over() {
    let (mut world, ada, bob) = two();
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 0))), Status::Ok);
    world.send_as(bob.link, 5_000, bob.hello());
    assert_eq!(world.pushed(bob.link).len(), 2, "once when it came, once for the new hello");
    world.send_as(bob.link, 5_000, bob.hello());
    assert_eq!(world.answers(bob.link, 5_000).len(), 2);
    assert_eq!(world.pushed(bob.link), []);
    world.send_as(bob.link, 5_001, bob.hello());
    assert_eq!(numbers(&world.pushed(bob.link)), [0]);
    // The timer of the earlier opening is gone with it.
    world.pass(limits::RESEND_FIRST);
    assert_eq!(world.pushed(bob.link).len(), 1);
}

#[test]
fn mail_is_readable_for_thirty_days_and_then_is_not() {
    let (mut world, ada, bob) = two();
    world.link(&bob, false);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 0))), Status::Ok);
    world.pass(Micros(limits::MAILBOX_AGE.0 - 1));
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(world.pushed(bob.link).len(), 1);
    world.pass(Micros(1));
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(world.pushed(bob.link), []);
    let now = world.now().wall;
    assert!(!store::Engine::sweep(&mut world.store, now).is_empty());
    assert_eq!(world.rows("mail"), []);
}

#[test]
fn what_expires_while_it_is_out_is_not_pushed_again_and_makes_room() {
    let (mut world, ada, bob) = two();
    world.link(&bob, false);
    for number in 0..33 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    world.pass(Micros::hours(1));
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 100))), Status::Ok);
    world.pass(Micros(limits::MAILBOX_AGE.0 - Micros::hours(1).0 - 1));
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(world.pushed(bob.link).len(), limits::MAX_UNACKNOWLEDGED);
    world.pass(limits::RESEND_FIRST);
    assert_eq!(numbers(&world.pushed(bob.link)), [100]);
    world.pass(Micros::hours(2));
    world.pushed(bob.link);
    assert_eq!(world.wake_at(), None, "nothing is out");
}

#[test]
fn a_restart_from_the_store_alone_goes_on_delivering() {
    let (mut world, ada, bob) = two();
    for number in 0..4 {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    let first = world.pushed(bob.link);
    assert_eq!(world.ask(bob.link, bob.ack(&[first[0].0])), Status::Ok);
    world.crash();
    world.pass(Micros::hours(1));
    assert_eq!(world.pushed(bob.link), []);
    // An acknowledgement may come before the hello.
    assert_eq!(world.ask(bob.link, bob.ack(&[first[1].0])), Status::Ok);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    assert_eq!(numbers(&world.pushed(bob.link)), [2, 3]);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, 4))), Status::Ok);
    assert_eq!(numbers(&world.pushed(bob.link)), [4]);
}

#[test]
fn mail_for_a_hosted_number_goes_to_the_cloud_api() {
    let mut world = World::new();
    let ada = End::new(1, "393331000001");
    let (bakery, bank) = (End::new(CLOUD_API, "390212345"), End::new(CLOUD_API, "390254321"));
    for end in [&ada, &bakery, &bank] {
        world.arrives(end);
    }
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bakery, 0))), Status::Ok);
    assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bank, 1))), Status::Ok);
    assert_eq!(numbers(&world.pushed(NoiseKey([CLOUD_API; 32]))), [0, 1]);
}

#[test]
fn a_store_that_is_away_for_a_while_loses_nothing() {
    let (mut world, ada, bob) = two();
    world.store.set_read_only(true);
    let id = world.send(ada.link, Ask::Send(ada.writes(&bob, 0)));
    assert_eq!(world.answers(ada.link, id), []);
    let at = world.wake_at().unwrap();
    assert!(at > Instant(0));
    world.store.set_read_only(false);
    world.pass(Micros::seconds(1));
    assert_eq!(world.answers(ada.link, id), [(Status::Ok, None)]);
    assert_eq!(numbers(&world.pushed(bob.link)), [0]);
}

fn two() -> (World, End, End) {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    world.arrives(&bob);
    (world, ada, bob)
}

fn numbers(pushed: &[(u64, Envelope)]) -> Vec<u32> {
    let number = |envelope: &Envelope| u32::from_be_bytes(*envelope.id.0.first_chunk().unwrap());
    pushed.iter().map(|(_, envelope)| number(envelope)).collect()
}

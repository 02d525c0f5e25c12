//! Faults of a business's server.

use vocab::Micros;

use super::{TICKS, at_webhooks, fault, run};
use crate::{
    fault::{WebhookFault, What},
    toy::millis,
};

#[test]
fn a_refused_webhook_is_never_seen_by_the_hop() {
    for status in [404, 503] {
        let story = run(&[fault(100, 200, at_webhooks(WebhookFault::Status(status)))]);
        let refused = story.statuses().iter().filter(|(_, found)| *found == status).count();
        assert_eq!(refused, 10);
        assert_eq!(story.told(story.b, "asked").len() as u64, TICKS - 10);
        assert_eq!(story.hits(), [10]);
    }
}

#[test]
fn a_slow_answer_leaves_later_and_one_that_never_leaves_is_waited_for_in_vain() {
    let slowly = WebhookFault::Slowly(Micros::millis(70));
    let story = run(&[fault(100, 200, at_webhooks(slowly))]);
    for (at, text) in story.told(story.a, "answer") {
        let (tick, status) = text.split_once(' ').unwrap();
        let tick: u64 = tick.parse().unwrap();
        let slow = (10..20).contains(&tick);
        let took = if slow { 80 } else { 10 };
        assert_eq!((at, status), (millis(tick * 10 + took), "200"));
    }
    assert_eq!(story.hits(), [10]);

    let story = run(&[fault(100, 200, at_webhooks(WebhookFault::NotAtAll))]);
    assert_eq!(story.told(story.b, "asked").len() as u64, TICKS);
    let never: Vec<u64> =
        story.statuses().iter().filter(|(_, status)| *status == 0).map(|(tick, _)| *tick).collect();
    assert_eq!(never, (10..20).collect::<Vec<_>>());
    assert_eq!(story.hits(), [10]);
}

#[test]
fn a_webhook_that_comes_twice_is_answered_once() {
    let story = run(&[fault(100, 200, at_webhooks(WebhookFault::Twice))]);
    assert_eq!(story.told(story.b, "asked").len() as u64, TICKS + 10);
    assert_eq!(story.statuses().len() as u64, TICKS);
    let traffic = story.kernel.report().traffic;
    assert_eq!(traffic["http"].sent, 2 * TICKS, "one answer each");
    assert_eq!(story.hits(), [10]);
}

#[test]
fn only_a_part_of_the_webhooks_is_struck_where_a_part_is_to_be() {
    let what =
        What::Webhook { node: "b".to_owned(), rate_ppm: 400_000, how: WebhookFault::Status(500) };
    let story = run(&[fault(0, 1_000, what)]);
    let refused = story.statuses().iter().filter(|(_, status)| *status == 500).count() as u64;
    assert_eq!(story.hits(), [refused]);
    assert!((10..30).contains(&refused), "{refused} of {TICKS} at 40 %");
}

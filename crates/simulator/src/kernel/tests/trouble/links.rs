//! Faults on the way.

use vocab::Micros;

use super::{TICKS, at_webhooks, fault, numbers, on_all, outside, run};
use crate::{
    fault::{LinkFault, On, WebhookFault, What},
    toy::millis,
};

#[test]
fn what_is_lost_is_lost_while_the_fault_lasts_over_links_and_over_http() {
    let story = run(&[fault(100, 200, on_all(LinkFault::Loss(1_000_000)))]);
    assert_eq!(numbers(&story.heard()), outside(100, 200));
    let failed: Vec<u64> =
        story.statuses().into_iter().filter(|(_, status)| *status == 0).map(|(n, _)| n).collect();
    // The answer to the request of 90 ms leaves at 95 ms.
    assert_eq!(failed, (10..20).collect::<Vec<_>>());
    assert_eq!(story.hits(), [20]);
}

#[test]
fn a_part_is_lost_where_a_part_is_to_be_lost() {
    let story = run(&[fault(0, 1_000, on_all(LinkFault::Loss(300_000)))]);
    let lost: u64 = story.kernel.report().traffic.values().map(|traffic| traffic.lost).sum();
    assert_eq!(story.hits(), [lost]);
    assert!((20..70).contains(&lost), "{lost} of 150 at 30 %");
}

#[test]
fn doubled_messages_are_heard_twice() {
    let story = run(&[fault(100, 200, on_all(LinkFault::Duplicate(1_000_000)))]);
    let heard = numbers(&story.heard());
    for tick in 1..=TICKS {
        let times = if (10..20).contains(&tick) { 2 } else { 1 };
        assert_eq!(heard.iter().filter(|number| **number == tick).count(), times, "tick {tick}");
    }
    assert_eq!(story.told(story.b, "asked").len() as u64, TICKS + 10);
    assert_eq!(story.statuses().len() as u64, TICKS, "an exchange ends once");
    assert!(story.hits()[0] >= 30);
}

#[test]
fn reordered_messages_are_overtaken_and_all_arrive() {
    let span = (Micros::millis(20), Micros::millis(50));
    let story = run(&[fault(0, 1_000, on_all(LinkFault::Reorder(300_000, span)))]);
    let mut heard = numbers(&story.heard());
    assert!(!heard.is_sorted());
    heard.sort_unstable();
    assert_eq!(heard, (1..=TICKS).collect::<Vec<_>>());
    assert!(story.hits()[0] > 20);
}

#[test]
fn delayed_messages_take_longer_and_keep_their_order() {
    let span = (Micros::millis(20), Micros::millis(50));
    let story = run(&[fault(0, 1_000, on_all(LinkFault::Delay(span)))]);
    let heard = story.heard();
    assert_eq!(numbers(&heard), (1..=TICKS).collect::<Vec<_>>());
    for (tick, at) in heard {
        let took = at.0 - millis(tick * 10).0;
        assert!((25_000..=55_000).contains(&took), "tick {tick} took {took} us");
    }
    assert_eq!(story.hits(), [3 * TICKS]);
}

#[test]
fn a_damaged_frame_costs_the_link_and_damaged_http_does_not_arrive() {
    let story = run(&[fault(100, 200, on_all(LinkFault::Corrupt(1_000_000)))]);
    // Until both ends have opened it again the link takes a frame or two with it.
    let heard = numbers(&story.heard());
    let missing: Vec<u64> = (1..=TICKS).filter(|tick| !heard.contains(tick)).collect();
    assert!((10..20).all(|tick| missing.contains(&tick)) && missing.len() <= 12, "{missing:?}");
    for node in [story.a, story.b] {
        let (down, up) = (story.told(node, "down").len(), story.told(node, "up").len());
        assert!(down >= 5 && up == down + 1, "down {down} times, up {up} times");
    }
    let failed = story.statuses().into_iter().filter(|(_, status)| *status == 0).count();
    assert_eq!(failed, 10);
    assert!(story.hits()[0] > 15);
}

#[test]
fn over_a_narrow_link_each_message_waits_its_turn() {
    // Four bytes take 40 ms.
    let narrow = fault(0, 2_000, on_all(LinkFault::Bandwidth(100)));
    let story = run(&[narrow]);
    let heard = story.heard();
    assert_eq!(numbers(&heard), (1..=TICKS).collect::<Vec<_>>());
    // Requests of one and two bytes share the way: 10 ms and 20 ms.
    for pair in heard.windows(2) {
        assert!(pair[1].1.since(pair[0].1) >= Micros::millis(40));
    }
    let (_, last) = heard[heard.len() - 1];
    let bytes = TICKS * 4 + 9 + (TICKS - 9 - 1) * 2;
    assert_eq!(last, millis(10 + bytes * 10 + 5));
    assert!(story.hits()[0] >= 2 * TICKS);
}

#[test]
fn a_split_loses_all_between_groups_and_tells_nobody() {
    let groups = vec![vec!["a".to_owned()], vec!["b".to_owned()]];
    let story = run(&[fault(100, 200, What::Split { groups })]);
    assert_eq!(numbers(&story.heard()), outside(100, 200));
    assert_eq!(story.statuses().iter().filter(|(_, status)| *status == 0).count(), 10);
    for node in [story.a, story.b] {
        assert_eq!((story.told(node, "down").len(), story.told(node, "up").len()), (0, 1));
    }
    assert_eq!(story.hits(), [20]);
}

#[test]
fn nodes_of_one_group_and_of_none_reach_each_other() {
    for groups in [[vec!["a", "b"], vec![]], [vec!["a"], vec![]]] {
        let groups = groups.map(|group| group.into_iter().map(str::to_owned).collect());
        let story = run(&[fault(0, 1_000, What::Split { groups: groups.into() })]);
        assert_eq!(story.heard().len() as u64, TICKS);
        assert_eq!(story.hits(), [0]);
    }
}

#[test]
fn a_fault_one_way_leaves_the_other_way_alone() {
    let way = |from: &str, to: &str, one_way| On::Between {
        from: from.to_owned(),
        to: to.to_owned(),
        one_way,
    };
    let lose = |on| {
        let what = What::Link { on, how: LinkFault::Loss(1_000_000) };
        let story = run(&[fault(0, 1_000, what)]);
        (story.heard().len() as u64, story.told(story.b, "asked").len() as u64, story.hits()[0])
    };
    assert_eq!(lose(way("a", "b", true)), (0, 0, 2 * TICKS));
    assert_eq!(lose(way("b", "a", true)), (TICKS, TICKS, TICKS));
    assert_eq!(lose(way("b", "a", false)), (0, 0, 2 * TICKS));
    assert_eq!(lose(On::Node("b".to_owned())), (0, 0, 2 * TICKS));
}

#[test]
fn taking_one_fault_out_of_a_plan_shifts_no_other() {
    let loss = fault(0, 1_000, on_all(LinkFault::Loss(200_000)));
    let others = [
        fault(100, 300, at_webhooks(WebhookFault::Status(503))),
        fault(0, 400, on_all(LinkFault::Duplicate(300_000))),
    ];
    let lost = |plan: &[_]| {
        let mut heard = numbers(&run(plan).heard());
        heard.sort_unstable();
        heard.dedup();
        heard
    };
    let alone = lost(std::slice::from_ref(&loss));
    assert!(alone.len() < TICKS as usize);
    assert_eq!(lost(&[others[0].clone(), others[1].clone(), loss.clone()]), alone);
    let fewer = lost(&[fault(0, 1_000, on_all(LinkFault::Loss(100_000)))]);
    assert!(alone.iter().all(|number| fewer.contains(number)), "a smaller rate loses some of it");
}

#[test]
fn a_flapping_node_loses_its_links_again_and_again_and_http_fails_meanwhile() {
    let flap =
        What::Flap { node: "b".to_owned(), every: Micros::millis(100), down: Micros::millis(30) };
    let story = run(&[fault(100, 400, flap)]);
    assert_eq!(story.hits(), [3]);
    for node in [story.a, story.b] {
        assert_eq!((story.told(node, "down").len(), story.told(node, "up").len()), (3, 4));
    }
    assert!(story.heard().len() < TICKS as usize - 6);
    assert!(story.statuses().iter().any(|(_, status)| *status == 0));
}

#[test]
fn in_a_storm_all_links_go_and_come_back_at_one_moment() {
    let story = run(&[fault(100, 300, What::Storm { node: "b".to_owned() })]);
    let at = |node, word| story.told(node, word).iter().map(|(at, _)| at.0).collect::<Vec<_>>();
    assert_eq!(at(story.b, "down"), [100_001]);
    assert_eq!(at(story.a, "up")[1..], [305_001]);
    assert_eq!(story.hits(), [1]);
    assert!(numbers(&story.heard()).iter().all(|tick| !(10..30).contains(tick)));
}

//! With every honest fault in one plan, hosts may be spread as one likes.

use vocab::Micros;

use super::{at_node, fault, on_all};
use crate::{
    fault::{Fault, LinkFault, NodeFault, On, WebhookFault, What},
    kernel::tests::world::{Busy, busy},
    toy::{Everything, millis},
};

fn host(number: usize) -> String {
    format!("host {number}")
}

fn at(number: usize, how: NodeFault) -> What {
    at_node(&host(number), how)
}

/// One of each kind, at hosts that are dealt to different partitions.
fn everything() -> Vec<Fault> {
    let span = (Micros::millis(1), Micros::millis(9));
    let way = On::Between { from: host(1), to: host(2), one_way: true };
    let (every, down) = (Micros::millis(90), Micros::millis(40));
    let wrong = |number, how| What::Webhook { node: host(number), rate_ppm: 300_000, how };
    vec![
        fault(10, 900, on_all(LinkFault::Loss(20_000))),
        fault(10, 900, on_all(LinkFault::Duplicate(20_000))),
        fault(10, 900, on_all(LinkFault::Reorder(20_000, span))),
        fault(100, 900, What::Link { on: way, how: LinkFault::Delay(span) }),
        fault(100, 900, on_all(LinkFault::Corrupt(20_000))),
        fault(100, 900, What::Link { on: On::Node(host(3)), how: LinkFault::Bandwidth(900) }),
        fault(200, 300, What::Split { groups: vec![vec![host(1), host(4)], vec![host(5)]] }),
        fault(200, 500, What::Flap { node: host(6), every, down }),
        fault(400, 500, What::Storm { node: host(7) }),
        fault(150, 200, at(8, NodeFault::Crash { torn: false })),
        fault(150, 250, at(1, NodeFault::Crash { torn: true })),
        fault(300, 350, at(2, NodeFault::Pause)),
        fault(500, 600, at(3, NodeFault::DiskFull)),
        fault(500, 600, at(4, NodeFault::DiskReadOnly)),
        fault(300, 600, at(5, NodeFault::SlowDisk(Micros::millis(3)))),
        fault(300, 600, at(5, NodeFault::ClockSkew(-7_000))),
        fault(300, 600, at(4, NodeFault::ClockJump(7_000_000))),
        fault(300, 600, at(6, NodeFault::SlowConsumer(Micros::millis(4)))),
        fault(310, 340, at(6, NodeFault::Pause)),
        fault(0, 300, wrong(0, WebhookFault::Status(503))),
        fault(300, 500, wrong(0, WebhookFault::Twice)),
        fault(500, 700, wrong(0, WebhookFault::Slowly(Micros::millis(20)))),
        fault(700, 900, wrong(0, WebhookFault::NotAtAll)),
    ]
}

fn run(partitions: usize) -> (Busy, Everything) {
    let mut busy = busy(7, partitions);
    busy.kernel.afflict(&everything()).unwrap();
    let mut seen = Everything::default();
    busy.kernel.run_until(millis(1_500), &mut seen);
    (busy, seen)
}

#[test]
fn with_every_fault_one_two_and_seven_partitions_give_the_same_digest_views_and_hits() {
    let (one, seen_by_one) = run(1);
    let hits = one.kernel.fault_hits();
    let idle: Vec<_> = hits.iter().filter(|(_, hits)| *hits == 0).collect();
    assert!(idle.is_empty(), "faults that struck nothing: {idle:?}");
    let told = one.notebook.lock().unwrap().0.clone();
    for partitions in [2, 7] {
        let (several, seen) = run(partitions);
        assert_eq!(several.kernel.report(), one.kernel.report());
        assert_eq!(several.kernel.fault_hits(), hits);
        assert!(seen == seen_by_one, "views differ with {partitions} partitions");
        assert_eq!(several.notebook.lock().unwrap().0, told);
    }
}

//! Crashes by event number.

use vocab::Micros;

use super::world::busy;
use crate::{
    kernel::{HostId, NeedsOnePartition},
    toy::millis,
};

#[test]
fn a_crash_after_an_event_is_the_same_run_up_to_that_event_and_another_one_after_it() {
    let mut calm = busy(3, 1);
    calm.kernel.run_until(millis(100), &mut ());
    let events = calm.kernel.report().events;
    assert!(events > 100);
    let crashed = |event| {
        let mut busy = busy(3, 1);
        busy.kernel.crash_after(event, HostId(2), Micros::millis(3)).unwrap();
        busy.kernel.run_until(millis(100), &mut ());
        (busy.kernel.digest(), busy.notebook.lock().unwrap().0.clone())
    };
    let told = calm.notebook.lock().unwrap().0.clone();
    for event in [3, 50, 99, events - 1] {
        let (digest, heard) = crashed(event);
        assert_eq!(crashed(event).0, digest);
        assert_ne!(digest, calm.kernel.digest(), "no crash after event {event}");
        let same = heard.iter().zip(&told).take_while(|(a, b)| a == b).count();
        assert!(event < events - 1 || same > told.len() / 2);
    }
    assert_eq!(crashed(events + 1).0, calm.kernel.digest());
}

#[test]
fn every_host_can_crash_after_every_event_and_is_up_again_afterwards() {
    for event in (1..400).step_by(7) {
        for host in 0..3 {
            let mut busy = busy(3, 1);
            busy.kernel.crash_after(event, HostId(host), Micros::millis(3)).unwrap();
            busy.kernel.run_until(millis(200), &mut ());
            let linked = |index: usize| {
                let node = busy.kernel.node(busy.hosts[index]).unwrap();
                node.hop().unwrap().memory.peers.len()
            };
            assert!((0..busy.hosts.len()).all(|index| linked(index) == busy.hosts.len() - 1));
        }
    }
}

#[test]
fn events_are_numbered_only_where_there_is_one_partition() {
    let mut busy = busy(3, 2);
    let refused = busy.kernel.crash_after(5, HostId(1), Micros(1));
    assert_eq!(refused, Err(NeedsOnePartition { found: 2 }));
}

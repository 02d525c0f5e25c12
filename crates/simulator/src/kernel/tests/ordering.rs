//! The order of events does not depend on how hosts are spread over partitions.

use std::{
    collections::BTreeSet,
    sync::{Barrier, Mutex},
};

use hop::{Act, Effect, Input};
use rand_core::CryptoRng;
use vocab::{Micros, Now};

use super::world::{HOSTS, run_busy, run_busy_on};
use crate::{
    kernel::{Builder, HostId, Stop, Time},
    net::{Latency, LinkConfig},
    node::HopNode,
    toy::{
        Ask, EPOCH, Everything, Memory, Notebook, Toy, key, link, millis, now, say, send, words,
    },
};

#[test]
fn one_two_and_seven_partitions_give_the_same_digest_views_and_events() {
    let (one, seen_by_one) = run_busy(7, 1);
    assert!(one.kernel.report().events > 3_000);
    assert!(seen_by_one.views.len() > 3_000);
    let told = one.notebook.lock().unwrap().0.clone();
    let kinds = |kind: &str| seen_by_one.events.iter().filter(|(.., e)| e.kind == kind).count();
    assert_eq!(kinds("toy"), told.len());
    assert_eq!((kinds("started"), kinds("crashed")), (usize::from(HOSTS) + 2, 2));
    assert_eq!((kinds("offline"), kinds("online")), (1, 1));
    for partitions in [2, 7] {
        let (several, seen) = run_busy(7, partitions);
        assert_eq!(several.kernel.report(), one.kernel.report());
        assert!(seen == seen_by_one, "views differ with {partitions} partitions");
        assert_eq!(several.notebook.lock().unwrap().0, told);
    }
}

#[test]
fn one_two_and_three_threads_give_the_same_report_views_and_events() {
    let (one, seen_by_one) = run_busy(7, 7);
    let told = one.notebook.lock().unwrap().0.clone();
    for threads in [2, 3] {
        let (several, seen) = run_busy_on(7, 7, threads);
        assert_eq!(several.kernel.report(), one.kernel.report());
        assert!(seen == seen_by_one, "views differ with {threads} threads");
        assert_eq!(several.notebook.lock().unwrap().0, told);
    }
}

#[test]
fn where_there_are_threads_partitions_really_run_on_them() {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    fn where_am_i(
        _: &mut Memory,
        input: Input<Ask>,
        _: Now,
        _: &mut dyn CryptoRng,
    ) -> Vec<Effect<String>> {
        if matches!(input, Input::Boot) {
            // Each waits for the other, so one thread alone would never get past.
            MEETING.wait();
            SEEN.lock().unwrap().insert(format!("{:?}", std::thread::current().id()));
        }
        Vec::new()
    }
    static MEETING: Barrier = Barrier::new(2);
    let mut builder = Builder::new(1, EPOCH);
    for number in 0..2 {
        let node = HopNode::new(|| Toy::new(where_am_i));
        builder.hop(&format!("host {number}"), key(number), node);
    }
    builder.partitions(2);
    let mut kernel = builder.build().unwrap();
    kernel.set_threads(2).unwrap();
    kernel.side_by_side_from(0);
    kernel.run_until(millis(10), &mut ());
    assert_eq!(SEEN.lock().unwrap().len(), 2);
}

#[test]
fn a_run_repeats_itself_and_another_seed_gives_another() {
    let digest = |seed| run_busy(seed, 1).0.kernel.digest();
    assert_eq!(digest(7), digest(7));
    assert_ne!(digest(7), digest(8));
}

#[test]
fn what_is_shown_comes_in_the_order_of_time() {
    let (_busy, seen) = run_busy(7, 7);
    assert!(seen.views.is_sorted_by_key(|view| view.at));
    assert!(seen.events.is_sorted_by_key(|(at, ..)| *at));
}

/// At 10 ms everybody but the first sends it two frames; it says what it hears.
fn all_at_once(
    memory: &mut Memory,
    input: Input<Ask>,
    clock: Now,
    _rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    match input {
        Input::Boot => memory.wake_at = Some(clock.mono.after(Micros::millis(10))),
        Input::Wake => {
            memory.wake_at = None;
            let first = key(0);
            return vec![now(send(first, "one")), now(send(first, "two"))];
        }
        Input::Frame { from, bytes } => {
            let text = String::from_utf8(bytes).unwrap();
            return vec![now(say(format!("{} {text}", from.0[0])))];
        }
        _ => {}
    }
    Vec::new()
}

#[test]
fn at_the_same_moment_the_source_decides_and_then_its_sequence() {
    for partitions in [1, 2, 4] {
        let notebook = Notebook::new();
        let mut builder = Builder::new(1, EPOCH);
        let node = || HopNode::new(|| Toy::new(all_at_once)).with_observer(notebook.clone());
        let hosts: Vec<HostId> =
            (0..4).map(|n| builder.hop(&format!("host {n}"), key(n), node()).id()).collect();
        for other in [3, 1, 2] {
            builder.link(hosts[0], hosts[other], link(Micros::millis(1)));
        }
        builder.partitions(partitions);
        let mut kernel = builder.build().unwrap();
        assert_eq!(kernel.run_until(millis(100), &mut ()), Stop::Quiet);
        assert_eq!(words(&notebook), ["1 one", "1 two", "2 one", "2 two", "3 one", "3 two"]);
        assert!(notebook.lock().unwrap().0.iter().all(|(at, ..)| *at == millis(11)));
    }
}

/// Sends a numbered frame to every peer each millisecond, a hundred times; the second host leaves
/// out one frame to the third if its name is "hole".
fn counting(
    memory: &mut Memory,
    input: Input<Ask>,
    clock: Now,
    _rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    match input {
        Input::Boot => memory.wake_at = Some(clock.mono.after(Micros::millis(50))),
        Input::Command(Ask(0, "leave one out")) => memory.count = 1_000,
        Input::Wake => {
            memory.count += 1;
            let number = memory.count % 1_000;
            memory.wake_at = (number < 100).then(|| clock.mono.after(Micros::millis(1)));
            let left_out = |peer| memory.count == 1_037 && peer == key(2);
            let peers = memory.peers.iter().filter(|peer| !left_out(**peer));
            return peers.map(|peer| now(send(*peer, &number.to_string()))).collect();
        }
        Input::Frame { from, bytes } => {
            let text = String::from_utf8(bytes).unwrap();
            return vec![now(say(format!("{}: {text}", from.0[0])))];
        }
        _ => {}
    }
    Vec::new()
}

fn count_over(config: &LinkConfig, leave_one_out: bool) -> Vec<(Time, HostId, String)> {
    let notebook = Notebook::new();
    let mut builder = Builder::new(5, EPOCH);
    let hosts: Vec<_> = (0..4)
        .map(|n| {
            let node = HopNode::new(|| Toy::new(counting)).with_observer(notebook.clone());
            builder.hop(&format!("host {n}"), key(n), node)
        })
        .collect();
    for (a, b) in [(0, 1), (1, 2), (1, 3)] {
        builder.link(hosts[a].id(), hosts[b].id(), config.clone());
    }
    let mut kernel = builder.build().unwrap();
    let command = if leave_one_out { "leave one out" } else { "carry on" };
    kernel.command(hosts[1], millis(5), Ask(0, command));
    kernel.run_until(Time(Micros::seconds(2).0), &mut ());
    notebook.lock().unwrap().0.clone()
}

#[test]
fn leaving_one_message_out_shifts_the_fate_of_no_message_on_another_link() {
    let config = super::world::bad_link();
    let (full, without_one) = (count_over(&config, false), count_over(&config, true));
    let elsewhere = |told: Vec<(Time, HostId, String)>| -> Vec<_> {
        told.into_iter().filter(|(_, host, _)| *host != HostId(2)).collect()
    };
    assert_ne!(full, without_one);
    assert!(full.len() > 500);
    assert_eq!(elsewhere(full), elsewhere(without_one));
}

#[test]
fn messages_keep_their_order_on_a_link_that_does_not_reorder_however_its_latency_varies() {
    let latency = Latency::Uniform { low: Micros::millis(2), high: Micros::millis(90) };
    let steady = LinkConfig::perfect("device", latency);
    let overtaking = LinkConfig {
        reorder_ppm: 200_000,
        reorder_delay: (Micros::millis(50), Micros::millis(100)),
        ..steady.clone()
    };
    let heard = |config| -> Vec<u64> {
        count_over(config, false)
            .into_iter()
            .filter(|(_, host, _)| *host == HostId(2))
            .map(|(_, _, text)| text.split_once(' ').unwrap().1.parse().unwrap())
            .collect()
    };
    assert_eq!(heard(&steady), (1..=100).collect::<Vec<_>>());
    assert_eq!(heard(&overtaking).len(), 100);
    assert!(!heard(&overtaking).is_sorted());
}

#[test]
fn a_run_can_be_stopped_anywhere_and_goes_on_as_if_it_had_not_been() {
    let mut whole = super::world::busy(3, 2);
    whole.kernel.run_until(millis(200), &mut ());
    let mut pieces = super::world::busy(3, 2);
    for millisecond in 1..=200 {
        assert_eq!(pieces.kernel.run_until(millis(millisecond), &mut ()), Stop::TimeIsUp);
    }
    assert_eq!(pieces.kernel.report(), whole.kernel.report());
}

#[test]
fn a_sink_that_wants_nothing_changes_nothing() {
    let mut watched = super::world::busy(3, 1);
    let mut seen = Everything::default();
    watched.kernel.run_until(millis(200), &mut seen);
    let mut alone = super::world::busy(3, 1);
    alone.kernel.run_until(millis(200), &mut ());
    assert_eq!(watched.kernel.report(), alone.kernel.report());
    assert!(!seen.views.is_empty());
}

#[test]
fn sending_to_somebody_without_a_link_sends_nothing() {
    fn shout(
        _: &mut Memory,
        input: Input<Ask>,
        _: Now,
        _: &mut dyn CryptoRng,
    ) -> Vec<Effect<String>> {
        match input {
            Input::Boot => vec![now(Act::Send { to: key(9), bytes: vec![1] })],
            _ => Vec::new(),
        }
    }
    let mut builder = Builder::new(1, EPOCH);
    builder.hop("alone", key(1), HopNode::new(|| Toy::new(shout)));
    let mut kernel = builder.build().unwrap();
    assert_eq!(kernel.run_until(millis(10), &mut ()), Stop::Quiet);
    assert!(kernel.report().traffic.values().all(|traffic| traffic.sent == 0));
}

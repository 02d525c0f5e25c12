//! Two runs that differ: where they do is named.

use std::sync::atomic::{AtomicU64, Ordering};

use hop::{Effect, Input};
use rand_core::CryptoRng;
use vocab::{Micros, Now};

use super::world::busy;
use crate::{
    kernel::{Builder, Kernel, Recording},
    node::HopNode,
    toy::{Ask, EPOCH, Memory, Toy, key, link, millis, now, send},
};

/// Every ten milliseconds the first host sends a frame to the second. The fifth frame says how
/// often that was done in this process: state that no run should see.
fn forgetful(
    memory: &mut Memory,
    input: Input<Ask>,
    clock: Now,
    _rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    static DONE: AtomicU64 = AtomicU64::new(0);
    match input {
        Input::Boot => memory.wake_at = Some(clock.mono.after(Micros::millis(10))),
        Input::Wake => {
            memory.count += 1;
            memory.wake_at = Some(clock.mono.after(Micros::millis(10)));
            let text = if memory.count == 5 {
                DONE.fetch_add(1, Ordering::Relaxed).to_string()
            } else {
                "as ever".to_owned()
            };
            return memory.peers.iter().map(|peer| now(send(*peer, &text))).collect();
        }
        _ => {}
    }
    Vec::new()
}

fn quiet(_: &mut Memory, _: Input<Ask>, _: Now, _: &mut dyn CryptoRng) -> Vec<Effect<String>> {
    Vec::new()
}

fn record(mut kernel: Kernel) -> (Recording, String) {
    kernel.record();
    kernel.run_until(millis(200), &mut ());
    (kernel.recorded(), kernel.digest().to_string())
}

fn run(partitions: usize) -> (Recording, String) {
    let mut builder = Builder::new(1, EPOCH);
    let anna = builder.hop("anna", key(1), HopNode::new(|| Toy::new(forgetful))).id();
    let bakery = builder.hop("bakery", key(2), HopNode::new(|| Toy::new(quiet))).id();
    builder.link(anna, bakery, link(Micros::millis(3))).partitions(partitions);
    record(builder.build().unwrap())
}

#[test]
fn state_that_outlives_a_run_is_named_by_the_first_event_that_it_shows_in() {
    let ((one, digest), (other, another)) = (run(1), run(2));
    assert_ne!(digest, another);
    let difference = one.first_difference(&other).unwrap();
    assert_eq!((difference.at, &*difference.host), (millis(53), "bakery"));
    let [one, other] = difference.runs.clone().map(Option::unwrap);
    assert!(one.starts_with("at 0.053000 s frame ("), "{one}");
    assert!(other.starts_with("at 0.053000 s frame ("), "{other}");
    assert_ne!(one, other);
    assert!(difference.to_string().contains("at 0.053000 s, on \"bakery\""));
}

#[test]
fn runs_that_agree_have_one_recording_whatever_the_partitions_and_threads() {
    let on = |partitions: usize, threads: usize| {
        let mut kernel = busy(7, partitions).kernel;
        kernel.set_threads(threads).unwrap();
        kernel.side_by_side_from(0);
        record(kernel)
    };
    let (one, digest) = on(1, 1);
    assert!(one.received.len() > 500);
    assert!(one.received.is_sorted_by_key(|received| received.stamp));
    for (partitions, threads) in [(2, 2), (7, 1), (7, 2)] {
        let (other, another) = on(partitions, threads);
        assert_eq!(one.first_difference(&other), None);
        assert_eq!(digest, another);
    }
}

#[test]
fn a_run_that_ends_early_differs_where_the_other_goes_on() {
    let (whole, _) = record(busy(7, 1).kernel);
    let mut early = whole.clone();
    early.received.pop();
    let last = *whole.received.last().unwrap();
    let difference = early.first_difference(&whole).unwrap();
    assert_eq!((difference.at, difference.runs[0].clone()), (last.stamp.at, None));
    assert!(difference.to_string().contains("one run:   nothing more"));
}

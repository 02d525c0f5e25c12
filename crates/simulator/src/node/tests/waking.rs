//! Hops are woken when they last asked to be, by a clock that starts with them.

use std::sync::{Arc, Mutex};

use hop::{Effect, Input};
use rand_core::CryptoRng;
use vocab::{Instant, Micros, Now};

use crate::{
    kernel::{Builder, Kernel},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Memory, Notebook, Step, Toy, key, millis, now, say, words},
};

type Effects = Vec<Effect<String>>;
/// When, in milliseconds, a command is given, and what it says.
type Wishes = [(u64, &'static str)];

fn alone(
    step: Step,
    script: Vec<(u64, &'static str)>,
) -> (Kernel, Handle<Toy>, Arc<Mutex<Notebook>>) {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let script = script.into_iter().map(|(at, text)| (millis(at), Ask(0, text)));
    let node =
        HopNode::new(move || Toy::new(step)).with_script(script).with_observer(notebook.clone());
    let host = builder.hop("alone", key(1), node);
    (builder.build().unwrap(), host, notebook)
}

/// A command in milliseconds says when to wake; "never" takes the wish back.
fn sleeper(memory: &mut Memory, input: Input<Ask>, clock: Now, _: &mut dyn CryptoRng) -> Effects {
    match input {
        Input::Command(Ask(_, text)) => {
            memory.wake_at = text.parse().ok().map(|at| Instant(Micros::millis(at).0));
            Vec::new()
        }
        Input::Wake => {
            memory.wake_at = None;
            vec![now(say(format!("{}", clock.mono.0 / 1_000)))]
        }
        _ => Vec::new(),
    }
}

#[test]
fn only_the_newest_wish_counts() {
    let cases: [(&Wishes, &[&str]); 6] = [
        (&[(10, "50")], &["50"]),
        (&[(10, "50"), (20, "80")], &["80"]),
        (&[(10, "80"), (20, "50")], &["50"]),
        (&[(10, "80"), (20, "50"), (60, "90")], &["50", "90"]),
        (&[(10, "50"), (20, "never")], &[]),
        (&[(10, "50"), (20, "never"), (30, "70"), (75, "80")], &["70", "80"]),
    ];
    for (script, expected) in cases {
        let (mut kernel, _, notebook) = alone(sleeper, script.to_vec());
        kernel.run_until(millis(1_000), &mut ());
        assert_eq!(words(&notebook), expected, "{script:?}");
    }
}

#[test]
fn a_wish_for_the_past_is_granted_at_once() {
    let (mut kernel, _, notebook) = alone(sleeper, vec![(100, "50")]);
    kernel.run_until(millis(1_000), &mut ());
    assert_eq!(words(&notebook), ["100"]);
    assert_eq!(notebook.lock().unwrap().0[0].0.0, millis(100).0 + 1);
}

#[test]
fn wishes_do_not_outlive_a_crash_and_the_clock_of_timers_starts_anew() {
    let (mut kernel, host, notebook) = alone(sleeper, vec![(10, "50"), (40, "30")]);
    kernel.crash_at(host.id(), millis(20), Micros::millis(5));
    kernel.run_until(millis(1_000), &mut ());
    // Started at 25 ms; asked at 40 ms to be woken at its own 30.
    assert_eq!(words(&notebook), ["30"]);
    assert_eq!(notebook.lock().unwrap().0[0].0, millis(55));
}

#[test]
fn no_input_ever_sees_randomness_that_an_earlier_one_saw() {
    fn step(_: &mut Memory, _: Input<Ask>, _: Now, rng: &mut dyn CryptoRng) -> Effects {
        vec![now(say(rng.next_u64().to_string()))]
    }
    let (mut kernel, host, notebook) = alone(step, vec![(10, "a"), (30, "b"), (50, "c")]);
    for at in [20, 40] {
        kernel.crash_at(host.id(), millis(at), Micros::millis(5));
    }
    kernel.run_until(millis(100), &mut ());
    let mut drawn = words(&notebook);
    assert_eq!(drawn.len(), 6);
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 6);
}

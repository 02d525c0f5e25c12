//! Links come up and go down with their ends.

use std::sync::{Arc, Mutex};

use hop::{Effect, Input};
use rand_core::CryptoRng;
use vocab::{Micros, Now};

use crate::{
    kernel::{Builder, Kernel, Time},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Memory, Notebook, Toy, key, link, millis, now, say, send, words},
};

/// Says what its links do and what it hears; passes a command on to all peers.
fn plain(
    memory: &mut Memory,
    input: Input<Ask>,
    _clock: Now,
    _rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    match input {
        Input::Link { peer, up } => {
            vec![now(say(format!("{} {}", peer.0[0], if up { "up" } else { "down" })))]
        }
        Input::Frame { bytes, .. } => {
            vec![now(say(format!("heard {}", String::from_utf8(bytes).unwrap())))]
        }
        Input::Command(Ask(_, text)) => {
            // To the other end, whether the link is up or not.
            [key(1), key(2)].into_iter().map(|peer| now(send(peer, text))).collect()
        }
        _ => {
            memory.count += 1;
            Vec::new()
        }
    }
}

struct Pair {
    kernel: Kernel,
    notebook: Arc<Mutex<Notebook>>,
    a: Handle<Toy>,
    b: Handle<Toy>,
}

/// Two hosts, 10 ms apart.
fn pair() -> Pair {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let node = || HopNode::new(|| Toy::new(plain)).with_observer(notebook.clone());
    let (a, b) = (builder.hop("a", key(1), node()), builder.hop("b", key(2), node()));
    builder.link(a.id(), b.id(), link(Micros::millis(10)));
    Pair { kernel: builder.build().unwrap(), notebook, a, b }
}

impl Pair {
    /// Runs on until `until` and says what was told since the last time.
    fn told(&mut self, until: u64) -> Vec<(Time, String)> {
        let before = words(&self.notebook).len();
        self.kernel.run_until(millis(until), &mut ());
        let told = self.notebook.lock().unwrap().0.clone();
        let name = |host| self.kernel.name(host).unwrap();
        let fresh = told.iter().skip(before);
        fresh.map(|(at, host, text)| (*at, format!("{}: {text}", name(*host)))).collect()
    }
}

fn at(millis: u64, text: &str) -> (Time, String) {
    (self::millis(millis), text.to_owned())
}

#[test]
fn both_ends_learn_that_the_link_is_up_once_and_after_its_latency() {
    let mut pair = pair();
    assert_eq!(pair.told(100), [at(10, "b: 1 up"), at(10, "a: 2 up")]);
}

#[test]
fn a_crash_takes_the_link_down_at_the_other_end_and_a_restart_brings_it_up_at_both() {
    let mut pair = pair();
    pair.told(50);
    pair.kernel.crash_at(pair.a.id(), millis(100), Micros::millis(7));
    let expected = [at(110, "b: 1 down"), at(117, "b: 1 up"), at(127, "a: 2 up")];
    assert_eq!(pair.told(200), expected);
    assert!(pair.kernel.node(pair.a).unwrap().hop().is_some());
}

#[test]
fn a_frame_to_a_host_that_is_down_or_was_restarted_meanwhile_is_lost() {
    let mut pair = pair();
    pair.told(50);
    pair.kernel.crash_at(pair.a.id(), millis(100), Micros::millis(7));
    pair.kernel.command(pair.b, millis(95), Ask(0, "arrives while a is down"));
    pair.kernel.command(pair.b, millis(98), Ask(0, "arrives when a is another"));
    pair.kernel.command(pair.b, millis(112), Ask(0, "leaves while the link is down"));
    pair.kernel.command(pair.b, millis(130), Ask(0, "arrives"));
    let told = pair.told(200);
    assert_eq!(told.last(), Some(&at(140, "a: heard arrives")));
    assert_eq!(told.iter().filter(|(_, text)| text.contains("heard")).count(), 1);
    let traffic = pair.kernel.report().traffic["device"];
    assert_eq!((traffic.sent, traffic.delivered, traffic.discarded), (3, 1, 3));
}

#[test]
fn an_offline_host_knows_at_once_and_the_others_after_the_latency() {
    let mut pair = pair();
    pair.told(50);
    pair.kernel.offline(pair.b.id(), millis(100), millis(200));
    pair.kernel.command(pair.a, millis(102), Ask(0, "into the void"));
    let expected =
        [at(100, "b: 1 down"), at(110, "a: 2 down"), at(210, "a: 2 up"), at(220, "b: 1 up")];
    assert_eq!(pair.told(300), expected);
}

#[test]
fn a_cut_link_is_down_at_both_ends_and_comes_back() {
    let mut pair = pair();
    pair.told(50);
    pair.kernel.cut(pair.a.id(), pair.b.id(), millis(100), millis(200));
    let expected =
        [at(100, "a: 2 down"), at(100, "b: 1 down"), at(210, "b: 1 up"), at(210, "a: 2 up")];
    assert_eq!(pair.told(300), expected);
}

#[test]
fn faults_that_overlap_end_with_the_last_of_them() {
    let mut pair = pair();
    pair.told(50);
    pair.kernel.cut(pair.a.id(), pair.b.id(), millis(100), millis(200));
    pair.kernel.cut(pair.a.id(), pair.b.id(), millis(150), millis(300));
    pair.kernel.offline(pair.a.id(), millis(250), millis(400));
    pair.kernel.offline(pair.a.id(), millis(260), millis(350));
    let told = pair.told(500);
    let expected =
        [at(100, "a: 2 down"), at(100, "b: 1 down"), at(410, "b: 1 up"), at(420, "a: 2 up")];
    assert_eq!(told, expected);
}

#[test]
fn a_host_that_starts_later_is_linked_when_it_does() {
    let notebook = Notebook::new();
    let mut builder = Builder::new(1, EPOCH);
    let node = || HopNode::new(|| Toy::new(plain)).with_observer(notebook.clone());
    let (a, b) = (builder.hop("a", key(1), node()), builder.hop("b", key(2), node()));
    builder.link(a.id(), b.id(), link(Micros::millis(10))).start_at(b.id(), millis(500));
    let mut kernel = builder.build().unwrap();
    kernel.run_until(millis(499), &mut ());
    assert!(!kernel.is_alive(b.id()));
    kernel.run_until(millis(600), &mut ());
    assert!(kernel.is_alive(b.id()));
    assert_eq!(words(&notebook), ["2 up", "1 up"]);
}

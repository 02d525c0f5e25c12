//! A busy little world: everybody writes to everybody, asks a server, and uses a store.

use std::sync::{Arc, Mutex};

use hop::{Act, Effect, Input, http};
use rand_core::CryptoRng;
use vocab::{Micros, Now, sample};

use crate::{
    kernel::{Builder, HostId, Kernel, Time},
    net::{Latency, LinkConfig},
    node::{Handle, HopNode},
    toy::{Ask, EPOCH, Everything, Memory, Notebook, Toy, after, key, now, post, put, say},
};

pub(super) const HOSTS: u8 = 9;

/// Passes on what it hears until it has been passed on often enough.
fn chatter(
    memory: &mut Memory,
    input: Input<Ask>,
    clock: Now,
    rng: &mut dyn CryptoRng,
) -> Vec<Effect<String>> {
    match input {
        Input::Boot => {
            memory.wake_at = Some(clock.mono.after(Micros::millis(40)));
            Vec::new()
        }
        Input::Wake => {
            memory.wake_at = Some(clock.mono.after(Micros::millis(40)));
            memory.count += 1;
            let asked = memory.count;
            [pass_on(memory, 6, rng), vec![now(post(asked, "host 0"))]].concat()
        }
        Input::Frame { bytes, .. } => {
            memory.count += 1;
            let tx = memory.count;
            let left = bytes.first().copied().unwrap_or(0);
            let stored = vec![
                now(put(tx, &format!("heard {tx}"), Some(Micros::seconds(1)))),
                after(tx, say(format!("heard {left} at {}", clock.wall.0))),
            ];
            [stored, pass_on(memory, left, rng)].concat()
        }
        Input::Request { id, .. } => {
            let response = http::Response::json(200, rng.next_u64().to_string().into_bytes());
            vec![now(Act::Reply { id, response }), now(Act::Log("asked".to_owned()))]
        }
        Input::Response { id, outcome } => {
            let body = outcome.map(|response| response.body);
            vec![now(say(format!("answer {} {body:?}", id.0)))]
        }
        Input::Link { .. } | Input::Stored { .. } | Input::Joined { .. } | Input::Command(_) => {
            Vec::new()
        }
    }
}

fn pass_on(memory: &Memory, left: u8, rng: &mut dyn CryptoRng) -> Vec<Effect<String>> {
    if left == 0 || memory.peers.is_empty() {
        return Vec::new();
    }
    let chosen = sample::below(rng.next_u64(), memory.peers.len() as u64) as usize;
    let bytes = [&[left - 1][..], &rng.next_u64().to_be_bytes()].concat();
    vec![now(Act::Send { to: memory.peers[chosen], bytes })]
}

pub(super) fn bad_link() -> LinkConfig {
    LinkConfig {
        loss_ppm: 50_000,
        duplicate_ppm: 50_000,
        reorder_ppm: 50_000,
        reorder_delay: (Micros::millis(1), Micros::millis(30)),
        ..LinkConfig::perfect(
            "device",
            Latency::Uniform { low: Micros::millis(2), high: Micros::millis(12) },
        )
    }
}

pub(super) struct Busy {
    pub(super) kernel: Kernel,
    pub(super) notebook: Arc<Mutex<Notebook>>,
    pub(super) hosts: Vec<Handle<Toy>>,
}

pub(super) fn busy(seed: u64, partitions: usize) -> Busy {
    let notebook = Notebook::new();
    let mut builder = Builder::new(seed, EPOCH);
    let hosts: Vec<Handle<Toy>> = (0..HOSTS)
        .map(|number| {
            let node = HopNode::new(|| Toy::new(chatter)).with_observer(notebook.clone());
            builder.hop(&format!("host {number}"), key(number), node)
        })
        .collect();
    for (index, a) in hosts.iter().enumerate() {
        for b in &hosts[..index] {
            builder.link(a.id(), b.id(), bad_link());
        }
    }
    builder.partitions(partitions);
    Busy { kernel: builder.build().unwrap(), notebook, hosts }
}

/// Faults of every kind, then everything that could be seen.
pub(super) fn run_busy(seed: u64, partitions: usize) -> (Busy, Everything) {
    run_busy_on(seed, partitions, 1)
}

/// The same on several threads, which are used however little there is to do.
pub(super) fn run_busy_on(seed: u64, partitions: usize, threads: usize) -> (Busy, Everything) {
    let mut busy = busy(seed, partitions);
    busy.kernel.set_threads(threads).unwrap();
    busy.kernel.side_by_side_from(0);
    let mut seen = Everything::default();
    let second = Micros::seconds(1);
    busy.kernel.crash_at(HostId(3), Time(300_000), Micros::millis(50));
    busy.kernel.offline(HostId(4), Time(200_000), Time(500_000));
    busy.kernel.cut(HostId(1), HostId(2), Time(100_000), Time(600_000));
    busy.kernel.run_until(Time(second.0 / 2), &mut seen);
    busy.kernel.crash_at(HostId(0), Time(0), Micros::millis(5));
    busy.kernel.run_until(Time(second.0), &mut seen);
    (busy, seen)
}

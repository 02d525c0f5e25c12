//! The bare loop: a heap of (time, source, sequence), and the handler.
//!
//! As in the measurements that the design rests on, an event has 56 bytes and a host about 190.

use std::{cmp::Reverse, collections::BinaryHeap};

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use crate::{Work, decide, neighbours, next};

/// When, who caused it, how many that host had caused before; whose it is, and a payload.
type Event = Reverse<(u64, u32, u64, u32, [u64; 4])>;

const _: () = assert!(size_of::<Event>() == 56 && size_of::<Host>() == 184);

struct Host {
    key: [u8; 32],
    state: u64,
    inputs: u64,
    sequence: u64,
    neighbours: [u32; 4],
    /// What every host of the kernel's world has, too: its neighbours' keys.
    keys: [[u8; 28]; 4],
}

pub struct Loop {
    heap: BinaryHeap<Event>,
    hosts: Vec<Host>,
    work: Work,
    drawn: u64,
}

impl Loop {
    pub fn new(hosts: u64, work: Work) -> Self {
        let host = |number: u64| Host {
            key: [number as u8; 32],
            state: number,
            inputs: 0,
            sequence: 1,
            neighbours: neighbours(number, hosts).map(|host| host as u32),
            keys: [[number as u8; 28]; 4],
        };
        let first =
            |number: u64| Reverse((number % 10_000, number as u32, 0, number as u32, [number; 4]));
        Self {
            heap: (0..hosts).map(first).collect(),
            hosts: (0..hosts).map(host).collect(),
            work,
            drawn: 0,
        }
    }

    pub fn run(&mut self, events: u64) -> u64 {
        for _ in 0..events {
            let Reverse((at, _, _, target, payload)) = self.heap.pop().unwrap();
            let host = &mut self.hosts[target as usize];
            let word = if self.work.is_drawn() {
                let mut rng = ChaCha20Rng::from_seed(host.key);
                rng.set_stream(host.inputs);
                host.inputs += 1;
                rng.next_u64()
            } else {
                next(&mut host.state)
            };
            let (neighbour, after) = decide(word);
            let (to, after) = if self.work.is_frame() {
                (host.neighbours[neighbour as usize], crate::LATENCY)
            } else {
                (target, after)
            };
            let sequence = host.sequence;
            host.sequence += 1;
            self.drawn =
                self.drawn.wrapping_add(word ^ u64::from(host.keys[neighbour as usize][0]));
            self.heap.push(Reverse((at + after, target, sequence, to, payload)));
        }
        events
    }
}

//! The same handler as a node of the kernel.

use hop::http::{Request, Response};
use rand_core::Rng as _;
use simulator::{
    kernel::{Builder, HostId, Kernel, Port, Time, Timer, WireId},
    net::{Latency, LinkConfig},
    node::Node,
};
use vocab::{Micros, NoiseKey, UnixMicros};

use crate::{LATENCY, Work, decide, neighbours, next};

pub struct World {
    kernel: Kernel,
    until: u64,
    /// Virtual microseconds in which about a tenth of a round's events happen.
    step: u64,
}

struct Nothing {
    work: Work,
    state: u64,
    neighbours: [NoiseKey; 4],
}

impl Nothing {
    fn event(&mut self, port: &mut Port<'_>) {
        let word =
            if self.work.is_drawn() { port.next_rng().next_u64() } else { next(&mut self.state) };
        let (neighbour, after) = decide(word);
        if self.work.is_frame() {
            port.send(self.neighbours[neighbour as usize], Vec::new());
        } else {
            port.remind(Micros(after), Timer::Own(0));
        }
    }
}

impl Node for Nothing {
    fn boot(&mut self, port: &mut Port<'_>) {
        port.remind(Micros(2 * LATENCY + self.state % 10_000), Timer::Own(0));
    }

    fn crash(&mut self, _: &mut Port<'_>) {}

    fn link(&mut self, _: NoiseKey, _: bool, _: &mut Port<'_>) {}

    fn frame(&mut self, _: NoiseKey, _: Vec<u8>, port: &mut Port<'_>) {
        self.event(port);
    }

    fn request(&mut self, _: HostId, _: WireId, _: Request, _: &mut Port<'_>) {}

    fn expects(&self, _: u64) -> bool {
        false
    }

    fn response(&mut self, _: u64, _: Option<Response>, _: &mut Port<'_>) {}

    fn command(&mut self, _: u64, _: &mut Port<'_>) {}

    fn timer(&mut self, _: Timer, port: &mut Port<'_>) -> bool {
        self.event(port);
        true
    }
}

fn key(number: u64) -> NoiseKey {
    let mut key = [0; 32];
    // Not in the order of the hosts: keys of hosts are random.
    key[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    NoiseKey(key)
}

impl World {
    pub fn new(hosts: u64, work: Work, digest: bool, partitions: usize) -> Self {
        let mut builder = Builder::new(1, UnixMicros(1_735_689_600_000_000));
        builder.digest(digest).partitions(partitions);
        let ids: Vec<HostId> = (0..hosts)
            .map(|number| {
                let neighbours = neighbours(number, hosts).map(key);
                let node = Nothing { work, state: number, neighbours };
                builder.host(&format!("host {number}"), key(number), Box::new(node))
            })
            .collect();
        let link = LinkConfig::perfect("link", Latency::Fixed(Micros(LATENCY)));
        for number in 0..hosts {
            // The other two are those hosts' first and third.
            let [a, _, b, _] = neighbours(number, hosts);
            for other in [a, b] {
                builder.link(ids[number as usize], ids[other as usize], link.clone());
            }
        }
        let mut kernel = builder.build().unwrap();
        // Links are up, and everybody had one event.
        let until = 5 * LATENCY;
        kernel.run_until(Time(until), &mut ());
        let step = (LATENCY * 100_000 / hosts).max(1);
        Self { kernel, until, step }
    }

    /// Runs until that many more events happened, or a few more.
    pub fn run(&mut self, events: u64) -> u64 {
        let before = self.kernel.events();
        loop {
            self.until += self.step;
            self.kernel.run_until(Time(self.until), &mut ());
            let done = self.kernel.events() - before;
            if done >= events {
                return done;
            }
        }
    }
}

//! What two threads reach where events compute: the kernel's windows against two threads that do
//! nothing else.
//!
//! ```text
//! cargo bench -p simulator --bench threads -- [--rounds N] [--threads N] [--hosts N]
//! ```
//!
//! Sixteen hosts, each in a partition of its own as a Cloud API would be, pass 1,600 messages
//! around over links of 5 ms, so that a window holds 1,600 events; for each, the receiver computes
//! an X25519 agreement of what it received and sends the result to another. The threads beside
//! which it is held compute as many agreements without any kernel. Both take turns, by the clock on
//! the wall, since what others do on the machine meets both.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark measures real time, prints, and may stop at what goes wrong"
)]

use std::{hint::black_box, thread, time::Instant};

use hop::http::{Request, Response};
use simulator::{
    kernel::{Builder, HostId, Kernel, Port, Time, Timer, WireId},
    net::{Latency, LinkConfig},
    node::Node,
};
use vocab::{Micros, NoiseKey, UnixMicros};
use x25519_dalek::{PublicKey, StaticSecret};

/// Messages under way for each host, and so events of each in a window.
const MESSAGES: u64 = 100;
/// What a frame takes.
const LATENCY: Micros = Micros(5_000);

struct Agreeing {
    secret: StaticSecret,
    peers: Vec<NoiseKey>,
}

impl Agreeing {
    fn answer(&self, received: [u8; 32]) -> [u8; 32] {
        self.secret.diffie_hellman(&PublicKey::from(received)).to_bytes()
    }

    fn send(&self, bytes: [u8; 32], port: &mut Port<'_>) {
        // What was agreed on says who is next.
        let peer = self.peers[usize::from(bytes[0]) % self.peers.len()];
        port.send(peer, bytes.to_vec());
    }
}

impl Node for Agreeing {
    fn boot(&mut self, port: &mut Port<'_>) {
        for number in 0..MESSAGES {
            port.remind(Micros(4 * LATENCY.0 + number * 50), Timer::Own(number));
        }
    }

    fn crash(&mut self, _: &mut Port<'_>) {}

    fn link(&mut self, _: NoiseKey, _: bool, _: &mut Port<'_>) {}

    fn frame(&mut self, _: NoiseKey, bytes: Vec<u8>, port: &mut Port<'_>) {
        let answer = self.answer(*bytes.first_chunk().unwrap());
        self.send(answer, port);
    }

    fn request(&mut self, _: HostId, _: WireId, _: Request, _: &mut Port<'_>) {}

    fn expects(&self, _: u64) -> bool {
        false
    }

    fn response(&mut self, _: u64, _: Option<Response>, _: &mut Port<'_>) {}

    fn command(&mut self, _: u64, _: &mut Port<'_>) {}

    fn timer(&mut self, timer: Timer, port: &mut Port<'_>) -> bool {
        let Timer::Own(number) = timer else { return false };
        let mut bytes = [number as u8; 32];
        bytes[0] = bytes[0].wrapping_mul(31).wrapping_add(9);
        self.send(bytes, port);
        true
    }
}

fn key(number: u8) -> NoiseKey {
    NoiseKey([number; 32])
}

fn world(hosts: u8, threads: usize) -> Kernel {
    let mut builder = Builder::new(1, UnixMicros(1_735_689_600_000_000));
    builder.partitions(usize::from(hosts));
    let ids: Vec<HostId> = (0..hosts)
        .map(|number| {
            let peers = (0..hosts).filter(|peer| *peer != number).map(key).collect();
            let secret = StaticSecret::from([number.wrapping_add(1); 32]);
            let node = Box::new(Agreeing { secret, peers });
            builder.host(&format!("host {number}"), key(number), node)
        })
        .collect();
    for (index, a) in ids.iter().enumerate() {
        for b in &ids[..index] {
            builder.link(*a, *b, LinkConfig::perfect("link", Latency::Fixed(LATENCY)));
        }
    }
    let mut kernel = builder.build().unwrap();
    kernel.set_threads(threads).unwrap();
    kernel
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str, unless: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        let told = at.and_then(|at| arguments.get(at + 1));
        told.map_or(unless, |text| text.parse().unwrap())
    };
    let (rounds, threads) = (value("--rounds", 15), value("--threads", 2));
    let hosts = value("--hosts", 16) as u8;
    let mut kernels = [world(hosts, threads), world(hosts, 1)];
    for kernel in &mut kernels {
        kernel.run_until(Time(8 * LATENCY.0), &mut ());
    }
    let mut until = 8 * LATENCY.0;
    let (mut ratios, mut gains) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        // About eight windows.
        until += 8 * LATENCY.0;
        let [many, one] = kernels.each_mut().map(|kernel| {
            let (before, start) = (kernel.events(), Instant::now());
            kernel.run_until(Time(until), &mut ());
            let events = (kernel.events() - before) as f64;
            (events / start.elapsed().as_secs_f64(), events)
        });
        let bare = bare(threads, many.1 as u64);
        ratios.push(many.0 / bare);
        gains.push(many.0 / one.0);
        assert_eq!(many.1, one.1, "as many events on any number of threads");
    }
    let same = kernels[0].digest() == kernels[1].digest();
    assert!(same, "the same digest on any number of threads");
    println!("{rounds} rounds; {hosts} hosts; {} events a window", MESSAGES * u64::from(hosts));
    println!("{threads} threads of the kernel / {threads} threads alone: {}", spread(ratios));
    println!("{threads} threads of the kernel / 1 thread of it: {}", spread(gains));
}

/// Agreements a second of threads that do nothing else.
fn bare(threads: usize, agreements: u64) -> f64 {
    let share = agreements / threads as u64;
    let start = Instant::now();
    thread::scope(|scope| {
        for number in 0..threads {
            scope.spawn(move || {
                let secret = StaticSecret::from([number as u8 + 1; 32]);
                let mut bytes = [9; 32];
                for _ in 0..share {
                    bytes = secret.diffie_hellman(&PublicKey::from(bytes)).to_bytes();
                }
                black_box(bytes)
            });
        }
    });
    (share * threads as u64) as f64 / start.elapsed().as_secs_f64()
}

fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    format!("{:.2} ({least:.2} to {most:.2})", values[values.len() / 2])
}

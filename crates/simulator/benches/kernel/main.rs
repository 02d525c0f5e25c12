//! What the kernel costs next to a bare loop over a heap, with hops that do nothing.
//!
//! ```text
//! cargo bench -p simulator --bench kernel -- [--rounds N] [--hosts N,N] [--only WORK]
//! ```
//!
//! On each event the handler draws a word from its host's generator and causes one more event, at
//! its own host (a reminder) or at one of four neighbours (a frame over a link). It is one
//! function, called by the node of the kernel and by the loop. Rates are by processor time. Loop
//! and kernel take turns, so that whatever else the machine does meets both; a ratio is the median
//! over rounds of a round's own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark measures real time, prints, and may stop at what goes wrong"
)]

mod heap;
mod hosts;

use std::time::Instant;

/// What an event makes the handler do, and where its word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One reminder; a word from a generator of three instructions.
    Reminder,
    /// One frame to a neighbour; the same generator.
    Frame,
    /// One reminder; a word from the generator that the kernel gives an input.
    ReminderDrawn,
    /// One frame to a neighbour; the same generator.
    FrameDrawn,
}

impl Work {
    const ALL: [Self; 4] = [Self::Reminder, Self::Frame, Self::ReminderDrawn, Self::FrameDrawn];

    const fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminders",
            Self::Frame => "frames",
            Self::ReminderDrawn => "reminders, ChaCha20",
            Self::FrameDrawn => "frames, ChaCha20",
        }
    }

    pub const fn is_frame(self) -> bool {
        matches!(self, Self::Frame | Self::FrameDrawn)
    }

    pub const fn is_drawn(self) -> bool {
        matches!(self, Self::ReminderDrawn | Self::FrameDrawn)
    }
}

/// What the handler decides: which neighbour, and how many microseconds later.
pub const fn decide(word: u64) -> (u64, u64) {
    (word & 3, LATENCY + (word >> 32) % LATENCY)
}

/// The latency of a link, and the shortest span of a reminder: 5 ms.
pub const LATENCY: u64 = 5_000;

/// The next word of the small generator.
pub const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 27)
}

/// The four neighbours of a host in a world of `hosts`.
pub const fn neighbours(host: u64, hosts: u64) -> [u64; 4] {
    let far = hosts / 3 + 1;
    [
        (host + 1) % hosts,
        (host + hosts - 1) % hosts,
        (host + far) % hosts,
        (host + hosts - far) % hosts,
    ]
}

/// Events of one round.
const EVENTS: u64 = 1_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let rounds: usize = value("--rounds").map_or(9, |text| text.parse().unwrap());
    let sizes = value("--hosts").unwrap_or_else(|| "10000,100000".to_owned());
    let only = value("--only");
    println!(
        "{rounds} rounds of {EVENTS} events; million events a second of one processor's time\n"
    );
    println!("| hosts | work | loop | kernel | digest on | ratio | ratio, digest on |");
    println!("|---|---|---|---|---|---|---|");
    for hosts in sizes.split(',').map(|size| size.parse::<u64>().unwrap()) {
        for work in Work::ALL {
            if only.as_ref().is_none_or(|only| work.name() == only) {
                row(hosts, work, rounds);
            }
        }
    }
}

fn row(hosts: u64, work: Work, rounds: usize) {
    let mut bare = heap::Loop::new(hosts, work);
    let mut plain = hosts::World::new(hosts, work, false, 1);
    let mut chained = hosts::World::new(hosts, work, true, 1);
    let (mut rates, mut ratios) = ([const { Vec::new() }; 3], [const { Vec::new() }; 2]);
    for _ in 0..rounds {
        let loop_rate = rate(|| bare.run(EVENTS));
        let without = rate(|| plain.run(EVENTS));
        let with = rate(|| chained.run(EVENTS));
        for (rates, rate) in rates.iter_mut().zip([loop_rate, without, with]) {
            rates.push(rate);
        }
        ratios[0].push(without / loop_rate);
        ratios[1].push(with / loop_rate);
    }
    let [bare, without, with] = rates.map(|rates| median(rates) / 1e6);
    let [off, on] = ratios.map(spread);
    let name = work.name();
    println!("| {hosts} | {name} | {bare:.2} | {without:.2} | {with:.2} | {off} | {on} |");
}

/// Events a second.
fn rate(run: impl FnOnce() -> u64) -> f64 {
    let start = (Instant::now(), on_processor());
    let events = run();
    let real = start.0.elapsed().as_secs_f64();
    let busy = on_processor().zip(start.1).map(|(now, then)| (now - then) as f64 / 1e9);
    events as f64 / busy.unwrap_or(real)
}

/// Nanoseconds that this thread ran, where the system tells: what others do counts less.
fn on_processor() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    format!("{:.2} ({least:.2} to {most:.2})", median(values))
}

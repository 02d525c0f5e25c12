//! Durable relayed messages a second, beside what the engine beneath does at most.

use std::{
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use engines::{RootKey, Sqlite, cycle::Cycle};
use getrandom::fill;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::{Value, json};
use vocab::UnixMicros;
use zeroize::Zeroizing;

use crate::{
    Arguments,
    device::Crowd,
    figures::{computed, machine, median, rate, tenth},
    server::Server,
    traffic::{self, Traffic},
};

/// Messages of each device that are under way.
const WINDOW: usize = 4;
/// Of each device in a round, and at each pace: within the burst that a link may send.
const PER_ROUND: u64 = 40;
const PER_PACE: u64 = 25;
/// Bytes of the row that a message waits in.
const ROW: usize = 410;

/// What one round came to.
struct Round {
    relayed: f64,
    batch: u64,
    raw: f64,
    /// Microseconds that the server and the devices computed for each message.
    server: f64,
    devices: f64,
}

pub(crate) async fn run(arguments: &Arguments) -> Value {
    let devices = arguments.count(1_000, 100) / 2 * 2;
    let rounds = if arguments.smoke { 1 } else { 3 };
    let begins = machine();
    let server = Server::start(&arguments.folder);
    let crowd = Rc::new(Crowd::of(&server));
    let traffic = traffic::begin(&crowd, devices).await;
    println!("{devices} devices are connected and registered");
    let raw_folder = server.folder.path().join("raw");
    let long_enough = Duration::from_secs(if arguments.smoke { 1 } else { 4 });
    let mut seen = Vec::new();
    for number in 0..rounds {
        let (relayed, batch, costs) = press(&traffic, &server, devices).await;
        let folder = raw_folder.join(number.to_string());
        let raw = raw(&folder, batch, devices, long_enough);
        println!(
            "relayed {relayed:.0}/s in commits of {batch}; raw cycle {raw:.0}/s; ratio {:.2}; \
             {:.0} us of the server and {:.0} us of the devices each",
            relayed / raw,
            costs.0,
            costs.1
        );
        seen.push(Round { relayed, batch, raw, server: costs.0, devices: costs.1 });
    }
    let best = seen.iter().map(|round| round.relayed).fold(0.0, f64::max);
    let mut paces = Vec::new();
    for percent in [10, 50, 90] {
        paces.push(pace(&traffic, best, percent, devices).await);
    }
    let tally = traffic.tally.borrow();
    assert!(tally.refused.is_empty(), "refused: {:?}", tally.refused);
    assert_eq!(tally.accepted, tally.done, "each that was accepted is done");
    let ratio = median(seen.iter().map(|round| round.relayed / round.raw).collect());
    println!("ratio {ratio:.2} (median of {rounds}); {} delivered again", tally.again);
    let rounds: Vec<Value> = seen.iter().map(Round::json).collect();
    json!({
        "machine": begins, "devices": devices, "window": WINDOW, "rounds": rounds,
        "relayed_per_second": median(seen.iter().map(|round| round.relayed).collect()).round(),
        "ratio_to_raw_cycle": (ratio * 100.0).round() / 100.0,
        "delivered_again": tally.again, "latency": paces,
    })
}

impl Round {
    fn json(&self) -> Value {
        json!({
            "relayed_per_second": self.relayed.round(), "batch": self.batch,
            "raw_cycle_per_second": self.raw.round(),
            "server_us_per_message": tenth(self.server),
            "devices_us_per_message": tenth(self.devices),
        })
    }
}

/// As fast as it goes: messages a second between a tenth and nine tenths of them, transactions of
/// a commit, and what was computed for each message.
async fn press(traffic: &Traffic, server: &Server, devices: usize) -> (f64, u64, (f64, f64)) {
    let count = devices as u64 * PER_ROUND;
    let before = traffic.tally.borrow().done;
    traffic.press(WINDOW, count);
    let reading = async |done: u64| {
        assert!(traffic.until(before + done).await, "no message is done any more");
        let commits = server.metric("blindpost_store_commits_total").await;
        let used = (computed(server.id()), computed(std::process::id()));
        (Instant::now(), traffic.tally.borrow().done, commits, used)
    };
    let (began, first, commits, used) = reading(count / 10).await;
    let (ended, last, later, more) = reading(count * 9 / 10).await;
    assert!(traffic.until(before + count).await, "no message is done any more");
    let messages = last - first;
    // A message is two transactions that write: it comes into its mailbox, and goes out of it.
    let batch = (2 * messages / (later - commits).max(1)).clamp(1, 1_000);
    let each = |before: f64, after: f64| (after - before) * 1e6 / messages as f64;
    let costs = (each(used.0, more.0), each(used.1, more.1));
    (rate(messages, ended - began), batch, costs)
}

/// Rows a second through insert, read and delete of the same engine on the same disk, alone.
fn raw(folder: &Path, batch: u64, queues: usize, long_enough: Duration) -> f64 {
    std::fs::create_dir_all(folder).unwrap();
    let mut seed = [0; 32];
    fill(&mut seed).unwrap();
    let root = RootKey::new(&Zeroizing::new(seed));
    let rng = Box::new(ChaCha20Rng::from_seed(seed));
    let mut engine = Sqlite::open(folder, root, rng).unwrap();
    let cycle = Cycle { batch, queues: queues as u64, bytes: ROW };
    let (start, mut rows) = (Instant::now(), 0);
    while start.elapsed() < long_enough {
        let moved = cycle.run(&mut engine, UnixMicros(1_700_000_000_000_000));
        assert_eq!(moved, batch, "the engine refused");
        rows += moved;
    }
    rate(rows, start.elapsed())
}

/// At so many of a hundred of the highest rate: how long until a message is at its recipient.
async fn pace(traffic: &Traffic, best: f64, percent: u64, devices: usize) -> Value {
    let rate = best * percent as f64 / 100.0;
    let count = (devices as u64 * PER_PACE).min((rate * 10.0) as u64);
    let [p50, p99] = traffic.pace(rate, count).await;
    println!("at {percent} % ({rate:.0}/s): p50 {p50:.1} ms, p99 {p99:.1} ms");
    json!({
        "percent": percent, "per_second": rate.round(), "messages": count,
        "p50_ms": tenth(p50), "p99_ms": tenth(p99),
    })
}

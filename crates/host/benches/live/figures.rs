//! What is read of processes and of the machine, and what figures are made of it.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Kilobytes of process `id` that are in memory, and how much of them is its own and not of files.
pub(crate) fn resident(id: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    (of("VmRSS:"), of("RssAnon:"))
}

/// Kilobytes of the kernel's: buffers of TCP sockets, and objects that sockets and files are.
pub(crate) fn of_the_kernel() -> (u64, u64) {
    let pages: u64 = fs::read_to_string("/proc/net/sockstat")
        .unwrap()
        .lines()
        .find(|line| line.starts_with("TCP:"))
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap();
    let memory = fs::read_to_string("/proc/meminfo").unwrap();
    let slab = memory.lines().find_map(|line| line.strip_prefix("Slab:")).unwrap();
    (pages * 4, slab.trim().trim_end_matches(" kB").parse().unwrap())
}

/// Seconds that process `id` has computed.
pub(crate) fn computed(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    let ticks: u64 = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    // A hundred ticks a second, on every Linux of today.
    ticks as f64 / 100.0
}

/// The machine, as far as it matters, and how busy others keep it.
pub(crate) fn machine() -> Value {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap();
    let name = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let load = fs::read_to_string("/proc/loadavg").unwrap();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    json!({
        "processor": name.map_or("unknown", |(_, name)| name),
        "cores": cores,
        "load_of_a_minute": load.split(' ').next().unwrap().parse::<f64>().unwrap(),
    })
}

/// Microseconds between two moments.
pub(crate) fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap()
}

/// The value below which so many of a hundred lie; 0 of nothing.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

/// So many in this time, a second.
pub(crate) fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The middle one; of an even number the greater of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// To one place behind the point.
pub(crate) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

//! What a town costs: memory for each device, time for registration, messages and days.
//!
//! `cargo bench -p simulator --bench scale -- CASE [DEVICES] [PROFILE]`, where CASE is one of
//!
//! - `memory`: both ends of a session for each device, one message and its answer; 10,000 devices;
//! - `messages`: ten messages for each device, in an hour; 100,000 devices;
//! - `registered`: nothing but registration; 1,000,000 devices;
//! - `month`: thirty days with two messages a day from each device and as many answers; 10,000;
//! - `curve`: about two messages and their answers for each device, from 1,000 devices to DEVICES
//!   by tens, each in a process of its own; 1,000,000;
//! - `page FILE`: draws the lines in FILE, whatever their cases, for docs/reference: `scale.md` and
//!   `scale.svg`.
//!
//! One JSON object a line. Times of one event and of one device are processor time, which others on
//! the machine change little; `run_s` is what a clock on the wall showed. Memory is the resident
//! set of the process, as Linux tells it: at its peak, less what it was before the first device
//! registered.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a benchmark: it measures real time, prints, and reckons"
)]

mod page;
mod tables;
mod towns;

use std::{
    error::Error,
    process::{Command, ExitCode},
    time::Instant,
};

use serde_json::{Value, json};
use simulator::{
    invariants::{self, Ended},
    scenario::Scenario,
    world::{Options, World},
};

use towns::Town;

/// The command line's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Cargo hands a bench `--bench` over.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (case, rest) = words.split_first().unwrap_or((&"memory", &[]));
    let devices = rest.first().and_then(|word| word.parse().ok());
    let profile = rest.get(1).copied().unwrap_or("v4");
    let done = match (*case, rest) {
        ("page", [file]) => page::write(file),
        _ => run(case, devices, profile),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scale: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(case: &str, devices: Option<u64>, profile: &str) -> Result<(), Box<dyn Error>> {
    let least = |devices: u64| (devices / 1_000).max(60);
    let town = |devices: u64, writes, minutes| Town {
        devices,
        writes,
        minutes,
        joins: least(devices),
        nights: false,
        profile: profile.to_owned(),
    };
    match case {
        // Everybody has written once after a day, nearly; the day is short.
        "memory" | "point" => {
            let devices = devices.unwrap_or(10_000);
            measure(case, &town(devices, 48, least(devices) / 60 + 60), case == "memory")
        }
        "messages" => {
            let devices = devices.unwrap_or(100_000);
            measure(case, &town(devices, 240, least(devices) / 60 + 60), false)
        }
        "registered" => {
            let devices = devices.unwrap_or(1_000_000);
            measure(case, &town(devices, 0, least(devices) / 60 + 2), false)
        }
        "month" => {
            let town = Town { nights: true, ..town(devices.unwrap_or(10_000), 2, 30 * 24 * 60) };
            measure(case, &town, false)
        }
        "curve" => {
            let most = devices.unwrap_or(1_000_000);
            let mut devices = 1_000;
            while devices <= most {
                let number = devices.to_string();
                let mut child = Command::new(std::env::current_exe()?);
                let status = child.args(["point", &number, profile]).status()?;
                if !status.success() {
                    return Err(format!("{devices} devices: {status}").into());
                }
                devices *= 10;
            }
            Ok(())
        }
        other => Err(format!(
            "no case {other:?}: expected memory, messages, registered, month, curve or page"
        )
        .into()),
    }
}

/// Runs a town and prints what it cost.
fn measure(case: &str, town: &Town, rows: bool) -> Result<(), Box<dyn Error>> {
    let scenario = town.scenario()?;
    let began = Instant::now();
    let mut world = World::new(&scenario, &Options::default(), None)?;
    let built = began.elapsed();
    let before = resident("VmRSS:")?;
    let (began, busy) = (Instant::now(), processor()?);
    let probes = world.run(&scenario, &mut |_, _| {});
    let (ran, busy) = (began.elapsed(), processor()? - busy);
    let peak = resident("VmHWM:")?;
    let began = Instant::now();
    let messages = count(&scenario, &world, &probes);
    let judged = began.elapsed();
    let devices = town.devices as f64;
    let per_device = peak.saturating_sub(before) as f64 / devices;
    let events = world.kernel.events();
    let mut line = json!({
        "case": case,
        "profile": town.profile,
        "devices": town.devices,
        "messages": messages,
        "events": events,
        "built_s": built.as_secs_f64(),
        "run_s": ran.as_secs_f64(),
        "judged_s": judged.as_secs_f64(),
        "processor_s": busy,
        "us_an_event": busy * 1e6 / events as f64,
        "ms_a_device": busy * 1e3 / devices,
        "rss_before_mb": before / MEGABYTE,
        "rss_peak_mb": peak / MEGABYTE,
        "bytes_a_device": per_device.round(),
        "digest": world.kernel.digest().to_string(),
    });
    if let Some(object) = line.as_object_mut().filter(|_| rows) {
        let (tables, passing) = tables::counted(&world, town.devices);
        // What the goal is about: no mailbox, nothing kept for retransmission or to know copies.
        let without = (per_device - passing).round();
        object.insert("bytes_a_device_without".to_owned(), json!(without));
        object.insert("tables".to_owned(), tables);
    }
    println!("{line}");
    Ok(())
}

/// What became of all messages; anything lost is a failure of the run.
fn count(scenario: &Scenario, world: &World, probes: &[simulator::world::ProbeResult]) -> Value {
    world.shared.clone().with(|watch| {
        let ended = Ended::new(scenario, world, watch, probes);
        let counted = invariants::count(&ended);
        serde_json::to_value(counted).unwrap_or_default()
    })
}

/// Seconds that processors have worked for this process. Linux counts them in hundredths.
fn processor() -> Result<f64, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/self/stat")?;
    // Behind the name in brackets stand the state and ten numbers, then user and system time.
    let (_, told) = told.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let times = told.split_whitespace().skip(11).take(2);
    let times = times.map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    Ok(times.iter().sum::<u64>() as f64 / 100.0)
}

/// A size that Linux tells of this process, in bytes.
fn resident(which: &str) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(which));
    let kilobytes = line.and_then(|rest| rest.trim().strip_suffix("kB"));
    let kilobytes: u64 = kilobytes.ok_or("no such size in /proc/self/status")?.trim().parse()?;
    Ok(kilobytes * 1_024)
}

const MEGABYTE: u64 = 1_024 * 1_024;

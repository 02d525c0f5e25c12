//! Whether secrets show in how long something takes, after the manner of dudect.
//!
//! ```text
//! cargo bench -p signal --bench timing [-- --share PERCENT]
//! ```
//!
//! Each case has two classes of inputs that differ in nothing but a secret, or in what only a
//! secret tells apart. They take turns at random. Two rounds in succession beyond |t| = 10 are a
//! leak, and the exit status is 1. The first case has a leak on purpose: if that is not seen, the
//! status is 1 too. `--share` takes so many of the runs.

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

mod cases;
#[allow(dead_code, reason = "the stories use all of it")]
#[path = "../../tests/stories/people.rs"]
mod people;
mod statistics;

use std::process::ExitCode;

use cases::{Case, Random};
use statistics::{LIMIT, Samples, Verdict};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let share = arguments.iter().position(|argument| argument == "--share");
    let share: usize = share.map_or(100, |at| arguments[at + 1].parse().unwrap());

    let mut random = Random::new(0x7469_6d69_6e67);
    println!("| case | classes | runs | median | would notice | t | |");
    println!("|---|---|---|---|---|---|---|");
    let mut good = true;
    for mut case in cases::all() {
        let runs = (case.runs * share / 100).max(200);
        let mut verdict = round(&mut case, runs, &mut random);
        let mut leaks = verdict.t.abs() > LIMIT;
        if leaks {
            verdict = round(&mut case, runs, &mut random);
            leaks = verdict.t.abs() > LIMIT;
        }
        let said = match (leaks, case.leaks) {
            (true, true) => "seen, as planted",
            (false, false) => "alike",
            (true, false) => "LEAK",
            (false, true) => "NOT SEEN",
        };
        good &= leaks == case.leaks;
        let Verdict { t, would_notice, median } = verdict;
        println!(
            "| {} | {} | {runs} | {median:.0} ns | {would_notice:.1} ns | {t:.1} | {said} |",
            case.name, case.classes
        );
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn round(case: &mut Case, runs: usize, random: &mut Random) -> Verdict {
    let mut samples = Samples::default();
    for run in 0..runs + runs / 20 {
        let class = usize::from(random.byte() & 1);
        let took = (case.run)(class, random);
        // The first runs warm up.
        if run >= runs / 20 {
            samples.add(class, took);
        }
    }
    samples.judge()
}

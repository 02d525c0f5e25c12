//! The Graph interface under load: `blindpost up` in a process of its own, real sockets, a store on
//! the disk, people with open windows, and no rule relaxed.
//!
//! ```text
//! cargo bench -p host --bench graph -- accept    messages a second that one number has accepted,
//!                                                and how long accepting takes, beside an HTTP
//!                                                server that only reads and answers
//! cargo bench -p host --bench graph -- storage   memory under No Storage, between one tenth of
//!                                                the messages and all of them
//! ```
//!
//! Either exits with 1 if it is short of its goal, after it has said and written what it measured.
//! With `--smoke` each is small enough for CI; with `--json FILE` the figures are written there;
//! `--people N`, `--messages N` and `--pace N` (a second) say how much, where it is not the usual.
//! The number is raised to 1,000 messages a second, and the pace stays below that: what goes beyond
//! is refused, as it must be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement: what stops it stops it, and it asks the clock"
)]

mod accept;
#[expect(dead_code, reason = "the other benchmark uses the rest of it")]
#[path = "../live/figures.rs"]
mod figures;
mod floor;
mod load;
mod storage;
mod world;

use std::{env, fs, path::PathBuf, process::ExitCode};

use serde_json::Value;

/// The command line's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line says.
pub(crate) struct Arguments {
    /// Everything in small.
    pub(crate) smoke: bool,
    pub(crate) people: Option<u32>,
    pub(crate) messages: Option<u64>,
    pub(crate) pace: Option<u64>,
    json: Option<PathBuf>,
    /// On whose disk the stores lie.
    pub(crate) folder: PathBuf,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let (smoke, json) = (false, None);
        let mut arguments = Self { smoke, people: None, messages: None, pace: None, json, folder };
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
            match word.as_str() {
                "--smoke" => arguments.smoke = true,
                "--people" => arguments.people = Some(value().parse().expect("a number")),
                "--messages" => arguments.messages = Some(value().parse().expect("a number")),
                "--pace" => arguments.pace = Some(value().parse().expect("a number")),
                "--json" => arguments.json = Some(value().into()),
                "--folder" => arguments.folder = value().into(),
                // Cargo says so to every benchmark.
                "--bench" => {}
                other => panic!("{other}: no such option"),
            }
        }
        arguments
    }
}

/// What a measurement came to.
pub(crate) struct Outcome {
    pub(crate) figures: Value,
    /// Which goal it is short of, if any.
    pub(crate) fails: Option<&'static str>,
}

/// Figures are written whatever they are.
fn measure(what: impl Future<Output = Outcome>, arguments: &Arguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let Outcome { figures, fails } = runtime.block_on(what);
    if let Some(path) = &arguments.json {
        fs::write(path, format!("{figures:#}\n")).unwrap();
    }
    fails.map_or(ExitCode::SUCCESS, |goal| {
        println!("{goal}");
        ExitCode::FAILURE
    })
}

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    match words.next().unwrap_or_default().as_str() {
        "serve" => world::serve(words),
        "floor" => floor::serve(),
        "accept" => {
            let arguments = Arguments::read(words);
            return measure(accept::run(&arguments), &arguments);
        }
        "storage" => {
            let arguments = Arguments::read(words);
            return measure(storage::run(&arguments), &arguments);
        }
        // `cargo bench` alone runs every benchmark of the workspace, and these take minutes.
        _ => println!("one of: accept, storage"),
    }
    ExitCode::SUCCESS
}

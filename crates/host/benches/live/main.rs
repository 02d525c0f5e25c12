//! The live transport under load: processes of their own, real sockets, a store on the disk.
//!
//! ```text
//! cargo bench -p host --bench live -- relay       durable messages a second, and their latency
//! cargo bench -p host --bench live -- idle        memory of connections on which nothing happens
//! cargo bench -p host --bench live -- strangers   what those who do not get in cost the others
//! ```
//!
//! With `--smoke` each is small enough for CI; with `--json FILE` the figures are written there.
//! `docs/reference/relay.md` has a run. The server is a process of its own, and the devices are
//! another: light ones, which speak the link and frames and whose envelopes hold nothing, since a
//! transport could not tell.

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

mod device;
mod figures;
mod idle;
mod relay;
mod server;
mod strangers;
mod traffic;

use std::{env, fs, path::PathBuf};

use serde_json::Value;

/// The command line's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line says.
struct Arguments {
    /// Everything in small.
    smoke: bool,
    /// The number of devices or connections, where it is not the usual one.
    count: Option<usize>,
    json: Option<PathBuf>,
    /// On whose disk the stores lie.
    folder: PathBuf,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let mut arguments = Self { smoke: false, count: None, json: None, folder };
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
            match word.as_str() {
                "--smoke" => arguments.smoke = true,
                "--count" => arguments.count = Some(value().parse().expect("a number")),
                "--json" => arguments.json = Some(value().into()),
                "--folder" => arguments.folder = value().into(),
                // Cargo says so to every benchmark.
                "--bench" => {}
                other => panic!("{other}: no such option"),
            }
        }
        arguments
    }

    /// `usual`, or what was asked for; in small, `small`.
    fn count(&self, usual: usize, small: usize) -> usize {
        self.count.unwrap_or(if self.smoke { small } else { usual })
    }
}

/// Runs one measurement on one thread, where devices share what they count without locks.
fn measure(what: impl Future<Output = Value>, arguments: &Arguments) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let figures = tokio::task::LocalSet::new().block_on(&runtime, what);
    if let Some(path) = &arguments.json {
        fs::write(path, format!("{figures:#}\n")).unwrap();
    }
}

fn main() {
    let mut words = env::args().skip(1);
    let command = words.next().unwrap_or_default();
    if command == "serve" {
        return server::serve(&PathBuf::from(words.next().expect("a folder")));
    }
    let arguments = Arguments::read(words);
    match command.as_str() {
        "relay" => measure(relay::run(&arguments), &arguments),
        "idle" => measure(idle::run(&arguments), &arguments),
        "strangers" => measure(strangers::run(&arguments), &arguments),
        // `cargo bench` alone runs every benchmark of the workspace, and these take minutes.
        _ => println!("one of: relay, idle, strangers"),
    }
}

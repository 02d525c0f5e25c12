//! The command line. Knows: files, the terminal, the environment, real time. Does not know: how
//! anything works that it starts.

mod amount;
mod args;
mod conform;
mod determinism;
mod exit;
mod judge;
mod merge;
mod mutant;
mod outputs;
mod progress;
mod shrink;
mod sim;
mod sweep;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    if std::env::var_os("BLINDPOST_PORTABLE").is_some_and(|value| value == "1") {
        signal::crypto::force_portable();
    }
    let exit = match cli.command {
        args::Command::Sim(sim) => sim::run(&sim),
        args::Command::Merge(merge) => merge::run(&merge),
        args::Command::Conform(conform) => conform::run(&conform),
    };
    exit.into()
}

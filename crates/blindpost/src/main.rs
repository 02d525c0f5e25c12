//! The command line. Knows: files, the terminal, the environment, real time. Does not know: how
//! anything works that it starts.

mod amount;
mod args;
mod conform;
mod exit;
mod judge;
#[cfg(feature = "live")]
mod live;
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

/// A sweep is small rows, frames and answers that come and go by the million.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    if std::env::var_os("BLINDPOST_PORTABLE").is_some_and(|value| value == "1") {
        signal::crypto::force_portable();
    }
    let exit = match cli.command {
        #[cfg(feature = "live")]
        args::Command::Up(up) => live::up::run(&up),
        #[cfg(feature = "live")]
        args::Command::Transport(role) => live::single::run(role),
        #[cfg(feature = "live")]
        args::Command::CloudApi(role) => live::single::run(role),
        #[cfg(feature = "live")]
        args::Command::Business(role) => live::single::run(role),
        #[cfg(feature = "live")]
        args::Command::Client(role) => live::single::run(role),
        #[cfg(feature = "live")]
        args::Command::Meta(role) => live::single::run(role),
        #[cfg(feature = "live")]
        args::Command::Listen(listen) => live::terminal::listen(listen),
        #[cfg(feature = "live")]
        args::Command::Trigger(trigger) => live::terminal::trigger(&trigger),
        #[cfg(feature = "live")]
        args::Command::Snapshot(named) => live::terminal::snapshot(&named),
        #[cfg(feature = "live")]
        args::Command::Restore(named) => live::terminal::restore(&named),
        #[cfg(feature = "live")]
        args::Command::Store(store) => live::store::run(&store),
        args::Command::Sim(sim) => sim::run(&sim),
        args::Command::Merge(merge) => merge::run(&merge),
        args::Command::Conform(conform) => conform::run(&conform),
    };
    exit.into()
}

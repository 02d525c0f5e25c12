//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, builder::ValueParser};

/// End-to-end encrypted business messages on one machine, and who could see what.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs scenarios in virtual time and reports who saw what.
    Sim(Sim),
    /// Puts our engine behind the adapter protocol of the conformance suite.
    Conform(Conform),
}

/// Puts our engine behind the adapter protocol of the conformance suite.
#[derive(Args, Debug)]
pub(crate) struct Conform {
    /// Answer requests on the standard input, a line of JSON each, until it ends.
    #[arg(long, required = true)]
    pub(crate) serve: bool,

    /// How strictly to read where deployed clients take more than one form.
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) mode: Option<Mode>,
}

/// One of two readings.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Mode {
    /// As deployed clients read.
    Compat,
    /// Only the one form that an honest writer writes.
    Strict,
}

/// Runs scenarios in virtual time and reports who saw what.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 all held, 1 something did not hold, 2 unusable input.\n\
    The same scenario and seed always give the same run, whatever the threads and partitions.")]
pub(crate) struct Sim {
    /// Scenario files, run in turn.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Another seed than the scenario's, below 2^53.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..1 << 53))]
    pub(crate) seed: Option<u64>,

    /// Threads to run on; the outcome does not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: u16,

    /// Partitions to divide the nodes into; the outcome does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) partitions: Option<u16>,

    /// Exit with 0 only if exactly the invariants failed that the scenario expects to fail.
    #[arg(long)]
    pub(crate) check: bool,

    /// Run each scenario again with 1, 2 and 7 partitions and compare the digests.
    #[arg(long)]
    pub(crate) check_determinism: bool,

    /// Write the report as JSON; `-` is the standard output, and then nothing else goes there.
    /// Of several scenarios, an array.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,

    /// Write the report as one page with a sequence diagram.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) html: Option<PathBuf>,

    /// Write every event as a line of JSON.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) log: Option<PathBuf>,

    /// Write every derivation of a key as a line of JSON.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) trace: Option<PathBuf>,

    /// Plant this mistake, to see which rule catches it (needs the feature `mutants`).
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,
}

/// A file's name; `-` is none, so that nobody finds a file of that name.
fn file() -> ValueParser {
    ValueParser::from(|text: &str| match text {
        "-" => Err("only --json can write to the standard output: expected the name of a file"),
        "" => Err("expected the name of a file"),
        name => Ok(PathBuf::from(name)),
    })
}

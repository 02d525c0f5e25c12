//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, builder::ValueParser};
use simulator::sweep::{Shard, Span};

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
    /// Runs everything on this machine: transport, Cloud API, a sample business, simulated people.
    #[cfg(feature = "live")]
    Up(Box<crate::live::args::Up>),
    /// Runs the transport: stores and forwards what it cannot open.
    #[cfg(feature = "live")]
    Transport(crate::live::single::Args<{ crate::live::single::TRANSPORT }>),
    /// Runs the Cloud API: the business's end of the encryption.
    #[cfg(feature = "live")]
    CloudApi(crate::live::single::Args<{ crate::live::single::CLOUD_API }>),
    /// Runs a sample business, which answers what its webhook hears.
    #[cfg(feature = "live")]
    Business(crate::live::single::Args<{ crate::live::single::BUSINESS }>),
    /// Runs a person's device: lines of JSON in and out.
    #[cfg(feature = "live")]
    Client(crate::live::single::Args<{ crate::live::single::CLIENT }>),
    /// Runs Business Manager, billing and statistics.
    #[cfg(feature = "live")]
    Meta(crate::live::single::Args<{ crate::live::single::META }>),
    /// Shows the webhooks of an `up` that runs, and forwards them.
    #[cfg(feature = "live")]
    Listen(crate::live::args::Listen),
    /// Makes something happen in an `up` that runs, which webhooks then tell.
    #[cfg(feature = "live")]
    Trigger(crate::live::args::Trigger),
    /// Puts aside the state of an `up` that runs, whole, under a name.
    #[cfg(feature = "live")]
    Snapshot(crate::live::args::Named),
    /// Puts back a state of an `up` that runs that was put aside.
    #[cfg(feature = "live")]
    Restore(crate::live::args::Named),
    /// Looks after the stores of a folder that no live command uses just now.
    #[cfg(feature = "live")]
    Store(crate::live::args::Store),
    /// Runs scenarios in virtual time and reports who saw what.
    Sim(Box<Sim>),
    /// Puts together what the parts of a sweep found (`sim --seeds … --shard … --results FILE`).
    Merge(Merge),
    /// Tests any Signal implementation behind the adapter protocol, or is one.
    Conform(Box<Conform>),
}

/// Tests any Signal implementation behind the adapter protocol, or is one.
#[derive(Args, Debug)]
#[command(
    group = clap::ArgGroup::new("what").required(true),
    after_help = "Exit codes: 0 all as expected, 1 a regression or an unexpected pass, \
    2 the adapter is unusable or the command line is."
)]
pub(crate) struct Conform {
    /// Test what this command starts: its words as a shell would split them.
    #[arg(long, value_name = "COMMAND", group = "what")]
    pub(crate) adapter: Option<String>,

    /// Answer requests on the standard input with our engine, a line of JSON each, until it ends.
    #[arg(long, group = "what")]
    pub(crate) serve: bool,

    /// Serve with this mistake planted, to see which case finds it (needs the feature `mutants`).
    #[arg(long, value_name = "NAME", requires = "serve")]
    pub(crate) mutant: Option<String>,

    /// List the cases, those that --only and --skip choose.
    #[arg(long, group = "what")]
    pub(crate) list: bool,

    /// List them as the reference page.
    #[arg(long, requires = "list", conflicts_with_all = ["only", "skip"])]
    pub(crate) markdown: bool,

    /// Play only these cases: an id or its beginning, a section or its beginning, or a profile.
    /// Can be repeated; a case is played if any fits, and if a profile is among them, only in it.
    #[arg(long, value_name = "TERM", conflicts_with = "serve")]
    pub(crate) only: Vec<String>,

    /// Leave these cases out; as --only.
    #[arg(long, value_name = "TERM", conflicts_with = "serve")]
    pub(crate) skip: Vec<String>,

    /// Where the randomness of the suite comes from; the adapter's own is its own.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Seconds to wait for each answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(crate) timeout: u64,

    /// Where deployed clients read more than one form: how to read when serving, and the only
    /// reading that passes when testing.
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) mode: Option<Mode>,

    /// What is known to fail, as TOML: tables `known` of id, reason and, if it is not so in all
    /// of them, profile and role.
    #[arg(long, value_name = "FILE")]
    pub(crate) known_failures: Option<PathBuf>,

    /// Write the report as JSON; `-` is the standard output, and then nothing else goes there.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,

    /// Write the report as JUnit XML.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) junit: Option<PathBuf>,

    /// Write the report as one page.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) html: Option<PathBuf>,
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

    /// Run each scenario again with 1, 2 and 7 partitions, on 1 and 2 threads, and compare the
    /// digests, reports and logs; where they differ, name the first event that does.
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

    #[command(flatten)]
    pub(crate) outputs: Outputs,

    /// Plant this mistake, to see which rule catches it (needs the feature `mutants`).
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,

    /// Exactly these faults, instead of the scenario's own and those that it draws.
    #[arg(long, value_name = "FILE", value_parser = file(),
        conflicts_with_all = ["seeds", "shrink"])]
    pub(crate) plan: Option<PathBuf>,

    /// Write the faults that there were as a plan for `--plan`.
    #[arg(long, value_name = "FILE", value_parser = file(), conflicts_with = "seeds")]
    pub(crate) write_plan: Option<PathBuf>,

    /// Run one scenario under many seeds, from A to B, both included.
    #[arg(long, value_name = "A..B", value_parser = seeds, conflicts_with_all = ONE_RUN)]
    pub(crate) seeds: Option<Span>,

    /// Only part I of N of the seeds, counted from 1; parts are put together by `merge`.
    #[arg(long, value_name = "I/N", value_parser = shard, requires = "seeds")]
    pub(crate) shard: Option<Shard>,

    /// Write what the sweep found as JSON, for `merge`.
    #[arg(long, value_name = "FILE", value_parser = file(), requires = "seeds")]
    pub(crate) results: Option<PathBuf>,

    /// End the sweep with the first seed in which something fails.
    #[arg(long, requires = "seeds")]
    pub(crate) first: bool,

    /// Reduce what failed (of a sweep, the first seed of each kind of failure) to the fewest
    /// faults, nodes and messages, and write that as a scenario.
    #[arg(long)]
    pub(crate) shrink: bool,

    /// Keep this failure, by its invariant, while shrinking; otherwise the first there is.
    #[arg(long, value_name = "ID", requires = "shrink")]
    pub(crate) keep: Option<String>,

    /// At most how many runs each shrinking may take.
    #[arg(long, value_name = "N", default_value_t = 1_500, requires = "shrink",
        value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) shrink_runs: u64,

    /// Where shrunken scenarios go.
    #[arg(long, value_name = "FOLDER", default_value = "sims/regressions", requires = "shrink")]
    pub(crate) regressions: PathBuf,
}

/// What tells of one run, and says nothing of a sweep.
const ONE_RUN: [&str; 10] =
    ["seed", "check", "json", "html", "log", "trace", "diagram", "perfetto", "pcap", "metrics"];

/// Puts together what the parts of a sweep found.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 nothing failed and no part is missing, 1 otherwise, \
    2 unusable input or parts of different sweeps.")]
pub(crate) struct Merge {
    /// What `--results` wrote, in any order.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) parts: Vec<PathBuf>,

    /// Write the whole as JSON.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) results: Option<PathBuf>,
}

/// `A..B`.
fn seeds(text: &str) -> Result<Span, String> {
    let expected = "expected A..B with A at most B, both below 2^53, such as 1..500";
    let (first, last) = text.split_once("..").ok_or(expected)?;
    let (first, last) = (first.parse::<u64>(), last.parse::<u64>());
    match (first, last) {
        (Ok(first), Ok(last)) if first <= last && last < 1 << 53 => Ok(Span { first, last }),
        _ => Err(expected.to_owned()),
    }
}

/// `I/N`.
fn shard(text: &str) -> Result<Shard, String> {
    let expected = "expected I/N with I from 1 to N and N at most 100000, such as 1/4";
    let (index, of) = text.split_once('/').ok_or(expected)?;
    match (index.parse::<u64>(), of.parse::<u64>()) {
        (Ok(index), Ok(of)) if (1..=of).contains(&index) && of <= 100_000 => {
            Ok(Shard { index, of })
        }
        _ => Err(expected.to_owned()),
    }
}

/// What a run is written as, beside its report.
#[derive(Args, Debug)]
pub(crate) struct Outputs {
    /// Draw one conversation as a sequence diagram: SVG if the name ends in `.svg`, Mermaid if it
    /// ends in `.mmd`. Of one scenario.
    #[arg(long, value_name = "FILE", value_parser = picture(), requires = "conversation")]
    pub(crate) diagram: Option<PathBuf>,

    /// Whose conversation: a person and a business.
    #[arg(long, value_name = "PERSON,BUSINESS", value_parser = conversation, requires = "diagram")]
    pub(crate) conversation: Option<(String, String)>,

    /// Write a trace that ui.perfetto.dev opens. Of one scenario.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) perfetto: Option<PathBuf>,

    /// Write what goes over the virtual links as pcapng, which Wireshark opens.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) pcap: Option<PathBuf>,

    /// Write the keys that decrypt these packets, where scenarios have `noise = true`.
    #[arg(long, value_name = "FILE", value_parser = file(), requires = "pcap")]
    pub(crate) pcap_keys: Option<PathBuf>,

    /// Write counters in the text format of Prometheus.
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) metrics: Option<PathBuf>,
}

/// Two names with a comma between them; a name may have none.
fn conversation(text: &str) -> Result<(String, String), String> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    match &*names {
        [a, b] if !a.is_empty() && !b.is_empty() => Ok(((*a).to_owned(), (*b).to_owned())),
        _ => Err("expected a person and a business, such as \"Maria,Forno Bianchi\"".to_owned()),
    }
}

/// The name of a picture, by whose end it is known what kind it is.
fn picture() -> ValueParser {
    ValueParser::from(|text: &str| {
        let path = PathBuf::from(text);
        match path.extension().and_then(|end| end.to_str()) {
            Some("svg" | "mmd") => Ok(path),
            _ => Err("expected the name of a file that ends in .svg or .mmd"),
        }
    })
}

/// A file's name; `-` is none, so that nobody finds a file of that name.
fn file() -> ValueParser {
    ValueParser::from(|text: &str| match text {
        "-" => Err("only --json can write to the standard output: expected the name of a file"),
        "" => Err("expected the name of a file"),
        name => Ok(PathBuf::from(name)),
    })
}

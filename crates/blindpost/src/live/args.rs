//! What can be asked of the live commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use host::up::{MOST_PEOPLE, Webhook};

/// Runs everything on this machine: transport, Cloud API, a sample business, simulated people.
#[derive(Args, Debug)]
#[command(after_help = "Ends with Ctrl-C or SIGTERM, after what is under way.\n\
    Exit codes: 0 it ended when it was told to, 2 it could not start.")]
pub(crate) struct Up {
    /// Where everything is kept; without it a temporary folder, which goes at the end.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,

    /// The port of the Cloud API and the control API; 0 for one that is free.
    #[arg(long, value_name = "PORT", default_value_t = 8700)]
    pub(crate) port: u16,

    /// Draw ids, tokens, secrets and message ids from this number, for tests that compare them.
    /// Whoever knows it knows every secret.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Which clock; a virtual one stands still but for the control API.
    #[arg(long, value_enum, default_value_t = Clock::Real)]
    pub(crate) clock: Clock,

    /// How many simulated people.
    #[arg(long, value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_PEOPLE)))]
    pub(crate) people: u32,

    /// How much the business may send.
    #[arg(long, value_enum, default_value_t = Throughput::Standard)]
    pub(crate) throughput: Throughput,

    /// Send webhooks there instead of to the sample business: `http://HOST:PORT/PATH`;
    /// without a port, 80.
    #[arg(long, value_name = "URL", value_parser = host::settings::parse::webhook)]
    pub(crate) webhook: Option<Webhook>,

    /// Allow webhooks to this host, `HOST` or `HOST:PORT`, which is not on this machine. Can be
    /// repeated.
    #[arg(long, value_name = "HOST")]
    pub(crate) allow: Vec<String>,

    /// Write what is printed as JSON, once everything listens and every account is set up.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,

    /// Where the log goes, a line of JSON each; `log.jsonl` in the folder if nothing is said.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
}

/// Which clock.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Clock {
    /// The machine's.
    Real,
    /// One that stands still until it is moved.
    Virtual,
}

/// How much the business may send.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Throughput {
    /// 80 messages a second.
    Standard,
    /// 1,000 messages a second.
    High,
}

/// Looks after the stores of a folder that no live command uses just now.
#[derive(Args, Debug)]
pub(crate) struct Store {
    /// What to do.
    #[command(subcommand)]
    pub(crate) what: StoreWork,
}

/// What can be done with stores.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreWork {
    /// Looks through every store, opens every value, and says what is wrong and where. Changes
    /// nothing.
    #[command(after_help = "Exit codes: 0 every store is whole, 1 something is wrong, 2 there is \
        no store, or a process uses it.")]
    Check {
        /// The --data of a live command.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

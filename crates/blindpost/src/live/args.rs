//! What can be asked of the live commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use host::up::{MOST_PEOPLE, Webhook};
use vocab::PhoneNumber;

/// Runs everything on this machine: transport, Cloud API, a sample business, simulated people.
#[derive(Args, Debug)]
#[command(after_help = "Ends with Ctrl-C or SIGTERM, after what is under way.\n\
    Exit codes: 0 it ended when it was told to, 1 it could not go on, 2 it could not start.")]
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

    /// One more simulated person, whose account has this number. Can be repeated.
    #[arg(long, value_name = "NUMBER", value_parser = PhoneNumber::parse)]
    pub(crate) person: Vec<PhoneNumber>,

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

    /// Also be an HTTPS proxy that stands in for graph.facebook.com and lookaside.fbsbx.com, and
    /// reaches nothing else: for SDKs that know Meta's address by heart. Its port; 0, or nothing,
    /// for one that is free. Its users trust the certificate that is printed.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0")]
    pub(crate) intercept: Option<u16>,

    /// For development only: add the keys of every link to this file, with which a capture of them
    /// opens in Wireshark (tools/wireshark). Messages stay sealed.
    #[arg(long, value_name = "FILE")]
    pub(crate) noise_keys: Option<PathBuf>,

    /// Send traces to this collector of OpenTelemetry, OTLP as JSON over HTTP, such as
    /// `http://127.0.0.1:4318/v1/traces`. They have no content and no numbers.
    #[cfg(feature = "otel")]
    #[arg(long, value_name = "URL", value_parser = host::settings::parse::webhook)]
    pub(crate) otlp: Option<Webhook>,

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

/// Shows the webhooks of an `up` that runs, and forwards them.
#[derive(Args, Debug)]
#[command(after_help = "Until it ends, webhooks of the business's number come here and not where \
    they went before; what the server answers is what the Cloud API hears.\n\
    Exit codes: 0 it ended when it was told to, 2 it could not start or not lead them back.")]
pub(crate) struct Listen {
    /// Forward each webhook there, byte for byte: `http://HOST:PORT/PATH`.
    #[arg(long, value_name = "URL", value_parser = host::settings::parse::webhook)]
    pub(crate) forward_to: Option<Webhook>,

    /// Print the body of each webhook too.
    #[arg(long)]
    pub(crate) print_json: bool,

    #[command(flatten)]
    pub(crate) at: At,
}

/// Makes something happen in an `up` that runs, which webhooks then tell.
#[derive(Args, Debug)]
#[command(after_help = "Without an event it lists them.\n\
    Exit codes: 0 it happened, 2 it did not.")]
pub(crate) struct Trigger {
    /// What is to happen.
    #[arg(value_name = "EVENT")]
    pub(crate) event: Option<String>,

    /// The person who does it, by number; the first, if nobody is named.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) at: At,
}

/// A state of an `up` that runs.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 it is done, 2 it is not.")]
pub(crate) struct Named {
    /// Its name: letters, digits, `-` and `_`.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) at: At,
}

/// Where an `up` runs.
#[derive(Args, Debug)]
pub(crate) struct At {
    /// Where `blindpost up` answers: its `base_url`.
    #[arg(long = "url", value_name = "URL", default_value = "http://127.0.0.1:8700",
        value_parser = host::settings::parse::webhook)]
    pub(crate) url: Webhook,
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
    /// Writes a back-up, also while a live command runs on the folder. It opens no content: what
    /// seals it, sessions and prekeys are not in it.
    /// Whoever has it has the installation's secrets.
    #[command(after_help = "Exit codes: 0 it is written, 2 it is not.")]
    Backup {
        /// The --data of a live command.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        /// A new folder, for the back-up.
        #[arg(value_name = "BACKUP")]
        to: PathBuf,
    },
    /// Makes a folder for a live command of a back-up. What is over by now is not in it; accounts
    /// with keys are set up anew when it is started.
    #[command(after_help = "Exit codes: 0 it is made, 2 it is not.")]
    Restore {
        /// What `store backup` wrote.
        #[arg(value_name = "BACKUP")]
        from: PathBuf,
        /// A new folder, the --data of a live command.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

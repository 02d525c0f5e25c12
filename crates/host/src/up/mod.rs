//! `blindpost up`: everything live in one process.
//!
//! Knows: who takes part, where each listens, when all of it is ready. Does not know: what any of
//! them does.

mod build;
mod cast;
mod journal;
mod people;
mod process;
mod ready;
mod setup;
mod snapshots;
mod sockets;
mod world;

use std::path::PathBuf;

use vocab::{PhoneNumber, limits, rate::Rate};

pub(crate) use self::{
    cast::{AUTO_REPLY, BUSINESS_MANAGER, CLOUD_API, Cast, PEOPLE, TRANSPORT, is_end},
    journal::{Filter, Journal, Said, log_service},
    people::{People, Person, Persona, Says, Servers, Unfilled, Unsayable},
    snapshots::{Name, SnapshotError, list, restore, save},
    world::{Stopped, World},
};
pub use self::{
    cast::{MOST_PEOPLE, Webhook},
    process::Up,
    ready::Ready,
};
use crate::{folder::FolderError, intercept::AuthorityError, log::Log, site::StartError};

/// Which clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// The machine's.
    #[default]
    Real,
    /// One that stands still but for the control API's `POST /_blindpost/clock`.
    Virtual,
}

/// How much the number of the sample business may send (facts, cloud-api.md section 1.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Throughput {
    /// 80 messages a second.
    #[default]
    Standard,
    /// 1,000 messages a second, to which the Cloud API raises numbers of good quality.
    High,
}

impl Throughput {
    pub(crate) const fn rate(self) -> Rate {
        match self {
            Self::Standard => limits::MESSAGES_PER_NUMBER,
            Self::High => limits::MESSAGES_PER_RAISED_NUMBER,
        }
    }
}

/// What is started.
#[derive(Debug)]
pub struct Options {
    /// Where everything is kept; a temporary folder if nowhere is said.
    pub data: Option<PathBuf>,
    /// Where the Cloud API listens; 0 for a port that is free.
    pub port: u16,
    /// What ids, tokens, secrets and message ids follow from; the system's randomness if nothing
    /// is said.
    pub seed: Option<u64>,
    /// Which clock.
    pub time: Time,
    /// How many simulated people, at most [`MOST_PEOPLE`].
    pub people: u32,
    /// Numbers of more of them; one that is there already is nobody else's.
    pub persons: Vec<PhoneNumber>,
    /// How much the business may send.
    pub throughput: Throughput,
    /// Where webhooks go, if not to the sample business.
    pub webhook: Option<Webhook>,
    /// Where else than on this machine webhooks may go, and files may be fetched that messages name
    /// by a link: `host` or `host:port`.
    pub allowed: Vec<String>,
    /// Where the HTTPS proxy listens that stands in for Meta's hosts, 0 for a port that is free;
    /// none without.
    pub intercept: Option<u16>,
    /// Where the keys of links go, for development; nowhere without.
    pub noise_keys: Option<PathBuf>,
    /// The collector that traces go to; none without.
    #[cfg(feature = "otel")]
    pub otlp: Option<Webhook>,
    /// Where the operator reads; [`LOG`] in the folder if nowhere is said.
    pub log: Option<Log>,
}

/// The log in the folder, to whose end each start adds.
pub const LOG: &str = "log.jsonl";

/// The folder, below that of everything, in which the certificate authority of the HTTPS proxy
/// lives.
pub(crate) const INTERCEPT: &str = "intercept";

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No temporary folder can be made.
    #[error("no temporary folder can be made: {0}")]
    Temporary(std::io::Error),
    /// The log cannot be written.
    #[error("{}: {source}", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A part does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The HTTPS proxy has no certificates.
    #[error(transparent)]
    Intercept(#[from] AuthorityError),
    /// A number that is made here is none.
    #[error("a made-up number is none: {0}")]
    Number(#[from] vocab::ids::NotAPhoneNumber),
    /// Accounts were not set up in time.
    #[error("{} accounts were not set up in time, among them {}", .0.len(),
        .0.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", "))]
    NotReady(Vec<String>),
}

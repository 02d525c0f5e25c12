//! Those who attack the transport.

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::Micros;

/// Somebody who attacks the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attacker {
    /// Unique among people, businesses, impostors and attackers.
    pub name: String,
    /// What is tried.
    pub what: Attack,
    /// The person who is attacked; `None` for [`Attack::Enumerate`].
    pub target: Option<String>,
    /// When it begins.
    pub at: Micros,
    /// How long until it is tried again.
    pub every: Micros,
}

/// What an attacker tries, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Attack {
    /// To claim the target's number, with one code after the other.
    GuessCodes,
    /// To learn which numbers somebody has, by asking for the bundles of all.
    Enumerate,
    /// To fill the target's mailbox while its owner is away.
    FloodMailbox,
    /// To send the target more than its link carries, so that others wait.
    FloodFrames,
    /// To use up the target's one-time prekeys.
    DrainPrekeys,
}

impl Attack {
    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GuessCodes => "guess-codes",
            Self::Enumerate => "enumerate",
            Self::FloodMailbox => "flood-mailbox",
            Self::FloodFrames => "flood-frames",
            Self::DrainPrekeys => "drain-prekeys",
        }
    }
}

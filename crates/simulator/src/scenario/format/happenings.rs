//! What happens to nodes, who looks where, and who does not play by the rules.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::{
    limits::{MAX_ONE_IN, MAX_ROUNDS},
    model::Expected,
    source::Spot,
    value::{Moment, Positive},
};

/// A node that stops at once, loses what it had not synced, and starts again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Crash {
    /// When.
    pub(in crate::scenario) at: Spot<Moment>,
    /// A person, a business, "transport", "cloud-api", "business-manager", "billing" or
    /// "statistics".
    pub(in crate::scenario) node: Spot<String>,
    /// How long until it starts again. Default "1s".
    pub(in crate::scenario) down: Option<Positive>,
}

/// A look into a node's store.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Probe {
    /// When.
    pub(in crate::scenario) at: Spot<Moment>,
    /// The label of a message.
    pub(in crate::scenario) of: Spot<String>,
    /// Whose store, named as in `[[crash]]`.
    pub(in crate::scenario) at_node: Spot<String>,
    /// What must be found.
    pub(in crate::scenario) expect: Expected,
}

/// When those who must not read ask for everything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Readers {
    /// When they ask for the first time. Default "20s".
    pub(in crate::scenario) first: Option<Spot<Moment>>,
    /// How long until they ask again. Default "1m".
    pub(in crate::scenario) every: Option<Positive>,
    /// How often they ask, 1 to 10,000; what would be after the end is left out. Default 3.
    #[schemars(range(min = 1, max = MAX_ROUNDS))]
    pub(in crate::scenario) rounds: Option<Spot<u64>>,
    /// In each round they ask one question of so many, drawn anew, and of each class one at least:
    /// for sweeps, whose seeds ask everything together. 1 to 1,000. Default 1, everything.
    #[schemars(range(min = 1, max = MAX_ONE_IN))]
    pub(in crate::scenario) one_in: Option<Spot<u64>>,
}

/// A person's device that hands every plaintext to a transport which logs it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Leak {
    /// The person.
    pub(in crate::scenario) by: Spot<String>,
    /// How the log writes it: "raw", "base64", "hex", "gzip", "first-40", "split-over-two".
    /// Default: all of them, one run after the other.
    pub(in crate::scenario) forms: Option<Spot<Vec<Spot<String>>>>,
}

/// Somebody who sends to a person under the number of a business.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Impostor {
    /// Names the impostor in the report.
    pub(in crate::scenario) name: Spot<String>,
    /// The business whose number is used.
    #[serde(rename = "as")]
    pub(in crate::scenario) poses_as: Spot<String>,
    /// The person who is written to.
    pub(in crate::scenario) to: Spot<String>,
    /// When.
    pub(in crate::scenario) at: Spot<Moment>,
    /// What.
    pub(in crate::scenario) text: Spot<String>,
}

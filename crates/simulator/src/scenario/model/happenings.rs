//! What happens to nodes, who looks where, and who does not play by the rules.

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::Micros;

use crate::scan::leak::Form;

/// A node that stops at once and starts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// When.
    pub at: Micros,
    /// Which.
    pub node: String,
    /// How long until it starts again. No two crashes of one node overlap.
    pub down: Micros,
}

/// A look into a node's store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// When.
    pub at: Micros,
    /// The label of a message.
    pub of: String,
    /// Whose store.
    pub node: String,
    /// What must be found.
    pub expect: Expected,
}

/// What a look into a store must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Expected {
    /// The message can be read.
    Readable,
    /// A query finds nothing; bytes may remain until the sweep.
    Unreadable,
    /// No byte is left.
    Gone,
}

impl Expected {
    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Readable => "readable",
            Self::Unreadable => "unreadable",
            Self::Gone => "gone",
        }
    }
}

/// When those who must not read ask for everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readers {
    /// The first time; may be after the end only where the scenario did not say.
    pub first: Micros,
    /// How long until the next.
    pub every: Micros,
    /// How often, at most.
    pub rounds: u64,
    /// They ask one question of so many in each round.
    pub one_in: u64,
}

/// A leak to plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The person whose device it is.
    pub by: String,
    /// One run for each; at least one, none twice.
    pub forms: Vec<Form>,
}

/// Somebody who sends to a person under the number of a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impostor {
    /// Unique among people, businesses and impostors.
    pub name: String,
    /// The business.
    pub poses_as: String,
    /// The person.
    pub to: String,
    /// When.
    pub at: Micros,
    /// What; never empty.
    pub text: String,
}

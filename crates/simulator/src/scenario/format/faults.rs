//! What goes wrong: faults one by one, or drawn from the seed.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::{
    limits::{MAX_BANDWIDTH, MAX_DRAWN},
    source::Spot,
    value::{Fraction, Moment, Positive, Shift},
};

/// One thing that goes wrong.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Fault {
    /// When it begins.
    pub(in crate::scenario) at: Spot<Moment>,
    /// How long it lasts; every fault needs it but "clock-jump", which is for good.
    #[serde(rename = "for")]
    pub(in crate::scenario) lasts: Option<Spot<Positive>>,
    /// What goes wrong.
    pub(in crate::scenario) what: Kind,
    /// To whom: a person, a business, "transport", "cloud-api", …. What happens to messages
    /// happens to all from and to this node.
    pub(in crate::scenario) node: Option<Spot<String>>,
    /// Two nodes, instead of `node`: only messages between them.
    pub(in crate::scenario) between: Option<Spot<Vec<Spot<String>>>>,
    /// With `between`: only from the first to the second. Default false.
    pub(in crate::scenario) one_way: Option<Spot<bool>>,
    /// Which part of all messages, webhooks or occasions it meets.
    pub(in crate::scenario) rate: Option<Spot<Fraction>>,
    /// By how much: what is later, slower or off.
    pub(in crate::scenario) by: Option<Spot<Shift>>,
    /// How long from one time to the next.
    pub(in crate::scenario) every: Option<Spot<Positive>>,
    /// With "flap": how long the links are down each time. Default half of `every`.
    pub(in crate::scenario) down: Option<Spot<Positive>>,
    /// With "split": lists of nodes; nodes of different lists do not reach each other.
    pub(in crate::scenario) groups: Option<Spot<Vec<Group>>>,
    /// With "webhook-status": the answer, 400 to 599.
    #[schemars(range(min = 400, max = 599))]
    pub(in crate::scenario) status: Option<Spot<u64>>,
    /// Whom it is about: with "lie" and "drain" a person or a business.
    pub(in crate::scenario) about: Option<Spot<String>>,
    /// With "bandwidth": how many bytes go each second.
    #[schemars(range(min = 1, max = MAX_BANDWIDTH))]
    pub(in crate::scenario) bytes_per_second: Option<Spot<u64>>,
}

/// Nodes that reach each other.
pub(in crate::scenario) type Group = Spot<Vec<Spot<String>>>;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::scenario) enum Kind {
    /// Messages never arrive.
    Loss,
    /// Messages arrive twice.
    Duplicate,
    /// Messages take longer and may be overtaken.
    Reorder,
    /// Messages take longer and keep their order.
    Delay,
    /// Messages arrive with one bit turned.
    Corrupt,
    /// Messages wait until those before them have gone.
    Bandwidth,
    /// Nothing arrives between two nodes.
    Cut,
    /// Nothing arrives from or at a node.
    Isolate,
    /// Nothing arrives between groups of nodes.
    Split,
    /// A node's connections close and open again and again.
    Flap,
    /// A node's connections all close, and all open at one moment.
    Storm,
    /// A node stops at once, loses what it had not synced, and starts again.
    Crash,
    /// The same, and some of the writes under way are there.
    TornWrite,
    /// A node stops, forgets nothing and goes on.
    Pause,
    /// A node's store takes nothing that makes it grow.
    DiskFull,
    /// A node's store takes no write.
    DiskReadOnly,
    /// A node's store answers later.
    SlowDisk,
    /// A node's clock is off.
    ClockSkew,
    /// A node's clock jumps, for good.
    ClockJump,
    /// A node takes long over each message.
    SlowConsumer,
    /// A business answers webhooks with an error.
    WebhookStatus,
    /// A business answers webhooks late.
    WebhookSlow,
    /// A business never answers webhooks.
    WebhookSilent,
    /// A business gets webhooks twice.
    WebhookTwice,
    /// The transport gives an envelope the content of another.
    Swap,
    /// The transport delivers envelopes again.
    Replay,
    /// The transport keeps envelopes that it said it took.
    Withhold,
    /// The transport delivers in another order.
    Shuffle,
    /// The transport makes up envelopes.
    Inject,
    /// The transport hands out keys of its own as somebody's, and reads along.
    Lie,
    /// A person's device is copied with all its keys.
    Clone,
    /// A business writes to everybody.
    MessageEverybody,
    /// A person's device uses up somebody's one-time prekeys.
    Drain,
}

/// Faults that are drawn from the seed: a random choice of families, and some faults of each.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Swarm {
    /// No fault begins before. Default "0s".
    pub(in crate::scenario) from: Option<Spot<Moment>>,
    /// From which families, by the names that reports have: "loss", "torn-write", "webhook-5xx",
    /// …. Default: all of them. "dishonest" is none of them: who is dishonest breaks promises,
    /// and stands in a `[[fault]]` of its own.
    pub(in crate::scenario) families: Option<Spot<Vec<Spot<String>>>>,
    /// At most how many faults of one family, 1 to 100. Default 2.
    #[schemars(range(min = 1, max = MAX_DRAWN))]
    pub(in crate::scenario) most: Option<Spot<u64>>,
}

/// A plan: the faults of a run, apart from its scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Plan {
    /// The seed that it was drawn from, for whoever reads it.
    #[serde(rename = "seed")]
    pub(in crate::scenario) _seed: Option<u64>,
    /// The scenario that it was drawn for.
    #[serde(rename = "scenario")]
    pub(in crate::scenario) _scenario: Option<String>,
    /// The faults.
    #[serde(default)]
    pub(in crate::scenario) fault: Vec<Spot<Fault>>,
}

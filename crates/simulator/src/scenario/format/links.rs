//! What the network and the stores are like.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::{
    source::Spot,
    value::{Delay, Fraction, Upto},
};

/// What links do to what they carry.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Links {
    /// How long a message takes. Default { min = "20ms", max = "80ms" }.
    pub(in crate::scenario) latency: Option<Delay>,
    /// Which part of all messages never arrives. Default 0.
    pub(in crate::scenario) loss: Option<Fraction>,
    /// Which part arrives twice. Default 0.
    pub(in crate::scenario) duplicate: Option<Fraction>,
    /// Which part takes longer and may be overtaken. Default 0.
    pub(in crate::scenario) reorder: Option<Fraction>,
    /// How much longer that is. Default "500ms".
    pub(in crate::scenario) reorder_by: Option<Upto>,
    /// Whether a capture (`--pcap`) shows devices' links as on real sockets: with a Noise handshake
    /// and encrypted records. Nodes then have the keys for it. Default false.
    pub(in crate::scenario) noise: Option<bool>,
}

/// What one link does to what it carries.
// The keys are those of `Links`: `serde` cannot refuse unknown keys of a flattened table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Between {
    /// The two nodes, in any order: a person, a business, "transport", "cloud-api", ….
    pub(in crate::scenario) between: Spot<Vec<Spot<String>>>,
    /// As in `[links]`.
    latency: Option<Delay>,
    /// As in `[links]`.
    loss: Option<Fraction>,
    /// As in `[links]`.
    duplicate: Option<Fraction>,
    /// As in `[links]`.
    reorder: Option<Fraction>,
    /// As in `[links]`.
    reorder_by: Option<Upto>,
}

impl Between {
    /// What is said here, and else what `[links]` says.
    pub(in crate::scenario) fn over(&self, all: &Links) -> Links {
        Links {
            latency: self.latency.clone().or_else(|| all.latency.clone()),
            loss: self.loss.or(all.loss),
            duplicate: self.duplicate.or(all.duplicate),
            reorder: self.reorder.or(all.reorder),
            reorder_by: self.reorder_by.or(all.reorder_by),
            noise: all.noise,
        }
    }
}

/// How long a store takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Store {
    /// A transaction that only reads. Default "20us".
    pub(in crate::scenario) latency: Option<Delay>,
    /// A transaction that writes: until it is durable. Default { min = "100us", max = "400us" }.
    pub(in crate::scenario) sync: Option<Delay>,
}

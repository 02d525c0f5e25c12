//! Those who attack the transport.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::{
    model::Attack,
    source::Spot,
    value::{Moment, Positive},
};

/// Somebody who attacks the transport.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Attacker {
    /// Names the attacker in the report.
    pub(in crate::scenario) name: Spot<String>,
    /// What is tried.
    pub(in crate::scenario) what: Attack,
    /// The person who is attacked; for all but "enumerate".
    pub(in crate::scenario) target: Option<Spot<String>>,
    /// When it begins.
    pub(in crate::scenario) at: Spot<Moment>,
    /// How long until it is tried again. Default "1s".
    pub(in crate::scenario) every: Option<Positive>,
}

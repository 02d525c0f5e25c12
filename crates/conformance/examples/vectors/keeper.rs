//! A tracer that keeps every value in full. For vectors only: they are made of spent secrets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use signal::trace::{self, Tracer};

use crate::format::{Hex, Step};

/// Every step, oldest first.
#[derive(Default)]
pub(crate) struct Keeper {
    pub(crate) steps: Vec<Step>,
}

impl Tracer for Keeper {
    fn step(&mut self, step: &trace::Step<'_>) {
        let (inputs, outputs) = (named(step.inputs), named(step.outputs));
        self.steps.push(Step { name: step.name, spec: step.spec, inputs, outputs });
    }
}

fn named(values: &[trace::Value<'_>]) -> BTreeMap<&'static str, Hex> {
    values.iter().map(|value| (value.name, Hex::of(value.bytes))).collect()
}

/// Which steps the events of a case list. A handshake lists everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Detail {
    /// All, with what went in.
    Everything,
    /// Those that not every message has, without what went in: a long exchange stays readable.
    Turns,
}

/// The steps that every message has; the keys that they give are listed with the message.
const OF_EVERY_MESSAGE: [&str; 5] =
    ["kdf-ck mk", "kdf-ck ck", "kdf-scka-ck", "message keys", "mac"];

impl Keeper {
    /// What a file lists of these steps.
    pub(crate) fn listed(self, detail: Detail) -> Vec<Step> {
        if detail == Detail::Everything {
            return self.steps;
        }
        let turns = self.steps.into_iter().filter(|step| !OF_EVERY_MESSAGE.contains(&step.name));
        turns.map(|step| Step { inputs: BTreeMap::new(), ..step }).collect()
    }

    /// An input of the first step of this name.
    pub(crate) fn input(&self, step: &str, name: &str) -> Option<Hex> {
        self.find(step)?.inputs.get(name).cloned()
    }

    /// An output of the first step of this name.
    pub(crate) fn output(&self, step: &str, name: &str) -> Option<Hex> {
        self.find(step)?.outputs.get(name).cloned()
    }

    /// How many steps of this name there are.
    pub(crate) fn count(&self, step: &str) -> usize {
        self.steps.iter().filter(|kept| kept.name == step).count()
    }

    fn find(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }
}

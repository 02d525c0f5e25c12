//! What a sweep found: mergeable, and the same whoever ran which part of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Shard, Sweep};
use crate::{
    report::model::{Report, Verdict},
    scenario::Scenario,
};

/// Failing seeds that are kept with their evidence.
const MAX_KEPT: usize = 1_000;

/// What a sweep, or a part of one, found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The version of this program.
    pub version: String,
    /// The scenario's file, as it was named.
    pub scenario: String,
    /// Of the scenario's content: only parts of the same can be merged.
    pub scenario_hash: String,
    /// The planted mistake.
    pub mutant: Option<String>,
    /// The first seed of the whole sweep.
    pub first: u64,
    /// Its last.
    pub last: u64,
    /// Into how many parts it was divided.
    pub of: u64,
    /// Which parts are in these results, from 1.
    pub shards: BTreeSet<u64>,
    /// Seeds that ran.
    pub seeds: u64,
    /// Of them, those in which something failed.
    pub failed: u64,
    /// The first thousand of them, by seed.
    pub failures: Vec<Failure>,
    /// In how many seeds each occasion came up, those that never did included.
    pub occasions: BTreeMap<String, u64>,
    /// Combines the digests of all runs, in any order.
    pub digest: String,
    /// Real time of the seeds, in microseconds: how many took at most so long and longer than what
    /// stands before. Steps of a sixteenth.
    pub took: BTreeMap<u64, u64>,
    /// Events of all runs.
    pub events: u64,
}

/// A seed in which something failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The invariants that failed, in the order of the registry.
    pub invariants: Vec<String>,
    /// The first line of evidence of the first of them.
    pub evidence: String,
}

/// Failures that look alike: the same invariants failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The invariants.
    pub invariants: Vec<String>,
    /// Seeds, ascending.
    pub seeds: Vec<u64>,
    /// Evidence of the first.
    pub evidence: String,
}

/// Seeds from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// Why two parts of a sweep cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// They are parts of different sweeps.
    #[error("{what} is {found}: expected {expected}, as in the parts before")]
    Another {
        /// Which of its properties.
        what: &'static str,
        /// Of this one.
        found: String,
        /// Of those before.
        expected: String,
    },
    /// The same part is there twice.
    #[error("part {index} of {of} is there already: expected each part once")]
    Twice {
        /// Which.
        index: u64,
        /// Of how many.
        of: u64,
    },
}

impl Results {
    pub(super) fn empty(sweep: &Sweep<'_>) -> Self {
        let Shard { index, of } = sweep.shard;
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: sweep.scenario.file.clone(),
            scenario_hash: hash_of(sweep.scenario),
            mutant: sweep.mutant.map(|mutant| mutant.name().to_owned()),
            first: sweep.seeds.0,
            last: sweep.seeds.1,
            of,
            shards: BTreeSet::from([index]),
            seeds: 0,
            failed: 0,
            failures: Vec::new(),
            occasions: BTreeMap::new(),
            digest: hex(&[0; 32]),
            took: BTreeMap::new(),
            events: 0,
        }
    }

    /// Adds one run.
    pub(super) fn add(&mut self, seed: u64, report: &Report, took_us: u64) {
        self.seeds = self.seeds.saturating_add(1);
        self.events = self.events.saturating_add(report.events);
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        hash.update(report.digest.as_bytes());
        self.digest = combined(&self.digest, &hex(&hash.finalize()));
        for (occasion, times) in &report.occasions {
            let seeds = self.occasions.entry(occasion.clone()).or_default();
            *seeds = seeds.saturating_add(u64::from(*times > 0));
        }
        let count = self.took.entry(stepped(took_us)).or_default();
        *count = count.saturating_add(1);
        let failed: Vec<_> =
            report.invariants.iter().filter(|one| one.verdict == Verdict::Fail).collect();
        if let Some(first) = failed.first() {
            self.failed = self.failed.saturating_add(1);
            self.failures.push(Failure {
                seed,
                invariants: failed.iter().map(|one| one.id.clone()).collect(),
                evidence: first.evidence.first().cloned().unwrap_or_default(),
            });
        }
    }

    /// Puts failures into the order of seeds, whichever thread was faster.
    pub(super) fn settle(&mut self) {
        self.failures.sort();
        self.failures.truncate(MAX_KEPT);
    }

    /// As indented JSON.
    ///
    /// # Errors
    ///
    /// None in practice: every key is a string or a number, which is all that can fail.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        Ok(json)
    }

    /// From what [`Results::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// What is no such JSON, with its line.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Puts another part of the same sweep to this one.
    ///
    /// # Errors
    ///
    /// [`MergeError`] says why they do not belong together; these results are as before then.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        let mutant = |one: &Self| one.mutant.clone().unwrap_or_else(|| "none".to_owned());
        for (what, found, expected) in [
            ("the version", other.version.clone(), self.version.clone()),
            ("the scenario's hash", other.scenario_hash.clone(), self.scenario_hash.clone()),
            ("the planted mistake", mutant(other), mutant(self)),
            ("the first seed", other.first.to_string(), self.first.to_string()),
            ("the last seed", other.last.to_string(), self.last.to_string()),
            ("the number of parts", other.of.to_string(), self.of.to_string()),
        ] {
            if found != expected {
                return Err(MergeError::Another { what, found, expected });
            }
        }
        if let Some(index) = self.shards.intersection(&other.shards).next() {
            return Err(MergeError::Twice { index: *index, of: self.of });
        }
        self.shards.extend(&other.shards);
        self.seeds = self.seeds.saturating_add(other.seeds);
        self.failed = self.failed.saturating_add(other.failed);
        self.events = self.events.saturating_add(other.events);
        self.failures.extend(other.failures.iter().cloned());
        self.digest = combined(&self.digest, &other.digest);
        for (name, count) in &other.occasions {
            let sum = self.occasions.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
        for (step, count) in &other.took {
            let sum = self.took.entry(*step).or_default();
            *sum = sum.saturating_add(*count);
        }
        self.settle();
        Ok(())
    }

    /// Parts of the sweep that are not in these results.
    pub fn missing(&self) -> Vec<u64> {
        (1..=self.of).filter(|index| !self.shards.contains(index)).collect()
    }

    /// Failures that look alike, the most frequent first.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<&[String], Group> = BTreeMap::new();
        for failure in &self.failures {
            let group = groups.entry(&failure.invariants).or_insert_with(|| Group {
                invariants: failure.invariants.clone(),
                seeds: Vec::new(),
                evidence: failure.evidence.clone(),
            });
            group.seeds.push(failure.seed);
        }
        let mut groups: Vec<Group> = groups.into_values().collect();
        groups.sort_by_key(|group| (core::cmp::Reverse(group.seeds.len()), group.seeds.clone()));
        groups
    }

    /// Occasions that no seed had.
    pub fn never(&self) -> Vec<&str> {
        let never = self.occasions.iter().filter(|(_, seeds)| **seeds == 0);
        never.map(|(name, _)| name.as_str()).collect()
    }

    /// The middle seed took at most this long, in microseconds; to a sixteenth.
    pub fn median_us(&self) -> u64 {
        let half = self.seeds.div_ceil(2);
        let mut seen = 0_u64;
        for (step, count) in &self.took {
            seen = seen.saturating_add(*count);
            if seen >= half {
                return *step;
            }
        }
        0
    }
}

/// The least number that is not below `us` and has at most five binary digits before its zeros.
fn stepped(us: u64) -> u64 {
    let digits = u64::BITS.saturating_sub(us.leading_zeros());
    let step = 1_u64 << digits.saturating_sub(5);
    us.div_ceil(step).saturating_mul(step)
}

/// Of everything that a scenario says; its file's name is not part of it.
fn hash_of(scenario: &Scenario) -> String {
    let nameless = Scenario { file: String::new(), ..scenario.clone() };
    hex(&Sha256::digest(format!("{nameless:?}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two hashes as one, in any order: digit by digit, exclusive or.
fn combined(one: &str, other: &str) -> String {
    let digits = one.chars().zip(other.chars());
    digits
        .map(|(a, b)| {
            let (a, b) = (a.to_digit(16).unwrap_or(0), b.to_digit(16).unwrap_or(0));
            char::from_digit(a ^ b, 16).unwrap_or('0')
        })
        .collect()
}

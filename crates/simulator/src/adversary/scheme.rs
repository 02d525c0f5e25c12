//! What a plan has a node do against the protocol: from when, until when, and how often.
//!
//! Each scheme draws from a stream of its own, and what it draws for an envelope depends on that
//! envelope alone: without one scheme, or without one envelope, all others strike as before.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use rand_core::CryptoRng;
use vocab::{MessageId, Micros, Now, UnixMicros};

use crate::{
    fault::{Dishonesty, What},
    rng,
    scenario::Scenario,
};

/// Of a million occasions, all.
const MILLION: u64 = 1_000_000;

/// One dishonesty of a plan, as the node that commits it knows it.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Its index in the plan.
    pub index: usize,
    /// What is done.
    pub how: Dishonesty,
    from: UnixMicros,
    until: UnixMicros,
    rate_ppm: u32,
    key: rng::StreamKey,
    stream: u64,
    /// For what is made up.
    bytes: rng::StreamKey,
}

impl Scheme {
    /// What the plan of `scenario` has `node` do, in the order of the plan.
    ///
    /// Times are judged by the node's own clock, as everything that a hop does.
    pub fn of_node(scenario: &Scenario, seed: u64, node: &str) -> Vec<Self> {
        let faults = scenario.faults.iter().enumerate();
        let schemes = faults.filter_map(|(index, fault)| {
            let What::Dishonest { node: who, rate_ppm, how } = &fault.what else { return None };
            (who == node).then(|| Self {
                index,
                how: how.clone(),
                from: scenario.start.after(fault.at),
                until: scenario.start.after(fault.ends()),
                rate_ppm: *rate_ppm,
                key: rng::key(seed, "dishonest", node),
                stream: rng::tag(&stream(how, fault.at)),
                bytes: rng::key(seed, &format!("dishonest: {}", stream(how, fault.at)), node),
            })
        });
        schemes.collect()
    }

    /// When it begins, by the node's clock.
    pub const fn from(&self) -> UnixMicros {
        self.from
    }

    /// How long it lasts.
    pub const fn lasts(&self) -> Micros {
        self.until.since(self.from)
    }

    /// How much of its time is left.
    pub const fn left(&self, now: Now) -> Micros {
        self.until.since(now.wall)
    }

    /// Whether it is time for it.
    pub fn is_on(&self, now: Now) -> bool {
        (self.from..self.until).contains(&now.wall)
    }

    /// Whether it is time for it, and this occasion is one of those that are taken.
    pub fn strikes(&self, now: Now, occasion: u64) -> bool {
        self.is_on(now) && self.takes(occasion)
    }

    /// Whether this occasion is one of those that are taken.
    pub fn takes(&self, occasion: u64) -> bool {
        let [word, ..] = self.words(occasion);
        word.checked_rem(MILLION).is_some_and(|drawn| drawn < u64::from(self.rate_ppm))
    }

    /// Random words for an occasion; the first says whether it is taken.
    pub(super) fn words(&self, occasion: u64) -> [u64; rng::WORDS] {
        rng::words(&self.key, self.stream, occasion)
    }

    /// As much randomness as an occasion needs.
    pub(super) fn rng(&self, occasion: u64) -> impl CryptoRng + use<> {
        rng::for_input(&self.bytes, occasion)
    }
}

/// Names a scheme among those of its node, whatever else is in the plan.
fn stream(how: &Dishonesty, at: Micros) -> String {
    format!("{how:?} from {}", at.0)
}

/// The occasion that one transmission of an envelope is.
pub(super) fn occasion(id: MessageId, attempt: u32) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = id.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ u64::from(attempt)
}

/// How often each dishonesty of a plan did something, by its index in the plan.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<usize, u64>>>);

impl Tally {
    /// Counts one more deed of the dishonesty with this index.
    pub fn add(&self, index: usize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(index).or_default();
        *count = count.saturating_add(1);
    }

    /// The counts.
    pub fn counts(&self) -> BTreeMap<usize, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

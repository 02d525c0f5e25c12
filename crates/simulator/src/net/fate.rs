//! What happens to one message on its way.

use vocab::{Micros, sample};

use super::config::LinkConfig;
use crate::rng::WORDS;

/// What happens to one message on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// When it arrives; `None` if it is lost.
    pub(crate) first: Option<Arrival>,
    /// When its second copy arrives, if there is one.
    pub(crate) second: Option<Arrival>,
}

/// One copy of a message reaches its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// How long it took.
    pub(crate) after: Micros,
    /// Whether it keeps its place behind the messages before it.
    pub(crate) in_order: bool,
}

impl Fate {
    /// Decides from the message's random words. Each word answers one question, whether it is asked
    /// or not, so that changing one fault's rate changes nothing else.
    pub(crate) fn decide(config: &LinkConfig, words: [u64; WORDS]) -> Self {
        let [loss, latency, reorder, extra, duplicate, latency_2, reorder_2, extra_2] = words;
        if sample::happens(loss, config.loss_ppm) {
            return Self::default();
        }
        let first = arrival(config, latency, reorder, extra);
        let second = sample::happens(duplicate, config.duplicate_ppm)
            .then(|| Arrival { in_order: false, ..arrival(config, latency_2, reorder_2, extra_2) });
        Self { first: Some(first), second }
    }
}

fn arrival(config: &LinkConfig, latency: u64, reorder: u64, extra: u64) -> Arrival {
    let span = config.latency.sample(latency);
    if !sample::happens(reorder, config.reorder_ppm) {
        return Arrival { after: span, in_order: true };
    }
    let (low, high) = config.reorder_delay;
    let extra = sample::between(extra, low.0, high.0);
    Arrival { after: Micros(span.0.saturating_add(extra)), in_order: false }
}

//! Looks at a run from time to time: how much waits, and whether anything moves.

use super::World;
use crate::{
    export::{
        bands::bands,
        depths::{self, LOOKS},
    },
    scenario::Scenario,
    stall::{Detector, Verdict},
};

/// When to look, and who looks. The moments depend on the scenario alone.
pub(super) struct Pace<'s> {
    scenario: &'s Scenario,
    every: u64,
    next: u64,
    detector: Detector,
    hopeless: bool,
}

impl<'s> Pace<'s> {
    pub(super) fn new(scenario: &'s Scenario) -> Self {
        let every = scenario.duration.0.checked_div(LOOKS).unwrap_or(0).max(1);
        let detector = Detector::new(scenario, bands(scenario));
        Self { scenario, every, next: every, detector, hopeless: false }
    }

    /// Whether the run would never end.
    pub(super) const fn is_hopeless(&self) -> bool {
        self.hopeless
    }

    /// The next moment to look at after `at`.
    pub(super) const fn next_look(&self, at: u64) -> u64 {
        if self.next > at { self.next } else { at.saturating_add(1) }
    }

    /// The run has come to `at`.
    pub(super) fn reached(&mut self, at: u64, world: &World) {
        if at < self.next {
            return;
        }
        self.next = self.next.saturating_add(self.every);
        world.shared.with(|watch| {
            if watch.exports.wants_depths() {
                let found = depths::look(&world.kernel);
                let hosts = watch.hosts().to_vec();
                watch.exports.looked(at, found, &hosts);
            }
            let verdict = self.detector.look(at, &world.kernel, self.scenario, watch);
            self.hopeless |= verdict == Verdict::Hopeless;
        });
    }
}

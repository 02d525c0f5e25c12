//! Derivations as they happen, for whoever asked to see them.

use vocab::MessageId;

use signal::{Recorder, Tracer, trace::Step};

use crate::happening::Happening;

/// Records derivations, or does nothing.
pub(crate) struct Watcher(Option<Recorder>);

impl Watcher {
    /// One that records if `wanted`.
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Recorder::default))
    }

    /// What was recorded, as something that happened.
    pub(crate) fn happened(self, during: &'static str, id: Option<MessageId>) -> Option<Happening> {
        let steps = self.0?.steps;
        (!steps.is_empty()).then_some(Happening::Derived { during, id, steps })
    }
}

impl Tracer for Watcher {
    fn enabled(&self) -> bool {
        self.0.is_some()
    }

    fn step(&mut self, step: &Step<'_>) {
        if let Some(recorder) = &mut self.0 {
            recorder.step(step);
        }
    }
}

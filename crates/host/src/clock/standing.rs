//! Virtual time: it stands still but for `advance`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use vocab::{Micros, UnixMicros};

use super::{Moment, alarm::Bell, busy::Activity};

/// A clock that stands still.
#[derive(Debug)]
pub(super) struct Standing {
    /// The date at moment zero.
    epoch: UnixMicros,
    state: Mutex<State>,
    pub(super) activity: Arc<Activity>,
    /// Who advances it, does so alone.
    advancing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    now: Moment,
    bells: BTreeMap<u64, Arc<Bell>>,
    due: BTreeSet<(Moment, u64)>,
    joined: u64,
}

impl Standing {
    pub(super) fn new(epoch: UnixMicros) -> Self {
        Self {
            epoch,
            state: Mutex::default(),
            activity: Arc::default(),
            advancing: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        self.state().now
    }

    pub(super) const fn wall(&self, at: Moment) -> UnixMicros {
        self.epoch.after(Micros(at.0))
    }

    /// A new alarm: its name and its bell.
    pub(super) fn join(&self) -> (u64, Arc<Bell>) {
        let mut state = self.state();
        state.joined = state.joined.saturating_add(1);
        let (name, bell) = (state.joined, Arc::<Bell>::default());
        state.bells.insert(name, bell.clone());
        (name, bell)
    }

    pub(super) fn leave(&self, name: u64, at: Option<Moment>) {
        let mut state = self.state();
        state.bells.remove(&name);
        if let Some(at) = at {
            state.due.remove(&(at, name));
        }
    }

    pub(super) fn plan(
        &self,
        name: u64,
        bell: &Bell,
        (before, at): (Option<Moment>, Option<Moment>),
    ) {
        let mut state = self.state();
        if let Some(before) = before {
            state.due.remove(&(before, name));
        }
        match at {
            Some(at) if at <= state.now => bell.ring(self.activity.begin()),
            Some(at) => {
                state.due.insert((at, name));
            }
            None => {}
        }
    }

    /// Rings what is due next, up to `end`; whether anything was.
    fn ring_next(&self, end: Moment) -> bool {
        let mut state = self.state();
        let next = state.due.first().map(|(at, _)| *at).filter(|at| *at <= end);
        let Some(next) = next else {
            state.now = state.now.max(end);
            return false;
        };
        state.now = state.now.max(next);
        while let Some((at, name)) = state.due.first().copied()
            && at <= next
        {
            state.due.remove(&(at, name));
            if let Some(bell) = state.bells.get(&name) {
                bell.ring(self.activity.begin());
            }
        }
        true
    }

    /// Moves on, from one alarm that is due to the next, each time when all is at rest.
    pub(super) async fn advance(&self, by: Micros) -> Moment {
        let _alone = self.advancing.lock().await;
        let end = self.now().after(by);
        loop {
            self.activity.rest().await;
            if !self.ring_next(end) {
                return end;
            }
        }
    }
}

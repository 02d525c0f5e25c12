//! The threads that run partitions side by side, and when a window is worth waking them.
//!
//! Knows: how many events the last windows held. Does not know: what they were. Nothing that it
//! decides can be seen in what a run comes to, since partitions share nothing while a window runs.

use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IndexedParallelIterator as _, IntoParallelRefMutIterator as _, ParallelIterator as _},
};

use super::partition::Partition;

/// Events that a window should hold before threads are woken for it, where an event is cheap.
const WORTH_WAKING: u64 = 1_000;

/// The threads, where there is more than one.
pub(super) struct Crew {
    pool: Option<ThreadPool>,
    /// From how many events on they are woken.
    worth: u64,
    /// What a window holds of late: each one counts a quarter.
    load: u64,
}

/// Threads that were asked for and cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{threads} threads cannot be started: {problem}")]
pub struct NoThreads {
    /// How many were asked for.
    pub threads: usize,
    /// What the system said.
    pub problem: String,
}

impl Default for Crew {
    fn default() -> Self {
        Self { pool: None, worth: WORTH_WAKING, load: 0 }
    }
}

impl Crew {
    /// As many threads as asked for; with one, the caller's own does everything.
    pub(super) fn set_threads(&mut self, threads: usize) -> Result<(), NoThreads> {
        self.pool = None;
        if threads > 1 {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|error| NoThreads { threads, problem: error.to_string() })?;
            self.pool = Some(pool);
        }
        Ok(())
    }

    pub(super) const fn set_worth(&mut self, events: u64) {
        self.worth = events;
    }

    /// Has every partition do its part of a window.
    pub(super) fn run(
        &mut self,
        partitions: &mut [Partition],
        part: impl Fn(&mut Partition) + Sync,
    ) {
        let handled = |partitions: &[Partition]| -> u64 {
            partitions.iter().map(|partition| partition.handled).fold(0, u64::saturating_add)
        };
        let before = handled(partitions);
        match &self.pool {
            Some(pool) if self.load >= self.worth && partitions.len() > 1 => {
                pool.install(|| partitions.par_iter_mut().with_max_len(1).for_each(&part));
            }
            Some(_) | None => partitions.iter_mut().for_each(part),
        }
        let held = handled(partitions).saturating_sub(before);
        self.load = (self.load / 4).saturating_mul(3).saturating_add(held / 4);
    }
}

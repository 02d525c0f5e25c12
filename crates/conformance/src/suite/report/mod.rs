//! What a run came to, for people and for machines.

mod html;
mod json;
mod junit;
mod list;
mod terminal;

use std::collections::BTreeMap;

pub use html::html;
pub use json::json;
pub use junit::junit;
pub use list::{list, markdown};
pub use terminal::terminal;

use super::{
    case::Profile,
    run::{Outcome, Verdict},
};

/// How many of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts([usize; Verdict::ALL.len()]);

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        for (slot, one) in self.0.iter_mut().zip(Verdict::ALL) {
            *slot = slot.saturating_add(usize::from(one == verdict));
        }
    }

    fn of(self, verdict: Verdict) -> usize {
        let found = self.0.iter().zip(Verdict::ALL).find(|(_, one)| *one == verdict);
        found.map_or(0, |(count, _)| *count)
    }
}

impl Outcome {
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.judged.iter().for_each(|one| counts.add(one.verdict));
        counts
    }

    fn by_section(&self) -> BTreeMap<(Profile, &'static str), Counts> {
        let mut rows = BTreeMap::<_, Counts>::new();
        for one in &self.judged {
            rows.entry((one.profile, one.case.section)).or_default().add(one.verdict);
        }
        rows
    }
}

//! Finds a run that stands still: something waits, and nothing is delivered.
//!
//! It looks from time to time, at moments that depend on the scenario alone. A message that waits
//! is excused while something goes wrong near it that the scenario ends again, and while somebody
//! on its way is offline; a link that is cut for good excuses nothing.

mod contacts;
mod explain;
#[cfg(test)]
mod tests;

use vocab::{Micros, limits};

pub use self::contacts::Contacts;
use crate::{
    export::bands::Band,
    kernel::Kernel,
    report::words::plural,
    scenario::Scenario,
    watch::{Entry, Watch, time},
    world::cast,
};

/// Events between two looks without any progress, while something waits, that are a livelock: a
/// run that may never end.
const LIVELOCK: u64 = 2_000_000;

/// The most lines of an explanation.
pub const MAX_LINES: usize = 50;

/// Watches over a run.
#[derive(Debug)]
pub struct Detector {
    patience: Micros,
    livelock: u64,
    bands: Vec<Band>,
    /// How much had been settled at the last progress.
    settled: u64,
    /// When the look that found it was.
    progress_us: u64,
    /// Events at the last look that found progress, or nothing that waits.
    events: u64,
    found: bool,
}

/// Whether a run is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    GoOn,
    /// Events grow and nothing comes of it: it would go on for ever.
    Hopeless,
}

impl Detector {
    /// A detector for runs of `scenario`, with what it says goes wrong.
    pub const fn new(scenario: &Scenario, bands: Vec<Band>) -> Self {
        Self {
            patience: scenario.stall_after,
            livelock: LIVELOCK,
            bands,
            settled: 0,
            progress_us: 0,
            events: 0,
            found: false,
        }
    }

    /// Looks at a run between two windows. What it finds is noted in `watch`, once.
    pub fn look(
        &mut self,
        at_us: u64,
        kernel: &Kernel,
        scenario: &Scenario,
        watch: &mut Watch,
    ) -> Verdict {
        let events = kernel.report().events;
        let settled = watch.journal.settled();
        if settled != self.settled || watch.journal.waiting() == 0 {
            (self.settled, self.progress_us, self.events) = (settled, at_us, events);
            watch.contacts.forget();
            return Verdict::GoOn;
        }
        let since = events.saturating_sub(self.events);
        let lively = since >= self.livelock;
        let long = at_us.saturating_sub(self.progress_us) >= self.patience.0;
        if self.found || !(long || lively) {
            return if lively { Verdict::Hopeless } else { Verdict::GoOn };
        }
        let patience = if lively { Micros(0) } else { self.patience };
        if !self.in_vain(at_us, scenario, watch, patience).is_empty() {
            self.found = true;
            let stuck = self.in_vain(at_us, scenario, watch, Micros(0));
            self.note(at_us, since, &stuck, kernel, scenario, watch);
        }
        if lively { Verdict::Hopeless } else { Verdict::GoOn }
    }

    /// Messages that have waited longer than `patience` with nothing to excuse it, by their places
    /// in the journal.
    fn in_vain(
        &self,
        at_us: u64,
        scenario: &Scenario,
        watch: &Watch,
        patience: Micros,
    ) -> Vec<usize> {
        let entries = watch.journal.entries().iter().enumerate();
        entries
            .filter(|(_, entry)| entry.waits())
            .filter(|(_, entry)| self.waits_in_vain(at_us, entry, scenario, patience))
            .map(|(index, _)| index)
            .collect()
    }

    /// Whether a message has waited long enough, with nothing to excuse it.
    fn waits_in_vain(
        &self,
        at_us: u64,
        entry: &Entry,
        scenario: &Scenario,
        patience: Micros,
    ) -> bool {
        let written = entry.written_us.unwrap_or(at_us);
        if at_us.saturating_sub(written) >= limits::MAILBOX_AGE.0 {
            return false; // It is over: the rules of retention have taken it.
        }
        let hop3 = hop3(scenario, entry);
        let mut path = vec![entry.from.clone(), entry.to.clone()];
        path.extend(carriers(scenario, entry, &hop3));
        path.push(hop3);
        let excused = self.bands.iter().filter(|band| {
            let passes = band.until_us < scenario.duration.0 || band.family == "offline";
            let near = path.iter().any(|node| band.concerns(node));
            passes && near && band.from_us <= at_us
        });
        let excused_until = excused.map(|band| band.until_us.min(at_us)).max().unwrap_or(0);
        let since = written.max(excused_until).max(self.progress_us);
        at_us.saturating_sub(since) >= patience.0 && at_us > since
    }

    fn note(
        &self,
        at_us: u64,
        events: u64,
        stuck: &[usize],
        kernel: &Kernel,
        scenario: &Scenario,
        watch: &mut Watch,
    ) {
        let entries = watch.journal.entries();
        let written = stuck.iter().filter_map(|index| entries.get(*index)?.written_us);
        let since = written.min().unwrap_or(0).max(self.progress_us);
        let waited = Micros(at_us.saturating_sub(since));
        let kind = if events >= self.livelock { "livelock" } else { "stall" };
        let first = format!(
            "{kind} at {}: nothing was delivered for {waited} while {} waited, though {} happened",
            time(at_us),
            plural(stuck.len() as u64, "message"),
            plural(events, "event")
        );
        let lines = explain::explain(&explain::Scene {
            at_us,
            first: first.clone(),
            stuck,
            bands: &self.bands,
            kernel,
            scenario,
            watch,
        });
        watch.find("no-stall", first);
        watch.stall = lines;
    }
}

/// The node at which a message of an entry is encrypted or decrypted for the business.
fn hop3(scenario: &Scenario, entry: &Entry) -> String {
    let business = if scenario.business(&entry.from).is_some() { &entry.from } else { &entry.to };
    cast::hop3(scenario, business)
}

/// The nodes of the transport that a message passes, and their store where it is a host of its own.
fn carriers(scenario: &Scenario, entry: &Entry, hop3: &str) -> Vec<String> {
    let person = if scenario.business(&entry.from).is_some() { &entry.to } else { &entry.from };
    let mut nodes = vec![scenario.transport_of(person), scenario.transport_of(hop3)];
    nodes.dedup();
    nodes.extend(scenario.transport_store().map(str::to_owned));
    nodes
}

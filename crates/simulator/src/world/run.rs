//! Running a world to its end, with deeds and probes at their times.

use client::{Ask, Command};

use super::{ProbeResult, World, pace::Pace, probe, script::Deed};
use crate::{
    kernel::Time,
    scenario::{Probe, Scenario},
    workload::Act,
};

/// How much virtual time passes between two words about progress.
const CHAPTERS: u64 = 20;

impl World {
    /// Runs to the scenario's end; what probes found.
    pub fn run(
        &mut self,
        scenario: &Scenario,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Vec<ProbeResult> {
        let mut deeds = std::mem::take(&mut self.deeds).into_iter().peekable();
        let mut probes: Vec<&Probe> = scenario.probes.iter().collect();
        probes.sort_by_key(|probe| probe.at);
        let mut probes = probes.into_iter().peekable();
        let mut results = Vec::new();
        let mut pace = Pace::new(scenario);
        while !pace.is_hopeless() {
            let deed_at = deeds.peek().map(|deed| deed.at_us);
            let probe_at = probes.peek().map(|probe| probe.at.0);
            match (deed_at, probe_at) {
                (Some(at), other) if other.is_none_or(|other| at <= other) => {
                    self.run_until(at.saturating_sub(1), &mut pace, progress);
                    if let Some(deed) = deeds.next() {
                        self.deed(scenario, &deed);
                    }
                }
                (_, Some(at)) => {
                    self.run_until(at, &mut pace, progress);
                    if let Some(wanted) = probes.next() {
                        results.push(probe::look(self, scenario, wanted));
                    }
                }
                (_, None) => break,
            }
        }
        self.run_until(scenario.duration.0, &mut pace, progress);
        let end = self.kernel.end().0;
        self.shared.with(|watch| watch.finish(end));
        results
    }

    fn run_until(&mut self, until: u64, pace: &mut Pace<'_>, progress: &mut dyn FnMut(u64, u64)) {
        let start = self.kernel.end().0;
        let step = until.saturating_sub(start).checked_div(CHAPTERS).unwrap_or(0).max(1);
        let mut sink = self.shared.clone();
        let mut at = start;
        while at < until && !pace.is_hopeless() {
            at = at.saturating_add(step).min(until).min(pace.next_look(at));
            let _why = self.kernel.run_until(Time(at), &mut sink);
            pace.reached(at, self);
            progress(at, self.kernel.events());
        }
    }

    /// A person does something about what happened before.
    fn deed(&mut self, scenario: &Scenario, deed: &Deed) {
        match &deed.act {
            Act::CompareCodes { with } => {
                return self.compare_codes(scenario, (&deed.who, with), deed.at_us);
            }
            Act::Copied { fault } => {
                return self.copy_device(scenario, *fault, (&deed.who, deed.at_us));
            }
            Act::Write { .. }
            | Act::AskAgain { .. }
            | Act::ClaimRead { .. }
            | Act::LoseSession { .. }
            | Act::Reinstall
            | Act::DeleteAccount
            | Act::Report { .. }
            | Act::Block { .. } => {}
        }
        let Some(handle) = self.people.get(&deed.who).copied() else { return };
        let Some(ask) = self.ask(deed) else { return };
        let command = Command { number: deed.number, ask };
        self.kernel.command(handle, Time(deed.at_us), command);
    }

    fn ask(&self, deed: &Deed) -> Option<Ask> {
        let phone = |name: &str| self.shared.with(|watch| watch.phone(name));
        let labelled = |label: &str| {
            self.shared.with(|watch| {
                let entry = watch.journal.of_label(label)?;
                Some((entry.id?, entry.text.clone()))
            })
        };
        Some(match &deed.act {
            Act::Write { .. } | Act::CompareCodes { .. } | Act::Copied { .. } => return None,
            Act::AskAgain { from, message } => {
                Ask::AskAgain { from: phone(from)?, id: labelled(message)?.0 }
            }
            Act::ClaimRead { from, message } => {
                Ask::Read { from: phone(from)?, ids: vec![labelled(message)?.0] }
            }
            Act::LoseSession { with } => Ask::LoseSession { with: phone(with)? },
            Act::Reinstall => Ask::Reinstall,
            Act::DeleteAccount => Ask::DeleteAccount,
            Act::Report { about, message, attach } => {
                let subject = message.as_deref().and_then(labelled);
                if *attach {
                    self.disclose(message.as_deref());
                }
                let text = subject.as_ref().filter(|_| *attach).map(|(_, text)| text.clone());
                Ask::Report {
                    about: phone(about)?,
                    ids: subject.map(|(id, _)| id).into_iter().collect(),
                    attached: text.into_iter().collect(),
                }
            }
            Act::Block { who, on } => Ask::Block { who: phone(who)?, on: *on },
        })
    }

    /// What a person attaches to a report is the person's own decision: disclosed, not leaked.
    fn disclose(&self, label: Option<&str>) {
        self.shared.with(|watch| {
            let entries = watch.journal.entries().iter();
            let index = entries.enumerate().find(|(_, entry)| entry.label.as_deref() == label);
            if let Some((index, _)) = index.filter(|_| label.is_some()) {
                watch.disclosed.insert(index);
            }
        });
    }
}

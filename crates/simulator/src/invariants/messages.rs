//! Application messages: counted, and judged.

use vocab::limits;

use super::{Ended, Outcome, queue::Queue};
use crate::{
    report::model::{Latency, Messages},
    watch::{Entry, time},
};

/// Counts the messages of a run.
pub fn count(ended: &Ended<'_>) -> Messages {
    let mut messages = Messages::default();
    let queue = Queue::new(ended);
    for entry in written(ended) {
        messages.sent = messages.sent.saturating_add(1);
        match entry.shown_us.len() as u64 {
            0 => match fate(ended, &queue, entry) {
                Fate::Queued => messages.queued = messages.queued.saturating_add(1),
                Fate::Expired => messages.expired = messages.expired.saturating_add(1),
                Fate::Refused => messages.sent = messages.sent.saturating_sub(1),
                Fate::Lost => messages.lost = messages.lost.saturating_add(1),
            },
            times => {
                messages.delivered = messages.delivered.saturating_add(1);
                let further = times.saturating_sub(1);
                messages.duplicated = messages.duplicated.saturating_add(further);
            }
        }
    }
    messages
}

/// How long messages took from being written to being shown.
pub fn latency(ended: &Ended<'_>) -> Latency {
    let spans = written(ended).filter_map(|entry| {
        let shown = entry.shown_us.first()?;
        Some(shown.saturating_sub(entry.written_us?))
    });
    let mut spans: Vec<u64> = spans.collect();
    spans.sort_unstable();
    let at = |hundredths: usize| {
        let last = spans.len().saturating_sub(1);
        let place = last.saturating_mul(hundredths).checked_div(100).unwrap_or(0);
        spans.get(place).copied().unwrap_or(0)
    };
    Latency {
        count: spans.len() as u64,
        p50_us: at(50),
        p90_us: at(90),
        p99_us: at(99),
        max_us: at(100),
    }
}

pub(super) fn written<'e>(ended: &'e Ended<'_>) -> impl Iterator<Item = &'e Entry> {
    ended.watch.journal.entries().iter().filter(|entry| entry.written_us.is_some())
}

/// What became of a message that nobody was shown.
pub(super) enum Fate {
    Queued,
    Expired,
    /// The writer was told, or the addressee did not want it.
    Refused,
    Lost,
}

pub(super) fn fate(ended: &Ended<'_>, queue: &Queue<'_, '_>, entry: &Entry) -> Fate {
    let end = ended.world.kernel.end().0;
    let age = end.saturating_sub(entry.written_us.unwrap_or(end));
    let given_up = |id| ended.watch.story.given_up.contains(&id);
    if entry.failed || entry.dropped || entry.id.is_some_and(given_up) {
        Fate::Refused
    } else if queue.holds(entry) {
        Fate::Queued
    } else if age >= limits::MAILBOX_AGE.0 {
        Fate::Expired
    } else {
        Fate::Lost
    }
}

pub(super) fn describe(entry: &Entry) -> String {
    let name = entry.label.clone().or_else(|| entry.id.map(|id| id.to_string()));
    let name = name.unwrap_or_else(|| "without an id".to_owned());
    format!("message {name} from {} to {}", entry.from, entry.to)
}

pub(super) fn exactly_once(ended: &Ended<'_>) -> Outcome {
    let twice = written(ended).filter(|entry| entry.shown_us.len() > 1).map(|entry| {
        let times: Vec<String> = entry.shown_us.iter().map(|at| time(*at)).collect();
        format!("{} was shown at {}", describe(entry), times.join(" and at "))
    });
    let shown = written(ended).filter(|entry| entry.shown_us.len() == 1).count();
    Outcome::unless(twice.collect(), format!("{shown} messages were shown once each"))
}

pub(super) fn nothing_lost(ended: &Ended<'_>) -> Outcome {
    let queue = Queue::new(ended);
    let is_lost = |entry: &&Entry| {
        entry.shown_us.is_empty() && matches!(fate(ended, &queue, entry), Fate::Lost)
    };
    let lost = written(ended).filter(is_lost).map(describe);
    let unwritten = ended.watch.journal.entries().iter().filter(|entry| entry.written_us.is_none());
    let early = ended.world.kernel.end().0;
    let unwritten =
        unwritten.filter(|_| early >= ended.scenario.duration.0.saturating_sub(1)).count();
    let counted = count(ended);
    let mut held = format!("{} of {} messages arrived", counted.delivered, counted.sent);
    if unwritten > 0 {
        held.push_str(&format!("; {unwritten} were still to be written at the end"));
    }
    Outcome::unless(lost.collect(), held)
}

pub(super) fn no_forgery(ended: &Ended<'_>) -> Outcome {
    let strays = ended.watch.journal.strays().iter().map(|stray| {
        format!(
            "{} was shown message {} at {}, which nobody wrote",
            stray.at,
            stray.id,
            time(stray.shown_us)
        )
    });
    Outcome::unless(strays.collect(), "everything that was shown was written by its other side")
}

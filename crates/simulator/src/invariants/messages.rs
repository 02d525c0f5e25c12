//! Application messages: counted, and judged.

use vocab::limits;

pub(super) use super::on_their_way::Fate;
use super::{Ended, Outcome, on_their_way::OnTheirWay, queue::Queue};
use crate::{
    report::model::{Latency, Messages},
    watch::{Entry, tally::Spans, time},
};

/// Counted messages that are told of as lost; more would say nothing more.
const MOST: usize = 20;

/// Counts the messages of a run.
pub fn count(ended: &Ended<'_>) -> Messages {
    counted(ended, &OnTheirWay::look(ended), &Queue::new(ended))
}

fn counted(ended: &Ended<'_>, way: &OnTheirWay, queue: &Queue<'_, '_>) -> Messages {
    let tally = &ended.watch.tally;
    let mut messages = Messages {
        sent: tally.sent(),
        delivered: tally.delivered(),
        duplicated: tally.duplicated(),
        ..Messages::default()
    };
    let mut undelivered = |fate: Fate| match fate {
        Fate::Queued => messages.queued = messages.queued.saturating_add(1),
        Fate::Expired => messages.expired = messages.expired.saturating_add(1),
        Fate::Refused => messages.sent = messages.sent.saturating_sub(1),
        Fate::Lost => messages.lost = messages.lost.saturating_add(1),
    };
    for (id, message) in tally.under_way() {
        undelivered(way.fate(ended, Some(*id), message.from, message.at_us));
    }
    for message in tally.nameless() {
        undelivered(way.fate(ended, None, message.from, message.at_us));
    }
    for entry in written(ended).filter(|entry| entry.shown_us.is_empty()) {
        undelivered(fate(ended, queue, entry));
    }
    for entry in written(ended) {
        messages.sent = messages.sent.saturating_add(1);
        let times = entry.shown_us.len() as u64;
        messages.delivered = messages.delivered.saturating_add(times.min(1));
        messages.duplicated = messages.duplicated.saturating_add(times.saturating_sub(1));
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
    let tally = ended.watch.tally.spans();
    if tally.count() > 0 {
        return about(tally, &spans);
    }
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

/// The same where most spans were counted, and the others are few.
fn about(counted: &Spans, noted: &[u64]) -> Latency {
    let mut all = counted.clone();
    noted.iter().for_each(|span| all.add(*span));
    Latency {
        count: all.count(),
        p50_us: all.at(50),
        p90_us: all.at(90),
        p99_us: all.at(99),
        max_us: all.longest(),
    }
}

pub(super) fn written<'e>(ended: &'e Ended<'_>) -> impl Iterator<Item = &'e Entry> {
    ended.watch.journal.entries().iter().filter(|entry| entry.written_us.is_some())
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
    let tally = &ended.watch.tally;
    let twice = twice.chain(tally.twice().iter().cloned());
    let shown = written(ended).filter(|entry| entry.shown_us.len() == 1).count() as u64;
    let shown = shown.saturating_add(tally.delivered());
    Outcome::unless(twice.collect(), format!("{shown} messages were shown once each"))
}

/// A message that is lost is at least not said to have arrived.
pub(super) fn told_true(ended: &Ended<'_>) -> Outcome {
    let queue = Queue::new(ended);
    let told = &ended.watch.dishonest.told;
    let is_told = |entry: &&Entry| entry.id.is_some_and(|id| told.contains(&id));
    let untrue = written(ended).filter(is_told).filter(|entry| {
        entry.shown_us.is_empty()
            && matches!(fate(ended, &queue, entry), Fate::Lost | Fate::Expired)
    });
    let against: Vec<String> = untrue
        .map(|entry| format!("{} is lost, and was said to have arrived", describe(entry)))
        .collect();
    Outcome::unless(against, format!("{} messages were said to have arrived", told.len()))
}

pub(super) fn nothing_lost(ended: &Ended<'_>) -> Outcome {
    let (way, queue) = (OnTheirWay::look(ended), Queue::new(ended));
    let tally = &ended.watch.tally;
    let lost = written(ended)
        .filter(|entry| entry.shown_us.is_empty() && fate(ended, &queue, entry) == Fate::Lost)
        .map(describe);
    let counted_lost = tally.under_way().iter().filter(|(id, message)| {
        way.fate(ended, Some(**id), message.from, message.at_us) == Fate::Lost
    });
    let counted_lost = counted_lost.map(|(id, message)| {
        let (from, at) = (ended.watch.name(message.from), time(message.at_us));
        format!("message {id} from {from}, written at {at}")
    });
    let nameless = tally
        .nameless()
        .filter(|message| way.fate(ended, None, message.from, message.at_us) == Fate::Lost);
    let nameless = nameless.map(|message| {
        let (from, at) = (ended.watch.name(message.from), time(message.at_us));
        format!("a message without an id from {from}, written at {at}")
    });
    let lost: Vec<String> = lost.chain(counted_lost.chain(nameless).take(MOST)).collect();
    let unwritten = ended.watch.journal.entries().iter().filter(|entry| entry.written_us.is_none());
    let early = ended.world.kernel.end().0;
    let unwritten =
        unwritten.filter(|_| early >= ended.scenario.duration.0.saturating_sub(1)).count();
    let counted = counted(ended, &way, &queue);
    let mut held = format!("{} of {} messages arrived", counted.delivered, counted.sent);
    if unwritten > 0 {
        held.push_str(&format!("; {unwritten} were still to be written at the end"));
    }
    Outcome::unless(lost, held)
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
    let strays = strays.chain(ended.watch.tally.astray());
    Outcome::unless(strays.collect(), "everything that was shown was written by its other side")
}

//! Application messages: counted, and judged.

use store::Key;
use vocab::{MessageId, limits};

use super::{Ended, Outcome};
use crate::{
    report::model::{Latency, Messages},
    watch::{Entry, time},
};

/// Counts the messages of a run.
pub fn count(ended: &Ended<'_>) -> Messages {
    let mut messages = Messages::default();
    for entry in written(ended) {
        messages.sent = messages.sent.saturating_add(1);
        match entry.shown_us.len() as u64 {
            0 => match fate(ended, entry) {
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

fn written<'e>(ended: &'e Ended<'_>) -> impl Iterator<Item = &'e Entry> {
    ended.watch.journal.entries().iter().filter(|entry| entry.written_us.is_some())
}

/// What became of a message that nobody was shown.
enum Fate {
    Queued,
    Expired,
    /// The writer was told, or the addressee did not want it.
    Refused,
    Lost,
}

fn fate(ended: &Ended<'_>, entry: &Entry) -> Fate {
    let end = ended.world.kernel.end().0;
    let age = end.saturating_sub(entry.written_us.unwrap_or(end));
    if entry.failed || entry.dropped {
        Fate::Refused
    } else if is_queued(ended, entry) {
        Fate::Queued
    } else if age >= limits::MAILBOX_AGE.0 {
        Fate::Expired
    } else {
        Fate::Lost
    }
}

/// Whether a store still holds the message on its way: its bytes are looked for, in a mailbox or in
/// the work of its writer's end.
fn is_queued(ended: &Ended<'_>, entry: &Entry) -> bool {
    let kernel = &ended.world.kernel;
    let ends = endpoint::rows::ON_THEIR_WAY.into_iter().chain(business::ON_THEIR_WAY);
    let carriers = transport::ON_THEIR_WAY.into_iter().chain(cloud_api::rows::ON_THEIR_WAY);
    let tables: Vec<Key> = ends.chain(carriers).map(Key::table).collect();
    let on_its_way = |key: &Key| tables.iter().any(|table| key.starts_with(table));
    kernel.hosts().any(|(host, name)| {
        let is_end = name == entry.from || name == entry.to;
        let is_carrier = name == crate::world::cast::TRANSPORT || !is_person(ended, name);
        let mut found = false;
        if (is_end || is_carrier)
            && let Some(store) = kernel.store(host)
        {
            store.visit(&mut |row| {
                let holds = entry.id.is_some_and(|id| contains(row.value, id))
                    || (entry.id.is_none() && name == entry.from);
                found |= on_its_way(row.key) && holds;
            });
        }
        found
    })
}

fn is_person(ended: &Ended<'_>, name: &str) -> bool {
    ended.scenario.person(name).is_some()
}

fn contains(bytes: &[u8], id: MessageId) -> bool {
    bytes.windows(id.0.len()).any(|window| window == id.0)
}

fn describe(entry: &Entry) -> String {
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

/// A message that is lost is at least not said to have arrived.
pub(super) fn told_true(ended: &Ended<'_>) -> Outcome {
    let told = &ended.watch.dishonest.told;
    let is_told = |entry: &&Entry| entry.id.is_some_and(|id| told.contains(&id));
    let untrue = written(ended).filter(is_told).filter(|entry| {
        entry.shown_us.is_empty() && matches!(fate(ended, entry), Fate::Lost | Fate::Expired)
    });
    let against: Vec<String> = untrue
        .map(|entry| format!("{} is lost, and was said to have arrived", describe(entry)))
        .collect();
    Outcome::unless(against, format!("{} messages were said to have arrived", told.len()))
}

pub(super) fn nothing_lost(ended: &Ended<'_>) -> Outcome {
    let lost = written(ended)
        .filter(|entry| entry.shown_us.is_empty() && matches!(fate(ended, entry), Fate::Lost))
        .map(describe);
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

//! What the transport's defences promise, judged by what attackers got and people were shown.

use std::collections::{BTreeMap, BTreeSet};

use store::Key;
use transport::Signal;
use vocab::{Micros, limits};

use super::{Ended, Outcome};
use crate::watch::{Entry, time};

/// How long a message between two who are there may take while somebody attacks.
const FAIR: Micros = Micros::minutes(1);

const DAY: u64 = Micros::days(1).0;

/// Nobody but its owner claims a number.
pub(super) fn number_owner(ended: &Ended<'_>) -> Outcome {
    super::found(ended, "number-owner", || {
        format!("{} claims of numbers, each by its owner", ended.watch.guard.claims)
    })
}

/// One requester never takes all one-time prekeys that a device keeps published.
pub(super) fn prekeys_last(ended: &Ended<'_>) -> Outcome {
    let guard = &ended.watch.guard;
    let most = u32::try_from(limits::PREKEYS_PUBLISHED).unwrap_or(u32::MAX);
    let too_many = guard.taken.iter().filter(|(_, taken)| **taken >= most);
    let against = too_many.map(|((account, by, day), taken)| {
        let of = guard.owner(account).map_or_else(|| "?".to_owned(), |(name, _)| name);
        format!("{} took {taken} one-time prekeys of {of} on day {day}", guard.name(*by))
    });
    let most_taken = guard.taken.values().copied().max().unwrap_or(0);
    Outcome::unless(against.collect(), format!("at most {most_taken} in a day by one requester"))
}

/// An attacker learns of so many numbers a day; `None` without attackers.
pub(super) fn no_enumeration(ended: &Ended<'_>) -> Option<Outcome> {
    if ended.scenario.attackers.is_empty() {
        return None;
    }
    let rate = limits::NEW_NUMBERS_PER_LINK;
    let later = ended.scenario.duration.0.checked_div(rate.every.0).unwrap_or(u64::MAX);
    let most = u64::from(rate.burst).saturating_add(later).saturating_add(1);
    let known = &ended.watch.guard.known;
    let too_many = known.iter().filter(|(_, numbers)| **numbers as u64 > most);
    let against = too_many.map(|(name, numbers)| {
        format!("{name} knows of {numbers} numbers whether somebody has them; {most} were allowed")
    });
    let most_known = known.values().max().copied().unwrap_or(0);
    Some(Outcome::unless(against.collect(), format!("at most {most_known} numbers were found out")))
}

/// While somebody attacks, messages between others arrive in time; `None` without attackers.
pub(super) fn fair(ended: &Ended<'_>) -> Option<Outcome> {
    if ended.scenario.attackers.is_empty() {
        return None;
    }
    let end = ended.world.kernel.end().0;
    let (mut against, mut judged, mut slowest) = (Vec::new(), 0_u64, 0_u64);
    for entry in ended.watch.journal.entries() {
        let Some(written) = entry.written_us.filter(|_| !entry.failed && !entry.dropped) else {
            continue;
        };
        let from =
            [&entry.from, &entry.to].into_iter().fold(written, |at, who| here(ended, who, at));
        let took = entry.shown_us.first().copied().unwrap_or(end).saturating_sub(from);
        judged = judged.saturating_add(1);
        slowest = slowest.max(took);
        if took > FAIR.0 {
            let (who, to) = (&entry.from, &entry.to);
            let how = if entry.shown_us.is_empty() { "waits for" } else { "took" };
            against.push(format!("a message from {who} to {to} {how} {}", time(took)));
        }
    }
    Some(Outcome::unless(against, format!("{judged} messages, the slowest in {}", time(slowest))))
}

/// When somebody is there, from `at` on.
fn here(ended: &Ended<'_>, who: &str, at: u64) -> u64 {
    let spans = ended.scenario.person(who).map(|person| person.offline.as_slice());
    let away =
        spans.unwrap_or_default().iter().filter(|(from, until)| from.0 <= at && at < until.0);
    away.map(|(_, until)| until.0).max().unwrap_or(at)
}

/// No mailbox holds more than its quota.
pub(super) fn mailbox_quota(ended: &Ended<'_>) -> Outcome {
    let kernel = &ended.world.kernel;
    let mut mailboxes: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let tables: Vec<Key> = transport::ON_THEIR_WAY.into_iter().map(Key::table).collect();
    if let Some(store) = kernel.store(ended.world.transport_store) {
        store.visit(&mut |row| {
            // The last eight bytes are the place.
            let mailbox = row.key.as_bytes().split_last_chunk::<8>().map(|(mailbox, _)| mailbox);
            if let Some(mailbox) = mailbox.filter(|_| tables.iter().any(|t| row.key.starts_with(t)))
            {
                let held = mailboxes.entry(mailbox.to_vec()).or_default();
                *held = held.saturating_add(1);
            }
        });
    }
    let fullest = mailboxes.values().max().copied().unwrap_or(0);
    let most = limits::MAX_MAILBOX_ENVELOPES;
    let against = (fullest > most)
        .then(|| format!("a mailbox holds {fullest} envelopes; {most} were allowed"));
    Outcome::unless(against.into_iter().collect(), format!("the fullest mailbox holds {fullest}"))
}

/// A business that only answers is never flagged; one that messages everybody is, and does not get
/// far (requirements R009, R010, R012).
pub(super) fn integrity(ended: &Ended<'_>) -> Outcome {
    let scenario = ended.scenario;
    let guard = &ended.watch.guard;
    let numbers = guard.numbers() as u64;
    let most = limits::FAN_OUT_LEAST.max(numbers.div_ceil(2).saturating_add(1));
    let (mut against, mut asked_only) = (Vec::new(), 0_u64);
    for business in &scenario.businesses {
        let name = business.name.as_str();
        let owner = guard.owners.iter().find(|(_, owner)| owner.name == name);
        let flags = owner.and_then(|(alias, _)| guard.flags.get(alias));
        let flags = flags.map(Vec::as_slice).unwrap_or_default();
        let (wrote, reached) = unasked(ended, name);
        if wrote == 0 {
            asked_only = asked_only.saturating_add(1);
            if flags.iter().any(|flag| matches!(flag, Signal::FanOut | Signal::Rate)) {
                against.push(format!("{name} was flagged and wrote only to those who wrote to it"));
            }
        }
        if wrote > most && flags.is_empty() {
            against.push(format!("{name} wrote unasked to {wrote} people in a day, unflagged"));
        }
        if reached > most {
            against.push(format!(
                "{name} reached {reached} of {} people in a day who had not written to it",
                scenario.people.len()
            ));
        }
    }
    Outcome::unless(against, format!("{asked_only} businesses wrote only to those who wrote first"))
}

/// The most people in one day to whom a business wrote, and whom it reached, though they had not
/// written to it.
fn unasked(ended: &Ended<'_>, business: &str) -> (u64, u64) {
    let entries = ended.watch.journal.entries();
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.to == business) {
        if let Some(at) = entry.written_us {
            let earliest = first.entry(entry.from.as_str()).or_insert(at);
            *earliest = at.min(*earliest);
        }
    }
    let mut days: BTreeMap<u64, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.from == business) {
        let Some(at) = entry.written_us.filter(|at| !was_asked(&first, entry, *at)) else {
            continue;
        };
        let [wrote, reached] = days.entry(at.checked_div(DAY).unwrap_or(0)).or_default();
        wrote.insert(entry.to.as_str());
        if !entry.shown_us.is_empty() {
            reached.insert(entry.to.as_str());
        }
    }
    let most = |which: fn(&[BTreeSet<&str>; 2]) -> usize| {
        days.values().map(which).max().unwrap_or(0) as u64
    };
    (most(|[wrote, _]| wrote.len()), most(|[_, reached]| reached.len()))
}

fn was_asked(first: &BTreeMap<&str, u64>, entry: &Entry, at: u64) -> bool {
    first.get(entry.to.as_str()).is_some_and(|earliest| *earliest <= at)
}

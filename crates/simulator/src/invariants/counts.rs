//! Conservation: what goes into the Cloud API comes out of it (requirement R022), and what it must
//! forget.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use vocab::{MessageId, Micros, UnixMicros, limits};

use super::{Ended, Outcome, disk::Disk, queue::Queue, stores::clock_was_off};
use crate::world::cast::CLOUD_API;

/// Messages that the transport took for a business's number are decrypted, in the mailbox or known
/// not to open, each once; messages that the Cloud API took of a business are with the transport,
/// given up or on their way, each one of these.
pub(super) fn conservation(ended: &Ended<'_>) -> Outcome {
    let story = &ended.watch.story;
    let found = ended.watch.findings.iter().filter(|one| one.invariant == "conservation");
    let mut against: Vec<String> = found.map(|one| one.evidence.clone()).collect();
    let queue = Queue::new(ended);
    let to_business = |to: &str| ended.scenario.business(to).is_some();
    let mut taken: Vec<MessageId> = story
        .accepted
        .iter()
        .filter(|(_, (_, to))| to_business(to))
        .map(|((id, _), _)| *id)
        .collect();
    taken.dedup();
    let not_opened = |id: &MessageId| story.not_opened.iter().any(|one| one.id == *id);
    let expired = |id: &MessageId| old(ended, *id);
    for id in &taken {
        let decrypted = story.decrypted.contains_key(id);
        if !(decrypted || not_opened(id) || expired(id) || queue.has(*id)) {
            against.push(format!("message {id} was taken for a business and is nowhere"));
        }
    }
    for (id, times) in story.decrypted.iter().filter(|(_, times)| **times > 1) {
        against.push(format!("message {id} was decrypted {times} times"));
    }
    for id in story.took.keys() {
        let settled = story.settled.get(id).copied().unwrap_or_default();
        let waits = settled.sent == 0 && settled.failed == 0 && queue.has(*id);
        let once = settled.sent.saturating_add(u64::from(waits)) <= 1;
        let somewhere = settled.sent > 0 || settled.failed > 0 || waits || expired(id);
        if !once || !somewhere {
            against.push(format!(
                "message {id} of a business was handed over {} times and given up {} times",
                settled.sent, settled.failed
            ));
        }
    }
    against.truncate(20);
    let (taken, took) = (taken.len(), story.took.len());
    let decrypted = story.decrypted.len();
    let held = format!("{taken} messages in, {decrypted} decrypted; {took} taken of businesses");
    Outcome::unless(against, held)
}

/// Whether a message is older than what anybody keeps on its way.
fn old(ended: &Ended<'_>, id: MessageId) -> bool {
    let entry = ended.watch.journal.of_id(id);
    let entry = entry.and_then(|index| ended.watch.journal.entries().get(index));
    let end = ended.world.kernel.end().0;
    let written = entry.and_then(|entry| entry.written_us).unwrap_or(end);
    end.saturating_sub(written) >= limits::MAILBOX_AGE.0
}

/// Every row of the Cloud API that names a person, once opened, goes within 30 days; and when
/// somebody's last message is older than that, no row does.
pub(super) fn forgotten(ended: &Ended<'_>) -> Outcome {
    let Some(disk) = Disk::of(ended, CLOUD_API) else { return Outcome::unknown("no Cloud API") };
    let end = ended.world.kernel.end().0;
    let now = ended.scenario.start.after(Micros(end));
    let mut against = Vec::new();
    let people: Vec<(&str, String, bool)> = ended
        .scenario
        .people
        .iter()
        .filter(|_| ended.watch.notes)
        .filter_map(|person| {
            let phone = ended.watch.phone(&person.name)?.digits().to_owned();
            let gone = last(ended, &person.name).is_some_and(|at| end > at.saturating_add(KEPT));
            Some((person.name.as_str(), phone, gone))
        })
        .collect();
    let Ok(numbers) = AhoCorasick::new(people.iter().map(|(_, phone, _)| phone)) else {
        return Outcome::unknown("too many numbers to look for");
    };
    let mut named = 0_usize;
    let (ahead, _) = clock_was_off(ended, CLOUD_API);
    for (key, row) in disk.rows() {
        let found = numbers.find_iter(&row.value).chain(numbers.find_iter(key.as_bytes()));
        let whose: BTreeSet<usize> = found.map(|found| found.pattern().as_usize()).collect();
        for (name, _, gone) in whose.into_iter().filter_map(|index| people.get(index)) {
            named = named.saturating_add(1);
            let late =
                |moment: UnixMicros| moment > now.after(limits::RETRANSMISSION_AGE).after(ahead);
            if *gone {
                against.push(format!("row {key:?} names {name}, whose last message is gone"));
            } else if row.expires.is_none_or(late) {
                against.push(format!("row {key:?} names {name} for longer than 30 days"));
            }
        }
    }
    against.truncate(20);
    let held = format!("{named} rows name somebody, each for at most 30 days");
    Outcome::unless(against, held)
}

/// How long after somebody's last message a number may be there: as the message, and the sweep.
const KEPT: u64 = limits::RETRANSMISSION_AGE.0.saturating_add(limits::SWEEP_INTERVAL.0);

/// When the last message from or to somebody was last written, shown or sent again.
fn last(ended: &Ended<'_>, person: &str) -> Option<u64> {
    let mine = ended.watch.journal.entries().iter();
    let mine = mine.filter(|entry| entry.from == person || entry.to == person);
    mine.filter_map(|entry| {
        let sealed = entry.id.and_then(|id| ended.watch.first_sealed.get(&id).copied());
        let times = entry.shown_us.iter().copied().chain(entry.written_us).chain(sealed);
        times.chain(entry.planned_us).max()
    })
    .max()
}

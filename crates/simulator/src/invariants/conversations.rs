//! What a conversation promises: order, blocks, and that all of it arrives in the end.

use std::collections::BTreeMap;

use vocab::Micros;

use super::{
    Ended, Outcome,
    messages::{Fate, describe, fate, written},
    queue::Queue,
};
use crate::{
    scenario::DeedKind,
    watch::{Entry, time},
    world::cast::hop3,
};

/// Messages of each business to each person, in the order in which they were written.
fn of_businesses<'e>(ended: &'e Ended<'_>) -> BTreeMap<(&'e str, &'e str), Vec<&'e Entry>> {
    let mut pairs: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
    let of_business =
        |entry: &&Entry| ended.scenario.business(&entry.from).is_some() && !entry.by_service;
    for entry in written(ended).filter(of_business) {
        pairs.entry((entry.from.as_str(), entry.to.as_str())).or_default().push(entry);
    }
    pairs.values_mut().for_each(|entries| entries.sort_by_key(|entry| entry.written_us));
    pairs
}

/// The Cloud API takes a business's messages to one person in the order in which they were written;
/// where no link on the way loses or overtakes, the person is shown them in that order.
pub(super) fn in_order(ended: &Ended<'_>) -> Outcome {
    let mut against = Vec::new();
    let (mut taken, mut shown) = (0_usize, 0_usize);
    for ((business, person), entries) in of_businesses(ended) {
        let took = |entry: &Entry| ended.watch.story.took.get(&entry.id?).copied();
        let timed: Vec<(&Entry, u64)> =
            entries.iter().filter_map(|entry| Some((*entry, took(entry)?))).collect();
        taken = taken.saturating_add(timed.len());
        let pairs = timed.iter().zip(timed.iter().skip(1));
        for ((first, earlier), (second, later)) in pairs {
            if first.written_us < second.written_us && earlier > later {
                let (one, other) = (describe(first), describe(second));
                let (earlier, later) = (time(*earlier), time(*later));
                against.push(format!("{one} was taken at {earlier}, {other} at {later}"));
            }
        }
        if !keeps_order(ended, business, person) {
            continue;
        }
        let again =
            |entry: &Entry| entry.id.is_some_and(|id| ended.watch.retransmitted.contains_key(&id));
        let mut seen: Vec<(&Entry, u64, u64)> = timed
            .iter()
            .filter(|(entry, _)| !again(entry))
            .filter_map(|(entry, took)| Some((*entry, *took, *entry.shown_us.first()?)))
            .collect();
        seen.sort_by_key(|(_, took, _)| *took);
        shown = shown.saturating_add(seen.len());
        for ((first, _, earlier), (second, _, later)) in seen.iter().zip(seen.iter().skip(1)) {
            if earlier > later {
                let (one, other) = (describe(first), describe(second));
                let (earlier, later) = (time(*earlier), time(*later));
                against.push(format!("{one} was shown at {earlier}, {other} at {later}"));
            }
        }
    }
    against.truncate(20);
    Outcome::unless(against, format!("{taken} messages taken in order, {shown} shown in order"))
}

/// Whether nothing on the way from a business's end to a person may lose or overtake.
fn keeps_order(ended: &Ended<'_>, business: &str, person: &str) -> bool {
    let scenario = ended.scenario;
    let steady = |node: &str| {
        let link = scenario.link(node, &scenario.transport_of(node));
        link.loss_ppm == 0 && link.reorder_ppm == 0
    };
    let end = hop3(scenario, business);
    let restless =
        |what| matches!(what, DeedKind::AskAgain | DeedKind::LoseSession | DeedKind::Reinstall);
    let deeds = scenario.deeds.iter().any(|deed| deed.who == person && restless(deed.what));
    let whole = scenario.faults.is_empty() && scenario.crashes.is_empty();
    let there = scenario.person(person).is_some_and(|person| person.offline.is_empty());
    whole && there && !deeds && steady(&end) && steady(person)
}

/// Nothing that was sealed while its addressee blocked its writer was shown.
pub(super) fn block_holds(ended: &Ended<'_>) -> Outcome {
    let blocks = &ended.watch.story.blocks;
    let mut against = Vec::new();
    for entry in written(ended) {
        let Some(sealed) = entry.id.and_then(|id| ended.watch.first_sealed.get(&id)) else {
            continue;
        };
        let again = entry.id.is_some_and(|id| ended.watch.retransmitted.contains_key(&id));
        for shown in entry.shown_us.iter().filter(|_| !again) {
            let in_force = blocks.iter().any(|block| {
                block.by == entry.to
                    && block.whom == entry.from
                    && block.from_us < *sealed
                    && block.until_us.is_none_or(|until| *shown < until)
            });
            if in_force {
                let shown = time(*shown);
                against.push(format!("{} was shown at {shown} despite a block", describe(entry)));
            }
        }
    }
    Outcome::unless(against, format!("{} blocks kept away what they should", blocks.len()))
}

/// Faults are over: everything that somebody wrote was taken over, and everything that was taken
/// over has arrived. `None` where nothing is promised for the end.
pub(super) fn arrives(ended: &Ended<'_>) -> Option<Outcome> {
    let heal = ended.scenario.heal?;
    let end = Micros(ended.world.kernel.end().0);
    let absent = |name: &str| {
        let person = ended.scenario.person(name);
        person.is_some_and(|person| {
            person.offline.iter().any(|(from, until)| *from <= end && end <= *until)
        })
    };
    let here = |entry: &&Entry| !absent(&entry.from) && !absent(&entry.to);
    let queue = Queue::new(ended);
    let waits = |entry: &&Entry| {
        entry.shown_us.is_empty() && matches!(fate(ended, &queue, entry), Fate::Queued | Fate::Lost)
    };
    let entries = ended.watch.journal.entries().iter();
    let untaken = entries.filter(|entry| {
        entry.written_us.is_none() && entry.planned_us.is_some_and(|planned| planned < heal.0)
    });
    let mut against: Vec<String> = untaken
        .filter(here)
        .map(|entry| format!("{} was never taken over", describe(entry)))
        .collect();
    let late = written(ended).filter(here).filter(waits);
    against.extend(late.map(|entry| format!("{} is still on its way", describe(entry))));
    against.truncate(20);
    let arrived = written(ended).filter(|entry| !entry.shown_us.is_empty()).count();
    Some(Outcome::unless(against, format!("{arrived} messages, and nothing is on its way")))
}

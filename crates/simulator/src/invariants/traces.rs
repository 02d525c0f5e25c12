//! What the transport sees of two stories, and what chats say about their other end.

use std::collections::BTreeMap;

use vocab::PhoneNumber;

use super::{Ended, Outcome};
use crate::{
    kernel::HostId,
    report::model::Label,
    scenario::Hop3,
    watch::Watch,
    world::{cast, codes::Rows},
};

/// Traces of people that must be equal in types, order and sizes; `None` if none are compared.
pub(super) fn same(ended: &Ended<'_>) -> Option<Outcome> {
    let pairs = &ended.scenario.compare_traces;
    if pairs.is_empty() {
        return None;
    }
    let trace = |name: &str| {
        let handle = ended.world.people.get(name)?;
        ended.watch.traces.get(&handle.id())
    };
    let mut against = Vec::new();
    let mut frames = 0;
    for (a, b) in pairs {
        let (Some(left), Some(right)) = (trace(a), trace(b)) else {
            against.push(format!("{a} and {b}: no trace"));
            continue;
        };
        frames = left.len();
        if left.len() != right.len() {
            against.push(format!("{a} has {} frames and {b} has {}", left.len(), right.len()));
        }
        let mut both = left.iter().zip(right).enumerate();
        if let Some((index, (one, other))) = both.find(|(_, (one, other))| one != other) {
            against.push(format!(
                "frame {index}: {a} has {} of {} bytes, {b} has {} of {} bytes",
                one.0, one.1, other.0, other.1
            ));
        }
    }
    if frames == 0 && against.is_empty() {
        return Some(Outcome::unknown("the traces are empty"));
    }
    Some(Outcome::unless(against, format!("{frames} frames each, alike in type, order and size")))
}

/// What chats say, and what is true: who runs the end that a device encrypts to, if the identity
/// that it encrypts to is that end's.
pub fn chat_labels(ended: &Ended<'_>) -> Vec<Label> {
    let mut ends = Ends::new(ended.watch);
    let labels = ended.watch.labels.iter().filter_map(|((person, with), says)| {
        let business = ended.scenario.business(with)?;
        let truth = match business.hop3 {
            _ if ends.in_between(ended, person, with) => "encrypted to somebody in between",
            Hop3::CloudApi => "encrypted to cloud_api",
            Hop3::OnPremises => "encrypted to the owner of the number",
        };
        let (person, with, says) = (person.clone(), with.clone(), says.clone());
        Some(Label { person, with, says, truth: truth.to_owned() })
    });
    labels.collect()
}

/// Rows of ends that say who they are, read once for each node.
struct Ends<'r> {
    rows: BTreeMap<HostId, Rows>,
    phones: BTreeMap<&'r str, PhoneNumber>,
}

impl<'r> Ends<'r> {
    fn new(watch: &'r Watch) -> Self {
        let names = watch.names.iter();
        let phones = names
            .filter_map(|(digits, name)| Some((name.as_str(), PhoneNumber::parse(digits).ok()?)));
        Self { rows: BTreeMap::new(), phones: phones.collect() }
    }

    fn in_between(&mut self, ended: &Ended<'_>, person: &str, business: &str) -> bool {
        let world = ended.world;
        let host = world.end_of(ended.scenario, business);
        let rows = self.rows.entry(host).or_insert_with(|| world.identity_rows(host));
        let node = cast::hop3(ended.scenario, business);
        let phones = self.phones.get(person).zip(self.phones.get(business));
        phones
            .is_some_and(|phones| world.is_in_between(person, phones, (&node, rows)) == Some(true))
    }
}

/// Whether every chat names its real other end; `None` if no chat has a label yet.
pub(super) fn labels(ended: &Ended<'_>) -> Option<Outcome> {
    let labels = chat_labels(ended);
    let right = ended.watch.labels_right.saturating_add(labels.len() as u64);
    if right == 0 {
        return None;
    }
    let wrong = labels.iter().filter(|label| label.says != label.truth).map(|label| {
        format!(
            "{}'s chat with {} says {:?}; true is {:?}",
            label.person, label.with, label.says, label.truth
        )
    });
    Some(Outcome::unless(wrong.collect(), format!("{right} chats are labelled truthfully")))
}

//! What can be left out of a scenario, so that what is left still makes sense.

use vocab::Micros;

use crate::{
    fault::{Dishonesty, Fault, On, What},
    scenario::{Deed, Say, Scenario},
};

/// Something that somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Say(Say),
    Deed(Deed),
}

impl Doing {
    /// Everything that is done.
    pub(super) fn of(scenario: &Scenario) -> Vec<Self> {
        let says = scenario.says.iter().cloned().map(Self::Say);
        says.chain(scenario.deeds.iter().cloned().map(Self::Deed)).collect()
    }

    /// The scenario with only these, and without what speaks of others.
    pub(super) fn put(scenario: &Scenario, some: &[Self]) -> Scenario {
        let mut left = scenario.clone();
        left.says.clear();
        left.deeds.clear();
        for doing in some {
            match doing {
                Self::Say(say) => left.says.push(say.clone()),
                Self::Deed(deed) => left.deeds.push(deed.clone()),
            }
        }
        only_known_labels(left)
    }
}

/// Without deeds and probes about messages that are not there.
fn only_known_labels(mut scenario: Scenario) -> Scenario {
    let labels: Vec<String> = scenario.says.iter().filter_map(|say| say.label.clone()).collect();
    scenario.deeds.retain(|deed| deed.message.as_ref().is_none_or(|one| labels.contains(one)));
    scenario.probes.retain(|probe| labels.contains(&probe.of));
    scenario
}

/// The scenario without a person or business and all that speaks of it; `None` if nobody of its
/// kind would be left.
pub(super) fn without(scenario: &Scenario, name: &str) -> Option<Scenario> {
    let mut left = scenario.clone();
    left.people.retain(|person| person.name != name);
    left.businesses.retain(|business| business.name != name);
    if left.people.is_empty() || left.businesses.is_empty() {
        return None;
    }
    left.says.retain(|say| say.from != name && say.to != name);
    left.deeds.retain(|deed| deed.who != name && deed.about.as_deref() != Some(name));
    left.crashes.retain(|crash| crash.node != name);
    left.probes.retain(|probe| probe.node != name);
    left.compare_traces.retain(|(a, b)| a != name && b != name);
    left.link_overrides.retain(|link| link.between.0 != name && link.between.1 != name);
    left.impostors.retain(|one| one.poses_as != name && one.to != name);
    left.attackers.retain(|one| one.target.as_deref() != Some(name));
    left.leak = left.leak.filter(|leak| leak.by != name);
    left.faults = left.faults.into_iter().filter_map(|fault| fault_without(fault, name)).collect();
    Some(only_known_labels(left))
}

/// The fault without a node; `None` if it has nobody left to befall.
fn fault_without(mut fault: Fault, name: &str) -> Option<Fault> {
    let stays = match &mut fault.what {
        What::Link { on: On::All, .. } => true,
        What::Link { on: On::Node(node), .. }
        | What::Flap { node, .. }
        | What::Storm { node }
        | What::Node { node, .. }
        | What::Webhook { node, .. } => node != name,
        What::Link { on: On::Between { from, to, .. }, .. } => from != name && to != name,
        What::Split { groups } => {
            groups.iter_mut().for_each(|group| group.retain(|node| node != name));
            groups.retain(|group| !group.is_empty());
            groups.len() > 1
        }
        What::Dishonest { node, how, .. } => {
            let about = match how {
                Dishonesty::Lie { about } | Dishonesty::Drain { about, .. } => about == name,
                Dishonesty::Swap
                | Dishonesty::Replay
                | Dishonesty::Withhold
                | Dishonesty::Shuffle
                | Dishonesty::Inject
                | Dishonesty::Clone
                | Dishonesty::MessageEverybody(_) => false,
            };
            node != name && !about
        }
    };
    stays.then_some(fault)
}

/// The scenario with what comes after its last fault and message cut to a part, `cut`, of what it
/// is. The moment of healing comes that much earlier too, and the readers still ask before the end.
pub(super) fn shorter(scenario: &Scenario, cut: u64) -> Scenario {
    let says = scenario.says.iter().map(|say| say.at);
    let deeds = scenario.deeds.iter().map(|deed| deed.at);
    let crashes = scenario.crashes.iter().map(|crash| crash.at);
    let probes = scenario.probes.iter().map(|probe| probe.at);
    let offline = scenario.people.iter().flat_map(|one| &one.offline).map(|(_, until)| *until);
    let faults = scenario.faults.iter().map(Fault::ends);
    let foes = scenario.impostors.iter().map(|one| one.at);
    let foes = foes.chain(scenario.attackers.iter().map(|one| one.at));
    let all = says.chain(deeds).chain(crashes).chain(probes).chain(offline).chain(faults);
    let all = all.chain(foes);
    let busy = all.max().unwrap_or_default();
    let rest = scenario.duration.0.saturating_sub(busy.0);
    let kept = rest.checked_div(cut).unwrap_or(rest);
    let kept = kept.max(READING.0);
    let duration = whole_seconds(Micros(busy.0.saturating_add(kept))).min(scenario.duration);
    let heal = scenario.heal.map(|heal| heal.min(whole_seconds(busy)).max(busy).min(duration));
    let mut shorter = Scenario { duration, heal, ..scenario.clone() };
    shorter.readers.first = shorter.readers.first.min(Micros(duration.0.saturating_sub(READING.0)));
    shorter
}

/// Enough for one round of the readers: they ask and are refused.
const READING: Micros = Micros::seconds(5);

/// Rounded up: people read it.
fn whole_seconds(span: Micros) -> Micros {
    Micros::seconds(span.0.div_ceil(1_000_000))
}

/// The scenario without what is seldom needed: phones that are off, links of their own, faults that
/// lie beyond their links' ordinary ones, and further rounds of the readers.
pub(super) fn plain(scenario: &Scenario) -> Scenario {
    let mut plain = scenario.clone();
    plain.people.iter_mut().for_each(|person| person.offline.clear());
    plain.link_overrides.clear();
    plain.compare_traces.clear();
    plain.links.loss_ppm = 0;
    plain.links.duplicate_ppm = 0;
    plain.links.reorder_ppm = 0;
    plain.readers.rounds = 1;
    // What a mistake shows to a reader does not hang on the draw any more.
    plain.readers.one_in = 1;
    plain
}

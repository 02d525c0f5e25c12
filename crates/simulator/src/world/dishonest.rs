//! What a plan's dishonesties become in a world: plots, drains, copies, and letters to everybody.

use std::sync::{Arc, Mutex};

use vocab::{Address, Micros, Now};

use super::{World, build::Stage, script::Deed};
use crate::{
    adversary::{Draining, Middle, Plot, Scheme, Tally, Tampering, Thief},
    fault::{Dishonesty, What},
    scenario::{Scenario, limits::MAX_GENERATED},
    workload::{Act, Action},
};

/// A device that will be copied.
pub(crate) struct Copying {
    fault: usize,
    scheme: Scheme,
    config: client::Config,
}

impl Stage<'_> {
    fn seed(&self) -> u64 {
        self.options.seed.unwrap_or(self.scenario.seed)
    }

    fn tally(&self) -> Tally {
        self.shared.with(|watch| watch.dishonest.tally.clone())
    }

    /// What a node of the transport is up to; `None` if it is honest.
    pub(super) fn plot(&self, node: &str) -> Option<Arc<Mutex<Plot>>> {
        let schemes = Scheme::of_node(self.scenario, self.seed(), node);
        if schemes.is_empty() {
            return None;
        }
        let tally = self.tally();
        let middles = schemes.iter().filter_map(|scheme| {
            let Dishonesty::Lie { about } = &scheme.how else { return None };
            let (about, profile) = (self.cast.phone(about), self.profile());
            Some(Middle::new(scheme.clone(), tally.clone(), profile, about))
        });
        let middles = middles.collect();
        let cloud_api = self.scenario.cloud_nodes().map(|node| self.cast.noise(&node)).collect();
        let own = self.own_numbers().into_iter().map(|(number, _)| number).collect();
        let tampering = Tampering::new(schemes, tally, cloud_api, own);
        Some(Arc::new(Mutex::new(Plot { tampering, middles })))
    }

    /// Whose prekeys a device uses up.
    pub(super) fn drains(&self, name: &str) -> (Vec<Draining>, Tally) {
        let schemes = Scheme::of_node(self.scenario, self.seed(), name).into_iter();
        let drains = schemes.filter_map(|scheme| {
            let Dishonesty::Drain { about, every } = &scheme.how else { return None };
            let (about, every) = (Address::first_device(self.cast.phone(about)), *every);
            Some(Draining::new(scheme, about, every.max(Micros(1))))
        });
        (drains.collect(), self.tally())
    }

    /// Devices that will be copied.
    pub(super) fn copies(&self) -> Vec<Copying> {
        let people = self.scenario.people.iter();
        people
            .flat_map(|person| {
                let schemes = Scheme::of_node(self.scenario, self.seed(), &person.name).into_iter();
                let clones = schemes.filter(|scheme| scheme.how == Dishonesty::Clone);
                clones.map(|scheme| Copying {
                    fault: scheme.index,
                    scheme,
                    config: self.device(&person.name),
                })
            })
            .collect()
    }
}

/// Letters of businesses that write to everybody, each with the index of its fault in the plan.
pub(super) fn letters(scenario: &Scenario, seed: u64) -> Vec<(usize, Action)> {
    let mut letters = Vec::new();
    for business in &scenario.businesses {
        for scheme in Scheme::of_node(scenario, seed, &business.name) {
            let Dishonesty::MessageEverybody(every) = scheme.how else { continue };
            let first = scheme.from().since(scenario.start);
            let rounds = scheme.lasts().0.div_ceil(every.0.max(1));
            let taken = (0..rounds.min(MAX_GENERATED)).filter(|round| scheme.takes(*round));
            for round in taken {
                let at = Micros(first.0.saturating_add(every.0.saturating_mul(round)));
                letters.extend(scenario.people.iter().map(|person| {
                    let text = format!("Offer {}: everything for half the price.", round);
                    let (to, label, picture) = (person.name.clone(), None, false);
                    let act = Act::Write { to, text, label, picture, ours: true };
                    (scheme.index, Action { at, who: business.name.clone(), act })
                }));
            }
        }
    }
    letters.truncate(usize::try_from(MAX_GENERATED).unwrap_or(usize::MAX));
    letters
}

/// When devices are copied.
pub(super) fn copied(scenario: &Scenario) -> impl Iterator<Item = Deed> {
    scenario.faults.iter().enumerate().filter_map(|(fault, what)| match &what.what {
        What::Dishonest { node, how: Dishonesty::Clone, .. } => Some(Deed {
            at_us: what.at.0,
            who: node.clone(),
            number: 0,
            act: Act::Copied { fault },
        }),
        What::Dishonest { .. }
        | What::Link { .. }
        | What::Split { .. }
        | What::Flap { .. }
        | What::Storm { .. }
        | What::Node { .. }
        | What::Webhook { .. } => None,
    })
}

impl World {
    /// A device is copied as it is now.
    pub(super) fn copy_device(&self, scenario: &Scenario, fault: usize, (who, at_us): (&str, u64)) {
        let Some(copying) = self.copies.iter().find(|copying| copying.fault == fault) else {
            return;
        };
        let Some(handle) = self.people.get(who) else { return };
        let Some(device) = self.kernel.store(handle.id()) else { return };
        let now =
            Now { mono: vocab::Instant::default(), wall: scenario.start.after(Micros(at_us)) };
        let tally = self.shared.with(|watch| watch.dishonest.tally.clone());
        let (scheme, config) = (copying.scheme.clone(), copying.config.clone());
        let peers: Vec<_> = scenario
            .businesses
            .iter()
            .filter_map(|one| self.shared.with(|watch| watch.phone(&one.name)))
            .collect();
        let (drawn, made) = ((self.seed, at_us), (config, device));
        let thief = Thief::new(scheme, tally, made, &peers, drawn, now);
        self.shared.with(|watch| {
            watch.dishonest.start = scenario.start;
            watch.dishonest.thieves.entry(handle.id()).or_default().push(thief);
        });
    }
}

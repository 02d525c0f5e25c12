//! What the transport's defences did, and what attackers got.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is no defence's is the rest")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use transport::{Alias, Event, PrekeyKind, Signal};
use vocab::NoiseKey;

use super::{Shared, Watch, time};
use crate::{
    adversary::{Attacker, Learned, Telephones},
    kernel::{HostId, Time},
    node::Observer,
};

/// Whose a number is.
#[derive(Clone, Debug)]
pub struct Owner {
    /// A name of the scenario.
    pub name: String,
    /// The link that may claim it.
    pub link: NoiseKey,
    /// Whether a business has it.
    pub is_business: bool,
}

/// What the transport's defences did, and what attackers got.
#[derive(Debug, Default)]
pub struct Guard {
    /// Whose each number is that has a name of its own.
    pub owners: BTreeMap<Alias, Owner>,
    /// Links of ends that act for businesses.
    businesses: BTreeSet<NoiseKey>,
    /// Whose the others are.
    telephones: Arc<Telephones>,
    /// Claims of numbers that were granted.
    pub claims: u64,
    /// One-time prekeys of the curve: of whom, to which link, on which day, how many. What ends
    /// that act for businesses took is not told apart.
    pub taken: BTreeMap<(Alias, NoiseKey, u64), u32>,
    /// What businesses were flagged for.
    pub flags: BTreeMap<Alias, Vec<Signal>>,
    /// How many numbers each attacker knows to be somebody's or nobody's, by name.
    pub known: BTreeMap<String, usize>,
}

impl Guard {
    /// Nothing happened yet.
    pub fn new(owners: BTreeMap<Alias, Owner>, telephones: Arc<Telephones>) -> Self {
        let businesses = owners.values().filter(|owner| owner.is_business);
        let businesses = businesses.map(|owner| owner.link).collect();
        Self { owners, businesses, telephones, ..Self::default() }
    }

    /// Whose a number is: a name, and the link that may claim it.
    pub fn owner(&self, account: &Alias) -> Option<(String, NoiseKey)> {
        let named = self.owners.get(account).map(|owner| (owner.name.clone(), owner.link));
        named.or_else(|| self.telephones.of_crowd(account))
    }

    /// How many numbers there are.
    pub fn numbers(&self) -> usize {
        self.telephones.numbers()
    }

    /// The name behind a link: of a person, an attacker, or a business's end.
    pub fn name(&self, link: NoiseKey) -> &str {
        let owner = self.owners.values().find(|owner| owner.link == link);
        owner.map_or("a stranger", |owner| owner.name.as_str())
    }

    /// Whether a link is that of an end which acts for businesses.
    pub fn acts_for_businesses(&self, link: NoiseKey) -> bool {
        self.businesses.contains(&link)
    }
}

const DAY: u64 = vocab::Micros::days(1).0;

impl Watch {
    /// The transport told its operator something.
    pub(super) fn guarded(&mut self, at: Time, event: &Event) {
        match event {
            Event::Registered { account, by, .. } => {
                self.guard.claims = self.guard.claims.saturating_add(1);
                let owner = self.guard.owner(account);
                if let Some((owner, _)) = owner.filter(|(_, link)| link != by) {
                    let (thief, when) = (self.guard.name(*by).to_owned(), time(at.0));
                    let evidence = format!("{thief} has the number of {owner} at {when}");
                    self.find("number-owner", evidence);
                }
            }
            Event::OneTimeKeyTaken { account, kind: PrekeyKind::Curve, by, .. }
                if !self.guard.acts_for_businesses(*by) =>
            {
                let day = at.0.checked_div(DAY).unwrap_or(0);
                let taken = self.guard.taken.entry((*account, *by, day)).or_default();
                *taken = taken.saturating_add(1);
            }
            Event::Flagged { business, signal, .. } => {
                self.guard.flags.entry(*business).or_default().push(*signal);
            }
            _ => {}
        }
    }
}

impl Observer<Attacker> for Shared {
    fn on_event(&mut self, host: HostId, _at: Time, event: &Learned) {
        if let Learned::Numbers(numbers) = event {
            self.with(|watch| {
                let name = watch.name(host).to_owned();
                watch.guard.known.insert(name, *numbers);
            });
        }
    }
}

//! What the transport defends itself with, who has which telephone, and who attacks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use transport::HashKey;
use vocab::{NoiseKey, PhoneNumber};

use super::{build::Stage, cast};
use crate::{
    actor::Actor,
    adversary::{Attacker, Orders, Telephones},
    node::HopNode,
    scenario::Hop3,
    watch::guard::{Guard, Owner},
};

/// Numbers that nobody has and that who tries all numbers tries too.
const NOBODYS: u64 = 2_000;

impl Stage<'_> {
    /// Numbers of businesses that run their own end, with its link.
    pub(super) fn own_numbers(&self) -> Vec<(PhoneNumber, NoiseKey)> {
        let own = self.scenario.businesses.iter().filter(|one| one.hop3 == Hop3::OnPremises);
        own.map(|business| {
            let node = cast::on_premises(&business.name);
            (self.cast.phone(&business.name), self.cast.noise(&node))
        })
        .collect()
    }

    /// Who has the telephone of each number; told to the watch too, as what is true.
    pub(super) fn telephones(&self, names: &HashKey) -> Arc<Telephones> {
        let mut owners = BTreeMap::new();
        for (name, phone) in self.cast.phones() {
            let business = self.scenario.business(name);
            let node = business.map_or_else(
                || name.to_owned(),
                |business| cast::hop3(self.scenario, &business.name),
            );
            let owner = Owner {
                name: name.to_owned(),
                link: self.cast.noise(&node),
                is_business: business.is_some(),
            };
            owners.insert(names.alias(phone), owner);
        }
        let named = owners.iter().map(|(alias, owner)| (*alias, owner.link)).collect();
        let (crowd, link) = (self.cast.crowd.clone(), self.cast.noise_of());
        let telephones = Arc::new(Telephones::new(named, crowd, names.clone(), link));
        self.shared.with(|watch| watch.guard = Guard::new(owners, telephones.clone()));
        telephones
    }

    /// Adds those who attack.
    pub(super) fn attackers(&mut self) {
        for attacker in &self.scenario.attackers {
            let mut identity = [0x05; 33];
            let drawn = self.cast.secret("identity", &attacker.name);
            identity.iter_mut().skip(1).zip(drawn).for_each(|(byte, drawn)| *byte = drawn);
            // A point's encoding has no sign bit.
            identity.iter_mut().skip(32).for_each(|last| *last &= 0x7f);
            let orders = Orders {
                transport: self.cast.noise(&self.scenario.transport_of(&attacker.name)),
                me: self.cast.phone(&attacker.name),
                identity,
                what: attacker.what,
                target: attacker.target.as_ref().map(|target| self.cast.phone(target)),
                numbers: self.numbers(),
                at: attacker.at,
                every: attacker.every,
            };
            let observer = Arc::new(Mutex::new(self.shared.clone()));
            let node = HopNode::new(move || Attacker::new(orders.clone())).with_observer(observer);
            self.add(&attacker.name, Actor::User, node);
        }
    }

    /// All numbers that there are, strewn among many that there are not.
    fn numbers(&self) -> Vec<PhoneNumber> {
        let mut real = self.cast.phones().map(|(_, phone)| phone.clone());
        let mut numbers = Vec::new();
        for index in 0..NOBODYS {
            let digits = format!("1202556{index:04}");
            numbers.extend(PhoneNumber::parse(&digits));
            if index.is_multiple_of(50) {
                numbers.extend(real.next());
            }
        }
        numbers.extend(real);
        numbers
    }
}

//! What there is many of: devices of populations, nodes of the Cloud API, and links between
//! regions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use cloud_api::{CloudApi, Share};
use vocab::Address;

use super::{
    build::Stage,
    cast::{self, TRANSPORT},
};
use crate::{
    actor::Actor,
    adversary::{Device, Habit},
    crowd::{Crowd, Habitual},
    kernel::{HostId, Time},
    node::{Handle, HopNode},
    scenario::cloud_node,
};

/// What the devices of a crowd are told before they start: made when they start, and not before.
struct Maker {
    crowd: Arc<Crowd>,
    seed: u64,
    like: client::Config,
}

impl Maker {
    fn device(&self, person: u32) -> client::Config {
        let mut config = self.like.clone();
        if let (Some(name), Ok(phone)) = (self.crowd.name(person), self.crowd.phone(person)) {
            config.name_key = cast::secret(self.seed, "names", &name);
            config.endpoint.address = Address::first_device(phone);
            config.endpoint.profile_name = name;
        }
        config
    }
}

impl Stage<'_> {
    /// The devices of all populations.
    pub(super) fn crowd(&mut self) -> Vec<(String, Handle<Device>)> {
        let crowd = self.cast.crowd.clone();
        let maker = Maker {
            crowd: crowd.clone(),
            seed: self.options.seed.unwrap_or(self.scenario.seed),
            // There may be a million, and each is at rest nearly always.
            like: client::Config { rows_at_hand: 0, ..self.device("") },
        };
        let maker = Arc::new(maker);
        let observer = Arc::new(Mutex::new(self.shared.clone()));
        let mut people = Vec::with_capacity(crowd.people() as usize);
        for person in 0..crowd.people() {
            let Some(name) = crowd.name(person) else { continue };
            let maker = maker.clone();
            let node = HopNode::new(move || Device::new(maker.device(person), Habit::Honest))
                .with_script(self.script.of_person(&name))
                .with_observer(observer.clone())
                .with_application(Habitual::new(crowd.clone(), person));
            let handle = self.add(&name, Actor::User, node);
            self.builder.start_at(handle.id(), Time(crowd.joins(person).0));
            people.push((name, handle));
        }
        people
    }

    /// The nodes of the Cloud API behind the first, by name.
    pub(super) fn further_clouds(&mut self) -> BTreeMap<String, Handle<CloudApi>> {
        let mut clouds = BTreeMap::new();
        for node in 1..self.scenario.scale.cloud_nodes {
            let name = cloud_node(node);
            let config = self.share_config(node);
            clouds.insert(name.clone(), self.hop3(&name, Actor::CloudApi, config));
        }
        clouds
    }

    /// What one node of the Cloud API is told: where it shares, only what is its own.
    pub(super) fn share_config(&self, node: u32) -> cloud_api::Config {
        let mut config = self.hop3_config(&cloud_node(node));
        let share = Share { node, nodes: self.scenario.scale.cloud_nodes };
        if share.nodes > 1 {
            config.subscriptions.retain(|one| share.holds(&one.phone_number_id));
        }
        cloud_api::Config { share, ..config }
    }

    /// Devices and ends talk to the transport over links; everything else is HTTP.
    pub(super) fn links(&mut self, transport: HostId) {
        let class = |actor: Actor| if actor == Actor::User { "device" } else { "hop3" };
        let businesses = self.scenario.businesses.iter();
        let own =
            businesses.map(|one| cast::on_premises(&one.name)).chain(self.scenario.cloud_nodes());
        let ends: std::collections::BTreeSet<String> = own.collect();
        let mut ids: BTreeMap<&str, HostId> = BTreeMap::new();
        for (index, host) in (0..).zip(&self.hosts) {
            let id = HostId(index);
            let is_user = host.actor == Actor::User;
            if !is_user || !self.scenario.link_overrides.is_empty() {
                ids.insert(&host.name, id);
            }
            if is_user || ends.contains(&host.name) {
                let shape = self.scenario.shape(&host.name, TRANSPORT);
                self.builder.link(id, transport, shape.config(class(host.actor)));
            }
        }
        for link in &self.scenario.link_overrides {
            let (a, b) = (link.between.0.as_str(), link.between.1.as_str());
            let ends = ids.get(a).zip(ids.get(b));
            if let Some((a, b)) = ends.filter(|(a, b)| **a != transport && **b != transport) {
                self.builder.http(*a, *b, link.shape.config("http"));
            }
        }
        // A business and its node of the Cloud API ask each other all the time.
        let scenario = self.scenario;
        let is_placed = |name: &String| scenario.scale.places.contains_key(name);
        for business in scenario.businesses.iter().filter(|one| is_placed(&one.name)) {
            let node = cast::hop3(scenario, &business.name);
            if scenario.is_overridden(&business.name, &node) {
                continue;
            }
            let ends = ids.get(business.name.as_str()).zip(ids.get(node.as_str()));
            if let Some((a, b)) = ends {
                let shape = scenario.shape(&business.name, &node);
                self.builder.http(*a, *b, shape.config("http"));
            }
        }
    }
}

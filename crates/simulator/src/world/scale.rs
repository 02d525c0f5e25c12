//! What there is many of: devices of populations, nodes of the Cloud API, and links between
//! regions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use cloud_api::{CloudApi, Share};
use vocab::{Address, NoiseKey};

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
    scenario::{cloud_node, transport_share},
};

/// What the devices of a crowd are told before they start: made when they start, and not before.
struct Maker {
    crowd: Arc<Crowd>,
    seed: u64,
    like: client::Config,
    /// The link key of the node of the transport that serves somebody of this name.
    transport_of: Box<dyn Fn(&str) -> NoiseKey + Send + Sync>,
}

impl Maker {
    fn device(&self, person: u32) -> client::Config {
        let mut config = self.like.clone();
        if let (Some(name), Ok(phone)) = (self.crowd.name(person), self.crowd.phone(person)) {
            config.name_key = cast::secret(self.seed, "names", &name);
            config.endpoint.transport = (self.transport_of)(&name);
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
            transport_of: self.transport_keys(),
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

    /// The link keys of the nodes of the transport, by whom they serve.
    fn transport_keys(&self) -> Box<dyn Fn(&str) -> NoiseKey + Send + Sync> {
        let keys: Vec<NoiseKey> =
            self.scenario.transport_nodes().map(|node| self.cast.noise(&node)).collect();
        let alone = self.cast.noise(TRANSPORT);
        let nodes = keys.len() as u32;
        Box::new(move |name| {
            let share = transport_share(name, nodes) as usize;
            keys.get(share).copied().unwrap_or(alone)
        })
    }

    /// Devices and ends talk to the transport over links; everything else is HTTP.
    pub(super) fn links(&mut self) {
        let class = |actor: Actor| if actor == Actor::User { "device" } else { "hop3" };
        let scenario = self.scenario;
        let businesses = scenario.businesses.iter();
        let own = businesses.map(|one| cast::on_premises(&one.name)).chain(scenario.cloud_nodes());
        let ends: BTreeSet<String> = own.collect();
        let mut ids: BTreeMap<&str, HostId> = BTreeMap::new();
        for (index, host) in (0..).zip(&self.hosts) {
            if host.actor != Actor::User || !scenario.link_overrides.is_empty() {
                ids.insert(&host.name, HostId(index));
            }
        }
        for (index, host) in (0..).zip(&self.hosts) {
            let id = HostId(index);
            if host.actor != Actor::User && !ends.contains(&host.name) {
                continue;
            }
            let node = scenario.transport_of(&host.name);
            let Some(transport) = ids.get(node.as_str()) else { continue };
            let shape = scenario.shape(&host.name, &node);
            self.builder.link(id, *transport, shape.config(class(host.actor)));
            if scenario.scale.transport_nodes > 1 {
                // Codes come to it from any of them.
                self.builder.telephone(id);
            }
        }
        let carriers: BTreeSet<String> = scenario
            .transport_nodes()
            .chain(scenario.transport_store().map(str::to_owned))
            .collect();
        for link in &scenario.link_overrides {
            let (a, b) = (link.between.0.as_str(), link.between.1.as_str());
            let ends = ids.get(a).zip(ids.get(b));
            if let Some((a, b)) = ends.filter(|_| !carriers.contains(a) && !carriers.contains(b)) {
                self.builder.http(*a, *b, link.shape.config("http"));
            }
        }
        // A business and its node of the Cloud API ask each other all the time.
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

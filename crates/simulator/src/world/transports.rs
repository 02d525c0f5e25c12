//! The nodes of the transport, and the store that several of them share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use vocab::Micros;

use super::{build::Stage, cast::TRANSPORT};
use crate::{
    actor::Actor,
    adversary::Carrier,
    kernel::HostId,
    mutants::At,
    net::Latency,
    node::{Handle, HopNode, SharedStore},
    scenario::{LinkShape, transport_node},
    watch::Host,
};

impl Stage<'_> {
    /// A node of the transport, counted from zero.
    pub(super) fn transport(&mut self, index: u32, logs: bool) -> Handle<Carrier> {
        let name = transport_node(index);
        // They know people under the same names, since they share rows.
        let names = transport::HashKey::new(self.cast.secret("names", TRANSPORT));
        let mut config = transport::Config::new(&name, names);
        let nodes = self.scenario.cloud_nodes();
        config.cloud_api = nodes.map(|node| self.cast.noise(&node)).collect();
        config.on_premises = self.own_numbers();
        config.principals = self.principals();
        config.rules = self.scenario.rules;
        let store = self.scenario.transport_store().map(|store| self.cast.noise(store));
        config.writer = store.map(|_| index as u8);
        let telephones = self.telephones(&config.hash_key);
        config.desk_mutant = self.desk_mutant();
        if let Some(At::Transport(mutant)) = self.planted_at() {
            config.mutant = Some(mutant);
        }
        let observer = Arc::new(Mutex::new(self.shared.clone()));
        let plot = self.plot(&name);
        let mut node = HopNode::new(move || {
            let carrier = Carrier::new(config.clone(), logs).with_plot(plot.clone());
            carrier.with_telephones(telephones.clone())
        })
        .with_observer(observer);
        if let Some(store) = store {
            node = node.with_shared_store(store);
        }
        self.add(&name, Actor::Transport, node)
    }

    /// The nodes of the transport behind the first, by name.
    pub(super) fn further_transports(&mut self, logs: bool) -> BTreeMap<String, Handle<Carrier>> {
        let nodes = 1..self.scenario.scale.transport_nodes;
        nodes.map(|index| (transport_node(index), self.transport(index, logs))).collect()
    }

    /// The store that several nodes of the transport share, and their links to it.
    pub(super) fn transport_store(&mut self, first: HostId) -> HostId {
        let Some(name) = self.scenario.transport_store() else { return first };
        self.hosts.push(Host { name: name.to_owned(), actor: Actor::Transport });
        let node = SharedStore::new().with_timing(self.store_timing());
        let store = self.builder.host(name, self.cast.noise(name), Box::new(node));
        let names: Vec<String> = self.scenario.transport_nodes().collect();
        for (index, host) in (0..).zip(&self.hosts) {
            if names.contains(&host.name) {
                let shape = self.store_link(&host.name, name);
                self.builder.link(HostId(index), store, shape.config("store"));
            }
        }
        store
    }

    /// What the way from a node to its store is like: short and safe, as within a house, unless
    /// the scenario says otherwise of this one or of the region that both are in.
    fn store_link(&self, node: &str, store: &str) -> LinkShape {
        let shape = self.scenario.shape(node, store);
        if self.scenario.is_overridden(node, store) {
            return shape;
        }
        let (low, high) = (Micros(500), Micros::millis(1));
        let placed = shape.latency != self.scenario.links.latency;
        let latency = if placed { shape.latency } else { Latency::Uniform { low, high } };
        LinkShape { latency, loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, ..shape }
    }
}

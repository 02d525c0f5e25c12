//! The names of those who are made in numbers: people of populations, businesses of tables, nodes.

use super::desk::Role;
use crate::scenario::{
    Scenario,
    format::File,
    limits::{MAX_BUSINESSES, MAX_CLOUD_NODES, MAX_PEOPLE, MAX_TRANSPORT_NODES},
    model::{NODES, Scale, TRANSPORT_STORE, cloud_node, made, transport_node, which},
    source::Spot,
};

/// Many people or businesses, as they are named.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) role: Role,
    count: u32,
}

/// Everything that is made in numbers.
pub(super) struct Many {
    groups: Vec<Group>,
    cloud_nodes: u32,
    pub(super) transport_nodes: u32,
}

impl Many {
    /// What a file makes. A number that is too high is refused later.
    pub(super) fn of(file: &File) -> Self {
        let count = |count: &Spot<u64>, most: u64| count.value.min(most) as u32;
        let people = file.population.iter().map(|population| Group {
            name: population.name.value.clone(),
            role: Role::Person,
            count: count(&population.people, MAX_PEOPLE),
        });
        let businesses = file.businesses.iter().map(|businesses| Group {
            name: businesses.name.value.clone(),
            role: Role::Business,
            count: count(&businesses.count, MAX_BUSINESSES),
        });
        let nodes = file.cloud_api.as_ref().and_then(|cloud| cloud.nodes.as_ref());
        let transports = file.transport.as_ref().and_then(|transport| transport.nodes.as_ref());
        Self {
            groups: people.chain(businesses).collect(),
            cloud_nodes: nodes.map_or(1, |nodes| count(nodes, MAX_CLOUD_NODES)),
            transport_nodes: transports.map_or(1, |nodes| count(nodes, MAX_TRANSPORT_NODES)),
        }
    }

    /// What a scenario that has been checked has. Businesses have their names there.
    pub(super) fn of_scenario(scenario: &Scenario) -> Self {
        let populations = scenario.scale.populations.iter();
        let people = populations.map(|population| Group {
            name: population.name.clone(),
            role: Role::Person,
            count: population.people,
        });
        let Scale { cloud_nodes, transport_nodes, .. } = scenario.scale;
        Self { groups: people.collect(), cloud_nodes, transport_nodes }
    }

    /// Where their names stand.
    pub(super) fn names<'f>(
        &self,
        file: &'f File,
    ) -> impl Iterator<Item = &'f Spot<String>> + use<'f> {
        let businesses = file.businesses.iter().map(|businesses| &businesses.name);
        file.population.iter().map(|population| &population.name).chain(businesses)
    }

    /// Whose member that is.
    pub(super) fn made(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| which(&group.name, group.count, name).is_some())
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.groups.iter().any(|group| group.role == role)
    }

    /// The first and the last of each.
    pub(super) fn examples(&self, role: Role) -> impl Iterator<Item = String> {
        let groups = self.groups.iter().filter(move |group| group.role == role);
        groups.flat_map(|group| {
            let last = group.count.checked_sub(2).map(|before| before.saturating_add(1));
            [Some(0), last].into_iter().flatten().map(|index| made(&group.name, index))
        })
    }

    /// The nodes of the service.
    pub(super) fn nodes(&self) -> Vec<String> {
        let further = (1..self.cloud_nodes).map(cloud_node);
        let store = (self.transport_nodes > 1).then(|| TRANSPORT_STORE.to_owned());
        let transports = (1..self.transport_nodes).map(transport_node).chain(store);
        NODES.into_iter().map(str::to_owned).chain(further).chain(transports).collect()
    }
}

//! Many people, many businesses, and where in the world they and their servers are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::{Micros, sample};

use super::{LinkShape, NODES, Scenario};
use crate::{net::Latency, rng};

/// What a scenario says of scale and topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// In the order of the file.
    pub populations: Vec<Population>,
    /// How long messages take between two regions, by both names, the lesser first.
    pub latencies: BTreeMap<(String, String), Latency>,
    /// Nodes of the Cloud API, 1 to 64.
    pub cloud_nodes: u32,
    /// Nodes of the transport, 1 to 16.
    pub transport_nodes: u32,
    /// Which nodes of the service, by their names, and which people, businesses and populations are
    /// in which region.
    pub places: BTreeMap<String, String>,
    /// Whether the bytes that nodes see are looked at.
    pub looks: bool,
    /// What is noted of messages.
    pub journal: Journal,
}

/// What is noted of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Journal {
    /// Every one of them.
    Full,
    /// How many, and how long they took.
    Counts,
}

/// Many people who behave alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Unique among people, businesses, populations and impostors.
    pub name: String,
    /// How many; at least one.
    pub people: u32,
    /// Places in [`Scenario::businesses`] of those whom they may know, ascending, at least one.
    pub to: Vec<u32>,
    /// How many of these each knows; from one to all.
    pub knows: u32,
    /// Messages that each writes in a day, on average.
    pub writes: u32,
    /// Words of each.
    pub words: u64,
    /// How long after a message is shown it is read.
    pub reads: Latency,
    /// Which part of what they read they answer, in a million.
    pub answers_ppm: u32,
    /// When the phone is on; `None` for always.
    pub online: Option<Hours>,
    /// Within which time the phones are set up.
    pub joins: Micros,
}

/// Hours of each day, by a clock in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Since midnight; below a day.
    pub from: Micros,
    /// Since midnight; below a day and another moment than `from`. If it is earlier, it is on the
    /// next day.
    pub to: Micros,
    /// By how much one phone's hours may be earlier or later.
    pub spread: Micros,
}

impl Population {
    /// The name of one of its people, counted from zero.
    pub fn member(&self, index: u32) -> String {
        made(&self.name, index)
    }

    /// Which of its people has this name, counted from zero.
    pub fn which(&self, name: &str) -> Option<u32> {
        which(&self.name, self.people, name)
    }
}

/// The name of one of many, counted from zero.
pub(in crate::scenario) fn made(name: &str, index: u32) -> String {
    format!("{name} {}", index.saturating_add(1))
}

/// Which one of `count` of this name that is, counted from zero.
pub(in crate::scenario) fn which(group: &str, count: u32, name: &str) -> Option<u32> {
    let number = name.strip_prefix(group)?.strip_prefix(' ')?;
    let index = number.parse::<u32>().ok()?.checked_sub(1).filter(|index| *index < count)?;
    (made(group, index) == name).then_some(index)
}

/// The name of a node of the Cloud API, counted from zero.
pub fn cloud_node(index: u32) -> String {
    let [_, first, ..] = NODES;
    if index == 0 { first.to_owned() } else { made(first, index) }
}

/// The name of a node of the transport, counted from zero.
pub fn transport_node(index: u32) -> String {
    let [first, ..] = NODES;
    if index == 0 { first.to_owned() } else { made(first, index) }
}

/// Which node of the transport a phone or an end has its link to, counted from zero: a matter of
/// its name, whatever the seed.
pub(crate) fn transport_share(name: &str, nodes: u32) -> u32 {
    sample::below(rng::tag(name), nodes.into()) as u32
}

/// The host of the store that several nodes of the transport share.
pub const TRANSPORT_STORE: &str = "transport store";

impl Scenario {
    /// The names of the nodes of the transport.
    pub fn transport_nodes(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.scale.transport_nodes).map(transport_node)
    }

    /// The host of the transport's store, where it is one of its own.
    pub fn transport_store(&self) -> Option<&'static str> {
        (self.scale.transport_nodes > 1).then_some(TRANSPORT_STORE)
    }

    /// The node of the transport that a phone or an end has its link to.
    pub fn transport_of(&self, name: &str) -> String {
        transport_node(transport_share(name, self.scale.transport_nodes))
    }

    /// The names of the nodes of the Cloud API.
    pub fn cloud_nodes(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.scale.cloud_nodes).map(cloud_node)
    }

    /// The population that somebody belongs to, by its place, and the place of the person in it.
    pub fn member(&self, name: &str) -> Option<(usize, u32)> {
        let mut populations = self.scale.populations.iter().enumerate();
        populations.find_map(|(place, population)| Some((place, population.which(name)?)))
    }

    /// Whether somebody with a phone has this name.
    pub fn is_person(&self, name: &str) -> bool {
        self.person(name).is_some() || self.member(name).is_some()
    }

    /// People of populations.
    pub fn made_people(&self) -> u32 {
        self.scale.populations.iter().fold(0, |sum, one| sum.saturating_add(one.people))
    }

    /// What the link between two nodes is like, wherever they are; people of a population are where
    /// it is.
    pub fn shape(&self, a: &str, b: &str) -> LinkShape {
        let link = self.link(a, b).clone();
        // What is said of one link alone counts.
        if self.is_overridden(a, b) || self.scale.latencies.is_empty() {
            return link;
        }
        let latency = self.region(a).zip(self.region(b)).and_then(|(a, b)| self.latency(a, b));
        LinkShape { latency: latency.unwrap_or_else(|| link.latency.clone()), ..link }
    }

    /// The region of a node or person.
    pub fn region(&self, name: &str) -> Option<&str> {
        let population = || {
            let (place, _) = self.member(name)?;
            self.scale.places.get(&self.scale.populations.get(place)?.name)
        };
        self.scale.places.get(name).or_else(population).map(String::as_str)
    }

    fn latency(&self, a: &str, b: &str) -> Option<Latency> {
        let (a, b) = (a.min(b).to_owned(), a.max(b).to_owned());
        self.scale.latencies.get(&(a, b)).cloned()
    }
}

//! Makes a world of its description, or says why it cannot be.

use std::collections::BTreeMap;

use vocab::{Micros, NoiseKey, UnixMicros};

use super::{
    builder::Builder,
    crew::Crew,
    deal,
    directory::{ClassedConfig, Directory, Entry, Place},
    event::{HostId, Time},
    ground::{Ground, Keys, WebEnd},
    links::{End, Links},
    partition::{Host, Partition},
    run::Kernel,
    trouble::Book,
};
use crate::{
    digest::Chain,
    net::{BadLatency, LinkConfig, Traffic},
    rng,
};

/// A world that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Two hosts or authorities have one name.
    #[error("two hosts are called {name:?}")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Two hosts have one Noise key.
    #[error("hosts {first:?} and {second:?} have the same link key")]
    KeyTaken {
        /// The earlier host.
        first: String,
        /// The later host.
        second: String,
    },
    /// A link ends at a host that there is not, or at both ends at the same host.
    #[error("a link of class {class:?} needs two hosts that exist; it was given {from} and {to}")]
    NoSuchHosts {
        /// Of the link.
        class: String,
        /// A host's number.
        from: u32,
        /// A host's number.
        to: u32,
    },
    /// A link between two hosts was described twice.
    #[error("the link from {from:?} to {to:?} is described twice")]
    LinkTwice {
        /// A host.
        from: String,
        /// A host.
        to: String,
    },
    /// The latency of a class of links makes no sense.
    #[error("links of class {class:?}: {problem}")]
    Latency {
        /// Of the link.
        class: String,
        /// What is wrong.
        problem: BadLatency,
    },
    /// There is no such partition.
    #[error("partition {partition} of {partitions}")]
    NoSuchPartition {
        /// Which was asked for, counted from zero.
        partition: usize,
        /// How many there are.
        partitions: usize,
    },
}

impl Builder {
    /// The world, with every host about to start.
    ///
    /// # Errors
    ///
    /// [`BuildError`] says what cannot be.
    pub fn build(self) -> Result<Kernel, BuildError> {
        let mut configs = Configs::default();
        let http_default = configs.intern(&self.http_default)?;
        let mut directory = self.directory(http_default)?;
        let mut lookahead = self.http_default.latency.minimum();
        let mut ends = self.ends(&directory, &mut configs, &mut lookahead)?;
        let links = (0..self.hosts.len() as u32).map(|id| ends.remove(&HostId(id)));
        let mut links: Vec<Links> =
            links.map(|ends| Links::new(ends.unwrap_or_default())).collect();
        pair(&mut links, &directory.hosts);
        let mut webs = self.web_ends(&directory, &mut configs, &mut lookahead)?;
        (directory.configs, directory.classes) = (configs.configs, configs.classes);

        let mut partitions: Vec<Partition> =
            (0..self.partitions).map(|index| Partition::new(index, self.partitions)).collect();
        for partition in &mut partitions {
            partition.lane.digest = self.digest;
            partition.lane.traffic = vec![Traffic::default(); directory.classes.len()];
        }
        let mut starts = Vec::with_capacity(self.hosts.len());
        for ((id, described), links) in (0..).map(HostId).zip(self.hosts).zip(links) {
            let epoch = UnixMicros(self.epoch.0.saturating_add_signed(described.skew));
            let ground = Ground {
                links,
                web: webs.remove(&id).unwrap_or_default(),
                ..bare_ground(id, epoch, self.seed, &described.name)
            };
            starts.push((id, described.start, described.node.script()));
            let home = directory.place(id).map_or(0, |place| place.partition);
            if let Some(partition) = partitions.get_mut(home as usize) {
                partition.hosts.push(Host { ground, node: described.node });
            }
        }
        let (crew, recording) = (Crew::default(), None);
        let mut kernel = Kernel { directory, partitions, lookahead, now: None, crew, recording };
        for (id, start, script) in starts {
            kernel.boot_at(id, start);
            for (at, number) in script {
                kernel.command_number(id, at, number);
            }
        }
        Ok(kernel)
    }

    fn directory(&self, http_default: u32) -> Result<Directory, BuildError> {
        let homes = deal::homes(self);
        let mut filled = vec![0_usize; self.partitions];
        let mut authorities = BTreeMap::new();
        let mut keys: BTreeMap<NoiseKey, &str> = BTreeMap::new();
        let mut hosts = Vec::with_capacity(self.hosts.len());
        let mut places = Vec::with_capacity(self.hosts.len());
        for (index, host) in self.hosts.iter().enumerate() {
            let name = host.name.clone();
            if authorities.insert(name.clone(), HostId(index as u32)).is_some() {
                return Err(BuildError::NameTaken { name });
            }
            if let Some(first) = keys.insert(host.key, &host.name) {
                return Err(BuildError::KeyTaken { first: first.to_owned(), second: name });
            }
            let partition = homes.get(index).copied().unwrap_or_default();
            let Some(place) = filled.get_mut(partition) else {
                let partitions = self.partitions;
                return Err(BuildError::NoSuchPartition { partition, partitions });
            };
            let tag = rng::tag(&name);
            hosts.push(Entry { name, key: host.key, tag });
            places.push(Place { partition: partition as u32, place: *place as u32 });
            *place = place.saturating_add(1);
        }
        for (authority, host) in &self.aliases {
            if authorities.insert(authority.clone(), *host).is_some() {
                return Err(BuildError::NameTaken { name: authority.clone() });
            }
        }
        let (configs, classes) = (Vec::new(), Vec::new());
        let (book, seed) = (Book::default(), self.seed);
        let telephones = self.telephones.iter();
        let telephones = telephones.filter_map(|id| Some((self.hosts.get(id.index())?.key, *id)));
        let telephones = telephones.collect();
        Ok(Directory {
            hosts,
            places,
            authorities,
            configs,
            classes,
            http_default,
            telephones,
            book,
            seed,
        })
    }

    fn ends(
        &self,
        directory: &Directory,
        configs: &mut Configs,
        lookahead: &mut Micros,
    ) -> Result<BTreeMap<HostId, Vec<End>>, BuildError> {
        let mut ends: BTreeMap<HostId, BTreeMap<HostId, End>> = BTreeMap::new();
        for (from, to, config) in &self.links {
            let (source, target) = two_hosts(directory, *from, *to, config)?;
            let end = End {
                key: target.key,
                peer: *to,
                twin: 0,
                config: configs.intern(config)?,
                messages: 0,
                latest: Time(0),
                up: false,
                incarnation: 0,
                cuts: 0,
                greeting_arrives: None,
            };
            if ends.entry(*from).or_default().insert(*to, end).is_some() {
                return Err(link_twice(source, target));
            }
            shorten(lookahead, directory, (*from, *to), config);
        }
        Ok(ends.into_iter().map(|(host, ends)| (host, ends.into_values().collect())).collect())
    }

    fn web_ends(
        &self,
        directory: &Directory,
        configs: &mut Configs,
        lookahead: &mut Micros,
    ) -> Result<BTreeMap<HostId, BTreeMap<HostId, WebEnd>>, BuildError> {
        let mut webs: BTreeMap<HostId, BTreeMap<HostId, WebEnd>> = BTreeMap::new();
        for (from, to, config) in &self.webs {
            let (source, target) = two_hosts(directory, *from, *to, config)?;
            let end = WebEnd { config: configs.intern(config)?, messages: 0 };
            if webs.entry(*from).or_default().insert(*to, end).is_some() {
                return Err(link_twice(source, target));
            }
            shorten(lookahead, directory, (*from, *to), config);
        }
        Ok(webs)
    }
}

/// Distinct descriptions of link directions, each kept once however many links have it.
#[derive(Default)]
struct Configs {
    known: BTreeMap<LinkConfig, u32>,
    configs: Vec<ClassedConfig>,
    classes: Vec<String>,
}

impl Configs {
    fn intern(&mut self, config: &LinkConfig) -> Result<u32, BuildError> {
        if let Some(known) = self.known.get(config) {
            return Ok(*known);
        }
        let class = config.class.clone();
        config.latency.check().map_err(|problem| BuildError::Latency { class, problem })?;
        let place = self.classes.iter().position(|class| *class == config.class);
        let class = place.unwrap_or(self.classes.len());
        if place.is_none() {
            self.classes.push(config.class.clone());
        }
        let index = self.configs.len() as u32;
        self.configs.push(ClassedConfig {
            class: class as u32,
            config: config.clone(),
            draws: config.draws(),
        });
        self.known.insert(config.clone(), index);
        Ok(index)
    }
}

fn two_hosts<'a>(
    directory: &'a Directory,
    from: HostId,
    to: HostId,
    config: &LinkConfig,
) -> Result<(&'a Entry, &'a Entry), BuildError> {
    match (directory.entry(from), directory.entry(to)) {
        (Some(source), Some(target)) if from != to => Ok((source, target)),
        _ => {
            let class = config.class.clone();
            Err(BuildError::NoSuchHosts { class, from: from.0, to: to.0 })
        }
    }
}

fn link_twice(from: &Entry, to: &Entry) -> BuildError {
    BuildError::LinkTwice { from: from.name.clone(), to: to.name.clone() }
}

/// A window is no longer than the shortest latency between two partitions.
fn shorten(
    lookahead: &mut Micros,
    directory: &Directory,
    (from, to): (HostId, HostId),
    config: &LinkConfig,
) {
    let partition = |host| directory.place(host).map(|place| place.partition);
    if partition(from) != partition(to) {
        *lookahead = (*lookahead).min(config.latency.minimum());
    }
}

/// Tells every end where the other end is among its host's.
fn pair(links: &mut [Links], hosts: &[Entry]) {
    for index in 0..links.len() {
        let Some(own) = hosts.get(index).map(|host| host.key) else { continue };
        let Some(mut ends) = links.get_mut(index).map(core::mem::take) else { continue };
        for end in ends.iter_mut() {
            let twin = links.get(end.peer.index()).and_then(|others| others.place(&own));
            end.twin = twin.unwrap_or(u32::MAX);
        }
        if let Some(place) = links.get_mut(index) {
            *place = ends;
        }
    }
}

fn bare_ground(id: HostId, epoch: UnixMicros, seed: u64, name: &str) -> Ground {
    let key = |purpose| rng::key(seed, purpose, name);
    Ground {
        id,
        epoch,
        alive: false,
        incarnation: 0,
        started: Time(0),
        offline: 0,
        sequence: 0,
        inputs: 0,
        chain: Chain::default(),
        links: Links::default(),
        web: BTreeMap::new(),
        keys: Keys { input: key("hop"), link: key("link"), web: key("http"), store: key("store") },
        viewed: false,
        troubles: None,
    }
}

//! Describes a world: hosts, links, partitions.

use vocab::{Micros, NoiseKey, UnixMicros};

use super::event::{HostId, Time};
use crate::{
    net::{Latency, LinkConfig},
    node::{Handle, HopNode, Node, Resident},
};

/// Describes a world.
pub struct Builder {
    pub(super) seed: u64,
    pub(super) epoch: UnixMicros,
    pub(super) digest: bool,
    pub(super) partitions: usize,
    pub(super) hosts: Vec<Described>,
    pub(super) links: Vec<(HostId, HostId, LinkConfig)>,
    pub(super) webs: Vec<(HostId, HostId, LinkConfig)>,
    pub(super) http_default: LinkConfig,
    pub(super) aliases: Vec<(String, HostId)>,
    pub(super) telephones: Vec<HostId>,
}

pub(super) struct Described {
    pub(super) name: String,
    pub(super) key: NoiseKey,
    pub(super) node: Box<dyn Node>,
    pub(super) partition: Option<usize>,
    pub(super) start: Time,
    pub(super) skew: i64,
    pub(super) weight: u64,
}

impl Builder {
    /// An empty world. `epoch` is the date at its start by a clock that goes right.
    pub fn new(seed: u64, epoch: UnixMicros) -> Self {
        Self {
            seed,
            epoch,
            digest: true,
            partitions: 1,
            hosts: Vec::new(),
            links: Vec::new(),
            webs: Vec::new(),
            http_default: LinkConfig::perfect("http", Latency::Fixed(Micros::millis(5))),
            aliases: Vec::new(),
            telephones: Vec::new(),
        }
    }

    /// A host; its name is also the authority that it serves over HTTP.
    pub fn host(&mut self, name: &str, key: NoiseKey, node: Box<dyn Node>) -> HostId {
        let id = HostId(self.hosts.len() as u32);
        let (name, partition, start) = (name.to_owned(), None, Time(0));
        let (skew, weight) = (0, 1);
        self.hosts.push(Described { name, key, node, partition, start, skew, weight });
        id
    }

    /// A host on which a hop lives.
    pub fn hop<H: Resident>(&mut self, name: &str, key: NoiseKey, node: HopNode<H>) -> Handle<H> {
        Handle::new(self.host(name, key, Box::new(node)))
    }

    /// A link, the same in both directions.
    pub fn link(&mut self, a: HostId, b: HostId, config: LinkConfig) -> &mut Self {
        self.directed_link(a, b, config.clone(), config)
    }

    /// A link with a description for each direction.
    pub fn directed_link(
        &mut self,
        a: HostId,
        b: HostId,
        there: LinkConfig,
        back: LinkConfig,
    ) -> &mut Self {
        self.links.extend([(a, b, there), (b, a, back)]);
        self
    }

    /// What HTTP between two hosts is like, in both directions.
    pub fn http(&mut self, a: HostId, b: HostId, config: LinkConfig) -> &mut Self {
        self.webs.extend([(a, b, config.clone()), (b, a, config)]);
        self
    }

    /// What HTTP is like between hosts of which nothing is said: 5 ms unless told.
    pub fn http_default(&mut self, config: LinkConfig) -> &mut Self {
        self.http_default = config;
        self
    }

    /// A further authority that `host` serves.
    pub fn alias(&mut self, authority: &str, host: HostId) -> &mut Self {
        self.aliases.push((authority.to_owned(), host));
        self
    }

    /// A host with a telephone: short messages get there from hosts without a link to it too.
    pub fn telephone(&mut self, host: HostId) -> &mut Self {
        self.telephones.push(host);
        self
    }

    /// How many partitions there are. Hosts are dealt out so that each has about as much to do: the
    /// heaviest first, each to the partition that has the least.
    pub const fn partitions(&mut self, partitions: usize) -> &mut Self {
        self.partitions = partitions;
        self
    }

    /// Puts a host into a certain partition, counted from zero.
    pub fn place(&mut self, host: HostId, partition: usize) -> &mut Self {
        self.described(host, |host| host.partition = Some(partition))
    }

    /// How much a host has to do, where its links do not tell: a link counts one.
    pub fn weight(&mut self, host: HostId, weight: u64) -> &mut Self {
        self.described(host, |host| host.weight = weight)
    }

    /// Starts a host later than at the beginning.
    pub fn start_at(&mut self, host: HostId, start: Time) -> &mut Self {
        self.described(host, |host| host.start = start)
    }

    /// Sets a host's wall clock ahead by `micros`, or back if negative.
    pub fn skew(&mut self, host: HostId, micros: i64) -> &mut Self {
        self.described(host, |host| host.skew = micros)
    }

    /// Whether hosts chain what they receive; without it the run's digest says nothing.
    pub const fn digest(&mut self, digest: bool) -> &mut Self {
        self.digest = digest;
        self
    }

    fn described(&mut self, host: HostId, change: impl FnOnce(&mut Described)) -> &mut Self {
        if let Some(described) = self.hosts.get_mut(host.index()) {
            change(described);
        }
        self
    }
}

//! What all partitions may read while a window runs: who is where, and what links are like.

use std::collections::BTreeMap;

use vocab::NoiseKey;

use super::{event::HostId, trouble::Book};
use crate::net::LinkConfig;

/// Everything about a run that does not change while it runs.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) hosts: Vec<Entry>,
    /// Where each host is, apart from what else is known of it: every event looks here.
    pub(crate) places: Vec<Place>,
    /// Which host serves an authority.
    pub(crate) authorities: BTreeMap<String, HostId>,
    /// Distinct descriptions of link directions.
    pub(crate) configs: Vec<ClassedConfig>,
    /// Names of classes.
    pub(crate) classes: Vec<String>,
    /// What HTTP between hosts is like that nobody described: an index into `configs`.
    pub(crate) http_default: u32,
    /// Who has a telephone that can be reached without a link.
    pub(crate) telephones: BTreeMap<NoiseKey, HostId>,
    /// What goes wrong.
    pub(crate) book: Book,
    pub(crate) seed: u64,
}

/// One host.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) key: NoiseKey,
    /// Stands for the name in random streams.
    pub(crate) tag: u64,
}

/// Where a host is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) partition: u32,
    /// Its place in its partition.
    pub(crate) place: u32,
}

/// A description of a link direction, with where its messages are counted.
#[derive(Debug)]
pub(crate) struct ClassedConfig {
    pub(crate) class: u32,
    pub(crate) config: LinkConfig,
    /// Whether anything of a message's fate is drawn.
    pub(crate) draws: bool,
}

impl Directory {
    pub(crate) fn entry(&self, host: HostId) -> Option<&Entry> {
        self.hosts.get(host.index())
    }

    pub(crate) fn place(&self, host: HostId) -> Option<Place> {
        self.places.get(host.index()).copied()
    }

    pub(crate) fn config(&self, config: u32) -> Option<&ClassedConfig> {
        self.configs.get(config as usize)
    }
}

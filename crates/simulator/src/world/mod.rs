//! The world of one run: built from a scenario, run to its end, open to questions.

mod build;
pub mod cast;
pub(crate) mod codes;
mod configs;
mod dishonest;
mod guard;
mod pace;
mod probe;
mod readers;
mod run;
mod scale;
mod script;
#[cfg(test)]
mod tests;
mod transports;

use std::collections::BTreeMap;

use business::Business;
use cloud_api::CloudApi;
use meta::reader::NoValues;
use vocab::ids::NotAPhoneNumber;

use crate::{
    adversary::{Carrier, Device},
    export,
    kernel::{BuildError, HostId, Kernel, NoSuchNode, NoThreads},
    mutants::Planted,
    node::Handle,
    scan::leak::Form,
    scenario::{Scenario, ScenarioError},
    watch::Shared,
};

pub use self::{probe::ProbeResult, script::Deed};

/// How a run departs from its scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Another seed.
    pub seed: Option<u64>,
    /// Threads that may be used; none and one are the same.
    pub threads: usize,
    /// Threads are used however little there is to do, to see that it makes no difference.
    pub eager: bool,
    /// Another number of partitions.
    pub partitions: Option<usize>,
    /// A planted mistake.
    pub mutant: Option<Planted>,
    /// Whether the event log is wanted.
    pub log: bool,
    /// Whether derivations are wanted.
    pub trace: bool,
    /// Further outputs.
    pub exports: export::Wanted,
}

/// One run.
pub struct World {
    /// The kernel with all nodes.
    pub kernel: Kernel,
    /// What is seen of it.
    pub shared: Shared,
    /// Devices by their people's names, impostors included.
    pub people: BTreeMap<String, Handle<Device>>,
    /// Businesses by name.
    pub businesses: BTreeMap<String, Handle<Business>>,
    /// The Cloud API: its first node.
    pub cloud: Handle<CloudApi>,
    /// Its further nodes by name.
    pub clouds: BTreeMap<String, Handle<CloudApi>>,
    /// Hop 3 of businesses that run it themselves, by their names.
    pub own: BTreeMap<String, Handle<CloudApi>>,
    /// The transport: its first node.
    pub transport: Handle<Carrier>,
    /// Its further nodes by name.
    pub transports: BTreeMap<String, Handle<Carrier>>,
    /// The host whose store has the transport's rows: its one node, or the store of several.
    pub transport_store: HostId,
    pub(crate) deeds: Vec<Deed>,
    /// Under which people's nodes and those of hop 3 name people in keys.
    pub(crate) name_keys: BTreeMap<String, [u8; 32]>,
    /// Devices that will be copied.
    pub(crate) copies: Vec<dishonest::Copying>,
    /// What the content at nodes of hop 3 is sealed under in the end.
    pub(crate) root_keys: BTreeMap<String, [u8; 32]>,
    /// The planted mistake.
    pub mutant: Option<Planted>,
    /// The seed it was built from.
    pub seed: u64,
}

impl World {
    /// Builds the world of a scenario; `form` is the leak to plant, where the scenario has one.
    ///
    /// # Errors
    ///
    /// [`WorldError`] says what cannot be.
    pub fn new(
        scenario: &Scenario,
        options: &Options,
        form: Option<Form>,
    ) -> Result<Self, WorldError> {
        build::Stage::set(scenario, options, form)
    }

    /// How often each fault of the scenario did something, by its place there.
    pub fn fault_hits(&self) -> Vec<(usize, u64)> {
        self.kernel.fault_hits()
    }
}

/// A scenario whose world cannot be.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The scenario asks for something that does not fit.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Hosts or links do not fit together.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A fault is about a node that there is not.
    #[error(transparent)]
    Fault(#[from] NoSuchNode),
    /// The threads that were asked for cannot be had.
    #[error(transparent)]
    Threads(#[from] NoThreads),
    /// A number that was made for somebody is none.
    #[error(transparent)]
    Number(#[from] NotAPhoneNumber),
    /// An interface has a parameter that no reader knows a value for.
    #[error(transparent)]
    Readers(#[from] NoValues),
}

//! What a run can be written as, beside its report: for other tools, and for people who look.
//!
//! Each output is fed from what nodes saw, between windows and in order, so that it is the same
//! whatever ran in parallel. Each writes as it goes; what it has to remember has a limit.

pub mod bands;
pub mod depths;
pub mod diagram;
mod flow;
pub mod log;
pub mod metrics;
pub mod pcap;
pub mod perfetto;
mod target;
#[cfg(test)]
mod tests;

use self::{
    bands::Band,
    depths::{Depths, Rows},
    diagram::Diagram,
    pcap::{Noise, Pcap},
    perfetto::Perfetto,
};
pub use self::{
    log::Log,
    target::{Target, Unwritable},
};
use crate::{
    kernel::{HostId, Time},
    scenario::Scenario,
    view::{EventRecord, View},
    watch::Host,
};

/// What is wanted of a run beside its report.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The event log.
    pub log: Option<Target>,
    /// A trace for ui.perfetto.dev.
    pub perfetto: Option<Target>,
    /// The virtual links as packets.
    pub pcap: Option<Target>,
    /// The keys of what these packets encrypt, if the scenario wants that.
    pub pcap_keys: Option<Target>,
    /// A picture of one conversation.
    pub diagram: Option<diagram::Wanted>,
    /// Whether to count what lies in queues, for a report that shows it.
    pub depths: bool,
}

impl Wanted {
    /// Makes every file.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] if one cannot be made.
    pub fn open(&self) -> Result<(), Unwritable> {
        self.targets().try_for_each(Target::open)
    }

    /// Sees to it that everything is in the files.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] if one could not be written.
    pub fn finish(&self) -> Result<(), Unwritable> {
        self.targets().try_for_each(Target::finish)
    }

    fn targets(&self) -> impl Iterator<Item = &Target> {
        let diagram = self.diagram.as_ref().map(|diagram| &diagram.target);
        let Self { log, perfetto, pcap, pcap_keys, diagram: _, depths: _ } = self;
        let files = [log.as_ref(), perfetto.as_ref(), pcap.as_ref(), pcap_keys.as_ref(), diagram];
        files.into_iter().flatten()
    }

    /// What is wanted of the second form of a scenario and of those after it: a picture and a trace
    /// are of one run.
    #[must_use]
    pub fn of_further_forms(&self) -> Self {
        Self { perfetto: None, diagram: None, ..self.clone() }
    }

    /// Whether queues must be counted while the run goes on.
    pub const fn wants_depths(&self) -> bool {
        self.depths || self.perfetto.is_some()
    }
}

/// The outputs of one run, at work.
#[derive(Debug, Default)]
pub struct Exports {
    perfetto: Option<Perfetto>,
    pcap: Option<Pcap>,
    diagram: Option<Diagram>,
    /// Queues over time, if somebody wants them.
    pub depths: Option<Depths>,
}

impl Exports {
    /// Begins the outputs of a run with this seed.
    pub fn begin(
        wanted: &Wanted,
        scenario: &Scenario,
        seed: u64,
        hosts: &[Host],
        bands: &[Band],
    ) -> Self {
        let perfetto = wanted.perfetto.clone();
        let pcap = wanted.pcap.clone();
        let noise = || scenario.noise.then(|| Noise::new(seed, wanted.pcap_keys.clone()));
        let title = &scenario.title;
        Self {
            perfetto: perfetto.map(|target| Perfetto::new(target, title, hosts, bands)),
            pcap: pcap.map(|target| Pcap::new(target, title, scenario.start, hosts, noise())),
            diagram: wanted.diagram.as_ref().map(|wanted| Diagram::new(wanted, scenario, bands)),
            depths: wanted.wants_depths().then(Depths::default),
        }
    }

    /// Bytes that a node saw.
    pub fn view(&mut self, view: &View, hosts: &[Host], names: &diagram::Names) {
        let changed = self.depths.as_mut().and_then(|depths| depths.view(view, hosts));
        if let (Some(perfetto), Some(depth)) = (&mut self.perfetto, changed) {
            perfetto.depth(view.at.0, &depth);
        }
        if let Some(perfetto) = &mut self.perfetto {
            perfetto.view(view, hosts);
        }
        if let Some(pcap) = &mut self.pcap {
            pcap.view(view, hosts);
        }
        if let Some(diagram) = &mut self.diagram {
            diagram.view(view, hosts, names);
        }
    }

    /// Whether events of hops are wanted.
    pub const fn wants_events(&self) -> bool {
        self.perfetto.is_some()
    }

    /// An event of a hop.
    pub fn event(&mut self, at: Time, host: HostId, event: &EventRecord) {
        if let Some(perfetto) = &mut self.perfetto {
            perfetto.event(at, host, event);
        }
    }

    /// Whether looks into queues are wanted.
    pub const fn wants_depths(&self) -> bool {
        self.depths.is_some()
    }

    /// A look into the queues.
    pub fn looked(&mut self, at_us: u64, found: Rows, hosts: &[Host]) {
        let Some(depths) = &mut self.depths else { return };
        let changed = depths.look(at_us, found, hosts);
        if let Some(perfetto) = &mut self.perfetto {
            changed.iter().for_each(|depth| perfetto.depth(at_us, depth));
        }
    }

    /// Nothing more happens. Queues stay, for the report.
    pub fn finish(&mut self, hosts: &[Host]) {
        if let Some(perfetto) = self.perfetto.take() {
            perfetto.finish();
        }
        if let Some(diagram) = self.diagram.take() {
            diagram.finish(hosts);
        }
        self.pcap = None;
    }
}

//! The towns that are measured: a population, a hundred shops, and four nodes of the Cloud API.

use simulator::scenario::{self, Scenario};

/// What a town is like.
#[derive(Clone, Debug)]
pub(crate) struct Town {
    pub(crate) devices: u64,
    /// Messages that each writes in a day; every one of them is answered.
    pub(crate) writes: u64,
    /// How long the run takes, in minutes.
    pub(crate) minutes: u64,
    /// Within which time the phones are set up, in seconds.
    pub(crate) joins: u64,
    /// Whether phones are off at night.
    pub(crate) nights: bool,
    pub(crate) profile: String,
}

impl Town {
    pub(crate) fn scenario(&self) -> Result<Scenario, scenario::ScenarioError> {
        let Self { devices, writes, minutes, joins, profile, .. } = self;
        let online = if self.nights { "online = [\"07:00\", \"23:00\"]\n" } else { "" };
        let text = format!(
            "title = \"Scale\"\nprofile = \"{profile}\"\nduration = \"{minutes}m\"\n\
             partitions = 8\n\
             [report]\nviews = false\njournal = \"counts\"\n\
             [readers]\nrounds = 1\n\
             [cloud_api]\nnodes = 8\n\
             [[businesses]]\nname = \"Shops\"\ncount = 100\n\
             [[businesses.rule]]\nwhen = \"any\"\nreply = \"Thank you, {{name}}.\"\n\
             [[population]]\nname = \"People\"\npeople = {devices}\nto = \"any\"\nknows = 1\n\
             writes = {writes}\njoins = \"{joins}s\"\n{online}"
        );
        scenario::parse(&text, "scale")
    }
}

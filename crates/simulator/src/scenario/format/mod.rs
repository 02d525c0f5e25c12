//! The keys of a scenario file, as they are written. What they say of each other is checked later.
//!
//! The comments are the reference: `docs/reference/scenario.md` and the JSON Schema come from them.

mod attackers;
mod faults;
mod happenings;
mod links;
mod parties;
mod rules;
mod scale;
mod talk;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::{
    attackers::Attacker,
    faults::{Fault, Kind as FaultKind, Plan, Swarm},
    happenings::{Crash, Impostor, Leak, Probe, Readers},
    links::{Between, Links, Store},
    parties::{AutoReplyRule, Business, Person, Rule},
    rules::Rules,
    scale::{Addressees, Businesses, CloudApi, Population, Region, Reporting, Transport},
    talk::{Chat, Deed, Generate, Say, Senders},
};
use super::{
    limits::{MAX_PARTITIONS, SEEDS},
    model::{Claims, Profile},
    source::Spot,
    value::{Moment, Positive},
};

/// A Blindpost scenario: who is there, what the network does to them, what they do, and what must
/// hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "Blindpost scenario",
    extend("required" = ["title", "duration"])
)]
pub(super) struct File {
    /// What the run is called.
    pub(super) title: Spot<String>,
    /// What it shows, for somebody who has seen nothing of this before.
    #[serde(default)]
    pub(super) about: String,
    /// The number that every random draw comes from; below 2^53. Default 1.
    #[schemars(range(min = 0, max = SEEDS.saturating_sub(1)))]
    pub(super) seed: Option<Spot<u64>>,
    /// The Signal protocol that people and businesses speak. Default "v4".
    pub(super) profile: Option<Profile>,
    /// Which version of the source documents is judged. Default "seed".
    pub(super) claims: Option<Claims>,
    /// What every clock shows at virtual time 0; with an offset. Default 2026-01-05T08:00:00Z.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub(super) start: Option<Spot<toml::value::Datetime>>,
    /// The most virtual time that the run takes.
    pub(super) duration: Spot<Positive>,
    /// Parts of the world that are simulated side by side, 1 to 64; never changes a result.
    /// Default 1.
    #[schemars(range(min = 1, max = MAX_PARTITIONS))]
    pub(super) partitions: Option<Spot<u64>>,
    /// How long nothing may be delivered while something waits and no fault that passes excuses it:
    /// then the run stands still, `no-stall` fails and the report explains what waits where.
    /// Default "2h", twice the longest pause between two attempts at a webhook.
    pub(super) stall_after: Option<Positive>,
    /// Whether texts of the scenario are put between two canary words, by which a leak is found.
    /// Chat exports never are. Default true.
    pub(super) canaries: Option<bool>,
    /// Pairs of people whose frames to and from the transport must be alike in types, order and
    /// sizes.
    #[serde(default)]
    pub(super) compare_traces: Vec<Spot<Vec<Spot<String>>>>,
    /// Every link, unless a `[[link]]` says otherwise.
    pub(super) links: Option<Links>,
    /// One link, by the two nodes that it joins. Keys that are absent are those of `[links]`.
    #[serde(default)]
    pub(super) link: Vec<Spot<Between>>,
    /// How long every node's store takes.
    pub(super) store: Option<Store>,
    /// Somebody with a phone.
    #[serde(default)]
    pub(super) person: Vec<Person>,
    /// A business that people write to.
    #[serde(default)]
    pub(super) business: Vec<Business>,
    /// Many people who behave alike.
    #[serde(default)]
    pub(super) population: Vec<Population>,
    /// Many businesses that answer alike.
    #[serde(default)]
    pub(super) businesses: Vec<Businesses>,
    /// A part of the world, with how long messages take in it and to others.
    #[serde(default)]
    pub(super) region: Vec<Region>,
    /// The nodes of the Cloud API.
    pub(super) cloud_api: Option<CloudApi>,
    /// The transport.
    pub(super) transport: Option<Transport>,
    /// How much is noted of the run.
    pub(super) report: Option<Reporting>,
    /// A message that somebody writes.
    #[serde(default)]
    pub(super) say: Vec<Spot<Say>>,
    /// Messages that are made up: short texts of people to a business.
    #[serde(default)]
    pub(super) generate: Vec<Spot<Generate>>,
    /// A chat exported from WhatsApp that is replayed. System lines, attachments and deleted
    /// messages are counted and left out.
    #[serde(default)]
    pub(super) chat: Vec<Spot<Chat>>,
    /// Something that a person does, other than to write.
    #[serde(default, rename = "do")]
    pub(super) deed: Vec<Spot<Deed>>,
    /// A node that stops at once, loses what it had not synced, and starts again.
    #[serde(default)]
    pub(super) crash: Vec<Spot<Crash>>,
    /// Something that goes wrong for a while: on the network, at a node, at a webhook, or by
    /// somebody who does not keep to the protocol.
    #[serde(default)]
    pub(super) fault: Vec<Spot<Fault>>,
    /// The moment by which every fault is over. What was acknowledged must arrive by the end.
    pub(super) heal: Option<Spot<Moment>>,
    /// Faults that are drawn from the seed.
    pub(super) swarm: Option<Spot<Swarm>>,
    /// A look into a node's store: is a message there, and can it be read?
    #[serde(default)]
    pub(super) probe: Vec<Probe>,
    /// When the rest of Meta, the ads system and the others who must not read ask for everything,
    /// with their real credentials.
    pub(super) readers: Option<Readers>,
    /// A person's device that hands every plaintext to a transport which logs it. One run for each
    /// form.
    pub(super) leak: Option<Leak>,
    /// Somebody who sends to a person under the number of a business, not through its Cloud API.
    #[serde(default)]
    pub(super) impostor: Vec<Impostor>,
    /// Somebody who attacks the transport, with an account like everybody's or without one.
    #[serde(default)]
    pub(super) attacker: Vec<Attacker>,
    /// Defences that can be switched off, to see why they exist. All are on by default.
    pub(super) rules: Option<Rules>,
    /// What must come out.
    pub(super) expect: Option<Expect>,
}

/// What must come out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// Invariants that must fail, by their ids (`R008`, `exactly-once`). With `--check` the run
    /// passes only if exactly these fail.
    #[serde(default)]
    pub(super) fail: Vec<Spot<String>>,
}

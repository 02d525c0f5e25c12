//! A scenario whose every name and number has been checked.

mod attackers;
mod faults;
mod happenings;
mod links;
mod parties;
mod scale;
mod talk;

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::{Micros, UnixMicros};

use crate::fault::Fault;

pub(crate) use self::scale::transport_share;
pub(in crate::scenario) use self::scale::{made, which};
/// Which defences are on: the transport's own.
pub use transport::Rules;

pub use self::{
    attackers::{Attack, Attacker},
    faults::Swarm,
    happenings::{Crash, Expected, Impostor, Leak, Probe, Readers},
    links::{LinkOverride, LinkShape, StoreShape},
    parties::{AutoReply, Business, Hop3, Person, Rule, When},
    scale::{Hours, Journal, Population, Scale, TRANSPORT_STORE, cloud_node, transport_node},
    talk::{Chat, ChatLine, Deed, DeedKind, Generate, Say, Skipped},
};

/// The terms of the Cloud API, which every business of a scenario agreed to.
pub const BASE_TERMS: &str = "whatsapp-business-terms";

/// The node of the automatic-reply service, where a business adds that.
pub const AUTO_REPLY: &str = "auto-reply";
/// Its staff, who ask for everything as other readers do.
pub const AUTO_REPLY_STAFF: &str = "auto-reply-staff";

/// A scenario. Every name in it is the name of somebody or something in it, every moment lies
/// within [`Scenario::duration`], and every label is that of a [`Say`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file that it was read from, as it was named.
    pub file: String,
    /// What the run is called.
    pub title: String,
    /// What it shows.
    pub about: String,
    /// Below 2^53.
    pub seed: u64,
    /// The Signal protocol that everybody speaks.
    pub profile: Profile,
    /// Which version of the source documents is judged.
    pub claims: Claims,
    /// What every clock shows at virtual time 0.
    pub start: UnixMicros,
    /// The most virtual time that the run takes.
    pub duration: Micros,
    /// 1 to 64.
    pub partitions: u32,
    /// How long nothing may be delivered while something waits.
    pub stall_after: Micros,
    /// Whether texts of the scenario are put between canaries.
    pub canaries: bool,
    /// People whose traces with the transport must be alike.
    pub compare_traces: Vec<(String, String)>,
    /// Every link that has no override.
    pub links: LinkShape,
    /// Whether captures show devices' links inside Noise.
    pub noise: bool,
    /// Links that differ.
    pub link_overrides: Vec<LinkOverride>,
    /// Every store.
    pub store: StoreShape,
    /// At least one, unless there is a population.
    pub people: Vec<Person>,
    /// At least one; those made by the many come last.
    pub businesses: Vec<Business>,
    /// Many people, many businesses, and where in the world they are.
    pub scale: Scale,
    /// Messages, in the order of the file.
    pub says: Vec<Say>,
    /// Messages to be made up.
    pub generates: Vec<Generate>,
    /// Chats to be replayed.
    pub chats: Vec<Chat>,
    /// What people do other than to write, in the order of the file.
    pub deeds: Vec<Deed>,
    /// In the order of the file.
    pub crashes: Vec<Crash>,
    /// What goes wrong, in the order of the file.
    pub faults: Vec<Fault>,
    /// When the last drawn fault is over and everything must come right again; `None` where nothing
    /// is promised for the end.
    pub heal: Option<Micros>,
    /// Faults that are to be drawn beside those of the file.
    pub swarm: Option<Swarm>,
    /// In the order of the file.
    pub probes: Vec<Probe>,
    /// When those who must not read ask.
    pub readers: Readers,
    /// A leak to plant.
    pub leak: Option<Leak>,
    /// In the order of the file.
    pub impostors: Vec<Impostor>,
    /// In the order of the file.
    pub attackers: Vec<Attacker>,
    /// Which defences are on.
    pub rules: Rules,
    /// Ids of invariants that must fail, sorted.
    pub expect_fail: Vec<String>,
}

impl Scenario {
    /// What the link between two nodes is like, in whichever order they are named, wherever they
    /// are.
    pub fn link(&self, a: &str, b: &str) -> &LinkShape {
        self.overriding(a, b).map_or(&self.links, |link| &link.shape)
    }

    /// Whether the link between two nodes is not like the others.
    pub fn is_overridden(&self, a: &str, b: &str) -> bool {
        self.overriding(a, b).is_some()
    }

    fn overriding(&self, a: &str, b: &str) -> Option<&LinkOverride> {
        self.link_overrides.iter().find(|link| {
            let (c, d) = (link.between.0.as_str(), link.between.1.as_str());
            (a, b) == (c, d) || (b, a) == (c, d)
        })
    }

    /// Nodes on the path of messages: people, businesses, the transport, and the Cloud API or
    /// whoever else runs hop 3. Those beside the path are in every run.
    pub const fn nodes_on_the_path(&self) -> usize {
        self.people.len().saturating_add(self.businesses.len()).saturating_add(2)
    }

    /// Whether a business adds the automatic-reply service.
    pub fn has_auto_reply(&self) -> bool {
        self.businesses.iter().any(|business| business.auto_reply.is_some())
    }

    /// The person of that name.
    pub fn person(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.name == name)
    }

    /// The business of that name.
    pub fn business(&self, name: &str) -> Option<&Business> {
        self.businesses.iter().find(|business| business.name == name)
    }

    /// The message with that label.
    pub fn labelled(&self, label: &str) -> Option<&Say> {
        self.says.iter().find(|say| say.label.as_deref() == Some(label))
    }
}

/// The Signal protocol that people and businesses speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Profile {
    /// X3DH and the Double Ratchet: what WhatsApp speaks today.
    V3,
    /// PQXDH and the Double Ratchet.
    V4,
    /// PQXDH and the Triple Ratchet: what Signal's current clients speak.
    V4Spqr,
}

/// Which version of the source documents is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Claims {
    /// The source documents: phone numbers go when the message goes.
    #[serde(rename = "seed")]
    Seed,
    /// The page as rewritten in October 2025: phone numbers go within 30 days of the last status.
    #[serde(rename = "2025-10")]
    October2025,
}

/// Nodes that every scenario has.
pub const NODES: [&str; 5] =
    ["transport", "cloud-api", "business-manager", "billing", "statistics"];

/// Nodes that every scenario has and that only read.
pub const READERS: [&str; 4] = ["rest-of-meta", "ads", "whatsapp", "business-manager-staff"];

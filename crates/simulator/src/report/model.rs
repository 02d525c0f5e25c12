//! What a run came to: the same content for the terminal, for machines and for the page.
//!
//! The keys of the JSON form are relied on by other tools: they stay, others may join them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::series::{Counters, Series};

/// One run of one scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The scenario's file, as it was named.
    pub scenario: String,
    /// The scenario's title.
    pub title: String,
    /// What the scenario shows, in its author's words.
    pub about: String,
    /// The seed.
    pub seed: u64,
    /// The run digest: hexadecimal, the same for every run of this scenario and seed.
    pub digest: String,
    /// `Fail` if any invariant failed or any judged cell differs from its policy.
    pub verdict: Verdict,
    /// Which form of the scenario this is, where a scenario has several (the form of a leak, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The mistake that was planted, if one was (`--mutant`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutant: Option<String>,
    /// The file of the plan that took the place of the scenario's faults, if one did (`--plan`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Virtual time at the end, in milliseconds.
    pub virtual_ms: u64,
    /// Events processed.
    pub events: u64,
    /// Application messages to intended recipients.
    pub messages: Messages,
    /// Frames and HTTP messages on the links.
    pub frames: Frames,
    /// From being written to being shown, virtual.
    pub latency: Latency,
    /// Who could see what: one cell for each class and actor.
    pub views: Vec<Cell>,
    /// Where each class was stored: node and table, with how long rows are kept.
    pub stored: Vec<StoredAt>,
    /// A section for each optional service that a business added; none stands in `views` and
    /// `stored` (requirement R004).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceSection>,
    /// What each chat says about its other end, and what is true.
    pub labels: Vec<Label>,
    /// What those did who did not keep to the protocol, in the order of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dishonest: Vec<Dishonest>,
    /// The invariants, in the order of their ids.
    pub invariants: Vec<Invariant>,
    /// How often each occasion came up that a sweep should have seen, those that did not included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub occasions: BTreeMap<String, u64>,
    /// Whether the bytes that nodes saw were not looked at, so that what only they tell is unknown.
    #[serde(skip_serializing_if = "is_false")]
    pub unseen: bool,
    /// Texts that were too short to be recognised, and so were not looked for.
    pub texts_not_scanned: u64,
    /// What lies in time: latencies, queues, faults.
    pub series: Series,
    /// Counts for machines.
    pub counters: Counters,
    /// Why nothing moves, if the run stands still; at most 50 lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stall: Vec<String>,
    /// What happened, for people: the diagram of the conversation.
    pub conversation: Conversation,
    /// The runs that this report sums up, where a scenario has several forms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Report>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the serializer asks for it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A judgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It held.
    Pass,
    /// It did not hold.
    Fail,
    /// Nothing was attempted and nothing was scanned, so nothing is known.
    #[default]
    Unknown,
}

impl Verdict {
    /// The worse of two.
    #[must_use]
    pub const fn max_fail(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Pass, Self::Pass) => Self::Pass,
        }
    }
}

/// Counts of application messages.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Messages {
    /// Written, and taken over by the writer's hop.
    pub sent: u64,
    /// Distinct ones accepted by the receiving application.
    pub delivered: u64,
    /// Further copies that an application saw.
    pub duplicated: u64,
    /// Sent and neither delivered, still queued nor expired.
    pub lost: u64,
    /// Still on their way at the end.
    pub queued: u64,
    /// Gone by the rules of retention before they were fetched.
    pub expired: u64,
}

/// Counts of what was put on links.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Frames {
    /// Put on a link.
    pub sent: u64,
    /// Dropped by the network, or because a link or node was down.
    pub lost: u64,
    /// Delivered once more by the network.
    pub duplicated: u64,
    /// Bytes put on links.
    pub bytes: u64,
    /// Frames of each kind, by name (`send`, `deliver`, `ack`, `http-request`, …).
    pub kinds: BTreeMap<String, u64>,
}

/// Latencies of delivered messages, in microseconds of virtual time.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// How many were measured.
    pub count: u64,
    /// The middle one.
    pub p50_us: u64,
    /// Nine of ten are not above it.
    pub p90_us: u64,
    /// 99 of 100 are not above it.
    pub p99_us: u64,
    /// The longest.
    pub max_us: u64,
}

/// One cell of the who-saw-what table.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The class: `message_content`, `consumer_phone`, ….
    pub data_class: String,
    /// The actor: `user`, `transport`, `cloud_api`, `business`, `rest_of_meta`, `ads`,
    /// `business_manager`.
    pub actor: String,
    /// What the source documents say; `None` where they say nothing, and then nothing is judged.
    pub policy: Option<bool>,
    /// Whether a marker of the class was in the actor's view; `None` if nothing is known.
    pub measured: Option<bool>,
    /// How often the actor asked for it with its real credentials.
    pub attempts: u64,
    /// How many of those were refused.
    pub refused: u64,
    /// Bytes of the actor's view that were scanned.
    pub bytes_scanned: u64,
    /// Markers of this class that could have been found.
    pub markers: u64,
    /// Distinct markers found.
    pub found: u64,
    /// The judgement; `None` where there is no policy.
    pub verdict: Option<Verdict>,
    /// Where one was first found: node and stream, message, encoding, virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// What was seen because a person chose to disclose it (an attached report).
    pub disclosed: u64,
}

/// Where data of a class lay at rest.
#[derive(Clone, Debug, Serialize)]
pub struct StoredAt {
    /// The class.
    pub data_class: String,
    /// The node.
    pub node: String,
    /// Who runs it.
    pub actor: String,
    /// The tables, with the number of rows written.
    pub tables: BTreeMap<String, u64>,
    /// How long rows are kept, in words.
    pub kept: String,
}

/// What an optional service was given, and where it kept it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServiceSection {
    /// The service.
    pub service: String,
    /// Who runs it.
    pub actor: String,
    /// Under which terms businesses had it, and when.
    pub terms: Vec<ServiceTerms>,
    /// Messages that it processed.
    pub processed: u64,
    /// Messages that it wrote on behalf of businesses.
    pub replies: u64,
    /// What it could see: a cell for each class.
    pub views: Vec<Cell>,
    /// Where each class lay with it.
    pub stored: Vec<StoredAt>,
}

/// A business had an optional service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceTerms {
    /// The business.
    pub business: String,
    /// The terms of the service, which the business agreed to.
    pub terms_id: String,
    /// From when on, in milliseconds of virtual time, as Business Manager knows it.
    pub from_ms: u64,
    /// Until when; to the end if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<u64>,
}

/// What a person's chat says about its other end.
#[derive(Clone, Debug, Serialize)]
pub struct Label {
    /// The person.
    pub person: String,
    /// The chat.
    pub with: String,
    /// What the chat says.
    pub says: String,
    /// Who really holds the other end's keys.
    pub truth: String,
}

/// What somebody did who did not keep to the protocol.
#[derive(Clone, Debug, Serialize)]
pub struct Dishonest {
    /// Its index in the plan.
    pub fault: usize,
    /// The node.
    pub node: String,
    /// What: `swap`, `lie`, ….
    pub what: String,
    /// From when on, in milliseconds of virtual time.
    pub from_ms: u64,
    /// How often it did it.
    pub times: u64,
}

/// A judgement on one invariant.
#[derive(Clone, Debug, Serialize)]
pub struct Invariant {
    /// Its id, such as `R008` or `exactly-once`.
    pub id: String,
    /// What it says, in one line.
    pub says: String,
    /// The judgement.
    pub verdict: Verdict,
    /// The requirements that it checks.
    pub requirements: Vec<String>,
    /// What was seen: for a failure, who, what, where and when.
    pub evidence: Vec<String>,
}

/// The conversation as a sequence of arrows between nodes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Conversation {
    /// The nodes that take part, in the order of their columns.
    pub nodes: Vec<NodeColumn>,
    /// The arrows, in the order of their departure. At most [`MAX_ARROWS`]; `left_out` counts the
    /// rest.
    pub arrows: Vec<Arrow>,
    /// Arrows that were left out.
    pub left_out: u64,
}

/// Arrows that a report keeps.
pub const MAX_ARROWS: usize = 400;

/// One column of the diagram.
#[derive(Clone, Debug, Serialize)]
pub struct NodeColumn {
    /// The node.
    pub name: String,
    /// Who runs it.
    pub actor: String,
}

/// Something that went from one node to another, or happened at one (`from == to`).
#[derive(Clone, Debug, Serialize)]
pub struct Arrow {
    /// When it left, in microseconds of virtual time.
    pub at_us: u64,
    /// When it arrived; `None` if it was lost.
    pub arrived_us: Option<u64>,
    /// From which node: an index into [`Conversation::nodes`].
    pub from: usize,
    /// To which node.
    pub to: usize,
    /// What it is, in a few words: `send (prekey message)`, `webhook`, `Maria writes`, ….
    pub what: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is a step of a message itself, rather than upkeep: the default view shows these.
    pub main: bool,
    /// What each actor saw of it.
    pub seen: Vec<Seen>,
}

/// What one actor saw of an arrow.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// The actor.
    pub actor: String,
    /// Fields that it could parse, with their values, plaintext included where it is an end.
    ///
    /// What it read is under [`TEXT`]; how much is encrypted, under [`CIPHERTEXT`].
    pub fields: Vec<(String, String)>,
    /// The first bytes as it saw them, in hexadecimal.
    pub bytes: String,
}

/// The field of [`Seen::fields`] with the words of a message, where this actor could read them.
pub const TEXT: &str = "text";

/// The field of [`Seen::fields`] with the size of what is encrypted, such as `283 bytes`. An actor
/// that has this and no [`TEXT`] could not read it.
pub const CIPHERTEXT: &str = "ciphertext";

impl Seen {
    /// The value of a field.
    pub fn field(&self, wanted: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| &**value)
    }

    /// The words that this actor could read.
    pub fn text(&self) -> Option<&str> {
        self.field(TEXT)
    }

    /// The size of what this actor had before it and could not read.
    pub fn sealed(&self) -> Option<&str> {
        if self.text().is_some() { None } else { self.field(CIPHERTEXT) }
    }
}

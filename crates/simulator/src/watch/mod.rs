//! The watch: it sees every byte that a node saw, and what hops told the people in front of them.
//!
//! Knows: who operates which node, what was written, which markers there are. Does not know: what a
//! hop holds in memory, or any key. A report on an actor is made from that actor's bytes alone.

pub mod arrows;
mod derivations;
pub mod dishonest;
pub mod envelopes;
pub mod guard;
pub mod journal;
pub(crate) mod observers;
mod onlookers;
mod prekeys;
mod promises;
pub mod services;
mod sink;
pub mod story;
pub mod tally;

use std::collections::{BTreeMap, BTreeSet};

use vocab::{DataClass, MessageId, PhoneNumber};

pub use self::{
    arrows::Arrows,
    dishonest::{Compared, Dishonest},
    journal::{Entry, Journal},
    onlookers::Onlookers,
    sink::Shared,
    tally::Tally,
};
use crate::{
    actor::Actor,
    export::{Exports, Log},
    kernel::HostId,
    scan::{Mint, Place, Scanner},
    stall::Contacts,
};

/// A host, as the watch knows it.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Who operates it.
    pub actor: Actor,
}

/// How an actor's attempts on a class went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempts {
    /// Questions that were answered.
    pub asked: u64,
    /// Answers that were refusals.
    pub refused: u64,
}

/// Rows of one class on one host.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Rows written, by table.
    pub tables: BTreeMap<String, u64>,
}

/// What somebody saw go wrong, for the invariant that it breaks.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The invariant.
    pub invariant: &'static str,
    /// Who, what, where, when.
    pub evidence: String,
}

/// When somebody deleted their account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// When nothing of it was left on their own device.
    pub(crate) at_us: u64,
    /// When they had one again.
    pub(crate) back_us: Option<u64>,
}

/// Everything that is seen of a run.
pub struct Watch {
    hosts: Vec<Host>,
    /// Markers and the words that stand for them.
    pub mint: Mint,
    scanners: BTreeMap<Actor, Scanner>,
    places: BTreeMap<(HostId, &'static str), Place>,
    /// Whose bytes are not scanned: a planted mistake.
    pub blind_to: Option<Actor>,
    /// Application messages.
    pub journal: Journal,
    /// What went between nodes.
    pub arrows: Arrows,
    /// Frames and HTTP messages by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Where each class lay.
    pub stored: BTreeMap<(DataClass, HostId), Stored>,
    /// Attempts of readers.
    pub attempts: BTreeMap<(Actor, DataClass), Attempts>,
    /// Questions that nobody answered.
    pub unanswered: u64,
    /// What the transport's defences did, and what attackers got.
    pub guard: guard::Guard,
    prekeys: prekeys::Handed,
    promises: promises::Promises,
    seals: BTreeMap<[u8; 16], String>,
    /// The same where messages are counted.
    seals_counted: BTreeSet<[u8; 16]>,
    /// The crowd of the run.
    pub(crate) crowd: Option<Onlookers>,
    /// Messages that are counted.
    pub tally: Tally,
    /// Chats that say the truth, where only those that do not are noted.
    pub(crate) labels_right: u64,
    /// How many messages were sealed.
    pub sealed: u64,
    /// When each message was first sealed.
    pub(crate) first_sealed: BTreeMap<MessageId, u64>,
    /// When a host learned that somebody's identity changed.
    pub(crate) identity_changed: BTreeMap<(HostId, String), u64>,
    /// Who deleted their account.
    pub(crate) left: BTreeMap<String, Left>,
    /// Whether bytes are looked at; without, only what hops tell is noted.
    pub looks: bool,
    /// Whether what hops tell of each message is kept, for counts and orders at the end.
    pub notes: bool,
    /// What the person's chat says about its other end, by person and number.
    pub labels: BTreeMap<(String, String), String>,
    /// Retransmissions, and refusals of them, by message.
    pub retransmitted: BTreeMap<MessageId, u32>,
    /// Refused retransmissions with the reason.
    pub refused: BTreeMap<MessageId, String>,
    /// Messages that a person disclosed in a report.
    pub disclosed: BTreeSet<usize>,
    /// What went wrong while the world was running.
    pub findings: Vec<Finding>,
    /// The user-transport traces that are compared: host, then (kind, size) in order.
    pub traces: BTreeMap<HostId, Vec<(String, usize)>>,
    /// Commands of people by number: the message that each writes.
    pub(crate) writes: BTreeMap<(HostId, u64), usize>,
    /// The business behind a number or an id, and whoever else is named there.
    pub(crate) names: BTreeMap<String, String>,
    /// Derivations, one JSON object a line.
    pub derivations: Vec<String>,
    /// What is seen of those who do not keep to the protocol.
    pub dishonest: Dishonest,
    /// The event log, if it is wanted.
    pub log: Option<Log>,
    /// Further outputs.
    pub exports: Exports,
    /// What went between nodes since something was last delivered.
    pub contacts: Contacts,
    /// Why nothing moves, if nothing does.
    pub stall: Vec<String>,
    /// What hops told that counts, orders and promises are judged by.
    pub story: story::Story,
    /// What was told about optional services.
    pub services: services::Services,
    /// Envelopes as the transport saw them.
    pub envelopes: envelopes::Envelopes,
    /// How often each occasion came: what a sweep should see happen.
    pub occasions: BTreeMap<&'static str, u64>,
}

impl Watch {
    /// A watch over hosts, in the order of their ids.
    pub fn new(hosts: Vec<Host>, mint: Mint) -> Self {
        let scanners = hosts.iter().map(|host| (host.actor, Scanner::new())).collect();
        Self {
            hosts,
            mint,
            scanners,
            places: BTreeMap::new(),
            blind_to: None,
            journal: Journal::default(),
            arrows: Arrows::default(),
            kinds: BTreeMap::new(),
            stored: BTreeMap::new(),
            attempts: BTreeMap::new(),
            unanswered: 0,
            guard: guard::Guard::default(),
            prekeys: prekeys::Handed::default(),
            promises: promises::Promises::default(),
            seals: BTreeMap::new(),
            seals_counted: BTreeSet::new(),
            crowd: None,
            tally: Tally::default(),
            labels_right: 0,
            sealed: 0,
            first_sealed: BTreeMap::new(),
            identity_changed: BTreeMap::new(),
            left: BTreeMap::new(),
            looks: true,
            notes: true,
            labels: BTreeMap::new(),
            retransmitted: BTreeMap::new(),
            refused: BTreeMap::new(),
            disclosed: BTreeSet::new(),
            findings: Vec::new(),
            traces: BTreeMap::new(),
            writes: BTreeMap::new(),
            names: BTreeMap::new(),
            derivations: Vec::new(),
            log: None,
            exports: Exports::default(),
            contacts: Contacts::default(),
            stall: Vec::new(),
            dishonest: Dishonest::default(),
            story: story::Story::default(),
            services: services::Services::default(),
            envelopes: envelopes::Envelopes::default(),
            occasions: BTreeMap::new(),
        }
    }

    /// Says which hosts there are, in the order of their ids.
    pub fn set_hosts(&mut self, hosts: Vec<Host>) {
        self.scanners = hosts.iter().map(|host| (host.actor, Scanner::new())).collect();
        self.hosts = hosts;
    }

    /// The host with this id.
    pub fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.get(id.index())
    }

    /// The name of a host.
    pub fn name(&self, id: HostId) -> &str {
        self.host(id).map_or("?", |host| host.name.as_str())
    }

    /// The number of a person, impostor or business.
    pub(crate) fn phone(&self, name: &str) -> Option<PhoneNumber> {
        let known = self.names.iter().find(|(_, known)| *known == name);
        match known {
            Some((digits, _)) => PhoneNumber::parse(digits).ok(),
            None => self.crowd.as_ref()?.phone(name),
        }
    }

    /// All hosts in the order of their ids.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// What was found in an actor's bytes; `None` if it operates no node.
    pub fn scanner(&self, actor: Actor) -> Option<&Scanner> {
        self.scanners.get(&actor)
    }

    /// Says that something is broken.
    pub fn find(&mut self, invariant: &'static str, evidence: String) {
        self.findings.push(Finding { invariant, evidence });
    }

    /// A message was sealed under a (key, IV) pair with this fingerprint.
    pub fn sealed(&mut self, who: &str, id: MessageId, fingerprint: [u8; 16], at_us: u64) {
        self.sealed = self.sealed.saturating_add(1);
        if self.counts() {
            if !self.seals_counted.insert(fingerprint) {
                let what = format!("{who} sealed message {id} at {} under", time(at_us));
                self.find("key-once", format!("{what} a key and IV that had sealed another"));
            }
            return;
        }
        self.first_sealed.entry(id).or_insert(at_us);
        let what = format!("{who} sealed message {id} at {}", time(at_us));
        if let Some(before) = self.seals.insert(fingerprint, what.clone()) {
            self.find("key-once", format!("{what} under the key and IV with which {before}"));
        }
    }

    /// How many one-time prekeys left the directory.
    pub fn one_time_keys(&self) -> u64 {
        self.prekeys.count()
    }

    /// Settles what waited for more bytes; nothing more will be seen.
    pub fn finish(&mut self, at_us: u64) {
        let Self { scanners, mint, .. } = self;
        for scanner in scanners.values_mut() {
            scanner.finish(mint, at_us);
        }
        self.exports.finish(&self.hosts);
    }
}

/// A virtual time as evidence writes it.
pub fn time(at_us: u64) -> String {
    vocab::Micros(at_us).to_string()
}

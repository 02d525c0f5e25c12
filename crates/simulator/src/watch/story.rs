//! What hops told that counts, orders and promises are judged by.

#![expect(clippy::wildcard_enum_match_arm, reason = "what no invariant asks about is the rest")]

use std::collections::{BTreeMap, BTreeSet};

use business::Status;
use cloud_api::Event as CloudEvent;
use endpoint::Happening;
use transport::{Alias, Event as TransportEvent};
use vocab::{MessageId, limits};

use super::{Watch, time};
use crate::kernel::{HostId, Time};

/// What hops told, as far as an invariant asks.
#[derive(Debug, Default)]
pub struct Story {
    /// Names of people, impostors and businesses by what the transport calls them.
    pub aliases: BTreeMap<Alias, String>,
    /// When the Cloud API took each message of a business.
    pub took: BTreeMap<MessageId, u64>,
    /// How often the Cloud API, whoever runs it, decrypted each message.
    pub decrypted: BTreeMap<MessageId, u64>,
    /// Messages that an end handed to the transport, or gave up.
    pub settled: BTreeMap<MessageId, Settled>,
    /// Transmissions with content that joined a mailbox: message and attempt, how often, and whose.
    pub accepted: BTreeMap<(MessageId, u32), (u64, String)>,
    /// Messages that will not arrive, and whose writer or addressee wanted or knows it; the journal
    /// may learn of their ids later.
    pub given_up: BTreeSet<MessageId>,
    /// Spans in which a block was in force: who, whom, from and until.
    pub blocks: Vec<Blocked>,
    /// What could not be opened.
    pub not_opened: Vec<NotOpened>,
    /// Times that an end learned of a message of its own being delivered or read.
    pub moved_on: u64,
    /// Envelopes in each mailbox.
    pub waiting: BTreeMap<String, u64>,
}

/// What became of a message at its writer's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Times that the transport took it.
    pub sent: u64,
    /// Times that it was given up.
    pub failed: u64,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Who.
    pub by: String,
    /// Whom.
    pub whom: String,
    /// Since when.
    pub from_us: u64,
    /// Until when; `None` if it is still in force.
    pub until_us: Option<u64>,
}

/// A message that could not be opened.
#[derive(Clone, Debug)]
pub struct NotOpened {
    /// Where.
    pub at: String,
    /// Whose it says it is.
    pub from: String,
    /// The message.
    pub id: MessageId,
    /// When.
    pub at_us: u64,
    /// Why.
    pub why: String,
}

impl Watch {
    /// The transport told its operator something.
    pub(super) fn carried(&mut self, at: Time, event: &TransportEvent) {
        match event {
            TransportEvent::Dropped { id, .. } => {
                self.occasion("blocked-dropped");
                self.story.given_up.insert(*id);
                self.refused(*id, |watch| watch.journal.dropped(*id));
                self.journal.dropped(*id);
            }
            TransportEvent::Accepted { id, to, attempt, bytes, .. } => {
                let to = self.story.aliases.get(to).cloned().unwrap_or_default();
                let waiting = self.story.waiting.entry(to.clone()).or_default();
                *waiting = waiting.saturating_add(1);
                if *bytes > 0 && self.notes {
                    let fresh = (0, to);
                    let (times, to) = self.story.accepted.entry((*id, *attempt)).or_insert(fresh);
                    *times = times.saturating_add(1);
                    if *times > 1 {
                        let evidence = format!(
                            "transmission {attempt} of message {id} joined the mailbox of {to} \
                             {times} times, the last time at {}",
                            time(at.0)
                        );
                        self.find("conservation", evidence);
                    }
                }
            }
            TransportEvent::Forgotten { account, envelopes } => {
                let whose = self.story.aliases.get(account).cloned().unwrap_or_default();
                let waiting = self.story.waiting.entry(whose).or_default();
                *waiting = waiting.saturating_sub((*envelopes).into());
            }
            TransportEvent::Blocked { by, blocked, on } => self.blocked(at, [by, blocked], *on),
            TransportEvent::Refused { why, .. } => {
                use transport::Refusal;
                if matches!(why, Refusal::BadSignature { .. } | Refusal::DirectoryFull) {
                    self.occasion("upload-refused");
                }
            }
            _ => {}
        }
    }

    fn blocked(&mut self, at: Time, [by, whom]: [&Alias; 2], on: bool) {
        let name = |alias| self.story.aliases.get(alias).cloned().unwrap_or_default();
        let (by, whom) = (name(by), name(whom));
        let blocks = &mut self.story.blocks;
        let open = |one: &&mut Blocked| one.by == by && one.whom == whom && one.until_us.is_none();
        match blocks.iter_mut().find(open) {
            Some(block) if !on => block.until_us = Some(at.0),
            Some(_) => {}
            None if on => blocks.push(Blocked { by, whom, from_us: at.0, until_us: None }),
            None => {}
        }
    }

    /// The Cloud API told its operator something.
    pub(super) fn hosted(&mut self, host: HostId, at: Time, event: &CloudEvent) {
        match event {
            CloudEvent::Took { id, .. } if self.notes => {
                self.story.took.entry(*id).or_insert(at.0);
            }
            CloudEvent::Decrypted { id, .. } if self.notes => {
                let times = self.story.decrypted.entry(*id).or_default();
                *times = times.saturating_add(1);
                self.opened(*id);
            }
            CloudEvent::Happened { happening, .. } => {
                let settled = |story: &mut Story, id: &MessageId, add: Settled| {
                    let entry = story.settled.entry(*id).or_default();
                    entry.sent = entry.sent.saturating_add(add.sent);
                    entry.failed = entry.failed.saturating_add(add.failed);
                };
                match happening {
                    Happening::Accepted { id, .. } if self.notes => {
                        settled(&mut self.story, id, Settled { sent: 1, failed: 0 });
                    }
                    Happening::Failed { id, .. } if self.notes => {
                        settled(&mut self.story, id, Settled { sent: 0, failed: 1 });
                    }
                    _ => {}
                }
                self.happened(host, at, happening);
            }
            _ => {}
        }
    }

    /// A message could not be opened where it was for.
    pub(super) fn not_opened(
        &mut self,
        (host, at): (HostId, Time),
        from: &vocab::Address,
        (id, why, retry): (MessageId, &str, bool),
    ) {
        if retry {
            self.occasion("retry-receipt");
        }
        let from = self.names.get(from.phone.digits()).cloned().unwrap_or_default();
        let (at_name, why) = (self.name(host).to_owned(), why.to_owned());
        self.story.not_opened.push(NotOpened { at: at_name, from, id, at_us: at.0, why });
    }

    /// A kept message was encrypted anew.
    pub(super) fn retransmitted(&mut self, (host, at): (HostId, Time), id: MessageId) {
        self.occasion("retransmission");
        let times = self.retransmitted.entry(id).or_default();
        *times = times.saturating_add(1);
        if *times > limits::MAX_RETRIES_GRANTED {
            let (times, who) = (*times, self.name(host).to_owned());
            let when = time(at.0);
            self.find(
                "retries-bounded",
                format!("{who} encrypted message {id} again for the {times}th time, {when}"),
            );
        }
    }

    /// An end learned, from somebody, that a message of its own was delivered or read.
    pub(super) fn moved_on(
        &mut self,
        (host, at): (HostId, Time),
        id: MessageId,
        by: &vocab::Address,
    ) {
        self.story.moved_on = self.story.moved_on.saturating_add(1);
        let entry = self.journal.of_id(id).and_then(|index| self.journal.entries().get(index));
        let by = self.names.get(by.phone.digits());
        if let (Some(entry), Some(by)) = (entry, by)
            && entry.to != *by
        {
            let (who, when) = (self.name(host), time(at.0));
            let to = &entry.to;
            let evidence = format!("{who} took {by}'s word for message {id} to {to}, {when}");
            self.find("recipient-alone", evidence);
        }
    }

    /// A business was told how far a message of it got.
    pub(super) fn status(&mut self, at: Time, id: MessageId, status: Status) {
        if !matches!(status, Status::Delivered | Status::Read) {
            return;
        }
        let entry = self.journal.of_id(id).and_then(|index| self.journal.entries().get(index));
        let Some(entry) = entry.filter(|entry| entry.shown_us.is_empty()) else { return };
        let evidence = format!(
            "{} was told that message {id} is {} at {}, before {} was shown it",
            entry.from,
            status.name(),
            time(at.0),
            entry.to
        );
        self.find("delivered-truly", evidence);
    }

    /// Something happened that a sweep should see happen.
    pub(crate) fn occasion(&mut self, name: &'static str) {
        let times = self.occasions.entry(name).or_default();
        *times = times.saturating_add(1);
    }
}

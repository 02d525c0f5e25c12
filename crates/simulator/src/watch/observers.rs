//! What hops told the people in front of them, noted in the journal.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not noted in the journal is the rest")]

use client::Event as ClientEvent;
use cloud_api::{CloudApi, Event as CloudEvent};
use endpoint::{Failure, Happening};
use meta::{Reader, reader};
use vocab::{DataClass, MessageId};
use wire::transport::Operator;

use super::{Entry, Left, Shared, Watch, tally::UnderWay, time};
use crate::{
    adversary::{Carried, Carrier, Device},
    kernel::{HostId, Time},
    node::Observer,
    scan::MarkerClass,
};

impl Observer<Device> for Shared {
    fn on_event(&mut self, host: HostId, at: Time, event: &ClientEvent) {
        self.with(|watch| watch.person(host, at, event));
    }
}

impl Observer<business::Business> for Shared {
    fn on_event(&mut self, host: HostId, at: Time, event: &business::Event) {
        self.with(|watch| watch.business(host, at, event));
    }
}

impl Observer<CloudApi> for Shared {
    fn on_event(&mut self, host: HostId, at: Time, event: &CloudEvent) {
        self.with(|watch| watch.hosted(host, at, event));
        self.with(|watch| watch.served(at, event));
    }
}

impl Observer<Carrier> for Shared {
    fn on_event(&mut self, _host: HostId, at: Time, event: &Carried) {
        if let Carried::Honest(event) = event {
            self.with(|watch| watch.carried(at, event));
            self.with(|watch| watch.guarded(at, event));
        }
    }
}

impl Observer<Reader> for Shared {
    fn on_event(&mut self, host: HostId, _at: Time, event: &reader::Event) {
        self.with(|watch| watch.attempt(host, event));
    }
}

impl Watch {
    fn person(&mut self, host: HostId, at: Time, event: &ClientEvent) {
        match event {
            ClientEvent::Acknowledged { number } => match self.writes.get(&(host, *number)) {
                Some(index) => self.journal.written(*index, at.0),
                None => self.wrote(host, *number, at.0),
            },
            ClientEvent::Shown { id, .. } => {
                self.shown(host, *id, at.0);
                self.opened(*id);
            }
            ClientEvent::Labelled { with, operator } => {
                let person = self.name(host).to_owned();
                let with = self.called(with.digits()).unwrap_or_default();
                let says = match operator {
                    Operator::CloudApi => "encrypted to cloud_api",
                    Operator::Owner => "encrypted to the owner of the number",
                    Operator::Unspecified => "unknown",
                };
                if self.counts() {
                    return self.counted_label(&person, &with, says);
                }
                self.labels.insert((person, with), says.to_owned());
            }
            ClientEvent::Happened(happening) => self.happened(host, at, happening),
            ClientEvent::Fetched { .. } => {}
        }
    }

    /// An application was shown a message.
    fn shown(&mut self, host: HostId, id: MessageId, at_us: u64) {
        if self.counts() && self.journal.of_id(id).is_none() {
            return self.tally.shown(id, host, at_us);
        }
        let name = self.name(host).to_owned();
        self.journal.shown(&name, id, at_us);
    }

    /// A message does not go out, or its addressee does not want it.
    pub(super) fn refused(&mut self, id: MessageId, note: impl FnOnce(&mut Self)) {
        if self.journal.of_id(id).or_else(|| self.journal.of_request(id)).is_some() {
            note(self);
        } else {
            self.tally.refused(id);
        }
    }

    /// Somebody deleted their account: what had not left the device went with it, as they wanted.
    fn account_went(&mut self, host: HostId, at: Time) {
        let name = self.name(host).to_owned();
        let mine = self.journal.entries().iter();
        let mine = mine.filter(|entry| entry.from == name && entry.waits());
        let unsent: Vec<MessageId> =
            mine.filter_map(|entry| entry.id).filter(|id| !self.was_sent(*id)).collect();
        unsent.into_iter().for_each(|id| self.journal.refused_by(&name, id));
        self.left.insert(name, Left { at_us: at.0, back_us: None });
    }

    pub(super) fn happened(&mut self, host: HostId, at: Time, happening: &Happening) {
        match happening {
            Happening::Derived { during, id, steps } => {
                self.derived((host, at), during, *id, steps);
            }
            Happening::Sealed { id, fingerprint } => {
                let name = self.name(host).to_owned();
                self.sealed(&name, *id, *fingerprint, at.0);
            }
            Happening::Retransmitted { id, .. } => {
                self.check_identity(host, at, *id);
                self.retransmitted((host, at), *id);
            }
            Happening::RetransmissionRefused { id, why, .. } => {
                self.occasion("retransmission-refused");
                self.refused.insert(*id, why.to_string());
                // A person is told by their own device; a business by a status.
                self.journal.refused_by(self.name(host).to_owned().as_str(), *id);
                // The writer is told that a message to somebody with a new identity is not sent.
                if *why == Failure::IdentityChanged {
                    self.story.given_up.insert(*id);
                }
            }
            Happening::NotOpened { from, id, why, retry } => {
                self.not_opened((host, at), from, (*id, why, *retry));
            }
            Happening::Delivered { id, to } => {
                self.dishonest.told.insert(*id);
                self.moved_on((host, at), *id, to);
            }
            Happening::Read { id, to } | Happening::Played { id, to } => {
                self.moved_on((host, at), *id, to);
            }
            Happening::Copy { .. } => self.occasion("duplicate-suppressed"),
            Happening::IdentityChanged { peer, .. } => {
                self.occasion("identity-changed");
                let name = self.called(peer.phone.digits()).unwrap_or_default();
                self.identity_changed.insert((host, name), at.0);
            }
            Happening::Failed { id, .. } => {
                self.story.given_up.insert(*id);
                self.refused(*id, |watch| {
                    watch.journal.of_id(*id).into_iter().for_each(|it| watch.journal.failed(it));
                });
            }
            Happening::Deleted => self.account_went(host, at),
            Happening::Ready => {
                let name = self.name(host).to_owned();
                if let Some(left) = self.left.get_mut(&name) {
                    left.back_us.get_or_insert(at.0);
                }
            }
            Happening::NotOurs
            | Happening::CodeNeeded
            | Happening::WrongCode
            | Happening::Accepted { .. }
            | Happening::Opened { .. }
            | Happening::File { .. }
            | Happening::Typing { .. }
            | Happening::RunBy { .. }
            | Happening::RefusedByPeer { .. } => {}
        }
    }

    /// A kept message was sealed again: not if its recipient has another identity than it had when
    /// the message was first sealed.
    fn check_identity(&mut self, host: HostId, at: Time, id: MessageId) {
        let to = self.journal.of_id(id).and_then(|index| self.journal.entries().get(index));
        let Some(to) = to.map(|entry| entry.to.clone()) else { return };
        let first = self.first_sealed.get(&id).copied().unwrap_or(at.0);
        let changed = self.identity_changed.get(&(host, to.clone())).copied();
        if changed.is_some_and(|changed| changed > first) {
            let evidence = format!(
                "{} sealed message {id} again at {} for the new identity of {to}",
                self.name(host),
                time(at.0)
            );
            self.find("identity-pinned", evidence);
        }
    }

    fn business(&mut self, host: HostId, at: Time, event: &business::Event) {
        match event {
            business::Event::Shown { wamid, .. } => {
                if let Some(id) = wire_id(wamid) {
                    self.shown(host, id, at.0);
                }
            }
            business::Event::Wrote { request, .. }
                if self.journal.of_request(*request).is_some() => {}
            business::Event::Wrote { request, to, .. } if self.counts() => {
                let to = self.host_of(to.digits());
                self.tally.requested(*request, UnderWay { from: host, to, at_us: at.0 });
            }
            business::Event::Wrote { request, to, text, word } => {
                let to = self.called(to.digits()).unwrap_or_default();
                let from = self.name(host).to_owned();
                let index = self.journal.add(Entry {
                    label: None,
                    from,
                    to,
                    text: text.clone(),
                    id: None,
                    planned_us: None,
                    written_us: Some(at.0),
                    shown_us: Vec::new(),
                    failed: false,
                    dropped: false,
                    by_service: false,
                });
                self.journal.requested(index, *request);
                if let Some(word) = word {
                    self.mint.register_word(word, index as u64);
                }
            }
            business::Event::Accepted { id } => {
                self.ordered(*id);
                if let Some(index) = self.journal.of_request(*id) {
                    self.journal.written(index, at.0);
                }
            }
            business::Event::SendAccepted { request, wamid } => {
                if let Some(id) = wire_id(wamid) {
                    self.named(*request, id);
                }
            }
            business::Event::StatusSeen { wamid, status, .. } => {
                if let Some(id) = wire_id(wamid) {
                    self.status(at, id, *status);
                    if *status == business::Status::Failed {
                        self.journal.failed_by_status(id);
                    }
                }
            }
            business::Event::SendFailed { request, .. } => {
                self.refused(*request, |watch| {
                    let index = watch.journal.of_request(*request);
                    index.into_iter().for_each(|index| watch.journal.failed(index));
                });
            }
            _ => {}
        }
    }

    /// The Cloud API gave the message of a request this id.
    fn named(&mut self, request: MessageId, id: MessageId) {
        if self.journal.of_request(request).is_none() {
            return self.tally.named(request, id);
        }
        self.journal.named(request, id);
        if let Some((host, at_us)) = self.tally.take_early(id) {
            self.shown(host, id, at_us);
        }
    }

    fn attempt(&mut self, host: HostId, event: &reader::Event) {
        let Some(actor) = self.host(host).map(|host| host.actor) else { return };
        match event {
            reader::Event::Asked { class, status, .. } => {
                let attempts = self.attempts.entry((actor, *class)).or_default();
                attempts.asked = attempts.asked.saturating_add(1);
                if !matches!(status, 200..=299) {
                    attempts.refused = attempts.refused.saturating_add(1);
                }
            }
            reader::Event::Unanswered { .. } => {
                self.unanswered = self.unanswered.saturating_add(1);
            }
            _ => {}
        }
    }
}

/// The id on the wire behind an id of the Cloud API.
pub(super) fn wire_id(wamid: &str) -> Option<MessageId> {
    MessageId::from_hex(wamid.strip_prefix("wamid.")?)
}

/// The marker class of a data class of the table.
pub(crate) const fn marker_class(class: DataClass) -> Option<MarkerClass> {
    match class {
        DataClass::MessageContent => Some(MarkerClass::MessageContent),
        DataClass::ConsumerPhone => Some(MarkerClass::ConsumerPhone),
        DataClass::Statistics => Some(MarkerClass::StatisticsExport),
        DataClass::IntegritySignals => Some(MarkerClass::IntegrityRecord),
        DataClass::BusinessInformation => Some(MarkerClass::BusinessRecord),
        DataClass::Billing => Some(MarkerClass::BillingRow),
        _ => None,
    }
}

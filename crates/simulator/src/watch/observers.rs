//! What hops told the people in front of them, noted in the journal.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not noted in the journal is the rest")]

use client::Event as ClientEvent;
use cloud_api::{CloudApi, Event as CloudEvent};
use endpoint::{Failure, Happening};
use meta::{Reader, reader};
use vocab::{DataClass, MessageId};
use wire::transport::Operator;

use super::{Entry, Shared, Watch, time};
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
    }
}

impl Observer<Carrier> for Shared {
    fn on_event(&mut self, _host: HostId, at: Time, event: &Carried) {
        if let Carried::Honest(event) = event {
            self.with(|watch| watch.carried(at, event));
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
            ClientEvent::Acknowledged { number } => {
                if let Some(index) = self.writes.get(&(host, *number)) {
                    self.journal.written(*index, at.0);
                }
            }
            ClientEvent::Shown { id, .. } => {
                let name = self.name(host).to_owned();
                self.journal.shown(&name, *id, at.0);
                self.opened(*id);
            }
            ClientEvent::Labelled { with, operator } => {
                let person = self.name(host).to_owned();
                let with = self.names.get(with.digits()).cloned();
                let says = match operator {
                    Operator::CloudApi => "encrypted to cloud_api",
                    Operator::Owner => "encrypted to the owner of the number",
                    Operator::Unspecified => "unknown",
                };
                self.labels.insert((person, with.unwrap_or_default()), says.to_owned());
            }
            ClientEvent::Happened(happening) => self.happened(host, at, happening),
        }
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
                // The writer is told that a message to somebody with a new identity is not sent.
                if *why == Failure::IdentityChanged {
                    self.story.given_up.insert(*id);
                }
            }
            Happening::NotOpened { from, id, why, retry } => {
                self.not_opened((host, at), from, (*id, why, *retry));
            }
            Happening::Delivered { id, to } | Happening::Read { id, to } => {
                self.moved_on((host, at), *id, to);
            }
            Happening::Copy { .. } => self.occasion("duplicate-suppressed"),
            Happening::IdentityChanged { peer, .. } => {
                self.occasion("identity-changed");
                let name = self.names.get(peer.phone.digits()).cloned().unwrap_or_default();
                self.identity_changed.insert((host, name), at.0);
            }
            Happening::Failed { id, .. } => {
                self.story.given_up.insert(*id);
                if let Some(index) = self.journal.of_id(*id) {
                    self.journal.failed(index);
                }
            }
            Happening::Ready
            | Happening::NotOurs
            | Happening::Accepted { .. }
            | Happening::Opened { .. }
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
                    let name = self.name(host).to_owned();
                    self.journal.shown(&name, id, at.0);
                }
            }
            business::Event::Wrote { request, .. }
                if self.journal.of_request(*request).is_some() => {}
            business::Event::Wrote { request, to, text, word } => {
                let to = self.names.get(to.digits()).cloned().unwrap_or_default();
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
                });
                self.journal.requested(index, *request);
                if let Some(word) = word {
                    self.mint.register_word(word, index as u64);
                }
            }
            business::Event::Accepted { id } => {
                if let Some(index) = self.journal.of_request(*id) {
                    self.journal.written(index, at.0);
                }
            }
            business::Event::SendAccepted { request, wamid } => {
                if let Some(id) = wire_id(wamid) {
                    self.journal.named(*request, id);
                }
            }
            business::Event::StatusSeen { wamid, status, .. } => {
                if let Some(id) = wire_id(wamid) {
                    self.status(at, id, *status);
                }
            }
            business::Event::SendFailed { request, .. } => {
                if let Some(index) = self.journal.of_request(*request) {
                    self.journal.failed(index);
                }
            }
            _ => {}
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
fn wire_id(wamid: &str) -> Option<MessageId> {
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

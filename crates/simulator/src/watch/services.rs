//! What was told about optional services: when businesses had them, and what they processed.
//!
//! Two hops tell when a service is on: Business Manager, which is told so by the business, and the
//! Cloud API, which acts on it. They are noted apart, so that one can be held against the other.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not about services is the rest")]

use std::collections::BTreeMap;

use cloud_api::Event as CloudEvent;
use meta::{AutoReply, BusinessManager, Event, auto_reply::Wanted};
use vocab::MessageId;

use super::{Entry, Shared, Watch, observers::wire_id};
use crate::{
    kernel::{HostId, Time},
    node::Observer,
};

/// What was told about optional services.
#[derive(Debug, Default)]
pub struct Services {
    /// What each business wants answered, by its name; empty where no business adds a service.
    pub(crate) replies_of: BTreeMap<String, Wanted>,
    /// By business and service, what Business Manager said.
    pub(crate) wanted: BTreeMap<(String, String), Vec<Change>>,
    /// The same as the Cloud API acted on it, by the id of the business's number.
    pub(crate) acted: BTreeMap<(String, String), Vec<Change>>,
    /// When the Cloud API opened each message, and for the number of which id.
    pub(crate) opened: BTreeMap<MessageId, (u64, String)>,
    /// What services processed, in the order in which they told.
    pub(crate) processed: Vec<Processed>,
    /// Messages that services wrote.
    pub(crate) replies: u64,
}

/// A service was added, or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at_us: u64,
    /// The terms under which it is on from now on; `None` if it is off.
    pub(crate) terms: Option<String>,
}

/// A service processed a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Processed {
    pub(crate) service: String,
    pub(crate) business: String,
    pub(crate) message: Option<MessageId>,
    pub(crate) terms: String,
}

impl Observer<BusinessManager> for Shared {
    fn on_event(&mut self, _host: HostId, at: Time, event: &Event) {
        self.with(|watch| watch.services.told(at, event));
    }
}

impl Observer<AutoReply> for Shared {
    fn on_event(&mut self, _host: HostId, at: Time, event: &Event) {
        self.with(|watch| watch.services.told(at, event));
    }
}

impl Services {
    fn told(&mut self, at: Time, event: &Event) {
        match event {
            Event::ServiceEnabled { business, service, terms_id } => {
                let change = Change { at_us: at.0, terms: Some(terms_id.clone()) };
                self.wanted.entry((business.clone(), service.clone())).or_default().push(change);
            }
            Event::ServiceRemoved { business, service } => {
                let change = Change { at_us: at.0, terms: None };
                self.wanted.entry((business.clone(), service.clone())).or_default().push(change);
            }
            Event::Processed { service, business, message, terms_id } => {
                self.processed.push(Processed {
                    service: (*service).to_owned(),
                    business: business.clone(),
                    message: wire_id(message),
                    terms: terms_id.clone(),
                });
            }
            _ => {}
        }
    }
}

impl Watch {
    /// The Cloud API told something that may be about optional services.
    pub(super) fn served(&mut self, at: Time, event: &CloudEvent) {
        match event {
            CloudEvent::Decrypted { phone_number_id, id }
                if !self.services.replies_of.is_empty() =>
            {
                let opened = (at.0, phone_number_id.clone());
                self.services.opened.entry(*id).or_insert(opened);
            }
            CloudEvent::ServiceOn { phone_number_id, service, terms_id } => {
                let change = Change { at_us: at.0, terms: Some(terms_id.clone()) };
                let key = (phone_number_id.clone(), service.clone());
                self.services.acted.entry(key).or_default().push(change);
            }
            CloudEvent::ServiceOff { phone_number_id, service } => {
                let change = Change { at_us: at.0, terms: None };
                let key = (phone_number_id.clone(), service.clone());
                self.services.acted.entry(key).or_default().push(change);
            }
            CloudEvent::ServiceReplied { to, id, .. } => self.replied(at, *to, *id),
            _ => {}
        }
    }

    /// A service wrote message `id` in answer to another: it is a message of the business, whose
    /// words the scenario says.
    fn replied(&mut self, at: Time, to: MessageId, id: MessageId) {
        self.services.replies = self.services.replies.saturating_add(1);
        let question = self.journal.of_id(to).and_then(|index| self.journal.entries().get(index));
        let Some(question) = question else { return };
        let (person, business) = (question.from.clone(), question.to.clone());
        let wanted = self.services.replies_of.get(&business);
        let text = wanted.and_then(|wanted| wanted.to(&question.text)).unwrap_or_default();
        let text = text.to_owned();
        let mut before = self.journal.entries().iter();
        let is_new = !before.any(|entry| entry.by_service && entry.text == text);
        let index = self.journal.add(Entry {
            label: None,
            from: business,
            to: person,
            text: text.clone(),
            id: Some(id),
            planned_us: None,
            written_us: Some(at.0),
            shown_us: Vec::new(),
            failed: false,
            dropped: false,
            by_service: true,
        });
        // A text that is sent more than once is found as what it was first.
        if is_new {
            self.mint.register_text(index as u64, &text);
        }
    }
}

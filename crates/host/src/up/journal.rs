//! What passed between people and the business, as the ends saw it. It lives in memory and is the
//! one place outside the ends that has content: what `GET /_blindpost/messages` shows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cloud_api::wamid;
use endpoint::Happening;
use serde_json::{Value, json};
use tokio::sync::Notify;
use vocab::{MessageId, PhoneNumber, UnixMicros};

use crate::clock::Clock;

/// Messages that are remembered; the oldest are forgotten first.
const MOST: usize = 10_000;

/// What passed. Copies are the same journal.
#[derive(Clone, Debug)]
pub(crate) struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    state: Mutex<State>,
    changes: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// By the order in which they were seen first.
    messages: BTreeMap<u64, Message>,
    places: BTreeMap<MessageId, u64>,
    last: u64,
}

/// One message.
#[derive(Clone, Debug)]
struct Message {
    id: MessageId,
    inbound: bool,
    /// The person.
    person: Option<PhoneNumber>,
    phone_number_id: Option<String>,
    text: Option<String>,
    at: UnixMicros,
    statuses: Vec<(&'static str, UnixMicros)>,
}

/// Which messages somebody asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Those of this person.
    pub(crate) person: Option<String>,
    /// Those of this number of a business.
    pub(crate) phone_number_id: Option<String>,
    /// Those to the business, or those to people.
    pub(crate) inbound: Option<bool>,
    /// The message of this wamid.
    pub(crate) wamid: Option<String>,
    /// Those that have this status.
    pub(crate) status: Option<String>,
}

impl Filter {
    fn fits(&self, message: &Message) -> bool {
        let digits = message.person.as_ref().map(PhoneNumber::digits);
        self.person.as_deref().is_none_or(|person| digits == Some(person))
            && self
                .phone_number_id
                .as_deref()
                .is_none_or(|id| message.phone_number_id.as_deref() == Some(id))
            && self.inbound.is_none_or(|inbound| message.inbound == inbound)
            && self.wamid.as_deref().is_none_or(|wanted| wamid(message.id) == wanted)
            && self
                .status
                .as_deref()
                .is_none_or(|wanted| message.statuses.iter().any(|(status, _)| *status == wanted))
    }
}

impl Journal {
    pub(crate) fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, state: Mutex::default(), changes: Notify::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something about a message, seen before or not.
    fn note(&self, id: MessageId, inbound: bool, note: impl FnOnce(&mut Message, UnixMicros)) {
        let at = self.0.clock.wall();
        self.state().note((id, inbound), at, note);
        self.0.changes.notify_waiters();
    }

    /// A person writes.
    pub(crate) fn written(
        &self,
        id: MessageId,
        person: &PhoneNumber,
        phone_number_id: &str,
        text: &str,
    ) {
        self.note(id, true, |message, _| {
            message.person = Some(person.clone());
            message.phone_number_id = Some(phone_number_id.to_owned());
            message.text = Some(text.to_owned());
        });
    }

    /// The business sends.
    pub(crate) fn taken(&self, id: MessageId, from: &str) {
        self.note(id, false, |message, at| {
            message.phone_number_id = Some(from.to_owned());
            message.reached("accepted", at);
        });
    }

    /// A person is shown a message.
    pub(crate) fn shown(
        &self,
        id: MessageId,
        (_from, to): (&PhoneNumber, &PhoneNumber),
        text: String,
    ) {
        self.note(id, false, |message, at| {
            message.person = Some(to.clone());
            message.text = Some(text);
            message.reached("shown", at);
        });
    }

    /// The Cloud API opened a message of a person.
    pub(crate) fn opened(&self, id: MessageId) {
        self.note(id, true, |message, at| message.reached("received", at));
    }

    /// What an end says of a message that it sent.
    pub(crate) fn happened(&self, happening: &Happening) {
        let (id, status) = match happening {
            Happening::Accepted { id, .. } => (id, "sent"),
            Happening::Delivered { id, .. } => (id, "delivered"),
            Happening::Read { id, .. } => (id, "read"),
            Happening::Failed { id, .. } => (id, "failed"),
            Happening::Ready
            | Happening::Deleted
            | Happening::NotOurs
            | Happening::CodeNeeded
            | Happening::WrongCode
            | Happening::Sealed { .. }
            | Happening::Derived { .. }
            | Happening::Opened { .. }
            | Happening::Copy { .. }
            | Happening::NotOpened { .. }
            | Happening::IdentityChanged { .. }
            | Happening::RunBy { .. }
            | Happening::Retransmitted { .. }
            | Happening::RetransmissionRefused { .. }
            | Happening::RefusedByPeer { .. } => return,
        };
        let at = self.0.clock.wall();
        let mut state = self.state();
        if let Some(place) = state.places.get(id).copied()
            && let Some(message) = state.messages.get_mut(&place)
        {
            message.reached(status, at);
            drop(state);
            self.0.changes.notify_waiters();
        }
    }

    /// The messages that fit, oldest first.
    pub(crate) fn list(&self, filter: &Filter) -> Vec<Value> {
        let state = self.state();
        state.messages.values().filter(|one| filter.fits(one)).map(Message::show).collect()
    }

    /// The same, once there are at least so many.
    pub(crate) async fn wait_for(&self, filter: &Filter, least: usize) -> Vec<Value> {
        loop {
            let changes = self.0.changes.notified();
            tokio::pin!(changes);
            // From here on no change is missed.
            changes.as_mut().enable();
            let found = self.list(filter);
            if found.len() >= least {
                return found;
            }
            changes.await;
        }
    }
}

impl State {
    fn note(
        &mut self,
        (id, inbound): (MessageId, bool),
        at: UnixMicros,
        note: impl FnOnce(&mut Message, UnixMicros),
    ) {
        let place = *self.places.entry(id).or_insert_with(|| {
            self.last = self.last.saturating_add(1);
            self.last
        });
        let message = self.messages.entry(place).or_insert_with(|| Message {
            id,
            inbound,
            person: None,
            phone_number_id: None,
            text: None,
            at,
            statuses: Vec::new(),
        });
        note(message, at);
        if self.messages.len() > MOST
            && let Some((_, oldest)) = self.messages.pop_first()
        {
            self.places.remove(&oldest.id);
        }
    }
}

impl Message {
    fn reached(&mut self, status: &'static str, at: UnixMicros) {
        if !self.statuses.iter().any(|(known, _)| *known == status) {
            self.statuses.push((status, at));
        }
    }

    fn show(&self) -> Value {
        let Self { id, inbound, person, phone_number_id, text, at, statuses } = self;
        let statuses: Vec<Value> = statuses
            .iter()
            .map(|(status, at)| json!({ "status": status, "at_us": at.0 }))
            .collect();
        json!({
            "wamid": wamid(*id),
            "direction": if *inbound { "inbound" } else { "outbound" },
            "user": person.as_ref().map(PhoneNumber::digits),
            "phone_number_id": phone_number_id,
            "type": "text",
            "text": text.as_ref().map(|text| json!({ "body": text })),
            "at_us": at.0,
            "statuses": statuses,
        })
    }
}

/// Looks on at the Cloud API.
pub(crate) fn at_cloud_api(
    journal: Journal,
    setup: super::setup::Setup,
) -> crate::node::Observer<cloud_api::Event> {
    Box::new(move |event| match event {
        cloud_api::Event::Took { phone_number_id, id } => journal.taken(id, &phone_number_id),
        cloud_api::Event::Decrypted { id, .. } => journal.opened(id),
        cloud_api::Event::Happened { happening: Happening::Ready, .. } => {
            setup.is_ready(super::cast::CLOUD_API);
        }
        cloud_api::Event::Happened { happening, .. } => journal.happened(&happening),
        cloud_api::Event::Forwarded { .. }
        | cloud_api::Event::Forgot { .. }
        | cloud_api::Event::Denied { .. }
        | cloud_api::Event::Accessed { .. }
        | cloud_api::Event::Granted { .. }
        | cloud_api::Event::Revoked { .. } => {}
    })
}

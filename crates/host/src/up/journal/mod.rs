//! What passed between people and the business, as the ends saw it. It lives in memory and is the
//! one place outside the ends that has content: what `GET /_blindpost/messages` shows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cloud_api::wamid;
use endpoint::{Failure, Happening};
use serde_json::{Value, json};
use tokio::sync::Notify;
use vocab::{MessageId, PhoneNumber, UnixMicros};
use wire::content::{Choice, ChoiceKind};

mod filter;
mod said;

pub(crate) use self::{
    filter::Filter,
    said::{Said, choice_kind},
};
use crate::{clock::Clock, log::Log};

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
    /// What it says, as far as it is known.
    said: Option<Said>,
    /// The message that it answers.
    quoted: Option<MessageId>,
    /// What the person has of its file: SHA-256 and length; or why there is none.
    file: Option<Result<([u8; 32], u64), Failure>>,
    at: UnixMicros,
    statuses: Vec<(&'static str, UnixMicros)>,
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
        (person, phone_number_id): (&PhoneNumber, &str),
        quoted: Option<MessageId>,
        said: Said,
    ) {
        self.note(id, true, |message, _| {
            message.person = Some(person.clone());
            message.phone_number_id = Some(phone_number_id.to_owned());
            message.quoted = quoted;
            message.said = Some(said);
        });
    }

    /// The business sends.
    pub(crate) fn taken(&self, id: MessageId, from: &str) {
        self.note(id, false, |message, at| {
            message.phone_number_id = Some(from.to_owned());
            message.reached("accepted", at);
        });
    }

    /// What the business asked for in a message that was accepted.
    pub(crate) fn asked(&self, id: MessageId, to: Option<PhoneNumber>, said: Said) {
        self.note(id, false, |message, _| {
            message.person = message.person.take().or(to);
            // What a person was shown is what came of it.
            message.said = message.said.take().or(Some(said));
        });
    }

    /// A person is shown a message.
    pub(crate) fn shown(
        &self,
        id: MessageId,
        to: &PhoneNumber,
        quoted: Option<MessageId>,
        said: Said,
    ) {
        self.note(id, false, |message, at| {
            message.person = Some(to.clone());
            message.quoted = quoted;
            message.said = Some(said);
            message.reached("shown", at);
        });
    }

    /// A person's device has the file of a message, or will not have it.
    pub(crate) fn fetched(&self, id: MessageId, outcome: Result<([u8; 32], u64), Failure>) {
        self.note(id, false, |message, at| {
            if outcome.is_ok() {
                message.reached("fetched", at);
            }
            message.file = Some(outcome);
        });
    }

    /// What a person was shown with this choice in it, the newest; only in the message `quoted`,
    /// if one is named.
    pub(crate) fn offered(
        &self,
        person: &PhoneNumber,
        quoted: Option<MessageId>,
        (kind, id): (ChoiceKind, Option<&str>),
    ) -> Option<(MessageId, Choice)> {
        let state = self.state();
        let shown = state.messages.values().rev().filter(|message| {
            message.is_shown_to(person) && quoted.is_none_or(|quoted| message.id == quoted)
        });
        let fits = |choice: &&Choice| choice.kind == kind && id.is_none_or(|id| choice.id == id);
        let mut offered = shown.filter_map(|message| {
            let choice = message.said.as_ref()?.choices.iter().find(fits)?;
            Some((message.id, choice.clone()))
        });
        offered.next()
    }

    /// The newest flow that a person was shown, or the one in this very message: its token, and
    /// what the business said of it.
    pub(crate) fn flow_offered(
        &self,
        person: &PhoneNumber,
        shown: Option<MessageId>,
    ) -> Option<(MessageId, (String, Value))> {
        let (id, choice) = self.offered(person, shown, (ChoiceKind::Flow, None))?;
        let state = self.state();
        let said = state.messages.get(state.places.get(&id)?)?.said.as_ref()?;
        Some((id, (choice.id, said.flow()?)))
    }

    /// Whether a person was shown a message.
    pub(crate) fn was_shown(&self, person: &PhoneNumber, id: MessageId) -> bool {
        let state = self.state();
        let message = state.places.get(&id).and_then(|place| state.messages.get(place));
        message.is_some_and(|message| message.is_shown_to(person))
    }

    /// What a person was shown and has not read, oldest first.
    pub(crate) fn unread(&self, person: &PhoneNumber) -> Vec<MessageId> {
        let state = self.state();
        let shown = state.messages.values().filter(|message| message.is_shown_to(person));
        let unread = shown.filter(|message| !message.has("read"));
        unread.map(|message| message.id).collect()
    }

    /// Forgets the messages that fit.
    pub(crate) fn forget(&self, filter: &Filter) {
        let mut state = self.state();
        let State { messages, places, .. } = &mut *state;
        messages.retain(|_, message| !filter.fits(message));
        places.retain(|_, place| messages.contains_key(place));
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
            Happening::Played { id, .. } => (id, "played"),
            Happening::Failed { id, .. } => (id, "failed"),
            Happening::Ready
            | Happening::Deleted
            | Happening::NotOurs
            | Happening::CodeNeeded
            | Happening::WrongCode
            | Happening::Sealed { .. }
            | Happening::Derived { .. }
            | Happening::Typing { .. }
            | Happening::Opened { .. }
            | Happening::File { .. }
            | Happening::Copy { .. }
            | Happening::NotOpened { .. }
            | Happening::IdentityChanged { .. }
            | Happening::RunBy { .. }
            | Happening::Retransmitted { .. }
            | Happening::RetransmissionRefused { .. }
            | Happening::RefusedByPeer { .. } => return,
        };
        self.reached(*id, status);
    }

    /// A message that is known got further.
    fn reached(&self, id: MessageId, status: &'static str) {
        let at = self.0.clock.wall();
        let mut state = self.state();
        if let Some(place) = state.places.get(&id).copied()
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
            if let Some(found) = self.list_if(filter, least) {
                return found;
            }
            changes.await;
        }
    }

    /// The messages that fit, if there are at least so many. They are counted first: who waits for
    /// thousands asks after each change, and showing a message costs more than looking at it.
    fn list_if(&self, filter: &Filter, least: usize) -> Option<Vec<Value>> {
        let state = self.state();
        let fitting = || state.messages.values().filter(|one| filter.fits(one));
        (fitting().count() >= least).then(|| fitting().map(Message::show).collect())
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
            said: None,
            quoted: None,
            file: None,
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
        if !self.has(status) {
            self.statuses.push((status, at));
        }
    }

    fn is_shown_to(&self, person: &PhoneNumber) -> bool {
        !self.inbound && self.person.as_ref() == Some(person) && self.has("shown")
    }

    fn has(&self, status: &str) -> bool {
        self.statuses.iter().any(|(known, _)| *known == status)
    }

    fn show(&self) -> Value {
        let Self { id, inbound, person, phone_number_id, said, quoted, file, at, statuses } = self;
        let statuses: Vec<Value> = statuses
            .iter()
            .map(|(status, at)| json!({ "status": status, "at_us": at.0 }))
            .collect();
        let mut shown = json!({
            "wamid": wamid(*id),
            "direction": if *inbound { "inbound" } else { "outbound" },
            "user": person.as_ref().map(PhoneNumber::digits),
            "phone_number_id": phone_number_id,
            "at_us": at.0,
            "statuses": statuses,
        });
        if let Some(shown) = shown.as_object_mut() {
            if let Some(quoted) = quoted {
                shown.insert("context".to_owned(), json!({ "id": wamid(*quoted) }));
            }
            if let Some(file) = file {
                shown.insert("file".to_owned(), said::fetched(file));
            }
            if let Some(said) = said {
                said.show(shown);
            }
        }
        shown
    }
}

/// Looks on at the Cloud API.
pub(crate) fn at_cloud_api(
    journal: Journal,
    setup: super::setup::Setup,
    log: Log,
) -> crate::node::Observer<cloud_api::Event> {
    Box::new(move |event| match event {
        cloud_api::Event::Took { phone_number_id, id } => journal.taken(id, &phone_number_id),
        cloud_api::Event::Withheld { id, .. } => journal.reached(id, "failed"),
        cloud_api::Event::Decrypted { id, .. } => journal.opened(id),
        cloud_api::Event::Happened { happening: Happening::Ready, .. } => {
            setup.is_ready(super::cast::CLOUD_API);
        }
        cloud_api::Event::Happened { happening, .. } => journal.happened(&happening),
        cloud_api::Event::ServiceOn { phone_number_id, service, terms_id } => {
            log_service(&log, (phone_number_id, service), Some(terms_id));
        }
        cloud_api::Event::ServiceOff { phone_number_id, service } => {
            log_service(&log, (phone_number_id, service), None);
        }
        cloud_api::Event::Forwarded { .. }
        | cloud_api::Event::ServiceReplied { .. }
        | cloud_api::Event::Code { .. }
        | cloud_api::Event::Forgot { .. }
        | cloud_api::Event::Denied { .. }
        | cloud_api::Event::Accessed { .. }
        | cloud_api::Event::Granted { .. }
        | cloud_api::Event::Revoked { .. } => {}
    })
}

/// Tells the operator of the Cloud API that the business of a number added an optional service
/// under these terms, or removed it.
pub(crate) fn log_service(log: &Log, (number, service): (String, String), terms: Option<String>) {
    let what = match terms {
        Some(_) => "an optional service was added",
        None => "an optional service was removed",
    };
    let mut with = vec![("phone_number_id", number.into()), ("service", service.into())];
    with.extend(terms.map(|terms| ("terms_id", terms.into())));
    log.line(super::cast::CLOUD_API, what, &with);
}

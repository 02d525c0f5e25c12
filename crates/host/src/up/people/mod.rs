//! The simulated people: their devices, their telephones, and what they do.

mod flow;
mod persona;
mod says;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use client::{Ask, Command, Event, File};
use endpoint::Happening;
use rand_core::Rng as _;
use serde_json::{Map, Value};
use tokio::sync::oneshot;
use transport::Alias;
use vocab::{MessageId, PhoneNumber};
use wire::content::Body;

pub(crate) use self::{
    flow::{Servers, Unfilled},
    persona::Persona,
    says::{Says, Unsayable},
};
use super::{
    journal::{Journal, Said},
    setup::Setup,
};
use crate::{
    clock::Clock,
    node::{Ended, Handle, Observer},
    rng::{Kind, Randomness},
};

/// All simulated people. Copies are the same people.
#[derive(Clone, Debug)]
pub(crate) struct People(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    everybody: Mutex<BTreeMap<PhoneNumber, Arc<Person>>>,
    clock: Clock,
    journal: Journal,
    /// The number that they write to: its id, and itself.
    business: (String, PhoneNumber),
    /// What ids of messages are drawn from.
    randomness: Mutex<Randomness>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Person {
    phone: PhoneNumber,
    device: Handle<Command>,
    memory: Arc<Memory>,
    persona: Mutex<Persona>,
    forms: Mutex<flow::Forms>,
}

/// What a person remembers of what was asked.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The number of the last command. Numbers of an earlier start are below all of this one.
    last: AtomicU64,
    /// Who waits until a command is durable.
    waiting: Mutex<BTreeMap<u64, oneshot::Sender<()>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// Of a device that was started so often.
    pub(crate) fn new(starts: u64) -> Arc<Self> {
        let last = AtomicU64::new(starts.wrapping_shl(32));
        Arc::new(Self { last, waiting: Mutex::default() })
    }

    fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    fn acknowledged(&self, number: u64) {
        if let Some(waits) = locked(&self.waiting).remove(&number) {
            // Whoever waited may have gone away.
            let _gone = waits.send(());
        }
    }
}

impl Person {
    pub(crate) fn new(
        phone: PhoneNumber,
        device: Handle<Command>,
        memory: Arc<Memory>,
        persona: Persona,
    ) -> Self {
        Self { phone, device, memory, persona: Mutex::new(persona), forms: Mutex::default() }
    }

    /// Does something; returns when it is durable on the device.
    ///
    /// # Errors
    ///
    /// [`Ended`], if the device ends first.
    pub(crate) async fn does(&self, ask: Ask) -> Result<(), Ended> {
        let number = self.memory.next();
        let (done, durable) = oneshot::channel();
        locked(&self.memory.waiting).insert(number, done);
        self.device.command(Command { number, ask }).await?;
        durable.await.map_err(|_| Ended)
    }

    /// A short message with a code came to the telephone, and is typed into the app.
    fn reads_code(&self, code: String) {
        self.device.post(Command { number: self.memory.next(), ask: Ask::EnterCode { code } });
    }

    /// What the person does by themselves.
    pub(crate) fn persona(&self) -> Persona {
        locked(&self.persona).clone()
    }

    /// From now on the person does this by themselves.
    pub(crate) fn becomes(&self, persona: Persona) {
        *locked(&self.persona) = persona;
    }

    /// The person's number.
    pub(crate) const fn phone(&self) -> &PhoneNumber {
        &self.phone
    }
}

impl People {
    /// Nobody yet.
    pub(crate) fn new(
        (clock, journal): (Clock, Journal),
        business: (String, PhoneNumber),
        randomness: Randomness,
    ) -> Self {
        let everybody = Mutex::default();
        let randomness = Mutex::new(randomness);
        Self(Arc::new(Inner { everybody, clock, journal, business, randomness }))
    }

    pub(crate) fn add(&self, person: Person) {
        locked(&self.0.everybody).insert(person.phone.clone(), Arc::new(person));
    }

    pub(crate) fn get(&self, phone: &PhoneNumber) -> Option<Arc<Person>> {
        locked(&self.0.everybody).get(phone).cloned()
    }

    /// Everybody, by number.
    pub(crate) fn all(&self) -> Vec<Arc<Person>> {
        locked(&self.0.everybody).values().cloned().collect()
    }

    /// The number that they write to: its id, and itself.
    pub(crate) fn business(&self) -> &(String, PhoneNumber) {
        &self.0.business
    }

    /// Reads a message as a webhook carries it, of a person who was shown what the journal knows.
    ///
    /// # Errors
    ///
    /// [`Unsayable`].
    pub(crate) fn means(
        &self,
        phone: &PhoneNumber,
        message: &Map<String, Value>,
    ) -> Result<Says, Unsayable> {
        says::read(message, &|quoted, choice| self.0.journal.offered(phone, quoted, choice))
    }

    /// A person writes to the business; returns when it is durable on the device.
    ///
    /// # Errors
    ///
    /// [`Ended`], if the device ends first.
    pub(crate) async fn says(&self, person: &Person, says: Says) -> Result<MessageId, Ended> {
        let Says { quoted, body, file, said } = says;
        let mut id = [0; 16];
        locked(&self.0.randomness).next(Kind::Command).fill_bytes(&mut id);
        let id = MessageId(id);
        let (number, to) = &self.0.business;
        self.0.journal.written(id, (&person.phone, number), quoted, said);
        let to = to.clone();
        let ask = match (body, file) {
            (Body::Media(media), Some(file)) => {
                Ask::SendFile { id, to, quoted, media, file: File(file) }
            }
            (body, _) => Ask::Send { id, to, quoted, body },
        };
        person.does(ask).await?;
        Ok(id)
    }

    /// Messages of the business were read, or listened to.
    pub(crate) async fn read(&self, person: &Person, ids: Vec<MessageId>) -> Result<(), Ended> {
        let (_, from) = &self.0.business;
        person.does(Ask::Read { from: from.clone(), ids }).await
    }

    /// A person is shown a message, and does what they do by themselves.
    fn saw(&self, phone: &PhoneNumber, (id, quoted): (MessageId, Option<MessageId>), body: Body) {
        self.0.journal.shown(id, phone, quoted, Said::shown(&body));
        let Some(person) = self.get(phone) else { return };
        let does = reaction(&mut locked(&person.persona), id, &body);
        if !does.reads && does.says.is_none() {
            return;
        }
        let (people, busy) = (self.clone(), self.0.clock.busy());
        drop(tokio::spawn(async move {
            // A device that ends takes nothing more.
            let _ended = people.reacts(&person, (id, does)).await;
            drop(busy);
        }));
    }

    async fn reacts(&self, person: &Person, (id, does): (MessageId, Does)) -> Result<(), Ended> {
        if does.reads {
            self.read(person, vec![id]).await?;
        }
        if does.listens {
            let (_, from) = &self.0.business;
            person.does(Ask::Play { from: from.clone(), ids: vec![id] }).await?;
        }
        if let Some(says) = does.says {
            self.says(person, says).await?;
        }
        Ok(())
    }
}

/// What a person does about one message.
#[derive(Debug, Default)]
struct Does {
    reads: bool,
    listens: bool,
    says: Option<Says>,
}

fn reaction(persona: &mut Persona, id: MessageId, body: &Body) -> Does {
    let is_voice = matches!(body, Body::Media(media) if media.voice);
    let (reads, listens) = (persona.reads, persona.reads && is_voice);
    let offered = match body {
        Body::Offer(offer) if persona.presses => offer.choices.as_slice(),
        Body::Offer(_)
        | Body::Text(_)
        | Body::Media(_)
        | Body::Reaction(_)
        | Body::Answer(_)
        | Body::Object(_) => &[],
    };
    let pressed = offered.iter().find_map(|choice| Says::presses(id, choice));
    let says = pressed.or_else(|| persona.answers.pop_front().map(Says::text));
    Does { reads, listens, says }
}

/// The telephone network: codes go from the transport to whoever has the number.
pub(crate) fn telephone_network(
    people: People,
    telephones: BTreeMap<Alias, PhoneNumber>,
) -> Observer<transport::Event> {
    Box::new(move |event| {
        if let transport::Event::CodeSent { account, code } = event
            && let Some(phone) = telephones.get(&account)
            && let Some(person) = people.get(phone)
        {
            person.reads_code(code);
        }
    })
}

/// Looks on at a person's device.
pub(crate) fn onlooker(
    (name, phone): (String, PhoneNumber),
    memory: Arc<Memory>,
    (people, setup): (People, Setup),
) -> Observer<Event> {
    Box::new(move |event| match event {
        Event::Acknowledged { number } => memory.acknowledged(number),
        Event::Shown { id, quoted, body, .. } => people.saw(&phone, (id, quoted), body),
        Event::Fetched { id, outcome, .. } => people.0.journal.fetched(id, outcome),
        Event::Happened(Happening::Ready) => setup.is_ready(&name),
        Event::Happened(happening) => people.0.journal.happened(&happening),
        Event::Labelled { .. } => {}
    })
}

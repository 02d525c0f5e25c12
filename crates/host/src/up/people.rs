//! The simulated people: their devices, their telephones, and what they are asked to do.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use client::{Ask, Command, Event};
use endpoint::Happening;
use tokio::sync::oneshot;
use transport::Alias;
use vocab::PhoneNumber;

use super::{journal::Journal, setup::Setup};
use crate::node::{Ended, Handle, Observer};

/// All simulated people. Copies are the same people.
#[derive(Clone, Debug, Default)]
pub(crate) struct People(Arc<Mutex<BTreeMap<PhoneNumber, Arc<Person>>>>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Person {
    device: Handle<Command>,
    memory: Arc<Memory>,
}

/// What a person remembers of what was asked.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The number of the last command. Numbers of an earlier start are below all of this one.
    last: AtomicU64,
    /// Who waits until a command is durable.
    waiting: Mutex<BTreeMap<u64, oneshot::Sender<()>>>,
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
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waits) = waiting.remove(&number) {
            // Whoever waited may have gone away.
            let _gone = waits.send(());
        }
    }
}

impl Person {
    pub(crate) const fn new(device: Handle<Command>, memory: Arc<Memory>) -> Self {
        Self { device, memory }
    }

    /// Does something; returns when it is durable on the device.
    ///
    /// # Errors
    ///
    /// [`Ended`], if the device ends first.
    pub(crate) async fn does(&self, ask: Ask) -> Result<(), Ended> {
        let number = self.memory.next();
        let (done, durable) = oneshot::channel();
        {
            let waiting = &self.memory.waiting;
            waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(number, done);
        }
        self.device.command(Command { number, ask }).await?;
        durable.await.map_err(|_| Ended)
    }

    /// A short message with a code came to the telephone, and is typed into the app.
    fn reads_code(&self, code: String) {
        self.device.post(Command { number: self.memory.next(), ask: Ask::EnterCode { code } });
    }
}

impl People {
    pub(crate) fn add(&self, phone: PhoneNumber, person: Person) {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        people.insert(phone, Arc::new(person));
    }

    pub(crate) fn get(&self, phone: &PhoneNumber) -> Option<Arc<Person>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(phone).cloned()
    }
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
    (journal, setup): (Journal, Setup),
) -> Observer<Event> {
    Box::new(move |event| match event {
        Event::Acknowledged { number } => memory.acknowledged(number),
        Event::Shown { from, id, text, .. } => journal.shown(id, (&from, &phone), text),
        Event::Happened(Happening::Ready) => setup.is_ready(&name),
        Event::Happened(happening) => journal.happened(&happening),
        Event::Labelled { .. } => {}
    })
}

//! A transport that logs what it does not understand.

#![expect(clippy::wildcard_enum_match_arm, reason = "it watches frames alone")]

use std::{collections::BTreeMap, sync::Arc};

use hop::{Act, Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use transport::{Alias, Command, Config, Event, Transport};
use vocab::{NoiseKey, Now};
use wire::transport::ToTransport;

use crate::{node::Resident, view::EventRecord};

/// A transport with or without the habit.
#[derive(Debug)]
pub struct Carrier {
    inner: Transport,
    logs: bool,
    /// Who has the telephone of a number: that is the telephone network's knowledge.
    telephones: Arc<BTreeMap<Alias, NoiseKey>>,
}

/// What such a transport tells its operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// What an honest one tells.
    Honest(Event),
    /// Bytes that it wrote to its log.
    Logged(Vec<u8>),
    /// A short message that goes to somebody's telephone.
    Texted(NoiseKey, Vec<u8>),
}

impl Carrier {
    /// A transport around an honest one; `logs` what is no frame.
    pub fn new(config: Config, logs: bool) -> Self {
        Self { inner: Transport::new(config), logs, telephones: Arc::default() }
    }

    /// The same beside a telephone network.
    #[must_use]
    pub fn with_telephones(mut self, telephones: Arc<BTreeMap<Alias, NoiseKey>>) -> Self {
        self.telephones = telephones;
        self
    }

    /// The short message that goes out with an effect, and when.
    fn text(&self, effect: &Effect<Event>) -> Option<Effect<Carried>> {
        let Act::Event(Event::CodeSent { account, code }) = &effect.act else { return None };
        let to = *self.telephones.get(account)?;
        let act = Act::Event(Carried::Texted(to, code.clone().into_bytes()));
        Some(Effect { after: effect.after, act })
    }
}

impl Hop for Carrier {
    type Command = Command;
    type Event = Carried;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Carried> {
        let logged = match &input {
            Input::Frame { bytes, .. } if self.logs && ToTransport::decode(bytes).is_err() => {
                Some(bytes.clone())
            }
            _ => None,
        };
        let outputs = self.inner.handle(input, now, rng);
        let texts: Vec<_> = outputs.effects.iter().filter_map(|effect| self.text(effect)).collect();
        let mut effects: Vec<Effect<Carried>> = outputs.effects.into_iter().map(honest).collect();
        effects.extend(texts);
        effects.extend(logged.map(|bytes| {
            let act = Act::Event(Carried::Logged(bytes));
            Effect { after: None, act }
        }));
        Outputs { effects, wake_at: outputs.wake_at }
    }
}

fn honest(effect: Effect<Event>) -> Effect<Carried> {
    let act = match effect.act {
        Act::Send { to, bytes } => Act::Send { to, bytes },
        Act::Reply { id, response } => Act::Reply { id, response },
        Act::Request { id, request } => Act::Request { id, request },
        Act::Store { tx, transaction } => Act::Store { tx, transaction },
        Act::Event(event) => Act::Event(Carried::Honest(event)),
        Act::Log(line) => Act::Log(line),
    };
    Effect { after: effect.after, act }
}

impl Resident for Carrier {
    fn token(command: &Command) -> Option<u128> {
        match *command {}
    }

    fn logged(event: &Carried) -> Option<Vec<u8>> {
        match event {
            Carried::Logged(bytes) => Some(bytes.clone()),
            Carried::Honest(_) | Carried::Texted(..) => None,
        }
    }

    fn texts(event: &Carried) -> Option<(NoiseKey, Vec<u8>)> {
        match event {
            Carried::Texted(to, text) => Some((*to, text.clone())),
            Carried::Honest(_) | Carried::Logged(_) => None,
        }
    }

    fn render(event: &Carried) -> Option<EventRecord> {
        match event {
            Carried::Honest(event) => Transport::render(event),
            Carried::Logged(bytes) => Some(EventRecord::new("logged").with("bytes", bytes.len())),
            Carried::Texted(..) => None,
        }
    }
}

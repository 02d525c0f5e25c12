//! A person's device that leaks, or that poses as somebody else.

use client::{Ask, Client, Command, Event};
use hop::{Act, Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use vocab::{NoiseKey, Now, PhoneNumber};
use wire::transport::{self, ToTransport};

use crate::{
    node::Resident,
    scan::leak::{self, Form},
    view::EventRecord,
};

/// How a device behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Habit {
    /// As it should.
    Honest,
    /// It hands what the person writes to the transport, beside the encrypted message.
    Leaks(Form),
    /// It sends under another number than its own.
    PosesAs(PhoneNumber),
}

/// A device with a habit.
#[derive(Debug)]
pub struct Device {
    inner: Client,
    habit: Habit,
    transport: NoiseKey,
}

impl Device {
    /// A device around an honest one.
    pub fn new(config: client::Config, habit: Habit) -> Self {
        let transport = config.endpoint.transport;
        Self { inner: Client::new(config), habit, transport }
    }
}

impl Hop for Device {
    type Command = Command;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let leaked = match (&self.habit, &input) {
            (Habit::Leaks(form), Input::Command(Command { ask: Ask::Write { text, .. }, .. })) => {
                leak::records(*form, text)
            }
            _ => Vec::new(),
        };
        let mut outputs = self.inner.handle(input, now, rng);
        if let Habit::PosesAs(number) = &self.habit {
            outputs.effects.iter_mut().for_each(|effect| pose(effect, number));
        }
        let to = self.transport;
        let acts = leaked.into_iter().map(|bytes| Act::Send { to, bytes });
        outputs.effects.extend(acts.map(|act| Effect { after: None, act }));
        outputs
    }
}

/// Puts another sender into an envelope.
fn pose(effect: &mut Effect<Event>, number: &PhoneNumber) {
    let Act::Send { bytes, .. } = &mut effect.act else { return };
    let Ok(ToTransport { id, ask: transport::Ask::Send(mut envelope) }) =
        ToTransport::decode(bytes)
    else {
        return;
    };
    envelope.from.phone = number.clone();
    *bytes = ToTransport { id, ask: transport::Ask::Send(envelope) }.encode();
}

impl Resident for Device {
    fn token(command: &Command) -> Option<u128> {
        Client::token(command)
    }

    fn acknowledged(event: &Event) -> Option<u128> {
        Client::acknowledged(event)
    }

    fn typed(command: &Command) -> Option<Vec<u8>> {
        Client::typed(command)
    }

    fn texted(text: &[u8], nth: u64) -> Option<Command> {
        Client::texted(text, nth)
    }

    fn shown(event: &Event) -> Option<Vec<u8>> {
        Client::shown(event)
    }

    fn render(event: &Event) -> Option<EventRecord> {
        Client::render(event)
    }
}

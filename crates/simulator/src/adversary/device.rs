//! A person's device that leaks, that poses as somebody else, or that uses up somebody's prekeys.

use client::{Ask, Client, Command, Event};
use hop::{Act, Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use vocab::{Address, Instant, Micros, NoiseKey, Now, PhoneNumber};
use wire::transport::{self, ToTransport};

use super::scheme::{Scheme, Tally};
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
    drains: Vec<Draining>,
    tally: Tally,
}

/// Somebody's bundles, asked for again and again.
#[derive(Clone, Debug)]
pub struct Draining {
    scheme: Scheme,
    about: Address,
    every: Micros,
    /// How often its time has come, the first time included.
    rounds: u64,
}

impl Draining {
    /// As `scheme` says, the bundles of `about`, once each `every`.
    pub const fn new(scheme: Scheme, about: Address, every: Micros) -> Self {
        Self { scheme, about, every, rounds: 0 }
    }

    /// When its time comes next, if it does.
    fn next(&self, now: Now) -> Option<Instant> {
        let after = Micros(self.every.0.saturating_mul(self.rounds));
        let due = self.scheme.from().after(after);
        (after < self.scheme.lasts()).then(|| now.mono.after(due.since(now.wall)))
    }

    /// The request of a round whose time has come, if it is taken.
    fn ask(&mut self, now: Now) -> Option<Option<Vec<u8>>> {
        if self.next(now)? > now.mono {
            return None;
        }
        let round = self.rounds;
        self.rounds = round.saturating_add(1);
        if !self.scheme.strikes(now, round) {
            return Some(None);
        }
        let id = self.requests().saturating_add(round);
        let ask = transport::Ask::Fetch { address: self.about.clone() };
        Some(Some(ToTransport { id, ask }.encode()))
    }

    /// Where the ids of its requests begin: beyond those of the device, and of every other plan.
    fn requests(&self) -> u64 {
        let plan = (self.scheme.index as u64) & 0xffff;
        1 << 63 | plan << 40
    }
}

impl Device {
    /// A device around an honest one.
    pub fn new(config: client::Config, habit: Habit) -> Self {
        let transport = config.endpoint.transport;
        let (drains, tally) = (Vec::new(), Tally::default());
        Self { inner: Client::new(config), habit, transport, drains, tally }
    }

    /// The same, that uses up prekeys beside all that it does.
    #[must_use]
    pub fn with_drains(mut self, drains: Vec<Draining>, tally: Tally) -> Self {
        self.drains = drains;
        self.tally = tally;
        self
    }

    /// Asks for bundles whose time has come.
    fn drain(&mut self, now: Now, outputs: &mut Outputs<Event>) {
        let to = self.transport;
        for drain in &mut self.drains {
            while let Some(ask) = drain.ask(now) {
                let Some(bytes) = ask else { continue };
                self.tally.add(drain.scheme.index);
                outputs.effects.push(Effect { after: None, act: Act::Send { to, bytes } });
            }
            outputs.wake_at = outputs.wake_at.into_iter().chain(drain.next(now)).min();
        }
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
        self.drain(now, &mut outputs);
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

//! A transport that logs what it does not understand, or does not keep to the protocol.

#![expect(clippy::wildcard_enum_match_arm, reason = "it watches frames alone")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hop::{Act, Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use transport::{Command, Config, Event, Transport};
use vocab::{Instant, NoiseKey, Now};
use wire::transport::{Ask, FromTransport, ToTransport};

use super::{
    middle::Middle,
    tampering::{Delivered, Parcel, Tampering},
    telephones::Telephones,
};
use crate::{node::Resident, view::EventRecord};

/// A transport with or without bad habits.
#[derive(Debug)]
pub struct Carrier {
    inner: Transport,
    logs: bool,
    /// What it is up to; `None` if it is honest. Its memory outlives the transport's crashes.
    plot: Option<Arc<Mutex<Plot>>>,
    /// Who has the telephone of a number: that is the telephone network's knowledge.
    telephones: Arc<Telephones>,
}

/// What a dishonest transport is up to.
#[derive(Debug)]
pub struct Plot {
    /// With envelopes.
    pub tampering: Tampering,
    /// With keys.
    pub middles: Vec<Middle>,
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

/// What the honest transport inside did, and what is made of it.
struct Turn<'t> {
    now: Now,
    rng: &'t mut dyn CryptoRng,
    effects: Vec<Effect<Carried>>,
}

impl Carrier {
    /// A transport around an honest one; `logs` what is no frame.
    pub fn new(config: Config, logs: bool) -> Self {
        Self { inner: Transport::new(config), logs, plot: None, telephones: Arc::default() }
    }

    /// The same beside a telephone network.
    #[must_use]
    pub fn with_telephones(mut self, telephones: Arc<Telephones>) -> Self {
        self.telephones = telephones;
        self
    }

    /// Sends the short messages that go with these effects.
    fn text_all(&self, effects: &mut Vec<Effect<Carried>>) {
        let texts: Vec<_> = effects.iter().filter_map(|effect| self.text(effect)).collect();
        effects.extend(texts);
    }

    /// The short message that goes out with an effect, and when.
    fn text(&self, effect: &Effect<Carried>) -> Option<Effect<Carried>> {
        let Act::Event(Carried::Honest(Event::CodeSent { account, code })) = &effect.act else {
            return None;
        };
        let to = self.telephones.link(account)?;
        let act = Act::Event(Carried::Texted(to, code.clone().into_bytes()));
        Some(Effect { after: effect.after, act })
    }

    /// The same with something bad in mind.
    #[must_use]
    pub fn with_plot(mut self, plot: Option<Arc<Mutex<Plot>>>) -> Self {
        self.plot = plot;
        self
    }

    /// Gives the honest transport an input, and lets out of it what the plot leaves; when the
    /// honest transport wants to be woken.
    fn run(
        &mut self,
        input: Input<Command>,
        plot: &mut Plot,
        turn: &mut Turn<'_>,
    ) -> Option<Instant> {
        let Outputs { effects, mut wake_at } = self.inner.handle(input, turn.now, turn.rng);
        let mut forgotten = Vec::new();
        for effect in effects {
            forgotten.extend(let_out(effect, plot, turn));
        }
        for Parcel { link, place, envelope } in forgotten {
            // To the honest transport inside it looks as if the recipient had it.
            let (id, address) = (OWN_REQUESTS | place, envelope.to);
            let bytes = ToTransport { id, ask: Ask::Ack { address, places: vec![place] } }.encode();
            let outputs = self.inner.handle(Input::Frame { from: link, bytes }, turn.now, turn.rng);
            turn.effects.extend(outputs.effects.into_iter().map(honest));
            wake_at = outputs.wake_at;
        }
        wake_at
    }

    /// What an end sends, as the honest transport inside is given it.
    fn received(
        plot: &mut Plot,
        (from, bytes): (NoiseKey, Vec<u8>),
        turn: &mut Turn<'_>,
    ) -> Input<Command> {
        let Ok(mut frame) = ToTransport::decode(&bytes) else {
            return Input::Frame { from, bytes };
        };
        let forged = plot.tampering.asked(from, &frame, turn.now);
        turn.effects.extend(forged.into_iter().map(|parcel| sent(None, parcel)));
        let mut changed = false;
        for middle in &mut plot.middles {
            if let Some(read) = middle.asked(from, &mut frame, turn.now) {
                changed = true;
                turn.effects.extend(read.map(logged));
            }
        }
        let bytes = if changed { frame.encode() } else { bytes };
        Input::Frame { from, bytes }
    }
}

/// Requests that the plot makes in the name of an end have ids from here on, which no end chooses.
const OWN_REQUESTS: u64 = 3 << 62;

/// Lets an effect of the honest transport out, or what the plot makes of it; a delivery that the
/// transport has to forget.
fn let_out(effect: Effect<Event>, plot: &mut Plot, turn: &mut Turn<'_>) -> Option<Parcel> {
    let after = effect.after;
    let Act::Send { to, bytes } = effect.act else {
        turn.effects.push(honest(effect));
        return None;
    };
    match FromTransport::decode(&bytes) {
        Ok(FromTransport::Deliver { place, envelope }) => {
            let parcel = Parcel { link: to, place, envelope };
            match plot.tampering.deliver(parcel.clone(), turn.now) {
                Delivered::Instead(parcels) => {
                    turn.effects.extend(parcels.into_iter().map(|one| sent(after, one)));
                }
                Delivered::Never => return Some(parcel),
            }
        }
        Ok(FromTransport::Answer { id, .. }) if id >= OWN_REQUESTS => {}
        Ok(FromTransport::Answer { id, status, bundle: Some(bundle), retry_after }) => {
            let mut middles = plot.middles.iter_mut();
            let lie = middles.find_map(|middle| middle.answer((to, id), &bundle));
            let bundle = Some(lie.unwrap_or(bundle));
            let bytes = FromTransport::Answer { id, status, bundle, retry_after }.encode();
            turn.effects.push(Effect { after, act: Act::Send { to, bytes } });
        }
        _ => turn.effects.push(Effect { after, act: Act::Send { to, bytes } }),
    }
    None
}

fn sent(after: Option<store::TxId>, parcel: Parcel) -> Effect<Carried> {
    let (to, bytes) = parcel.frame();
    Effect { after, act: Act::Send { to, bytes } }
}

fn logged(bytes: Vec<u8>) -> Effect<Carried> {
    Effect { after: None, act: Act::Event(Carried::Logged(bytes)) }
}

fn lock(plot: &Mutex<Plot>) -> MutexGuard<'_, Plot> {
    plot.lock().unwrap_or_else(PoisonError::into_inner)
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
        if let Some(plot) = self.plot.clone() {
            let mut outputs = self.plotting(&mut lock(&plot), input, now, rng);
            self.text_all(&mut outputs.effects);
            return outputs;
        }
        let unknown = match &input {
            Input::Frame { bytes, .. } if self.logs && ToTransport::decode(bytes).is_err() => {
                Some(bytes.clone())
            }
            _ => None,
        };
        let outputs = self.inner.handle(input, now, rng);
        let mut effects: Vec<Effect<Carried>> = outputs.effects.into_iter().map(honest).collect();
        self.text_all(&mut effects);
        effects.extend(unknown.map(logged));
        Outputs { effects, wake_at: outputs.wake_at }
    }
}

impl Carrier {
    fn plotting(
        &mut self,
        plot: &mut Plot,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Carried> {
        let mut turn = Turn { now, rng, effects: Vec::new() };
        let input = match input {
            Input::Frame { from, bytes } => Self::received(plot, (from, bytes), &mut turn),
            Input::Boot => {
                plot.tampering.restarted();
                Input::Boot
            }
            other => other,
        };
        let wake_at = self.run(input, plot, &mut turn);
        let due = plot.tampering.due(now);
        turn.effects.extend(due.into_iter().map(|parcel| sent(None, parcel)));
        let effects = turn.effects;
        let wake_at = wake_at.into_iter().chain(plot.tampering.wake_at()).min();
        Outputs { effects, wake_at }
    }
}

fn honest(effect: Effect<Event>) -> Effect<Carried> {
    let act = match effect.act {
        Act::Send { to, bytes } => Act::Send { to, bytes },
        Act::Reply { id, response } => Act::Reply { id, response },
        Act::Request { id, request } => Act::Request { id, request },
        Act::Store { tx, transaction } => Act::Store { tx, transaction },
        Act::Watch { queue, on } => Act::Watch { queue, on },
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

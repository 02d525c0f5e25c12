//! Toy hops for tests: what they do is a function given by the test.

use std::sync::{Arc, Mutex};

use hop::{Act, Effect, ExchangeId, Hop, Input, Outputs, http};
use rand_core::CryptoRng;
use store::{Key, Op, Revision, Row, Transaction, TxId};
use vocab::{DataClass, Instant, Keep, Micros, NoiseKey, Now, Reason, UnixMicros};

use crate::{
    kernel::{HostId, Time},
    net::{Latency, LinkConfig},
    node::{Observer, Resident},
    view::{EventRecord, View, ViewSink},
};

/// 2025-01-01.
pub(crate) const EPOCH: UnixMicros = UnixMicros(1_735_689_600_000_000);

/// A command with its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask(pub(crate) u128, pub(crate) &'static str);

pub(crate) type Step = fn(&mut Memory, Input<Ask>, Now, &mut dyn CryptoRng) -> Vec<Effect<String>>;

/// What a toy remembers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) peers: Vec<NoiseKey>,
    pub(crate) count: u64,
    pub(crate) wake_at: Option<Instant>,
}

pub(crate) struct Toy {
    pub(crate) memory: Memory,
    step: Step,
}

impl Toy {
    pub(crate) fn new(step: Step) -> Self {
        Self { memory: Memory::default(), step }
    }
}

impl Hop for Toy {
    type Command = Ask;
    type Event = String;

    fn handle(&mut self, input: Input<Ask>, now: Now, rng: &mut dyn CryptoRng) -> Outputs<String> {
        match &input {
            Input::Link { peer, up: true } => self.memory.peers.push(*peer),
            Input::Link { peer, up: false } => self.memory.peers.retain(|known| known != peer),
            _ => {}
        }
        let effects = (self.step)(&mut self.memory, input, now, rng);
        Outputs { effects, wake_at: self.memory.wake_at }
    }
}

impl Resident for Toy {
    fn token(command: &Ask) -> Option<u128> {
        (command.0 > 0).then_some(command.0)
    }

    fn acknowledged(event: &String) -> Option<u128> {
        event.strip_prefix("durable ")?.parse().ok()
    }

    fn typed(command: &Ask) -> Option<Vec<u8>> {
        Some(command.1.into())
    }

    fn shown(event: &String) -> Option<Vec<u8>> {
        event.starts_with("show").then(|| event.clone().into_bytes())
    }

    fn render(event: &String) -> Option<EventRecord> {
        Some(EventRecord::new("toy").with("text", event.as_str()))
    }
}

pub(crate) fn key(number: u8) -> NoiseKey {
    NoiseKey([number; 32])
}

pub(crate) fn now(act: Act<String>) -> Effect<String> {
    Effect { after: None, act }
}

pub(crate) fn after(tx: u64, act: Act<String>) -> Effect<String> {
    Effect { after: Some(TxId(tx)), act }
}

pub(crate) fn say(text: impl Into<String>) -> Act<String> {
    Act::Event(text.into())
}

pub(crate) fn send(to: NoiseKey, text: &str) -> Act<String> {
    Act::Send { to, bytes: text.into() }
}

pub(crate) fn get(exchange: u64, authority: &str) -> Act<String> {
    let request = http::Request::new(authority, "GET", "/");
    Act::Request { id: ExchangeId(exchange), request }
}

pub(crate) fn post(exchange: u64, authority: &str) -> Act<String> {
    let request = http::Request::new(authority, "POST", "/");
    Act::Request { id: ExchangeId(exchange), request }
}

/// Writes a row that stays for `keep`, or for good.
pub(crate) fn put(tx: u64, name: &str, keep: Option<Micros>) -> Act<String> {
    let row = Row {
        key: Key::table(name),
        revision: Revision(1),
        value: format!("value of {name}").into_bytes(),
        class: DataClass::MessageContent,
        keep: keep.map_or(Keep::Never(Reason::UntilDone), Keep::For),
    };
    let transaction = Transaction { checks: Vec::new(), ops: vec![Op::Put(row)] };
    Act::Store { tx: TxId(tx), transaction }
}

pub(crate) fn millis(millis: u64) -> Time {
    Time(Micros::millis(millis).0)
}

pub(crate) fn link(latency: Micros) -> LinkConfig {
    LinkConfig::perfect("device", Latency::Fixed(latency))
}

/// What happened, as hops told it: when, on which host, what.
pub(crate) type Told = Vec<(Time, HostId, String)>;

/// Writes down what hops tell.
#[derive(Debug, Default)]
pub(crate) struct Notebook(pub(crate) Told);

impl Notebook {
    pub(crate) fn new() -> Arc<Mutex<Self>> {
        Arc::default()
    }
}

impl Observer<Toy> for Notebook {
    fn on_event(&mut self, host: HostId, at: Time, event: &String) {
        self.0.push((at, host, event.clone()));
    }
}

/// What was told by everybody, without the times.
pub(crate) fn words(notebook: &Mutex<Notebook>) -> Vec<String> {
    notebook.lock().unwrap().0.iter().map(|(_, _, text)| text.clone()).collect()
}

/// Keeps all views and events.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Everything {
    pub(crate) views: Vec<View>,
    pub(crate) events: Vec<(Time, HostId, EventRecord)>,
}

impl ViewSink for Everything {
    fn wants(&self, _host: HostId) -> bool {
        true
    }

    fn view(&mut self, view: View) {
        self.views.push(view);
    }

    fn wants_events(&self) -> bool {
        true
    }

    fn event(&mut self, at: Time, host: HostId, event: EventRecord) {
        self.events.push((at, host, event));
    }
}

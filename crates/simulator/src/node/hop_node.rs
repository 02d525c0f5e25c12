//! The adapter between a hop and the kernel.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use hop::{
    Act, Effect, ExchangeId, Input, Unreachable,
    http::{Request, Response},
};
use store::{Answer, Engine, Memory, TxId};
use vocab::{DataClass, Micros, NoiseKey};

use super::{
    Node, Strains,
    commands::Commands,
    disk::Disk,
    exchanges::{Exchanges, HTTP_PATIENCE},
    person::{Application, Observer, Resident, Turn},
    remote::Heard,
    shelf::{Shelf, Standing},
    wake::{Rung, Wake},
};
use crate::{
    kernel::{HostId, Port, Time, Timer, WireId},
    view::Stream,
};

/// The number under which the person's own moments come; commands are counted from one.
const TURN: u64 = u64::MAX;
/// A short message, and who it is for to read it and type what it says.
const SHORT_MESSAGE_TAKES: Micros = Micros::seconds(1);

/// A hop with its private store and the person in front of it.
pub struct HopNode<H: Resident> {
    /// Makes the hop as of its start; what it needs beyond that is in its store.
    make: Box<dyn Fn() -> H + Send>,
    /// `None` while the host is down.
    hop: Option<H>,
    pub(super) shelf: Shelf<H::Event>,
    exchanges: Exchanges,
    wake: Wake,
    pub(super) commands: Commands<H::Command>,
    pub(super) script: Vec<(Time, u64)>,
    pub(super) application: Option<Box<dyn Application<H>>>,
    pub(super) observer: Option<Arc<Mutex<dyn Observer<H>>>>,
    /// Short messages that came.
    texted: u64,
    /// For the observer, between windows.
    unobserved: VecDeque<H::Event>,
}

impl<H: Resident> HopNode<H> {
    /// A node whose hop `make` makes, at every start anew, with an empty store in memory.
    pub fn new(make: impl Fn() -> H + Send + 'static) -> Self {
        Self {
            make: Box::new(make),
            hop: None,
            shelf: Shelf::new(Box::new(Memory::new())),
            exchanges: Exchanges::default(),
            wake: Wake::default(),
            commands: Commands::new(),
            script: Vec::new(),
            application: None,
            observer: None,
            texted: 0,
            unobserved: VecDeque::new(),
        }
    }

    /// The hop; `None` while the host is down.
    pub const fn hop(&self) -> Option<&H> {
        self.hop.as_ref()
    }

    /// Its store.
    pub fn disk(&self) -> &dyn Engine {
        self.shelf.disk()
    }

    /// Its store, to change it between two runs.
    pub fn disk_mut(&mut self) -> &mut dyn Disk {
        self.shelf.disk_mut()
    }

    /// Short messages that came to its telephone.
    pub const fn short_messages(&self) -> u64 {
        self.texted
    }

    /// Rows that sweeps removed, by class.
    pub const fn swept(&self) -> &BTreeMap<DataClass, u64> {
        self.shelf.swept()
    }

    /// Writes of ratchet state that no check of the row's revision guarded. None is right.
    pub const fn unguarded_ratchet_writes(&self) -> u64 {
        self.shelf.unguarded()
    }

    /// Commands that are not known to be durable.
    pub fn open_commands(&self) -> usize {
        self.commands.open()
    }

    pub(crate) fn add_command(&mut self, command: H::Command) -> u64 {
        self.commands.add(command)
    }

    fn feed(&mut self, input: Input<H::Command>, port: &mut Port<'_>) {
        let Some(hop) = self.hop.as_mut() else { return };
        let mut rng = port.next_rng();
        let outputs = hop.handle(input, port.now(), &mut rng);
        self.wake.want(outputs.wake_at, port);
        for Effect { after, act } in outputs.effects {
            self.let_out(after, act, port);
        }
    }

    /// An effect leaves now, later or never.
    fn let_out(&mut self, after: Option<TxId>, act: Act<H::Event>, port: &mut Port<'_>) {
        match after.map(|tx| (tx, self.shelf.standing(tx))) {
            None | Some((_, Standing::Durable)) => self.perform(act, port),
            Some((tx, Standing::UnderWay)) => self.shelf.hold(tx, act),
            Some((_, Standing::Failed)) => drop(act),
        }
    }

    fn perform(&mut self, act: Act<H::Event>, port: &mut Port<'_>) {
        match act {
            Act::Send { to, bytes } => port.send(to, bytes),
            Act::Reply { id, response } => {
                if let Some((asker, wire)) = self.exchanges.answer(id) {
                    port.respond(asker, wire, response);
                }
            }
            Act::Request { id: ExchangeId(exchange), request } => {
                self.exchanges.ask(exchange);
                port.request(exchange, request);
                port.remind(HTTP_PATIENCE, Timer::Deadline(exchange));
            }
            Act::Store { tx, transaction } => self.shelf.apply(tx, transaction, port),
            Act::Watch { queue, on } => self.shelf.watch(queue, on, port),
            Act::Event(event) => self.tell(event, port),
            Act::Log(line) => port.show(Stream::Log, || line.into_bytes()),
        }
    }

    /// Tells the person, and whoever looks on.
    fn tell(&mut self, event: H::Event, port: &mut Port<'_>) {
        if let Some(token) = H::acknowledged(&event) {
            self.commands.acknowledge(token);
        }
        if port.is_viewed()
            && let Some(shown) = H::shown(&event)
        {
            port.show(Stream::AppOut, || shown);
        }
        if port.is_viewed()
            && let Some(line) = H::logged(&event)
        {
            port.show(Stream::Log, || line);
        }
        if let Some((to, text)) = H::texts(&event) {
            port.tell(to, SHORT_MESSAGE_TAKES, text);
        }
        if port.wants_events()
            && let Some(record) = H::render(&event)
        {
            port.log_event(record);
        }
        if let Some(application) = &mut self.application {
            for (after, command) in application.on_event(&event, port.now()) {
                let number = self.commands.add(command);
                port.command(after, number);
            }
        }
        if self.observer.is_some() {
            self.unobserved.push_back(event);
            port.observed();
        }
    }

    /// What a process forgets when it ends.
    fn forget(&mut self, port: &mut Port<'_>) {
        self.hop = None;
        self.wake = Wake::default();
        for (asker, wire) in self.exchanges.abandon() {
            port.refuse(asker, wire);
        }
    }

    /// The person does something unasked.
    fn turn(&mut self, port: &mut Port<'_>) {
        let Some(application) = &mut self.application else { return };
        let Turn { commands, online, next } = application.on_turn(port.now());
        if let Some(online) = online {
            port.switch(online);
        }
        if let Some(next) = next {
            port.command(next, TURN);
        }
        for command in commands {
            let number = self.commands.add(command);
            self.command(number, port);
        }
    }

    fn stored(&mut self, tx: TxId, port: &mut Port<'_>) -> bool {
        let Some(ended) = self.shelf.answer(tx) else { return false };
        self.ended(tx, ended, port);
        true
    }

    fn ended(
        &mut self,
        tx: TxId,
        (answer, released): (Answer, Vec<Act<H::Event>>),
        port: &mut Port<'_>,
    ) {
        for act in released {
            self.perform(act, port);
        }
        self.feed(Input::Stored { tx, answer }, port);
    }

    /// The store that is another host's says something.
    fn hear(&mut self, bytes: &[u8], port: &mut Port<'_>) {
        for heard in self.shelf.hear(bytes, port) {
            match heard {
                Heard::Ended(tx, answer) => {
                    let ended = self.shelf.settle(tx, answer);
                    self.ended(tx, ended, port);
                }
                Heard::Joined(queue) => self.feed(Input::Joined { queue }, port),
            }
        }
    }
}

impl<H: Resident> Node for HopNode<H> {
    fn script(&self) -> Vec<(Time, u64)> {
        let first = self.application.as_ref().and_then(|application| application.first_turn());
        let turn = first.map(|first| (Time(first.0), TURN));
        self.script.iter().copied().chain(turn).collect()
    }

    fn boot(&mut self, port: &mut Port<'_>) {
        self.hop = Some((self.make)());
        self.shelf.plan_sweep(port);
        for act in self.shelf.unheard() {
            self.perform(act, port);
        }
        self.feed(Input::Boot, port);
        for number in self.commands.after_restart() {
            port.command(Micros(1), number);
        }
    }

    fn crash(&mut self, port: &mut Port<'_>) {
        let _durable = self.shelf.crash(None);
        self.forget(port);
    }

    fn crash_torn(&mut self, word: u64, port: &mut Port<'_>) {
        let _durable = self.shelf.crash(Some(word));
        self.forget(port);
    }

    fn unsynced(&self) -> usize {
        self.shelf.disk().unsynced()
    }

    fn limit_disk(&mut self, full: bool, read_only: bool) {
        self.shelf.disk_mut().limit(full, read_only);
    }

    fn clock_was_set(&mut self, port: &mut Port<'_>) {
        if self.hop.is_some() {
            self.shelf.plan_sweep(port);
        }
    }

    fn link(&mut self, peer: NoiseKey, up: bool, port: &mut Port<'_>) {
        if !self.shelf.link(peer, up, port) {
            self.feed(Input::Link { peer, up }, port);
        }
    }

    fn frame(&mut self, from: NoiseKey, bytes: Vec<u8>, port: &mut Port<'_>) {
        if self.shelf.is_of(from) {
            return self.hear(&bytes, port);
        }
        self.feed(Input::Frame { from, bytes }, port);
    }

    fn request(&mut self, from: HostId, wire: WireId, request: Request, port: &mut Port<'_>) {
        let id = self.exchanges.serve(from, wire, port.time());
        self.feed(Input::Request { id, request }, port);
    }

    fn expects(&self, exchange: u64) -> bool {
        self.exchanges.is_open(exchange)
    }

    fn response(&mut self, exchange: u64, response: Option<Response>, port: &mut Port<'_>) {
        if self.exchanges.close(exchange) {
            let (id, outcome) = (ExchangeId(exchange), response.ok_or(Unreachable));
            self.feed(Input::Response { id, outcome }, port);
        }
    }

    fn command(&mut self, number: u64, port: &mut Port<'_>) {
        if number == TURN {
            return self.turn(port);
        }
        if self.hop.is_none() {
            return self.commands.miss(number);
        }
        if let Some(command) = self.commands.give(number, H::token) {
            if port.is_viewed()
                && let Some(typed) = H::typed(&command)
            {
                port.show(Stream::AppIn, || typed);
            }
            self.feed(Input::Command(command), port);
        }
    }

    fn told(&mut self, text: &[u8], port: &mut Port<'_>) {
        self.texted = self.texted.saturating_add(1);
        if let Some(command) = H::texted(text, self.texted) {
            let number = self.commands.add(command);
            self.command(number, port);
        }
    }

    fn timer(&mut self, timer: Timer, port: &mut Port<'_>) -> bool {
        match timer {
            Timer::Wake => {
                let rung = self.wake.ring(port) == Rung::Now;
                if rung {
                    self.feed(Input::Wake, port);
                }
                rung
            }
            Timer::Answer(tx) => self.stored(TxId(tx), port),
            Timer::Sweep => self.shelf.sweep(port),
            Timer::Deadline(exchange) => {
                let open = self.exchanges.is_open(exchange);
                self.response(exchange, None, port);
                open
            }
            Timer::Own(_) => self.shelf.insist(port),
        }
    }

    fn observe(&mut self, at: Time, host: HostId) {
        if let Some((observer, event)) = self.observer.as_ref().zip(self.unobserved.pop_front()) {
            let mut observer = observer.lock().unwrap_or_else(PoisonError::into_inner);
            observer.on_event(host, at, &event);
        }
        if self.unobserved.is_empty() {
            // Not its room: most nodes are at rest nearly always.
            self.unobserved = VecDeque::new();
        }
    }

    fn transactions(&self) -> u64 {
        self.shelf.transactions()
    }

    fn strains(&self) -> Strains {
        self.shelf.strains()
    }

    fn store(&self) -> Option<&dyn Engine> {
        Some(self.shelf.disk())
    }
}

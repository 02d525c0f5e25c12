//! The transport as a hop: inputs become work, and work becomes effects.

use alloc::{boxed::Box, collections::VecDeque, vec::Vec};

use hop::{
    Act, Desk, Effect, ExchangeId, Hop, Input, Outputs, Work,
    http::{Request, Response},
};
use prost::Message;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use store::Key;
use vocab::{Address, NoiseKey, Now, limits};
use wire::{error::Malformed, generated::transport as raw, transport::ToTransport};

use crate::{
    config::Config,
    handle::{self, Context, Note, http},
    input::{Asked, Command, Job},
    links::{Admission, Links},
    mutant::planted,
    output::{Event, Refusal},
    rates::Rates,
    rows::keys,
    shared::Shared,
};

/// Hop 2: stores and forwards what it cannot open.
#[derive(Debug)]
pub struct Transport {
    config: Config,
    desk: Desk<Job, Note>,
    links: Links,
    rates: Rates,
    /// Of use to one of several nodes over a store.
    shared: Shared,
    /// HTTP requests that are being worked on.
    exchanges: usize,
}

/// One input being handled.
struct Turn<'t> {
    now: Now,
    rng: &'t mut dyn CryptoRng,
    effects: Vec<Effect<Event>>,
    work: VecDeque<Work<Job>>,
}

impl Turn<'_> {
    fn act(&mut self, act: Act<Event>) {
        self.effects.push(Effect { after: None, act });
    }

    fn start(&mut self, job: Job) {
        self.work.push_back(job.into());
    }
}

impl Transport {
    /// A transport that has not started yet: its first input is [`Input::Boot`].
    pub fn new(config: Config) -> Self {
        let desk = Desk::new(config.rows_kept).for_writer(config.writer.unwrap_or(0));
        let desk = desk.with_mutant(config.desk_mutant);
        let (links, rates, shared) = (Links::default(), Rates::default(), Shared::default());
        Self { config, desk, links, rates, shared, exchanges: 0 }
    }
}

impl Hop for Transport {
    type Command = Command;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut turn = Turn { now, rng, effects: Vec::new(), work: VecDeque::new() };
        match input {
            Input::Boot => turn.start(Job::Resume { after: None }),
            Input::Link { peer, up: false } => self.down(peer, &mut turn),
            // An end that is there says hello.
            Input::Link { up: true, .. } => {}
            Input::Frame { from, bytes } => self.frame(from, &bytes, &mut turn),
            Input::Request { id, request } => self.request(id, &request, &mut turn),
            // The transport asks nobody over HTTP.
            Input::Response { .. } => {}
            Input::Stored { tx, answer } => {
                let done = self.desk.stored(tx, answer, now);
                self.remember(done.notes, &mut turn);
                turn.work.extend(done.again);
            }
            Input::Wake => {
                turn.work.extend(self.desk.due(now));
                self.links.overdue(now.mono).into_iter().for_each(|job| turn.start(job));
                self.look(&mut turn);
            }
            Input::Joined { queue } => {
                if let Some((link, address)) = self.shared.owner(&queue) {
                    self.links.arrived(link, &address);
                    self.push(link, &address, &mut turn);
                }
            }
            Input::Command(command) => match command {},
        }
        while let Some(work) = turn.work.pop_front() {
            self.attempt(work, &mut turn);
        }
        let wake_at = self.desk.wake_at().into_iter().chain(self.links.wake_at());
        let wake_at = wake_at.chain(self.shared.wake_at()).min();
        Outputs { effects: turn.effects, wake_at }
    }
}

impl Transport {
    fn frame(&mut self, link: NoiseKey, bytes: &[u8], turn: &mut Turn<'_>) {
        let limited = self.config.rules.message_rates;
        let acts_for_businesses = self.config.acts_for_businesses(link);
        let now = turn.now.mono;
        if limited && !acts_for_businesses && !self.rates.frame(link, bytes.len(), now) {
            return turn.act(Act::Event(Event::Refused { link, why: Refusal::TooFast }));
        }
        let request = match ToTransport::decode(bytes) {
            Ok(request) => request,
            Err(why) => return refuse_frame(link, bytes, &why, turn),
        };
        match self.links.admit(link, request.id) {
            Admission::New => {
                if limited
                    && let Err(wait) = self.rates.ask(link, &request.ask, acts_for_businesses, now)
                {
                    self.links.answered(link, request.id);
                    return refuse(link, request.id, Refusal::Limited { wait }, turn);
                }
                let digest = Sha256::digest(bytes).into();
                turn.start(Job::Ask(Box::new(Asked { link, digest, request })));
            }
            Admission::UnderWay => {}
            Admission::TooMany => {
                turn.act(Act::Event(Event::Refused { link, why: Refusal::TooManyUnanswered }));
            }
        }
    }

    fn request(&mut self, id: ExchangeId, request: &Request, turn: &mut Turn<'_>) {
        let page = http::route(&self.config, request);
        let response: Response = match page {
            Ok(page) if self.exchanges < limits::MAX_EXCHANGES => {
                self.exchanges = self.exchanges.saturating_add(1);
                return turn.start(Job::Page { id, page });
            }
            Ok(_) => http::refusal(503, "too many requests at a time"),
            Err(refusal) => refusal,
        };
        turn.act(Act::Reply { id, response });
    }

    fn attempt(&mut self, work: Work<Job>, turn: &mut Turn<'_>) {
        let mut effects = Vec::new();
        let (config, links) = (&self.config, &self.links);
        let mut context = Context { config, links, rng: &mut *turn.rng };
        let notes = self.desk.attempt(work, turn.now, &mut effects, |attempt, job| {
            handle::run(attempt, &mut context, job)
        });
        if planted!(self.config, EffectBeforeTransaction) {
            for effect in &mut effects {
                effect.after = effect.after.filter(|_| !matches!(effect.act, Act::Send { .. }));
            }
        }
        turn.effects.extend(effects);
        self.remember(notes, turn);
    }

    /// Takes notes of what is durable now, and starts what follows from it.
    fn remember(&mut self, notes: Vec<Note>, turn: &mut Turn<'_>) {
        for note in notes {
            match note {
                Note::Answered { link, request } => self.links.answered(link, request),
                Note::Hello { link, address, request } => {
                    self.links.hello(link, &address, request);
                    self.watch(link, &address, turn);
                    self.push(link, &address, turn);
                }
                Note::Arrived { link, address } => {
                    self.links.arrived(link, &address);
                    self.push(link, &address, turn);
                }
                Note::Gone { link, address, places } => {
                    self.links.gone(link, &address, &places);
                    self.push(link, &address, turn);
                }
                Note::Pushed { to, places, room } => {
                    self.links.pushed(&to, &places, room, turn.now.mono);
                    self.push(to.link, &to.address, turn);
                }
                Note::Lost { link, phone } => self.links.lost(link, &phone),
                Note::Next(job) => turn.start(job),
                Note::Replied => self.exchanges = self.exchanges.saturating_sub(1),
            }
        }
    }

    fn queue(&self, address: &Address) -> Key {
        keys::mailbox(&self.config.hash_key.alias(&address.phone), address.device)
    }

    /// The owner of a mailbox is here: other nodes put envelopes into it.
    fn watch(&mut self, link: NoiseKey, address: &Address, turn: &mut Turn<'_>) {
        if self.config.writer.is_some() {
            let queue = self.queue(address);
            self.shared.opened(queue.clone(), (link, address.clone()), turn.now.mono);
            turn.act(Act::Watch { queue, on: true });
        }
    }

    fn down(&mut self, link: NoiseKey, turn: &mut Turn<'_>) {
        for address in self.links.down(link) {
            self.unwatch(link, &address, turn);
        }
    }

    fn unwatch(&mut self, link: NoiseKey, address: &Address, turn: &mut Turn<'_>) {
        if self.config.writer.is_some() {
            let queue = self.queue(address);
            if self.shared.closed(&queue, link) {
                turn.act(Act::Watch { queue, on: false });
            }
        }
    }

    /// Looks into mailboxes about which a word may have been lost.
    fn look(&mut self, turn: &mut Turn<'_>) {
        for (link, address) in self.shared.due(turn.now.mono) {
            match self.links.mailbox(link, &address) {
                Some(to) => turn.start(Job::Look { to }),
                // Its number has moved away.
                None => self.unwatch(link, &address, turn),
            }
        }
    }

    fn push(&mut self, link: NoiseKey, address: &Address, turn: &mut Turn<'_>) {
        if let Some(job) = self.links.next_push(link, address) {
            turn.start(job);
        }
    }
}

/// Refuses what is no frame, by its request id where one can be read.
fn refuse_frame(link: NoiseKey, bytes: &[u8], why: &Malformed, turn: &mut Turn<'_>) {
    let is_version = matches!(why, Malformed::Version { .. });
    let why = if is_version { Refusal::Version } else { Refusal::Malformed };
    if bytes.len() <= limits::MAX_FRAME
        && let Ok(frame) = raw::ToTransport::decode(bytes)
    {
        refuse(link, frame.request_id, why, turn);
    } else {
        turn.act(Act::Event(Event::Refused { link, why }));
    }
}

/// Refuses a request before any work is done for it.
fn refuse(link: NoiseKey, id: u64, why: Refusal, turn: &mut Turn<'_>) {
    turn.act(Act::Event(Event::Refused { link, why }));
    turn.act(Act::Send { to: link, bytes: handle::refusal(id, why) });
}

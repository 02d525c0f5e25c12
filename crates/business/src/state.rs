//! A business as a hop.

use hop::{Act, Desk, Effect, ExchangeId, Hop, Input, Outputs, Unreachable, Work, http::Response};
use rand_core::CryptoRng;
use store::{Answer, Key, TxId};
use vocab::Now;

use crate::{
    config::Config,
    handle,
    input::{Command, Job, Note},
    outbox::{Outbox, Outgoing, What},
    output::Event,
    registration::{Registration, Wish},
};

/// A business as a hop.
pub struct Business {
    config: Config,
    desk: Desk<Job, Note>,
    outbox: Outbox,
    registration: Registration,
    last_exchange: u64,
}

/// Rows that stay on the desk while nothing is under way on them.
const ROWS_KEPT: usize = 1_000;

impl Business {
    /// A business with nothing but its configuration; everything else is in its store.
    pub fn new(config: Config) -> Self {
        Self {
            desk: Desk::new(ROWS_KEPT).with_mutant(config.desk_mutant),
            config,
            outbox: Outbox::default(),
            registration: Registration::new(),
            last_exchange: 0,
        }
    }

    fn command(&mut self, command: Command, now: Now, effects: &mut Vec<Effect<Event>>) {
        let job = match command {
            Command::Send { id, to, text, context, picture } => {
                let what = What::Text { text, context, picture };
                Job::Send { id, outgoing: Outgoing::new(id, &to, what) }
            }
            Command::Grant(on) => Job::Wish(Wish::Grant(on)),
            Command::AutoReply(on) => Job::Wish(Wish::AutoReply(on)),
        };
        self.run(job.into(), now, effects);
    }

    fn stored(&mut self, tx: TxId, answer: Answer, now: Now, effects: &mut Vec<Effect<Event>>) {
        let turn = self.desk.stored(tx, answer, now);
        self.learn(turn.notes, turn.appended);
        if let Some(work) = turn.again {
            self.run(work, now, effects);
        }
    }

    fn response(
        &mut self,
        id: ExchangeId,
        outcome: &Result<Response, Unreachable>,
        now: Now,
        effects: &mut Vec<Effect<Event>>,
    ) {
        let job = if self.registration.is_asking(id) {
            self.registration.ended(id, outcome, now).map(|answered| Job::Registered {
                step: answered.step,
                digest: answered.digest,
                wishes: answered.wishes,
            })
        } else {
            let ended = self.outbox.ended(&self.config, id, outcome, now);
            ended.map(|(key, outgoing, ended)| Job::Settle { key, outgoing, ended })
        };
        if let Some(job) = job {
            self.run(job.into(), now, effects);
        }
    }

    fn run(&mut self, work: Work<Job>, now: Now, effects: &mut Vec<Effect<Event>>) {
        let config = &self.config;
        let notes = self
            .desk
            .attempt(work, now, effects, |attempt, job| handle::attempt(config, attempt, job));
        self.learn(notes, Vec::new());
    }

    fn learn(&mut self, notes: Vec<Note>, appended: Vec<Key>) {
        // Rows were appended in the order of their notes.
        let mut appended = appended.into_iter();
        for note in notes {
            match note {
                Note::Loaded { outbox, done, wishes } => {
                    self.outbox.load(outbox);
                    self.registration.load(done, wishes);
                }
                Note::Queued(outgoing) => {
                    if let Some(key) = appended.next() {
                        self.outbox.add(key, outgoing);
                    }
                }
                Note::Settled(key) => self.outbox.remove(&key),
                Note::Wish(wish) => self.registration.wish(wish),
            }
        }
    }

    /// Asks Business Manager and the Cloud API for what is due.
    ///
    /// Nothing goes to the Cloud API before Business Manager knows the grant: it would be refused.
    fn go_on(&mut self, now: Now, effects: &mut Vec<Effect<Event>>) {
        let id = ExchangeId(self.last_exchange.saturating_add(1));
        if let Some(request) = self.registration.go_on(&self.config, id, now) {
            self.last_exchange = id.0;
            effects.push(Effect { after: None, act: Act::Request { id, request } });
        }
        if !self.registration.is_done(&self.config) {
            return;
        }
        for (key, request) in self.outbox.due(&self.config, now) {
            self.last_exchange = self.last_exchange.saturating_add(1);
            let id = ExchangeId(self.last_exchange);
            self.outbox.sent(id, key);
            effects.push(Effect { after: None, act: Act::Request { id, request } });
        }
    }
}

impl Hop for Business {
    type Command = Command;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        _rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut effects = Vec::new();
        match input {
            Input::Boot => self.run(Job::Load.into(), now, &mut effects),
            Input::Request { id, request } => {
                if let Some(job) = handle::request(&self.config, id, &request, &mut effects) {
                    self.run(job.into(), now, &mut effects);
                }
            }
            Input::Response { id, outcome } => self.response(id, &outcome, now, &mut effects),
            Input::Stored { tx, answer } => self.stored(tx, answer, now, &mut effects),
            Input::Wake => {
                for work in self.desk.due(now) {
                    self.run(work, now, &mut effects);
                }
            }
            Input::Command(command) => self.command(command, now, &mut effects),
            Input::Link { .. } | Input::Frame { .. } | Input::Joined { .. } => {}
        }
        self.go_on(now, &mut effects);
        // What must wait for Business Manager goes on with its answer, not at a time.
        let is_registered = self.registration.is_done(&self.config);
        let outbox = self.outbox.wake_at().filter(|_| is_registered);
        let wakes = [self.desk.wake_at(), self.registration.wake_at(), outbox];
        Outputs { effects, wake_at: wakes.into_iter().flatten().min() }
    }
}

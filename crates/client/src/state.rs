//! The device as a state machine.

use alloc::vec::Vec;

use endpoint::{Account, Courier, Note, vault::OwnDevice};
use hop::{Act, Desk, Effect, Hop, Input, Outputs, Work, http};
use rand_core::CryptoRng;
use vocab::{Now, limits};
use wire::transport::{FromTransport, Status};

use crate::{
    config::Config,
    handle,
    input::{Ask, Command, Job},
    mutant::{Mutant, planted},
    output::Event,
};

/// A person's device.
#[derive(Debug)]
pub struct Client {
    account: Account<OwnDevice>,
    courier: Courier,
    desk: Desk<Job, Note>,
    /// Inputs that came before the account's row was read, and what the person did before the
    /// number was theirs.
    early: Vec<Job>,
    /// The greeting that waits for its answer.
    hello: Option<u64>,
    mutant: Option<Mutant>,
    /// Whether there is an account here.
    stay: Stay,
}

/// Whether there is an account on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stay {
    /// There is, or is going to be.
    Here,
    /// It was deleted, and what is kept of it is being removed.
    Leaving,
    /// Nothing of it is left.
    Left,
}

impl Client {
    /// A device that has not started.
    pub fn new(config: Config) -> Self {
        let courier = Courier::new(config.endpoint.transport);
        let vault = OwnDevice { name_key: config.name_key };
        Self {
            account: Account::new(config.endpoint, vault),
            courier,
            desk: Desk::new(config.rows_at_hand).with_mutant(config.desk_mutant),
            early: Vec::new(),
            hello: None,
            mutant: config.mutant,
            stay: Stay::Here,
        }
    }

    fn frame(&mut self, bytes: &[u8], now: Now, effects: &mut Vec<Effect<Event>>) -> Option<Job> {
        match FromTransport::decode(bytes) {
            Ok(FromTransport::Answer { id, status: Status::Limited, retry_after, .. }) => {
                self.courier.later(id, retry_after, now.mono);
                None
            }
            Ok(FromTransport::Answer { id, .. }) if self.hello == Some(id) => {
                self.hello = None;
                self.courier.answered(id);
                None
            }
            // An acknowledgement's, or a copy: nothing waits for it, and no row need be read.
            Ok(FromTransport::Answer { id, .. })
                if self.account.me().is_some() && !self.courier.waits_for(id) =>
            {
                None
            }
            Ok(FromTransport::Answer { id, status, bundle, .. }) => {
                Some(Job::Answer { id, status, bundle })
            }
            Ok(FromTransport::Piece { id, bytes }) => (self.account.me().is_none()
                || self.courier.waits_for(id))
            .then_some(Job::Piece { id, bytes }),
            Ok(FromTransport::Deliver { place, envelope }) => {
                Some(Job::Deliver { place, envelope })
            }
            Ok(FromTransport::Gone { place, notice }) => Some(Job::Gone { place, notice }),
            Ok(FromTransport::PrekeysLow { one_time, kem_one_time, .. }) => {
                Some(Job::PrekeysLow { one_time, kem: kem_one_time })
            }
            Err(why) => {
                let act = Act::Log(alloc::format!("a frame of the transport: {why}"));
                effects.push(Effect { after: None, act });
                None
            }
        }
    }

    fn run(
        &mut self,
        work: Work<Job>,
        now: Now,
        rng: &mut dyn CryptoRng,
        effects: &mut Vec<Effect<Event>>,
    ) {
        let (account, stay) = (&self.account, self.stay);
        let notes = self.desk.attempt(work, now, effects, |attempt, job| {
            handle::work(account, stay, attempt, job, rng)
        });
        self.apply(notes, now, rng, effects);
    }

    fn apply(
        &mut self,
        notes: Vec<Note>,
        now: Now,
        rng: &mut dyn CryptoRng,
        effects: &mut Vec<Effect<Event>>,
    ) {
        for note in notes {
            match note {
                Note::Asked { id, frame } => self.courier.asked(id, frame, now.mono),
                Note::AskedBefore { id, frame } => self.courier.asked_before(id, frame, now.mono),
                Note::Answered { id } => self.courier.answered(id),
                Note::Leaving { id } => {
                    self.stay = Stay::Leaving;
                    self.start(Job::Wipe { asked: id }, now, rng, effects);
                }
                Note::Left => {
                    self.stay = Stay::Left;
                    self.account.left();
                    self.courier.clear();
                    self.hello = None;
                    for job in core::mem::take(&mut self.early) {
                        self.start(job, now, rng, effects);
                    }
                }
                Note::Booted(me) => {
                    self.stay = Stay::Here;
                    self.account.booted(me);
                    self.greet(now, effects);
                    for job in core::mem::take(&mut self.early) {
                        self.start(job, now, rng, effects);
                    }
                }
            }
        }
    }

    /// Tells the transport that this device is here, as soon as both the link and the account are.
    fn greet(&mut self, now: Now, effects: &mut Vec<Effect<Event>>) {
        if !self.courier.is_up() || !self.account.is_ready() {
            return;
        }
        if let Some(earlier) = self.hello.take() {
            self.courier.answered(earlier);
        }
        let (id, frame) = self.account.hello(now);
        let act = Act::Send { to: self.courier.transport(), bytes: frame.clone() };
        effects.push(Effect { after: None, act });
        self.courier.asked(id, frame, now.mono);
        self.hello = Some(id);
    }

    /// Runs a piece of work now, or when the account is known, or ready.
    fn start(
        &mut self,
        job: Job,
        now: Now,
        rng: &mut dyn CryptoRng,
        effects: &mut Vec<Effect<Event>>,
    ) {
        let is_early = match &job {
            Job::Boot | Job::Wipe { .. } => false,
            Job::Command(_) if self.stay == Stay::Left => false,
            // Nobody writes before the number is theirs; a code is how it becomes that.
            Job::Command(Command { ask, .. }) if !matches!(ask, Ask::EnterCode { .. }) => {
                !self.account.is_ready() && !matches!(ask, Ask::Reinstall)
            }
            // Until the transport hands out the keys of an app that was set up anew, whoever is
            // asked for a message again would encrypt it to keys that are gone, each time.
            Job::Deliver { .. } => !self.account.is_ready(),
            Job::Command(_)
            | Job::Gone { .. }
            | Job::Answer { .. }
            | Job::Piece { .. }
            | Job::PrekeysLow { .. } => self.account.me().is_none(),
        };
        if is_early {
            if self.stay != Stay::Here {
                return; // There is nobody here whom it could be about.
            }
            // What finds no room is said again: by the person, or by the transport to a greeting.
            let forgotten = planted(self.mutant, Mutant::EarlyForgotten);
            if self.early.len() < limits::MAX_UNANSWERED && !forgotten {
                self.early.push(job);
            }
        } else {
            self.run(Work::from(job), now, rng, effects);
        }
    }
}

impl Hop for Client {
    type Command = Command;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut effects = Vec::new();
        match input {
            Input::Boot => self.start(Job::Boot, now, rng, &mut effects),
            Input::Command(command) => self.start(Job::Command(command), now, rng, &mut effects),
            Input::Frame { from, bytes } if from == self.courier.transport() => {
                if let Some(job) = self.frame(&bytes, now, &mut effects) {
                    self.start(job, now, rng, &mut effects);
                }
            }
            Input::Link { peer, up } if peer == self.courier.transport() => {
                effects.extend(self.courier.link(up, now.mono));
                self.greet(now, &mut effects);
            }
            Input::Stored { tx, answer } => {
                let turn = self.desk.stored(tx, answer, now);
                self.apply(turn.notes, now, rng, &mut effects);
                if let Some(work) = turn.again {
                    self.run(work, now, rng, &mut effects);
                }
            }
            Input::Wake => {
                effects.extend(self.courier.due(now.mono));
                for work in self.desk.due(now) {
                    self.run(work, now, rng, &mut effects);
                }
            }
            Input::Request { id, .. } => {
                let act = Act::Reply { id, response: http::Response::empty(404) };
                effects.push(Effect { after: None, act });
            }
            // Another link, or an answer to nothing: not the pinned transport, so not heard.
            Input::Frame { .. }
            | Input::Link { .. }
            | Input::Response { .. }
            | Input::Joined { .. } => {}
        }
        let wake_at = [self.courier.wake_at(), self.desk.wake_at()].into_iter().flatten().min();
        Outputs { effects, wake_at }
    }
}

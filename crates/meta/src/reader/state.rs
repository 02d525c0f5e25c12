//! A reader as a hop.

use hop::{Act, Desk, Effect, ExchangeId, Hop, Input, Outputs, Work, http::Request};
use rand_core::CryptoRng;
use vocab::{Instant, Micros, Now, UnixMicros};

use super::{
    bodies,
    config::Config,
    output::Event,
    round::Round,
    rows::{self, Progress},
};
use crate::server::NoCommand;

/// A reader as a hop.
pub struct Reader {
    config: Config,
    desk: Desk<Job, Progress>,
    /// Known once the store has told.
    progress: Option<Progress>,
    /// The round under way.
    round: Option<Round>,
    last_exchange: u64,
}

enum Job {
    /// Find out how far the reader has come, or begin.
    Load { first: UnixMicros },
    /// A round has ended.
    Ended(Progress),
}

impl Reader {
    /// A reader that has asked nothing; how far it came is in its store.
    pub const fn new(config: Config) -> Self {
        Self { config, desk: Desk::new(1), progress: None, round: None, last_exchange: 0 }
    }

    fn run(&mut self, work: Work<Job>, now: Now, effects: &mut Vec<Effect<Event>>) {
        let name = &self.config.name;
        let notes = self.desk.attempt(work, now, effects, |attempt, job| {
            let progress = match job {
                Job::Load { first } => {
                    let known = attempt.read(&rows::progress())?;
                    let known = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                    if let Some(known) = known {
                        attempt.note(known);
                        return Ok(());
                    }
                    Progress { done: 0, next: first.0 }
                }
                Job::Ended(progress) => {
                    let rounds = progress.done;
                    attempt.event(Event::RoundEnded { name: name.clone(), rounds });
                    *progress
                }
            };
            let value = serde_json::to_vec(&progress).unwrap_or_default();
            attempt.write(rows::progress(), value, rows::CLASS, rows::KEEP);
            attempt.note(progress);
            Ok(())
        });
        self.learn(notes);
    }

    fn learn(&mut self, notes: Vec<Progress>) {
        if let Some(progress) = notes.into_iter().next_back() {
            self.progress = Some(progress);
            self.round = None;
        }
    }

    /// Begins a round if it is time, and asks what is due.
    fn go_on(&mut self, now: Now, rng: &mut dyn CryptoRng, effects: &mut Vec<Effect<Event>>) {
        let Some(progress) = self.progress else { return };
        let due = progress.done < self.config.rounds && progress.next <= now.wall.0;
        if self.round.is_none() && due {
            self.round = Some(Round::of(&self.config.asks, self.config.one_in, now, rng));
        }
        let Some(round) = self.round.as_mut() else { return };
        for question in round.due(now) {
            self.last_exchange = self.last_exchange.saturating_add(1);
            let id = ExchangeId(self.last_exchange);
            let ask = &question.ask;
            let mut request =
                Request::new(&ask.authority, &ask.method, &ask.target).bearer(&self.config.token);
            let mut unique = [0; 14];
            rng.fill_bytes(&mut unique);
            if let Some(body) = bodies::body(ask, unique) {
                request = request.json(body);
            }
            effects.push(Effect { after: None, act: Act::Request { id, request } });
            round.sent(id, question);
        }
        if round.is_over() {
            self.end_round(progress, now, effects);
        }
    }

    /// The next round begins as long after this one's beginning as configured, or at once.
    fn end_round(&mut self, progress: Progress, now: Now, effects: &mut Vec<Effect<Event>>) {
        // Nothing is done until the store has this, and a crash before repeats the round.
        self.progress = None;
        let next = UnixMicros(progress.next).after(self.config.every).0.max(now.wall.0);
        let done = progress.done.saturating_add(1);
        self.run(Job::Ended(Progress { done, next }).into(), now, effects);
    }

    fn wake_at(&self, now: Now) -> Option<Instant> {
        let next_round = self
            .progress
            .filter(|progress| self.round.is_none() && progress.done < self.config.rounds);
        let until = |at: u64| now.mono.after(Micros(at.saturating_sub(now.wall.0)));
        let next_round = next_round.map(|progress| until(progress.next));
        let question = self.round.as_ref().and_then(Round::wake_at);
        [self.desk.wake_at(), next_round, question].into_iter().flatten().min()
    }
}

impl Hop for Reader {
    type Command = NoCommand;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<NoCommand>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut effects = Vec::new();
        match input {
            Input::Boot => {
                let first = now.wall.after(self.config.first);
                self.run(Job::Load { first }.into(), now, &mut effects);
            }
            Input::Stored { tx, answer } => {
                let turn = self.desk.stored(tx, answer, now);
                self.learn(turn.notes);
                if let Some(work) = turn.again {
                    self.run(work, now, &mut effects);
                }
            }
            Input::Response { id, outcome } => {
                let ended = self.round.as_mut().and_then(|round| round.ended(id, outcome, now));
                effects.extend(ended.map(|event| Effect { after: None, act: Act::Event(event) }));
            }
            Input::Wake => {
                for work in self.desk.due(now) {
                    self.run(work, now, &mut effects);
                }
            }
            Input::Request { id, .. } => {
                // A reader serves nobody.
                let response = hop::router::Refusal::NoSuchRoute.response();
                effects.push(Effect { after: None, act: Act::Reply { id, response } });
            }
            Input::Link { .. } | Input::Frame { .. } | Input::Joined { .. } | Input::Command(_) => {
            }
        }
        self.go_on(now, rng, &mut effects);
        Outputs { effects, wake_at: self.wake_at(now) }
    }
}

//! One node of the Cloud API as a state machine.

use endpoint::Courier;
use hop::{Act, Desk, Effect, ExchangeId, Hop, Input, Outputs, Unreachable, Work, http};
use rand_core::CryptoRng;
use vocab::{Instant, Now, limits};

use crate::{
    config::Config,
    handle::{self, Note},
    input::{Command, Job, NumberJob},
    mutant::{Mutant, planted},
    number::Number,
    outbox::{self, Outbox},
    output::Event,
    principals::Principals,
    rows::{self, GrantRow},
    storage::Storage,
};

mod flowing;
mod forgetting;
mod frames;
mod linking;
mod managing;
mod replying;
mod serving;

/// Rows without a transaction under way that the hop keeps at hand.
const ROWS_AT_HAND: usize = 4_096;

/// One node of the Cloud API.
#[derive(Debug)]
pub struct CloudApi {
    pub(crate) config: Config,
    /// What was granted before the start was read: until then, nobody can be told that a number
    /// is none of his.
    is_loaded: bool,
    /// By slot.
    numbers: Vec<Option<Number>>,
    courier: Courier,
    desk: Desk<Job, Note>,
    outbox: Outbox,
    principals: Principals,
    managing: managing::Managing,
    /// Messages whose files are being fetched from where they say.
    linking: linking::Linking,
    flowing: flowing::Flowing,
    last_exchange: u64,
    /// The request for grants that is under way, and when to ask next.
    grants_asked: Option<ExchangeId>,
    grants_due: Option<Instant>,
    /// When statistics are exported next; `None` while there is nothing new.
    export_due: Option<Instant>,
    /// The export that is under way.
    exported: Option<ExchangeId>,
    /// The endpoint notes that come now are for this number.
    noting: u32,
}

/// What a step of the hop works with.
pub(crate) struct Step<'a> {
    pub(crate) now: Now,
    pub(crate) rng: &'a mut dyn CryptoRng,
    pub(crate) effects: Vec<Effect<Event>>,
}

impl Step<'_> {
    pub(crate) fn at_once(&mut self, act: Act<Event>) {
        self.effects.push(Effect { after: None, act });
    }
}

impl CloudApi {
    /// A node that has not started.
    pub fn new(config: Config) -> Self {
        Self {
            courier: Courier::new(config.transport),
            desk: Desk::new(ROWS_AT_HAND).with_mutant(config.desk_mutant),
            outbox: Outbox::new(config.webhook_updates),
            config,
            is_loaded: false,
            numbers: Vec::new(),
            principals: Principals::default(),
            managing: managing::Managing::default(),
            linking: linking::Linking::default(),
            flowing: flowing::Flowing::default(),
            last_exchange: 0,
            grants_asked: None,
            grants_due: None,
            export_due: None,
            exported: None,
            noting: 0,
        }
    }

    fn exchange(&mut self) -> ExchangeId {
        self.last_exchange = self.last_exchange.saturating_add(1);
        ExchangeId(self.last_exchange)
    }

    fn run(&mut self, work: impl Into<Work<Job>>, step: &mut Step<'_>) {
        let (config, numbers) = (&self.config, &self.numbers);
        let Step { now, rng, effects } = step;
        let notes = self.desk.attempt(work.into(), *now, effects, |attempt, job| {
            handle::work(config, numbers, attempt, job, *rng)
        });
        self.apply(notes, step);
    }

    /// Runs work on a number now, or when its account is known.
    pub(crate) fn on_number(&mut self, slot: u32, work: NumberJob, step: &mut Step<'_>) {
        let Some(number) = self.number_mut(slot) else { return };
        if number.account.me().is_none() && !matches!(work, NumberJob::Boot) {
            if number.early.len() < limits::MAX_UNANSWERED {
                number.early.push(work);
            } else if let Some(id) = work.exchange() {
                self.try_later(id, step);
            } // A frame that finds no room comes again, after the greeting.
        } else {
            self.run(Job::Number { slot, work }, step);
        }
    }

    /// How much content of its numbers lies in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.numbers.iter().flatten().map(|number| number.account.vault().held()).sum()
    }

    fn number_mut(&mut self, slot: u32) -> Option<&mut Number> {
        self.numbers.get_mut(usize::try_from(slot).ok()?)?.as_mut()
    }

    fn slot_of(&self, address: &vocab::Address) -> Option<u32> {
        let mut numbers = self.numbers.iter().flatten();
        numbers.find(|number| number.account.address() == address).map(|number| number.grant.slot)
    }

    fn apply(&mut self, notes: Vec<Note>, step: &mut Step<'_>) {
        let (mut granted, mut next) = (Vec::new(), Vec::new());
        for note in notes {
            match note {
                Note::For(slot) => self.noting = slot,
                Note::End(note) => self.apply_end(self.noting, note, step),
                Note::Held(..) => {}
                Note::Loaded => self.is_loaded = true,
                Note::Grant(grant) => granted.extend(self.grant(grant)),
                Note::Waits(key, bytes) => {
                    // The clock may be earlier than it was when the row was written.
                    let slot = outbox::slot(&key).and_then(|slot| u32::try_from(slot).ok());
                    let number = slot.and_then(|slot| self.number_mut(slot));
                    if let (Some(number), Some(last)) = (number, key.last_number()) {
                        number.account.numbered(last);
                    }
                    self.outbox.add(key, bytes, step.now.mono);
                }
                Note::MoreWaits => self.outbox.more = true,
                Note::Gone(keys) => self.outbox.remove(&keys),
                Note::Next(slot, work) => next.push((slot, work)),
                Note::Forgot { slot, place } => {
                    if let Some(number) = self.number_mut(slot) {
                        number.forgetting.remove(&place);
                    }
                }
                Note::Registered(slot) => self.greet(slot, step),
                Note::Judge(pending) if self.managing.is_due(&pending, step.now) => {
                    next.push((pending.slot, NumberJob::Judge(pending)));
                }
                Note::Judge(_) => {}
                Note::Carried(carried) => self.ask_endpoint(*carried, step),
                Note::CheckLater(slot, flow) => self.check_later(slot, flow, step),
                Note::Counted => self.export_later(step.now),
            }
        }
        for slot in granted {
            self.on_number(slot, NumberJob::Boot, step);
        }
        for (slot, work) in next {
            self.on_number(slot, work, step);
        }
        self.send_out(step);
    }

    /// Takes a grant over; a number that is new here has to be set up.
    fn grant(&mut self, grant: GrantRow) -> Option<u32> {
        let slot = grant.slot;
        let place = usize::try_from(slot).ok()?;
        while self.numbers.len() <= place {
            self.numbers.push(None);
        }
        let there = self.numbers.get_mut(place)?;
        match there {
            Some(number) => {
                number.account.vault().store_in(Storage::named(&grant.storage));
                number.grant = grant;
                None
            }
            none => {
                *none = Number::new(grant, &self.config);
                none.as_ref().map(|_| slot)
            }
        }
    }

    fn apply_end(&mut self, slot: u32, note: endpoint::Note, step: &mut Step<'_>) {
        match note {
            endpoint::Note::Asked { id, frame } => self.courier.asked(id, frame, step.now.mono),
            endpoint::Note::AskedBefore { id, frame } => {
                self.courier.asked_before(id, frame, step.now.mono);
            }
            endpoint::Note::Answered { id } => self.courier.answered(id),
            // No business number is deleted by its end.
            endpoint::Note::Leaving { .. } | endpoint::Note::Left => {}
            endpoint::Note::Booted(me) => {
                let Some(number) = self.number_mut(slot) else { return };
                number.account.booted(me);
                let early = std::mem::take(&mut number.early);
                self.greet(slot, step);
                for work in early {
                    self.on_number(slot, work, step);
                }
            }
        }
    }

    /// Tells the transport that a number's end is here.
    fn greet(&mut self, slot: u32, step: &mut Step<'_>) {
        let up = self.courier.is_up();
        let Some(number) = self.number_mut(slot) else { return };
        if !up || !number.account.is_ready() {
            return;
        }
        let (id, bytes) = number.account.hello(step.now);
        let earlier = number.hello.replace(id);
        if let Some(earlier) = earlier {
            self.courier.answered(earlier);
        }
        let to = self.courier.transport();
        step.at_once(Act::Send { to, bytes: bytes.clone() });
        self.courier.asked(id, bytes, step.now.mono);
    }

    fn is_live(&self, slot: u32) -> bool {
        let number = usize::try_from(slot).ok().and_then(|slot| self.numbers.get(slot));
        number
            .and_then(Option::as_ref)
            .is_some_and(|number| number.grant.live && !number.grant.deregistered)
    }

    fn link(&mut self, up: bool, step: &mut Step<'_>) {
        step.effects.extend(self.courier.link(up, step.now.mono));
        let slots: Vec<u32> = self.numbers.iter().flatten().map(|one| one.grant.slot).collect();
        for slot in slots {
            self.greet(slot, step);
        }
    }

    /// Sends what is due in the outbox.
    fn send_out(&mut self, step: &mut Step<'_>) {
        let mut last = self.last_exchange;
        let due = self.outbox.due(step.now.mono, || {
            last = last.saturating_add(1);
            ExchangeId(last)
        });
        self.last_exchange = last;
        for batch in due {
            self.run(Job::Dispatch(batch), step);
        }
        if self.outbox.more && self.outbox.is_empty() {
            self.outbox.more = false;
            self.run(Job::Refill, step);
        }
    }

    fn wake(&mut self, step: &mut Step<'_>) {
        step.effects.extend(self.courier.due(step.now.mono));
        for work in self.desk.due(step.now) {
            self.run(work, step);
        }
        self.send_out(step);
        self.judge_due(step);
        self.check_due(step);
        if self.grants_due.is_some_and(|due| due <= step.now.mono) {
            self.ask_grants(step);
        }
        if self.export_due.is_some_and(|due| due <= step.now.mono) {
            self.export_due = None;
            let exchange = self.exchange();
            self.exported = Some(exchange);
            self.run(Job::Export { exchange }, step);
        }
    }

    fn response(
        &mut self,
        id: ExchangeId,
        outcome: Result<http::Response, Unreachable>,
        step: &mut Step<'_>,
    ) {
        if let Some(keys) = self.outbox.ended(id) {
            if keys.first().is_some_and(|key| key.starts_with(&rows::services::handovers())) {
                return self.service_answered(keys, &outcome, step);
            }
            let done = planted(self.config.mutant, Mutant::WebhookDoneAnyhow);
            if done || outcome.is_ok_and(|response| response.is_success()) {
                self.run(Job::Arrived { keys }, step);
            } else {
                let most = self.most_wait(&keys);
                let late = self.outbox.failed(&keys, step.now.mono, most);
                if self.config.rules.history {
                    self.run(Job::Late { keys: late }, step);
                }
                self.send_out(step);
            }
        } else if self.grants_asked == Some(id) {
            self.grants_came(outcome, step);
        } else if self.exported == Some(id) {
            self.exported = None;
            if !outcome.is_ok_and(|response| response.is_success()) {
                self.export_later(step.now);
            }
        } else if !self.agreement_came(id, &outcome, step)
            && !self.endpoint_came(id, &outcome, step)
            && !self.link_came(id, &outcome, step)
        {
            self.principal_came(id, outcome, step);
        }
    }

    /// The longest wait before these items are sent again.
    fn most_wait(&mut self, keys: &[store::Key]) -> vocab::Micros {
        let slot = keys.first().and_then(outbox::slot).and_then(|slot| u32::try_from(slot).ok());
        let number = slot.and_then(|slot| self.number_mut(slot));
        match number.map(|number| number.account.vault().storage()) {
            Some(Storage::Memory) => limits::HELD_RETRY_MOST,
            Some(Storage::Store | Storage::Region(_)) | None => limits::WEBHOOK_RETRY_MOST,
        }
    }

    fn export_later(&mut self, now: Now) {
        self.export_due.get_or_insert(now.mono.after(self.config.statistics_every));
    }

    fn wake_at(&self) -> Option<Instant> {
        let due = [
            self.courier.wake_at(),
            self.desk.wake_at(),
            self.outbox.wake_at(),
            self.grants_due,
            self.export_due,
            self.managing.wake_at(),
            self.flowing.wake_at(),
        ];
        due.into_iter().flatten().min()
    }
}

impl Hop for CloudApi {
    type Command = Command;
    type Event = Event;

    fn handle(
        &mut self,
        input: Input<Command>,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Outputs<Event> {
        let mut step = Step { now, rng, effects: Vec::new() };
        match input {
            Input::Boot => {
                self.run(Job::Boot, &mut step);
                self.ask_grants(&mut step);
            }
            Input::Link { peer, up } if peer == self.courier.transport() => {
                self.link(up, &mut step);
            }
            Input::Frame { from, bytes } if from == self.courier.transport() => {
                self.frame(&bytes, &mut step);
            }
            Input::Request { id, request } => self.serve(id, request, &mut step),
            Input::Response { id, outcome } => self.response(id, outcome, &mut step),
            Input::Stored { tx, answer } => {
                let turn = self.desk.stored(tx, answer, now);
                self.drop_held(turn.dropped);
                self.apply(turn.notes, &mut step);
                if let Some(work) = turn.again {
                    self.run(work, &mut step);
                }
            }
            Input::Wake => self.wake(&mut step),
            // Another link than the pinned transport's is not heard.
            Input::Frame { .. } | Input::Link { .. } | Input::Joined { .. } => {}
            Input::Command(command) => match command {},
        }
        let wake_at = self.wake_at();
        Outputs { effects: step.effects, wake_at }
    }
}

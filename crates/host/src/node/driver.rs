//! The loop that drives one hop.

use hop::{Act, Effect, Input, Outputs};
use store::{Answer, Transaction, TxId};

use super::{
    Handle, Resident, World,
    exchanges::Exchanges,
    message::{Letter, Message},
    shelf::{Shelf, Standing, Turn},
};
use crate::{
    clock::{Alarm, Busy, Moment},
    links::Sent,
    rng::Kind,
};

/// With this many transactions under way a hop is given nothing new to do: its store is behind.
const MOST_UNDER_WAY: usize = 4_096;

/// One hop, and what it has of the world.
pub(super) struct Driver<H: Resident> {
    hop: H,
    world: World<H::Event>,
    handle: Handle<H::Command>,
    shelf: Shelf<H::Event>,
    exchanges: Exchanges,
    alarm: Alarm,
    started: Moment,
    draining: bool,
}

impl<H: Resident> Driver<H> {
    pub(super) fn new(hop: H, world: World<H::Event>, handle: Handle<H::Command>) -> Self {
        Self {
            hop,
            handle,
            shelf: Shelf::new(),
            exchanges: Exchanges::default(),
            alarm: world.clock.alarm(),
            started: world.clock.moment(),
            draining: false,
            world,
        }
    }

    /// Runs until it is drained.
    pub(super) async fn run(mut self, booting: Busy) {
        self.feed(Kind::Boot, Input::Boot);
        drop(booting);
        let inbox = self.handle.inbox.clone();
        while !(self.draining && self.shelf.under_way() == 0) {
            let wishes_too = !self.draining && self.shelf.under_way() < MOST_UNDER_WAY;
            // What it holds is under way until the hop has dealt with it.
            let _busy = tokio::select! {
                biased;
                busy = self.alarm.rings() => {
                    self.feed(Kind::Wake, Input::Wake);
                    busy
                }
                Letter { message, busy } = inbox.next(wishes_too) => {
                    self.open(message);
                    busy
                }
            };
        }
        inbox.close();
    }

    fn open(&mut self, message: Message<H::Command>) {
        match message {
            Message::Link { peer, up } => self.feed(Kind::Link, Input::Link { peer, up }),
            Message::Frame { from, line, bytes } => {
                if self.world.links.is_newest(from, line) {
                    self.feed(Kind::Frame, Input::Frame { from, bytes });
                }
            }
            Message::Request { request, answer } => {
                let id = self.exchanges.serve(answer);
                self.feed(Kind::Request, Input::Request { id, request });
            }
            Message::Response { id, outcome } => {
                if outcome.is_err() {
                    self.world.meters.unreachable.add();
                }
                self.feed(Kind::Response, Input::Response { id, outcome });
            }
            Message::Stored { tx, answer } => self.stored(tx, answer),
            Message::Command(command) => self.feed(Kind::Command, Input::Command(command)),
            Message::Drain => self.draining = true,
        }
    }

    fn feed(&mut self, kind: Kind, input: Input<H::Command>) {
        self.world.meters.input(kind);
        let now = self.world.clock.now(self.started);
        let mut rng = self.world.randomness.next(kind);
        let Outputs { effects, wake_at } = self.hop.handle(input, now, &mut rng);
        self.alarm.set(wake_at.map(|at| Moment(self.started.0.saturating_add(at.0))));
        for Effect { after, act } in effects {
            self.let_out(after, act);
        }
    }

    /// An effect leaves now, later or never.
    fn let_out(&mut self, after: Option<TxId>, act: Act<H::Event>) {
        match after.map(|tx| (tx, self.shelf.standing(tx))) {
            None | Some((_, Standing::Durable)) => self.perform(act),
            Some((tx, Standing::UnderWay)) => self.shelf.hold(tx, act),
            Some((_, Standing::Failed)) => drop(act),
        }
    }

    fn perform(&mut self, act: Act<H::Event>) {
        match act {
            Act::Send { to, bytes } => match self.world.links.send(to, bytes) {
                Sent::Queued | Sent::Nowhere => {}
                Sent::TooSlow => self.world.meters.too_slow.add(),
            },
            Act::Reply { id, response } => self.exchanges.answer(id, response),
            Act::Request { id, request } => {
                let (handle, busy) = (self.handle.clone(), self.world.clock.busy());
                let answer = self.world.asker.ask(request);
                drop(tokio::spawn(async move {
                    let outcome = answer.await;
                    handle.answer(Message::Response { id, outcome }, busy);
                }));
            }
            Act::Store { tx, transaction } => self.store(tx, transaction),
            // Each hop's rows are its own here: no other node adds any.
            Act::Watch { queue: _, on: _ } => {}
            Act::Event(event) => {
                self.world.meters.event(&event);
                (self.world.observer)(event);
            }
            Act::Log(line) => self.world.log.line(&self.world.name, &line, &[]),
        }
    }

    fn store(&mut self, tx: TxId, transaction: Transaction) {
        self.world.meters.transactions.add();
        self.shelf.asked(tx);
        let (handle, busy) = (self.handle.clone(), self.world.clock.busy());
        let done = move |answer| handle.answer(Message::Stored { tx, answer }, busy);
        self.world.ledger.submit(transaction, Box::new(done));
    }

    fn stored(&mut self, tx: TxId, answer: Answer) {
        match &answer {
            Answer::Done(_) => {}
            Answer::Conflict { .. } => self.world.meters.conflicts.add(),
            Answer::Unavailable(why) => {
                self.world.meters.unavailable.add();
                let why = [("why", why.to_string().into())];
                self.world.log.line(&self.world.name, "the store refused a transaction", &why);
            }
        }
        self.shelf.came(tx, answer);
        while let Some(Turn { tx, answer, released }) = self.shelf.turn() {
            for act in released {
                self.perform(act);
            }
            self.feed(Kind::Stored, Input::Stored { tx, answer });
        }
    }
}

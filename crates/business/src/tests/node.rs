//! One hop over a store in memory, everything done at once.

use std::collections::VecDeque;

use hop::{
    Act, ExchangeId, Hop, Input, Outputs, Unreachable,
    http::{Request, Response},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use store::{Answer, Engine, Memory, Transaction, TxId};
use vocab::{Instant, Micros, Now, UnixMicros};

/// One hop with its store; what it wants from others waits here for the story to look at.
pub(crate) struct Node<H: Hop> {
    hop: H,
    pub(crate) store: Memory,
    pub(crate) now: Now,
    rng: ChaCha20Rng,
    /// While true transactions wait, and a crash loses them.
    pub(crate) store_is_slow: bool,
    waiting: VecDeque<(TxId, Transaction)>,
    held: Vec<(TxId, Act<H::Event>)>,
    last_exchange: u64,
    pub(crate) replies: Vec<(ExchangeId, Response)>,
    pub(crate) requests: VecDeque<(ExchangeId, Request)>,
    pub(crate) events: Vec<H::Event>,
    pub(crate) wake_at: Option<Instant>,
}

impl<H: Hop> Node<H> {
    /// Started on an empty store at noon of day 20,000.
    pub(crate) fn start(hop: H) -> Self {
        let wall = UnixMicros(Micros::days(20_000).0 + Micros::hours(12).0);
        let mut node = Self {
            hop,
            store: Memory::new(),
            now: Now { mono: Instant(0), wall },
            rng: ChaCha20Rng::seed_from_u64(7),
            store_is_slow: false,
            waiting: VecDeque::new(),
            held: Vec::new(),
            last_exchange: 0,
            replies: Vec::new(),
            requests: VecDeque::new(),
            events: Vec::new(),
            wake_at: None,
        };
        node.give(Input::Boot);
        node
    }

    /// Loses everything but what is durable, and starts `hop` on that.
    pub(crate) fn restart(&mut self, hop: H) {
        self.lose();
        self.hop = hop;
        self.give(Input::Boot);
    }

    /// The same, on a store that answers nothing yet.
    pub(crate) fn restart_slowly(&mut self, hop: H) {
        self.lose();
        self.hop = hop;
        self.store_is_slow = true;
        self.give(Input::Boot);
    }

    fn lose(&mut self) {
        self.store.crash();
        self.waiting.clear();
        self.held.clear();
        self.requests.clear();
        self.replies.clear();
        self.store_is_slow = false;
        self.now.mono = Instant(0);
    }

    /// One input, and every transaction that comes of it.
    pub(crate) fn give(&mut self, input: Input<H::Command>) {
        self.handle(input);
        while !self.store_is_slow {
            let Some((tx, transaction)) = self.waiting.pop_front() else { break };
            let answer = self.store.apply(&[transaction], self.now.wall).remove(0);
            self.store.sync();
            let (ready, held) = self.held.drain(..).partition(|(after, _)| *after == tx);
            self.held = held;
            if matches!(answer, Answer::Done(_)) {
                let ready: Vec<(TxId, Act<H::Event>)> = ready;
                ready.into_iter().for_each(|(_, act)| self.perform(act));
            }
            self.handle(Input::Stored { tx, answer });
        }
    }

    /// What the hop answers a request; it must answer exactly once.
    #[track_caller]
    pub(crate) fn request(&mut self, request: Request) -> Response {
        self.last_exchange += 1;
        let id = ExchangeId(self.last_exchange);
        self.give(Input::Request { id, request });
        let mut answers: Vec<Response> =
            self.replies.iter().filter(|(of, _)| *of == id).map(|(_, one)| one.clone()).collect();
        assert_eq!(answers.len(), 1, "answers to one request");
        answers.remove(0)
    }

    /// Gives a request whose answer may not come yet.
    pub(crate) fn request_later(&mut self, request: Request) {
        self.last_exchange += 1;
        self.give(Input::Request { id: ExchangeId(self.last_exchange), request });
    }

    /// Answers the oldest request that the hop made.
    #[track_caller]
    pub(crate) fn answer(&mut self, outcome: Result<Response, Unreachable>) -> Request {
        let (id, request) = self.requests.pop_front().expect("the hop has asked something");
        self.give(Input::Response { id, outcome });
        request
    }

    pub(crate) fn advance_to(&mut self, at: Instant) {
        let span = Micros(at.0.saturating_sub(self.now.mono.0));
        self.now = Now { mono: self.now.mono.after(span), wall: self.now.wall.after(span) };
    }

    fn handle(&mut self, input: Input<H::Command>) {
        let Outputs { effects, wake_at } = self.hop.handle(input, self.now, &mut self.rng);
        self.wake_at = wake_at;
        for effect in effects {
            match effect.after {
                Some(tx) => self.held.push((tx, effect.act)),
                None => self.perform(effect.act),
            }
        }
    }

    fn perform(&mut self, act: Act<H::Event>) {
        match act {
            Act::Store { tx, transaction } => self.waiting.push_back((tx, transaction)),
            Act::Reply { id, response } => self.replies.push((id, response)),
            Act::Request { id, request } => self.requests.push_back((id, request)),
            Act::Event(event) => self.events.push(event),
            Act::Log(_) | Act::Watch { .. } => {}
            Act::Send { .. } => panic!("no hop of these stories has a link"),
        }
    }
}

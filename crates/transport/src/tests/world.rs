//! A world for one transport: a store that answers when it is told to, a clock that is set.

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    string::{String, ToString},
    vec::Vec,
};

use hop::{Act, Effect, ExchangeId, Hop, Input, http};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use store::{Answer, Engine, Key, Memory, RawRow, Transaction, TxId};
use vocab::{DataClass, Instant, Micros, NoiseKey, Now, UnixMicros};
use wire::transport::{Ask, Bundle, Envelope, FromTransport, Notice, Status, ToTransport};

use super::people::End;
use crate::{Config, Event, HashKey, Rules, Transport};

/// The Cloud API's link, in every story.
pub(super) const CLOUD_API: u8 = 99;
/// The link of its other node.
pub(super) const OTHER_CLOUD_API: u8 = 98;

pub(super) struct World {
    pub(super) config: Config,
    transport: Transport,
    pub(super) store: Memory,
    /// The store is asked and does not answer.
    pub(super) is_slow: bool,
    asked: VecDeque<(TxId, Transaction)>,
    /// Effects that wait for a transaction.
    held: Vec<Effect<Event>>,
    boot_wall: u64,
    mono: u64,
    wake_at: Option<Instant>,
    rng: ChaCha8Rng,
    requests: u64,
    frames: Vec<(NoiseKey, FromTransport)>,
    responses: BTreeMap<u64, http::Response>,
    pub(super) events: Vec<Event>,
    pub(super) log: Vec<String>,
    /// Queues that it wants to be told of.
    pub(super) watched: BTreeSet<Key>,
    /// Transactions that were answered.
    pub(super) transactions: usize,
    /// After this many, the node loses power in the middle of the next.
    pub(super) power_for: Option<(usize, Moment)>,
    pub(super) crashes: usize,
}

/// When within a transaction the power goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The transaction was done and is lost.
    BeforeSync,
    /// It is durable, and the transport is not told.
    AfterSync,
}

/// For stories about something else than protection: no codes, and no limits but the mailbox's.
const UNGUARDED: Rules = Rules {
    business_sender_check: true,
    registration_code: false,
    fetch_limits: false,
    message_rates: false,
    enumeration_limits: false,
    mailbox_quota: true,
    integrity_throttling: false,
};

impl World {
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    /// With every defence on, as a transport has them that nobody told otherwise.
    pub(super) fn guarded() -> Self {
        Self::with(|config| config.rules = Rules::default())
    }

    /// The same, but for one: numbers are claimed without codes, in stories about other defences.
    pub(super) fn guarded_without_codes() -> Self {
        Self::with(|config| config.rules = Rules { registration_code: false, ..Rules::default() })
    }

    pub(super) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new("transport", HashKey::new([1; 32]));
        config.cloud_api = [CLOUD_API, OTHER_CLOUD_API].map(|link| NoiseKey([link; 32])).into();
        for principal in ["whatsapp", "rest-of-meta", "ads", "cloud-api", "business:bakery"] {
            let token = Sha256::digest(token(principal)).into();
            config.principals.push((token, principal.to_string()));
        }
        config.rules = UNGUARDED;
        change(&mut config);
        let mut world = Self {
            transport: Transport::new(config.clone()),
            config,
            store: Memory::new(),
            is_slow: false,
            asked: VecDeque::new(),
            held: Vec::new(),
            boot_wall: 1_700_000_000_000_000,
            mono: 0,
            wake_at: None,
            rng: ChaCha8Rng::seed_from_u64(1),
            requests: 0,
            frames: Vec::new(),
            responses: BTreeMap::new(),
            events: Vec::new(),
            log: Vec::new(),
            watched: BTreeSet::new(),
            transactions: 0,
            power_for: None,
            crashes: 0,
        };
        world.input(Input::Boot);
        world
    }

    pub(super) fn now(&self) -> Now {
        let wall = UnixMicros(self.boot_wall + self.mono);
        Now { mono: Instant(self.mono), wall }
    }

    pub(super) fn input(&mut self, input: Input<crate::Command>) {
        self.hand_over(input);
        while !self.is_slow && !self.asked.is_empty() {
            self.step();
        }
    }

    fn hand_over(&mut self, input: Input<crate::Command>) {
        let outputs = self.transport.handle(input, self.now(), &mut self.rng);
        self.wake_at = outputs.wake_at;
        for effect in outputs.effects {
            match effect {
                Effect { after: Some(_), .. } => self.held.push(effect),
                Effect { after: None, act } => self.act(act),
            }
        }
    }

    fn act(&mut self, act: Act<Event>) {
        match act {
            Act::Send { to, bytes } => {
                self.frames.push((to, FromTransport::decode(&bytes).unwrap()));
            }
            Act::Reply { id, response } => drop(self.responses.insert(id.0, response)),
            Act::Request { .. } => panic!("the transport asks nobody"),
            Act::Store { tx, transaction } => self.asked.push_back((tx, transaction)),
            Act::Event(event) => self.events.push(event),
            Act::Log(line) => self.log.push(line),
            Act::Watch { queue, on } => {
                if on {
                    self.watched.insert(queue);
                } else {
                    self.watched.remove(&queue);
                }
            }
        }
    }

    /// The store does one transaction and answers.
    pub(super) fn step(&mut self) {
        let (tx, transaction) = self.asked.pop_front().unwrap();
        let wall = self.now().wall;
        let answer = self.store.apply(core::slice::from_ref(&transaction), wall).remove(0);
        if let Some((transactions, moment)) = self.power_for
            && self.transactions == transactions
        {
            if moment == Moment::AfterSync {
                self.store.sync();
            }
            self.power_for = None;
            return self.crash();
        }
        self.transactions += 1;
        self.store.sync();
        let (due, held) = self.held.drain(..).partition(|effect| effect.after == Some(tx));
        self.held = held;
        if matches!(answer, Answer::Done(_)) {
            let due: Vec<Effect<Event>> = due;
            due.into_iter().for_each(|effect| self.act(effect.act));
        }
        self.hand_over(Input::Stored { tx, answer });
    }

    /// The store answers what is read, until the transport asks it to write.
    #[cfg(feature = "mutants")]
    pub(super) fn step_until_writing(&mut self) {
        while self.asked.front().is_some_and(|(_, transaction)| transaction.is_read_only()) {
            self.step();
        }
    }

    /// Lets a slow store catch up.
    pub(super) fn catch_up(&mut self) {
        self.is_slow = false;
        while !self.asked.is_empty() {
            self.step();
        }
    }

    /// The power goes: only what is durable stays, and links are down.
    pub(super) fn crash(&mut self) {
        self.crashes += 1;
        self.store.crash();
        self.asked.clear();
        self.held.clear();
        self.boot_wall = self.now().wall.0;
        self.mono = 0;
        self.transport = Transport::new(self.config.clone());
        self.input(Input::Boot);
    }

    /// Time passes, and the transport is woken when it asked to be.
    pub(super) fn pass(&mut self, span: Micros) {
        let until = self.mono + span.0;
        while let Some(at) = self.wake_at.filter(|at| at.0 <= until) {
            self.mono = self.mono.max(at.0);
            self.input(Input::Wake);
        }
        self.mono = until;
    }

    pub(super) const fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    /// Sends a request and returns its id.
    pub(super) fn send(&mut self, link: NoiseKey, ask: Ask) -> u64 {
        self.requests += 1;
        self.send_as(link, self.requests, ask);
        self.requests
    }

    /// The same with an id that the end chose.
    pub(super) fn send_as(&mut self, link: NoiseKey, id: u64, ask: Ask) {
        let bytes = ToTransport { id, ask }.encode();
        self.input(Input::Frame { from: link, bytes });
    }

    /// What a request was answered, once for each answer; answers are taken away.
    pub(super) fn answers(&mut self, link: NoiseKey, wanted: u64) -> Vec<(Status, Option<Bundle>)> {
        self.take(link, |frame| {
            let FromTransport::Answer { id, status, bundle, .. } = frame else { return None };
            (*id == wanted).then(|| (*status, bundle.clone()))
        })
    }

    /// Sends a request and returns the one answer.
    #[track_caller]
    pub(super) fn ask(&mut self, link: NoiseKey, ask: Ask) -> Status {
        self.ask_bundle(link, ask).0
    }

    /// Sends a request that is refused for a limit, and returns how long its end has to wait.
    #[track_caller]
    pub(super) fn ask_limited(&mut self, link: NoiseKey, ask: Ask, expected: Status) -> Micros {
        let wanted = self.send(link, ask);
        let waits = self.take(link, |frame| {
            let FromTransport::Answer { id, status, retry_after, .. } = frame else { return None };
            (*id == wanted).then_some((*status, *retry_after))
        });
        assert_eq!(waits.len(), 1, "a request has one answer");
        assert_eq!(waits[0].0, expected);
        assert!(waits[0].1 > Micros(0));
        waits[0].1
    }

    /// The code that was last sent to the number of `end`.
    #[track_caller]
    pub(super) fn code(&self, end: &End) -> String {
        let alias = self.config.hash_key.alias(&end.address.phone);
        let mut codes = self.events.iter().filter_map(|event| {
            let Event::CodeSent { account, code } = event else { return None };
            (*account == alias).then(|| code.clone())
        });
        codes.next_back().unwrap()
    }

    #[track_caller]
    pub(super) fn ask_bundle(&mut self, link: NoiseKey, ask: Ask) -> (Status, Option<Bundle>) {
        let id = self.send(link, ask);
        let mut answers = self.answers(link, id);
        assert_eq!(answers.len(), 1, "a request has one answer");
        answers.remove(0)
    }

    /// Sends a request again, with its id, until it is answered, as ends do.
    pub(super) fn insist(&mut self, link: NoiseKey, ask: &Ask) -> (Status, Option<Bundle>) {
        self.requests += 1;
        let id = self.requests;
        loop {
            self.send_as(link, id, ask.clone());
            if let Some(answer) = self.answers(link, id).pop() {
                return answer;
            }
        }
    }

    /// The bundle of `of` as `link` is given it.
    #[track_caller]
    pub(super) fn bundle(&mut self, link: NoiseKey, of: &End) -> Bundle {
        let (status, bundle) = self.ask_bundle(link, of.fetch());
        assert_eq!(status, Status::Ok);
        bundle.unwrap()
    }

    /// An end that is registered, published ten prekeys of each kind and said hello.
    #[track_caller]
    pub(super) fn arrives(&mut self, end: &End) {
        for ask in [end.register(), end.publish(0..10), end.hello()] {
            assert_eq!(self.ask(end.link, ask), Status::Ok);
        }
    }

    /// What was pushed to `link`, taken away.
    pub(super) fn pushed(&mut self, link: NoiseKey) -> Vec<(u64, Envelope)> {
        self.take(link, |frame| {
            let FromTransport::Deliver { place, envelope } = frame else { return None };
            Some((*place, envelope.clone()))
        })
    }

    /// Notices that accounts are gone, pushed to `link`, taken away.
    pub(super) fn notices(&mut self, link: NoiseKey) -> Vec<(u64, Notice)> {
        self.take(link, |frame| {
            let FromTransport::Gone { place, notice } = frame else { return None };
            Some((*place, notice.clone()))
        })
    }

    /// How often `link` was told that prekeys are low, taken away: what is left of both kinds.
    pub(super) fn warnings(&mut self, link: NoiseKey) -> Vec<(u32, u32)> {
        self.take(link, |frame| {
            let FromTransport::PrekeysLow { one_time, kem_one_time, .. } = frame else {
                return None;
            };
            Some((*one_time, *kem_one_time))
        })
    }

    /// Frames to `link` that fit, taken away.
    pub(super) fn take<T>(
        &mut self,
        link: NoiseKey,
        fit: impl Fn(&FromTransport) -> Option<T>,
    ) -> Vec<T> {
        let mut taken = Vec::new();
        self.frames.retain(|(to, frame)| match fit(frame).filter(|_| *to == link) {
            Some(found) => {
                taken.push(found);
                false
            }
            None => true,
        });
        taken
    }

    pub(super) fn link(&mut self, end: &End, up: bool) {
        self.input(Input::Link { peer: end.link, up });
    }

    /// Asks over HTTP with the token of `principal`.
    pub(super) fn http(&mut self, principal: &str, method: &str, target: &str) -> http::Response {
        let request = http::Request::new("transport", method, target).bearer(&token(principal));
        self.request(request)
    }

    pub(super) fn request(&mut self, request: http::Request) -> http::Response {
        self.requests += 1;
        self.input(Input::Request { id: ExchangeId(self.requests), request });
        self.responses.remove(&self.requests).unwrap()
    }

    /// A page as the back office reads it.
    pub(super) fn page(&mut self, target: &str) -> serde_json::Value {
        let response = self.http("whatsapp", "GET", target);
        assert_eq!(response.status, 200);
        serde_json::from_slice(&response.body).unwrap()
    }

    /// Rows of a table that have bytes in the store: class and value.
    pub(super) fn rows(&self, table: &str) -> Vec<(DataClass, Vec<u8>)> {
        let prefix = Key::table(table);
        let mut rows = Vec::new();
        self.store.visit(&mut |row: RawRow<'_>| {
            if row.key.starts_with(&prefix) {
                rows.push((row.class, row.value.to_vec()));
            }
        });
        rows
    }
}

fn token(principal: &str) -> String {
    alloc::format!("token of {principal}")
}

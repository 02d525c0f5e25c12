//! Devices with a store each, and a relay between them that keeps everything for the story to see.

use alloc::{
    collections::{BTreeMap, VecDeque},
    format,
    vec::Vec,
};

use endpoint::{Happening, Mutant};
use hop::{Act, Effect, Hop, Input};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use signal::Profile;
use store::{Answer, Engine, Key, Memory, RawRow, Transaction, TxId};
use vocab::{
    Address, BlobId, Instant, Keep, MessageId, Micros, NoiseKey, Now, PhoneNumber, Reason,
    UnixMicros, limits,
};
use wire::transport::{
    Ask as Frame, Bundle, Envelope, FromTransport, KemPrekey, Operator, Payload, Prekey,
    ReceiptKind, SignedPrekey, Status, ToTransport,
};

use crate::{Ask, Client, Command, Config, Event};

const TRANSPORT: NoiseKey = NoiseKey([99; 32]);

/// One device.
pub(super) struct Node {
    hop: Client,
    config: Config,
    pub(super) store: Memory,
    held: Vec<(TxId, Act<Event>)>,
    wake_at: Option<Instant>,
    pub(super) events: Vec<Event>,
}

/// What the relay knows of an account.
#[derive(Default)]
pub(super) struct Listed {
    registration_id: u32,
    identity_key: Vec<u8>,
    signed: Option<SignedPrekey>,
    pub(super) one_time: VecDeque<Prekey>,
    pub(super) kem: VecDeque<KemPrekey>,
    last_resort: Option<KemPrekey>,
}

pub(super) struct World {
    pub(super) nodes: Vec<Node>,
    pub(super) listed: BTreeMap<usize, Listed>,
    now: Now,
    rng: ChaCha8Rng,
    /// Requests that came, oldest first, with who asked.
    pub(super) asked: Vec<(usize, ToTransport)>,
    /// The relay takes no request in: nothing is done and nothing answered.
    pub(super) is_deaf: bool,
    /// Envelopes stay with the relay until the story delivers them.
    pub(super) is_holding: bool,
    /// How the relay answers envelopes.
    pub(super) sends_are: Status,
    /// How long it asks a device to wait.
    pub(super) retry_after: Micros,
    /// The code that it asks for, where it asks for one.
    pub(super) code: Option<&'static str>,
    /// Envelopes that the relay was given.
    pub(super) carried: Vec<Envelope>,
    /// Pieces of blobs that the relay was given.
    pub(super) blobs: BTreeMap<(PhoneNumber, BlobId, u32), Vec<u8>>,
    /// How it answers those who bring one.
    pub(super) puts_are: Status,
    frames: VecDeque<(usize, Vec<u8>)>,
    places: u64,
    commands: u64,
}

pub(super) fn phone(node: usize) -> PhoneNumber {
    PhoneNumber::parse(&format!("491500000{node:02}")).unwrap()
}

pub(super) fn address(node: usize) -> Address {
    Address::first_device(phone(node))
}

pub(super) fn id(byte: u8) -> MessageId {
    MessageId([byte; 16])
}

impl World {
    /// `count` devices that are ready.
    pub(super) fn of(count: usize) -> Self {
        Self::with(count, |_| ())
    }

    pub(super) fn with(count: usize, change: impl Fn(&mut endpoint::Config)) -> Self {
        let wall = UnixMicros(Micros::days(20_000).0);
        let mut world = Self {
            nodes: Vec::new(),
            listed: BTreeMap::new(),
            now: Now { mono: Instant(0), wall },
            rng: ChaCha8Rng::seed_from_u64(5),
            asked: Vec::new(),
            is_deaf: false,
            is_holding: false,
            sends_are: Status::Ok,
            retry_after: Micros(0),
            code: None,
            carried: Vec::new(),
            blobs: BTreeMap::new(),
            puts_are: Status::Ok,
            frames: VecDeque::new(),
            places: 0,
            commands: 0,
        };
        for node in 0..count {
            let mut endpoint = endpoint::Config {
                address: address(node),
                transport: TRANSPORT,
                profile: Profile::V4,
                profile_name: format!("person {node}"),
                one_time_prekeys: 3,
                kem_prekeys: 3,
                work: Keep::Never(Reason::UntilDone),
                slot: 0,
                trace: false,
                mutant: None::<Mutant>,
            };
            change(&mut endpoint);
            let config = Config {
                endpoint,
                name_key: [7; 32],
                rows_at_hand: crate::ROWS_AT_HAND,
                mutant: None,
                desk_mutant: None,
            };
            world.nodes.push(Node {
                hop: Client::new(config.clone()),
                config,
                store: Memory::new(),
                held: Vec::new(),
                wake_at: None,
                events: Vec::new(),
            });
            world.start(node);
        }
        world
    }

    fn start(&mut self, node: usize) {
        self.give(node, Input::Boot);
        self.give(node, Input::Link { peer: TRANSPORT, up: true });
    }

    /// The device loses everything but what is durable.
    pub(super) fn restart(&mut self, node: usize) {
        self.nodes[node].store.crash();
        self.nodes[node].held.clear();
        self.nodes[node].hop = Client::new(self.nodes[node].config.clone());
        self.start(node);
    }

    /// One input, all that comes of it, and all that the relay makes of that.
    pub(super) fn give(&mut self, node: usize, input: Input<Command>) {
        self.handle(node, input);
        while let Some((from, bytes)) = self.frames.pop_front() {
            self.relay(from, &bytes);
        }
    }

    fn handle(&mut self, node: usize, input: Input<Command>) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let outputs = self.nodes[node].hop.handle(input, self.now, &mut self.rng);
            self.nodes[node].wake_at = outputs.wake_at;
            for Effect { after, act } in outputs.effects {
                match (after, act) {
                    (None, Act::Store { tx, transaction }) => {
                        let answer = self.store(node, &transaction);
                        inputs.push_back(Input::Stored { tx, answer });
                    }
                    // A transaction comes before what waits for it, and is done at once.
                    (Some(tx), act) => self.nodes[node].held.push((tx, act)),
                    (None, act) => self.act(node, act),
                }
            }
            let held = core::mem::take(&mut self.nodes[node].held);
            for (tx, act) in held {
                let done = inputs.iter().any(|input| {
                    matches!(input, Input::Stored { tx: of, answer: Answer::Done(_) } if *of == tx)
                });
                // A conflict (a copy of a row that has expired): the effect never leaves.
                if done {
                    self.act(node, act);
                }
            }
        }
    }

    fn store(&mut self, node: usize, transaction: &Transaction) -> Answer {
        let store = &mut self.nodes[node].store;
        let answer = store.apply(core::slice::from_ref(transaction), self.now.wall).remove(0);
        store.sync();
        answer
    }

    fn act(&mut self, node: usize, act: Act<Event>) {
        match act {
            Act::Send { to, bytes } => {
                assert_eq!(to, TRANSPORT);
                assert!(bytes.len() <= limits::MAX_FRAME, "a frame of {} bytes", bytes.len());
                self.frames.push_back((node, bytes));
            }
            Act::Event(event) => self.nodes[node].events.push(event),
            Act::Log(line) => panic!("{line}"),
            Act::Watch { .. } => panic!("its store is its own"),
            Act::Store { .. } | Act::Reply { .. } | Act::Request { .. } => unreachable!(),
        }
    }

    fn relay(&mut self, from: usize, bytes: &[u8]) {
        let frame = ToTransport::decode(bytes).unwrap();
        self.asked.push((from, frame.clone()));
        if self.is_deaf {
            return;
        }
        if let Frame::GetPiece { of, blob, number, .. } = &frame.ask
            && let Some(bytes) = self.blobs.get(&(of.clone(), *blob, *number))
        {
            let piece = FromTransport::Piece { id: frame.id, bytes: bytes.clone() };
            return self.tell(from, &piece);
        }
        let (status, bundle) = self.done(from, frame.ask);
        let retry_after = self.retry_after;
        let answer = FromTransport::Answer { id: frame.id, status, bundle, retry_after };
        self.tell(from, &answer);
    }

    pub(super) fn tell(&mut self, node: usize, frame: &FromTransport) {
        self.give(node, Input::Frame { from: TRANSPORT, bytes: frame.encode() });
    }

    fn done(&mut self, from: usize, ask: Frame) -> (Status, Option<Bundle>) {
        match ask {
            Frame::Register { code, .. } if self.code.is_some_and(|right| right != code) => {
                let status = if code.is_empty() { Status::CodeNeeded } else { Status::BadCode };
                return (status, None);
            }
            Frame::Register { registration_id, identity_key, .. } => {
                let listed = Listed { registration_id, identity_key, ..Listed::default() };
                self.listed.insert(from, listed);
            }
            Frame::Publish { signed, one_time, kem_one_time, kem_last_resort, .. } => {
                let listed = self.listed.get_mut(&from).unwrap();
                listed.signed = signed.or(listed.signed.take());
                listed.one_time.extend(one_time);
                listed.kem.extend(kem_one_time);
                listed.last_resort = kem_last_resort.or(listed.last_resort.take());
            }
            Frame::Fetch { address } => {
                let node = self.node_of(&address);
                return match node.and_then(|node| self.listed.get_mut(&node)) {
                    Some(listed) => (Status::Ok, Some(bundle(listed))),
                    None => (Status::NotFound, None),
                };
            }
            Frame::Send(_) if self.sends_are != Status::Ok => return (self.sends_are, None),
            Frame::Send(envelope) => {
                self.carried.push(envelope.clone());
                if !self.is_holding {
                    self.deliver(&envelope);
                }
            }
            Frame::GetPiece { .. } => return (Status::NotFound, None),
            Frame::PutPiece { .. } if self.puts_are != Status::Ok => return (self.puts_are, None),
            Frame::PutPiece { by, blob, number, bytes } => {
                self.blobs.insert((by, blob, number), bytes);
            }
            Frame::DeleteAccount { .. } => drop(self.listed.remove(&from)),
            Frame::RequestCode { .. }
            | Frame::Ack { .. }
            | Frame::Hello { .. }
            | Frame::Report { .. }
            | Frame::Block { .. } => {}
        }
        (Status::Ok, None)
    }

    fn node_of(&self, of: &Address) -> Option<usize> {
        (0..self.nodes.len()).find(|node| address(*node) == *of)
    }

    /// The relay pushes an envelope to whom it is for.
    pub(super) fn deliver(&mut self, envelope: &Envelope) {
        self.places += 1;
        let frame = FromTransport::Deliver { place: self.places, envelope: envelope.clone() };
        let node = self.node_of(&envelope.to).unwrap();
        self.tell(node, &frame);
    }

    /// The envelopes that the relay held, taken away.
    pub(super) fn take_carried(&mut self) -> Vec<Envelope> {
        core::mem::take(&mut self.carried)
    }

    /// A person does something; they are told that it is durable.
    #[track_caller]
    pub(super) fn does(&mut self, node: usize, ask: Ask) {
        self.commands += 1;
        let number = self.commands;
        self.give(node, Input::Command(Command { number, ask }));
        assert!(self.nodes[node].events.contains(&Event::Acknowledged { number }));
    }

    #[track_caller]
    pub(super) fn writes(&mut self, node: usize, to: usize, message: u8) {
        let text = format!("text {message}");
        self.does(node, Ask::Write { id: id(message), to: phone(to), text });
    }

    /// A receipt that somebody sends, honest or not.
    pub(super) fn receipt(&mut self, from: usize, to: usize, kind: ReceiptKind, about: u8) {
        self.places += 1;
        let mut unique = [0xee; 16];
        unique[..8].copy_from_slice(&self.places.to_be_bytes());
        self.deliver(&Envelope {
            id: MessageId(unique),
            from: address(from),
            to: address(to),
            payload: Payload::Receipt { kind, ids: [id(about)].into(), attempt: 0 },
            sent_at: self.now.wall,
            attempt: 0,
        });
    }

    /// Time passes, and devices are woken when they asked to be.
    pub(super) fn pass(&mut self, span: Micros) {
        let until = self.now.mono.after(span);
        loop {
            let due = (0..self.nodes.len())
                .filter_map(|node| self.nodes[node].wake_at.map(|at| (at, node)))
                .filter(|(at, _)| *at <= until)
                .min();
            let Some((at, node)) = due else { break };
            self.advance(at.max(self.now.mono));
            self.give(node, Input::Wake);
        }
        self.advance(until);
        for node in &mut self.nodes {
            let _gone = node.store.sweep(self.now.wall);
        }
    }

    fn advance(&mut self, to: Instant) {
        let span = Micros(to.0 - self.now.mono.0);
        self.now = Now { mono: to, wall: self.now.wall.after(span) };
    }

    /// Messages that a person was shown, in order.
    pub(super) fn shown(&self, node: usize) -> Vec<MessageId> {
        let shown = |event: &Event| {
            let Event::Shown { id, text, .. } = event else { return None };
            assert_eq!(*text, format!("text {}", id.0[0]));
            Some(*id)
        };
        self.nodes[node].events.iter().filter_map(shown).collect()
    }

    pub(super) fn happened(&self, node: usize) -> impl Iterator<Item = &Happening> {
        self.nodes[node].events.iter().filter_map(|event| {
            let Event::Happened(happening) = event else { return None };
            Some(happening)
        })
    }

    #[track_caller]
    pub(super) fn count(&self, node: usize, what: impl Fn(&Happening) -> bool) -> usize {
        self.happened(node).filter(|happening| what(happening)).count()
    }

    /// How often devices asked for something.
    pub(super) fn asked(&self, node: usize, what: impl Fn(&Frame) -> bool) -> usize {
        self.asked.iter().filter(|(from, frame)| *from == node && what(&frame.ask)).count()
    }

    /// Rows of a table that have bytes in a device's store.
    pub(super) fn rows(&self, node: usize, table: &str) -> usize {
        let prefix = Key::table(table);
        let mut rows = 0;
        self.nodes[node].store.visit(&mut |row: RawRow<'_>| {
            rows += usize::from(row.key.starts_with(&prefix));
        });
        rows
    }
}

fn bundle(listed: &mut Listed) -> Bundle {
    Bundle {
        registration_id: listed.registration_id,
        device: 1,
        identity_key: listed.identity_key.clone(),
        signed_prekey: listed.signed.clone(),
        one_time: listed.one_time.pop_front(),
        kem: listed.kem.pop_front().or_else(|| listed.last_resort.clone()),
        operator: Operator::Owner as i32,
    }
}

/// Which receipts are among `envelopes`, and about what.
pub(super) fn receipts(envelopes: &[Envelope], wanted: ReceiptKind) -> usize {
    let is = |envelope: &&Envelope| {
        let Payload::Receipt { kind, .. } = &envelope.payload else { return false };
        *kind == wanted
    };
    envelopes.iter().filter(is).count()
}

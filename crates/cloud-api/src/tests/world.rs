//! Two nodes and everything around them: node 0 acts for the bakery, node 1 is the other end.

use std::collections::{BTreeMap, VecDeque};

use hop::{
    Act, Effect, ExchangeId, Hop, Input, Unreachable,
    http::{Request, Response},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signal::Profile;
use store::{Answer, Engine, Key, Memory, Op, RawRow, Transaction, TxId};
use vocab::{Address, BlobId, Instant, MessageId, Micros, NoiseKey, Now, PhoneNumber, UnixMicros};
use wire::content::{Body, Media};
use wire::transport::{
    Ask, Bundle, Envelope, FromTransport, KemPrekey, Operator, Prekey, SignedPrekey, Status,
    ToTransport,
};

use crate::{
    CloudApi, Config, Event, Own, Rules, Subscription,
    graph::messages::{Outgoing, Recipient, Say},
    input::NumberJob,
    state::Step,
};

const TRANSPORT: NoiseKey = NoiseKey([99; 32]);
pub(super) const NUMBERS: [&str; 2] = ["493012345678", "4915112345678"];
pub(super) const IDS: [&str; 2] = ["100", "200"];
/// The token of the apps of people.
pub(super) const APPS: &str = "token of the apps";
pub(super) const TOKENS: [&str; 2] = ["token of the bakery", "token of the person"];

pub(super) struct Node {
    hop: CloudApi,
    pub(super) config: Config,
    pub(super) store: Memory,
    wake_at: Option<Instant>,
    held: Vec<(TxId, Act<Event>)>,
    pub(super) events: Vec<Event>,
    replies: Vec<(ExchangeId, Response)>,
}

#[derive(Default)]
struct Listed {
    registration_id: u32,
    identity_key: Vec<u8>,
    signed: Option<SignedPrekey>,
    one_time: VecDeque<Prekey>,
    kem: VecDeque<KemPrekey>,
    last_resort: Option<KemPrekey>,
}

pub(super) struct World {
    pub(super) nodes: Vec<Node>,
    listed: [Listed; 2],
    pub(super) now: Now,
    rng: ChaCha8Rng,
    /// Envelopes that the relay carried.
    pub(super) carried: Vec<Envelope>,
    /// Pieces of blobs at the relay.
    pub(super) blobs: BTreeMap<(PhoneNumber, BlobId, u32), Vec<u8>>,
    /// How it answers those who bring one.
    pub(super) puts_are: Status,
    /// What is behind `http://files/`: a MIME type and a file.
    pub(super) behind_link: Option<(&'static str, Vec<u8>)>,
    frames: VecDeque<(usize, Vec<u8>)>,
    asked: VecDeque<(usize, ExchangeId, Request)>,
    /// Requests to servers, with when they came.
    pub(super) served: Vec<(usize, Instant, Request)>,
    /// What serves the flows of the bakery.
    pub(super) endpoint: Option<super::manage::endpoint::Endpoint>,
    /// What webhooks are answered with.
    pub(super) webhook_status: u16,
    /// The server whose answers do not arrive.
    pub(super) silent: Option<&'static str>,
    /// Those that it gave.
    late: Vec<(usize, ExchangeId, Result<Response, Unreachable>)>,
    /// Whether Business Manager still has the bakery's grant.
    pub(super) is_granted: bool,
    /// How the platform restricts the bakery's number, for Business Manager to say.
    pub(super) restriction: u32,
    /// The optional services of the bakery, for Business Manager to say.
    pub(super) services: Value,
    /// What an optional service answers whatever it is handed; nothing while it is away.
    pub(super) reply: Option<Value>,
    /// What Business Manager says of tokens that it issued.
    pub(super) issued: BTreeMap<String, Value>,
    /// Whether Business Manager answers.
    pub(super) is_manager_up: bool,
    /// Who blocks whom at the relay.
    pub(super) blocks: Vec<[PhoneNumber; 2]>,
    /// Whether it loses what the person's end says of messages.
    pub(super) loses_receipts: bool,
    /// How the relay answers envelopes.
    pub(super) sends_are: Status,
    /// How long it asks an end to wait.
    pub(super) retry_after: Micros,
    exchanges: u64,
    pub(super) places: u64,
}

fn config(node: usize) -> Config {
    let own = Own {
        phone_number_id: IDS[1].into(),
        business: "person".into(),
        phone: PhoneNumber::parse(NUMBERS[1]).unwrap(),
    };
    Config {
        transport: TRANSPORT,
        business_manager: "manager".into(),
        billing: (node == 0).then(|| "billing".into()),
        statistics: (node == 0).then(|| "statistics".into()),
        own: (node == 1).then_some(own),
        share: crate::Share::ALL,
        token: "token of the node".into(),
        principals: [
            (TOKENS[0], "business:bakery"),
            (TOKENS[1], "business:person"),
            ("token of the manager", "business-manager"),
            (APPS, crate::flows::APPS),
        ]
        .map(|(token, principal)| (Sha256::digest(token).into(), principal.to_owned()))
        .to_vec(),
        webhook_updates: vocab::limits::MAX_WEBHOOK_UPDATES,
        services: Vec::new(),
        subscriptions: vec![Subscription {
            phone_number_id: IDS[node].into(),
            authority: "shop".into(),
            path: "/webhook".into(),
            app_secret: "secret".into(),
        }],
        profile: Profile::V4,
        one_time_prekeys: 3,
        kem_prekeys: 3,
        root_key: [8; 32],
        name_key: [7; 32],
        statistics_every: Micros::hours(1),
        rules: Rules::NONE,
        management: crate::Management::default(),
        trace: false,
        mutant: None,
        endpoint_mutant: None,
        desk_mutant: None,
    }
}

impl World {
    /// Both ends ready, at noon.
    pub(super) fn new() -> Self {
        let wall = UnixMicros(Micros::days(20_000).0 + Micros::hours(12).0);
        let node = |node| Node {
            hop: CloudApi::new(config(node)),
            config: config(node),
            store: Memory::new(),
            wake_at: None,
            held: Vec::new(),
            events: Vec::new(),
            replies: Vec::new(),
        };
        let mut world = Self {
            nodes: vec![node(0), node(1)],
            listed: [Listed::default(), Listed::default()],
            now: Now { mono: Instant(0), wall },
            rng: ChaCha8Rng::seed_from_u64(3),
            carried: Vec::new(),
            blobs: BTreeMap::new(),
            puts_are: Status::Ok,
            behind_link: None,
            frames: VecDeque::new(),
            asked: VecDeque::new(),
            served: Vec::new(),
            endpoint: None,
            webhook_status: 200,
            silent: None,
            late: Vec::new(),
            is_granted: true,
            restriction: 0,
            services: json!([]),
            reply: None,
            issued: BTreeMap::new(),
            is_manager_up: true,
            blocks: Vec::new(),
            loses_receipts: false,
            sends_are: Status::Ok,
            retry_after: Micros(0),
            exchanges: 0,
            places: 0,
        };
        for node in 0..2 {
            world.start(node);
        }
        world
    }

    fn start(&mut self, node: usize) {
        self.give(node, Input::Boot);
        self.give(node, Input::Link { peer: TRANSPORT, up: true });
    }

    /// The node loses everything but what is durable.
    pub(super) fn restart(&mut self, node: usize) {
        self.nodes[node].store.crash();
        self.nodes[node].hop = CloudApi::new(self.nodes[node].config.clone());
        self.start(node);
    }

    pub(super) fn give(&mut self, node: usize, input: Input<crate::Command>) {
        self.handle(node, input);
        self.settle();
    }

    /// Until no frame and no request is on its way.
    fn settle(&mut self) {
        loop {
            if let Some((from, bytes)) = self.frames.pop_front() {
                self.relay(from, &bytes);
            } else if let Some((from, id, request)) = self.asked.pop_front() {
                let outcome = self.server(&request);
                if self.silent == Some(request.authority.as_str()) {
                    self.late.push((from, id, outcome));
                    continue;
                }
                self.served.push((from, self.now.mono, request));
                self.handle(from, Input::Response { id, outcome });
            } else {
                break;
            }
        }
    }

    /// The answers that did not arrive arrive.
    pub(super) fn late_answers(&mut self) {
        self.silent = None;
        for (from, id, outcome) in core::mem::take(&mut self.late) {
            self.give(from, Input::Response { id, outcome });
        }
    }

    fn handle(&mut self, node: usize, input: Input<crate::Command>) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let outputs = self.nodes[node].hop.handle(input, self.now, &mut self.rng);
            self.nodes[node].wake_at = outputs.wake_at;
            inputs.extend(self.carry_out(node, outputs.effects));
        }
    }

    /// What the store answers to these effects.
    fn carry_out(
        &mut self,
        node: usize,
        effects: Vec<Effect<Event>>,
    ) -> Vec<Input<crate::Command>> {
        let (mut done, mut inputs) = (Vec::new(), Vec::new());
        for Effect { after, act } in effects {
            match (after, act) {
                (None, Act::Store { tx, transaction }) => {
                    let answer = self.store(node, &transaction);
                    if matches!(answer, Answer::Done(_)) {
                        done.push(tx);
                    }
                    inputs.push(Input::Stored { tx, answer });
                }
                (Some(tx), act) => self.nodes[node].held.push((tx, act)),
                (None, act) => self.act(node, act),
            }
        }
        for (tx, act) in core::mem::take(&mut self.nodes[node].held) {
            if done.contains(&tx) {
                self.act(node, act);
            }
        }
        inputs
    }

    /// The person sends what only a device can write, such as a choice; its wamid.
    pub(super) fn person_sends(&mut self, body: Body, quoted: Option<MessageId>) -> String {
        self.places += 1;
        let id = MessageId([u8::try_from(self.places % 251).unwrap(); 16]);
        let to = Recipient::Phone(PhoneNumber::parse(NUMBERS[0]).unwrap());
        let message = Box::new(Outgoing {
            id,
            input: NUMBERS[0].into(),
            to,
            quoted,
            say: Say::Ready(body),
            opaque: String::new(),
            identity_hash: None,
            request_id: None,
            only_marketing: false,
        });
        let work = NumberJob::Send { exchange: ExchangeId(0), message };
        let mut step = Step { now: self.now, rng: &mut self.rng, effects: Vec::new() };
        self.nodes[1].hop.on_number(0, work, &mut step);
        let effects = step.effects;
        for input in self.carry_out(1, effects) {
            self.handle(1, input);
        }
        self.settle();
        self.nodes[1].replies.clear();
        format!("wamid.{id}")
    }

    /// The person sends a file; its wamid.
    pub(super) fn person_sends_file(&mut self, mut media: Media, file: &[u8]) -> String {
        let blob = endpoint::files::seal(&mut media, file, &mut self.rng);
        let person = PhoneNumber::parse(NUMBERS[1]).unwrap();
        let name = BlobId::from_slice(&media.blob).unwrap();
        for (number, piece) in blob.chunks(vocab::limits::BLOB_PIECE).enumerate() {
            let piece_of = (person.clone(), name, u32::try_from(number).unwrap());
            self.blobs.insert(piece_of, piece.to_vec());
        }
        self.person_sends(Body::Media(Box::new(media)), None)
    }

    fn store(&mut self, node: usize, transaction: &Transaction) -> Answer {
        let store = &mut self.nodes[node].store;
        let answer = store.apply(core::slice::from_ref(transaction), self.now.wall).remove(0);
        store.sync();
        answer
    }

    fn act(&mut self, node: usize, act: Act<Event>) {
        match act {
            Act::Send { bytes, .. } => self.frames.push_back((node, bytes)),
            Act::Event(event) => self.nodes[node].events.push(event),
            Act::Reply { id, response } => self.nodes[node].replies.push((id, response)),
            Act::Request { id, request } => self.asked.push_back((node, id, request)),
            Act::Log(line) => panic!("{line}"),
            Act::Watch { .. } => panic!("its store is its own"),
            Act::Store { .. } => unreachable!("no transaction waits for another"),
        }
    }

    fn server(&self, request: &Request) -> Result<Response, Unreachable> {
        match (request.authority.as_str(), request.path()) {
            ("manager", _) if !self.is_manager_up => Err(Unreachable),
            ("manager", "/grants") => {
                let grants = if self.is_granted {
                    json!([{
                        "phone_number_id": IDS[0], "business": "bakery",
                        "display_phone_number": NUMBERS[0], "restriction": self.restriction,
                        "services": self.services,
                    }])
                } else {
                    json!([])
                };
                let body = json!({ "grants": grants }).to_string();
                Ok(Response::json(200, body.into_bytes()))
            }
            ("manager", path) => match self.told_of(path) {
                Some(told) => Ok(Response::json(200, told.to_string().into_bytes())),
                None => Ok(Response::empty(404)),
            },
            ("files", _) => match &self.behind_link {
                Some((mime_type, file)) => Ok(Response {
                    status: 200,
                    headers: [("Content-Type".to_owned(), (*mime_type).to_owned())].into(),
                    body: file.clone(),
                }),
                None => Err(Unreachable),
            },
            ("other", "/hook") if request.method == "GET" => {
                let query = |name| request.query(name).unwrap_or_default();
                let knows = query("hub.verify_token") == "right";
                let body = if knows { query("hub.challenge") } else { "no" };
                Ok(Response { status: 200, headers: Vec::new(), body: body.into() })
            }
            ("other", "/hook") => Ok(Response::empty(200)),
            ("shop", "/flow") => match &self.endpoint {
                Some(endpoint) => endpoint.serve(request),
                None => Err(Unreachable),
            },
            ("shop", "/webhook") if self.webhook_status == 0 => Err(Unreachable),
            ("shop", "/webhook") => Ok(Response::empty(self.webhook_status)),
            ("auto-reply", "/messages") => match &self.reply {
                Some(reply) => Ok(Response::json(200, reply.to_string().into_bytes())),
                None => Err(Unreachable),
            },
            ("billing", "/records") | ("statistics", "/cells") => Ok(Response::empty(200)),
            other => panic!("nobody serves {other:?}"),
        }
    }

    fn relay(&mut self, from: usize, bytes: &[u8]) {
        let frame = ToTransport::decode(bytes).unwrap();
        if let Ask::GetPiece { of, blob, number, .. } = &frame.ask
            && let Some(bytes) = self.blobs.get(&(of.clone(), *blob, *number))
        {
            let piece = FromTransport::Piece { id: frame.id, bytes: bytes.clone() };
            return self.give(from, Input::Frame { from: TRANSPORT, bytes: piece.encode() });
        }
        let (mut bundle, mut status) = (None, Status::Ok);
        let listed = &mut self.listed[from];
        match frame.ask {
            Ask::Register { registration_id, identity_key, .. } => {
                *listed = Listed { registration_id, identity_key, ..Listed::default() };
            }
            Ask::Publish { signed, one_time, kem_one_time, kem_last_resort, .. } => {
                listed.signed = signed.or(listed.signed.take());
                listed.one_time.extend(one_time);
                listed.kem.extend(kem_one_time);
                listed.last_resort = kem_last_resort.or(listed.last_resort.take());
            }
            Ask::Fetch { address } => {
                let of = &mut self.listed[node_of(&address)];
                bundle = Some(Bundle {
                    registration_id: of.registration_id,
                    device: 1,
                    identity_key: of.identity_key.clone(),
                    signed_prekey: of.signed.clone(),
                    one_time: of.one_time.pop_front(),
                    kem: of.kem.pop_front().or_else(|| of.last_resort.clone()),
                    operator: Operator::Owner as i32,
                });
            }
            Ask::GetPiece { .. } => status = Status::NotFound,
            Ask::PutPiece { .. } if self.puts_are != Status::Ok => status = self.puts_are,
            Ask::PutPiece { by, blob, number, bytes } => {
                self.blobs.insert((by, blob, number), bytes);
            }
            Ask::Send(_) if self.sends_are != Status::Ok => status = self.sends_are,
            Ask::Block { by, blocked, on } => {
                self.blocks.retain(|block| *block != [by.clone(), blocked.clone()]);
                self.blocks.extend(on.then_some([by, blocked]));
            }
            Ask::Send(envelope)
                if self
                    .blocks
                    .contains(&[envelope.to.phone.clone(), envelope.from.phone.clone()]) => {}
            Ask::Send(envelope)
                if self.loses_receipts && from == 1 && envelope.payload.ciphertext().is_none() => {}
            Ask::Send(envelope) => {
                self.carried.push(envelope.clone());
                self.deliver(&envelope);
            }
            Ask::RequestCode { .. } => unreachable!("the Cloud API is asked for no code"),
            Ask::DeleteAccount { .. } => unreachable!("no business number is deleted so"),
            Ask::Ack { .. } | Ask::Hello { .. } | Ask::Report { .. } => {}
        }
        let retry_after = self.retry_after;
        let answer = FromTransport::Answer { id: frame.id, status, bundle, retry_after };
        self.give(from, Input::Frame { from: TRANSPORT, bytes: answer.encode() });
    }

    /// How much content the bakery's node has in memory.
    pub(super) fn held(&self) -> usize {
        self.nodes[0].hop.held()
    }

    pub(super) fn deliver(&mut self, envelope: &Envelope) {
        self.places += 1;
        let frame = FromTransport::Deliver { place: self.places, envelope: envelope.clone() };
        let bytes = frame.encode();
        self.give(node_of(&envelope.to), Input::Frame { from: TRANSPORT, bytes });
    }

    /// Calls a node; it answers exactly once.
    #[track_caller]
    pub(super) fn call(&mut self, node: usize, request: Request) -> Response {
        let id = self.begin_call(node, request);
        self.answer(node, id)
    }

    /// Calls a node, which may answer later.
    pub(super) fn begin_call(&mut self, node: usize, request: Request) -> ExchangeId {
        self.exchanges += 1;
        let id = ExchangeId(self.exchanges);
        self.give(node, Input::Request { id, request });
        id
    }

    /// What a node answered to the one call that it has answered since the last.
    #[track_caller]
    pub(super) fn answer(&mut self, node: usize, id: ExchangeId) -> Response {
        let mut answers = core::mem::take(&mut self.nodes[node].replies);
        assert_eq!(answers.len(), 1, "answers to one call");
        assert_eq!(answers[0].0, id);
        answers.remove(0).1
    }

    /// An end sends a text to the other; its wamid.
    #[track_caller]
    pub(super) fn sends(&mut self, from: usize, text: &str) -> String {
        let answer = self.call(from, send(from, text));
        assert_eq!(answer.status, 200);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn pass(&mut self, span: Micros) {
        let until = self.now.mono.after(span);
        loop {
            let due = (0..2)
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

    /// Bodies that the bakery's node sent to a server.
    pub(super) fn bodies(&self, authority: &str) -> Vec<Value> {
        self.bodies_of(0, authority)
    }

    /// The same of either node.
    pub(super) fn bodies_of(&self, node: usize, authority: &str) -> Vec<Value> {
        let to = |(from, _, request): &&(usize, Instant, Request)| {
            *from == node && request.authority == authority && !request.body.is_empty()
        };
        let body = |(_, _, request): &(usize, Instant, Request)| {
            serde_json::from_slice(&request.body).unwrap()
        };
        self.served.iter().filter(to).map(body).collect()
    }

    /// Statuses of a message that the bakery was told.
    pub(super) fn statuses(&self, wamid: &str) -> Vec<String> {
        let of = |body: &Value| {
            let status = &body["entry"][0]["changes"][0]["value"]["statuses"][0];
            (status["id"] == wamid).then(|| status["status"].as_str().unwrap().to_owned())
        };
        self.bodies("shop").iter().filter_map(of).collect()
    }

    /// Keys and values of all rows that have bytes in the bakery's store.
    pub(super) fn rows(&self) -> Vec<(Key, Vec<u8>)> {
        let mut rows = Vec::new();
        self.nodes[0].store.visit(&mut |row: RawRow<'_>| {
            rows.push((row.key.clone(), row.value.to_vec()));
        });
        rows
    }

    pub(super) fn table(&self, table: &str) -> Vec<Key> {
        let prefix = Key::table(table);
        self.rows().into_iter().map(|(key, _)| key).filter(|key| key.starts_with(&prefix)).collect()
    }

    /// Somebody deletes rows of the bakery's store while the node is down.
    pub(super) fn delete(&mut self, keys: Vec<Key>) {
        let ops = keys.into_iter().map(Op::Delete).collect();
        self.write(ops);
    }

    /// The same for operations of every kind.
    pub(super) fn write(&mut self, ops: Vec<Op>) {
        let transaction = Transaction { checks: Vec::new(), ops };
        assert!(matches!(self.store(0, &transaction), Answer::Done(_)));
        self.restart(0);
    }

    /// The node starts again with another configuration.
    pub(super) fn configure(&mut self, node: usize, change: impl FnOnce(&mut Config)) {
        change(&mut self.nodes[node].config);
        self.restart(node);
    }

    /// The texts that the bakery's node can still open.
    #[track_caller]
    pub(super) fn history(&mut self) -> Vec<String> {
        let request = Request::new("cloud", "GET", "/100/message_history").bearer(TOKENS[0]);
        let answer = self.call(0, request);
        assert_eq!(answer.status, 200);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let rows = body["data"].as_array().unwrap();
        let words = |row: &Value| row[row["type"].as_str().unwrap()]["body"].clone();
        rows.iter().map(|row| words(row).as_str().unwrap().to_owned()).collect()
    }
}

fn node_of(address: &Address) -> usize {
    NUMBERS.iter().position(|number| address.phone.digits() == *number).unwrap()
}

/// The call that sends a text from one end to the other.
pub(super) fn send(from: usize, text: &str) -> Request {
    let body = json!({
        "messaging_product": "whatsapp", "to": NUMBERS[1 - from], "type": "text",
        "text": { "body": text },
    });
    let target = format!("/{}/messages", IDS[from]);
    Request::new("cloud", "POST", &target).bearer(TOKENS[from]).json(body.to_string().into_bytes())
}

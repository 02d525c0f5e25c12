//! Somebody who attacks the transport: one request after the other, on one link.
//!
//! Knows: how frames are written, its own number, and what it wants. It has no session, no store
//! and no patience; what it is refused it asks again.

use std::collections::{BTreeMap, BTreeSet};

use hop::{Act, Effect, Hop, Input, Outputs};
use rand_core::CryptoRng;
use vocab::{Address, Instant, MessageId, Micros, NoiseKey, Now, PhoneNumber};
use wire::{
    signal::SignalFields,
    transport::{Ask, Envelope, FromTransport, Payload, Status, ToTransport},
};

use crate::{node::Resident, scenario::Attack, view::EventRecord};

/// What an attacker is told before it starts.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The transport's link.
    pub transport: NoiseKey,
    /// The attacker's own number.
    pub me: PhoneNumber,
    /// The attacker's public identity key, encoded.
    pub identity: [u8; 33],
    /// What is tried.
    pub what: Attack,
    /// The number that is attacked.
    pub target: Option<PhoneNumber>,
    /// Numbers that are tried one after the other.
    pub numbers: Vec<PhoneNumber>,
    /// When it begins.
    pub at: Micros,
    /// How long until it is tried again.
    pub every: Micros,
}

/// What an attacker got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Learned {
    /// So many numbers are known to be somebody's or nobody's.
    Numbers(usize),
    /// How an attempt was answered.
    Answered(Status),
}

/// An attacker.
#[derive(Debug)]
pub struct Attacker {
    orders: Orders,
    requests: u64,
    tries: u64,
    next: Instant,
    /// Whether its own number is its own.
    registered: bool,
    /// Requests for it.
    claims: BTreeSet<u64>,
    /// Numbers that were asked about, by request.
    asked: BTreeMap<u64, PhoneNumber>,
    known: BTreeSet<PhoneNumber>,
}

impl Attacker {
    /// An attacker with orders.
    pub fn new(orders: Orders) -> Self {
        let next = Instant(orders.at.0);
        Self {
            orders,
            requests: 0,
            tries: 0,
            next,
            registered: false,
            claims: BTreeSet::new(),
            asked: BTreeMap::new(),
            known: BTreeSet::new(),
        }
    }

    fn ask(&mut self, ask: Ask) -> Effect<Learned> {
        self.requests = self.requests.saturating_add(1);
        let bytes = ToTransport { id: self.requests, ask }.encode();
        Effect { after: None, act: Act::Send { to: self.orders.transport, bytes } }
    }

    fn claim(&mut self, phone: PhoneNumber, code: &str) -> Effect<Learned> {
        let phone_is_own = phone == self.orders.me;
        let effect = self.ask(Ask::Register {
            address: Address::first_device(phone),
            registration_id: 1_000,
            identity_key: self.orders.identity.to_vec(),
            code: code.to_owned(),
        });
        if phone_is_own {
            self.claims.insert(self.requests);
        }
        effect
    }

    const fn sends(&self) -> bool {
        matches!(self.orders.what, Attack::FloodMailbox | Attack::FloodFrames)
    }

    /// The next attempt; `None` where nothing is left to be tried.
    fn attempt(&mut self, now: Now) -> Option<Effect<Learned>> {
        let number = self.tries;
        self.tries = number.saturating_add(1);
        let target = self.orders.target.clone();
        match self.orders.what {
            Attack::DrainPrekeys => {
                let address = Address::first_device(target?);
                Some(self.ask(Ask::Fetch { address }))
            }
            Attack::Enumerate => {
                let phone = self.orders.numbers.get(usize::try_from(number).ok()?)?.clone();
                let effect = self.ask(Ask::Fetch { address: Address::first_device(phone.clone()) });
                self.asked.insert(self.requests, phone);
                Some(effect)
            }
            // Without a code, which may be enough; then one code after the other, and from time to
            // time a new one is sent.
            Attack::GuessCodes => Some(match number.checked_rem(4) {
                _ if number == 0 => self.claim(target?, ""),
                Some(1) => self.ask(Ask::RequestCode { address: Address::first_device(target?) }),
                _ => self.claim(target?, &format!("{:06}", number.min(999_999))),
            }),
            Attack::FloodMailbox | Attack::FloodFrames if !self.registered => {
                let me = self.orders.me.clone();
                Some(self.claim(me, ""))
            }
            Attack::FloodMailbox | Attack::FloodFrames => {
                let envelope = self.envelope(Address::first_device(target?), now);
                Some(self.ask(Ask::Send(envelope)))
            }
        }
    }

    /// Something that looks like a message, and that nobody can open.
    fn envelope(&self, to: Address, now: Now) -> Envelope {
        let fields = SignalFields {
            version: 0x44,
            ratchet_key: &self.orders.identity,
            counter: 0,
            previous_counter: 0,
            ciphertext: &[0x5a; 160],
            pq_ratchet: &[],
            addresses: None,
        };
        let mut bytes = fields.encode_authenticated();
        bytes.extend([0x5a; 8]);
        let mut id = [0x5a; 16];
        let unique = self.requests.to_be_bytes();
        id.iter_mut().zip(unique).for_each(|(byte, unique)| *byte = unique);
        Envelope {
            id: MessageId(id),
            from: Address::first_device(self.orders.me.clone()),
            to,
            payload: Payload::Message(bytes),
            sent_at: now.wall,
            attempt: 0,
        }
    }

    fn answered(&mut self, id: u64, status: Status) -> Vec<Effect<Learned>> {
        let mut effects = Vec::new();
        if self.sends() && !self.registered {
            match status {
                Status::Ok => self.registered = self.claims.contains(&id),
                Status::CodeNeeded => {
                    let address = Address::first_device(self.orders.me.clone());
                    effects.push(self.ask(Ask::RequestCode { address }));
                }
                Status::Unspecified
                | Status::Malformed
                | Status::Forbidden
                | Status::NotFound
                | Status::BadSignature
                | Status::Full
                | Status::Limited
                | Status::BadCode
                | Status::Throttled
                | Status::Version => {}
            }
        }
        let tells = matches!(status, Status::Ok | Status::NotFound);
        if let Some(phone) = self.asked.remove(&id).filter(|_| tells) {
            self.known.insert(phone);
            effects.push(told(Learned::Numbers(self.known.len())));
        }
        effects.push(told(Learned::Answered(status)));
        effects
    }
}

const fn told(learned: Learned) -> Effect<Learned> {
    Effect { after: None, act: Act::Event(learned) }
}

impl Hop for Attacker {
    type Command = String;
    type Event = Learned;

    fn handle(
        &mut self,
        input: Input<String>,
        now: Now,
        _rng: &mut dyn CryptoRng,
    ) -> Outputs<Learned> {
        let mut effects = Vec::new();
        match input {
            Input::Frame { bytes, .. } => {
                if let Ok(FromTransport::Answer { id, status, .. }) = FromTransport::decode(&bytes)
                {
                    effects = self.answered(id, status);
                }
            }
            // The code for its own number: an attacker has a telephone too.
            Input::Command(code) => {
                let me = self.orders.me.clone();
                effects.push(self.claim(me, &code));
            }
            Input::Wake => {
                while self.next <= now.mono {
                    self.next = self.next.after(Micros(self.orders.every.0.max(1)));
                    effects.extend(self.attempt(now));
                }
            }
            Input::Boot
            | Input::Link { .. }
            | Input::Request { .. }
            | Input::Response { .. }
            | Input::Joined { .. }
            | Input::Stored { .. } => {}
        }
        Outputs { effects, wake_at: Some(self.next) }
    }
}

impl Resident for Attacker {
    fn token(command: &String) -> Option<u128> {
        let _once = command;
        None
    }

    fn texted(text: &[u8], _nth: u64) -> Option<String> {
        String::from_utf8(text.to_vec()).ok()
    }

    fn render(event: &Learned) -> Option<EventRecord> {
        Some(match event {
            Learned::Numbers(numbers) => EventRecord::new("learned").with("numbers", *numbers),
            Learned::Answered(status) => {
                EventRecord::new("answered").with("status", status.as_str_name())
            }
        })
    }
}

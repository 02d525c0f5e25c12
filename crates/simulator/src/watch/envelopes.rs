//! Envelopes on their way, as the transport sees them: which prekeys start a session, which chain a
//! message belongs to.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use vocab::MessageId;
use wire::{
    signal::{PreKeySignalMessage, SignalMessage},
    transport::{Ask, Envelope, Payload, ReceiptKind, ToTransport},
};

use super::Watch;
use crate::{
    actor::Actor,
    view::{Stream, View},
};

/// What was seen of envelopes and the sessions that they start.
#[derive(Debug, Default)]
pub struct Envelopes {
    /// The newest transmission of each message.
    carried: BTreeMap<MessageId, Carried>,
    /// Whom each transmission of a first flight is to, and what it starts its session with.
    flights: BTreeMap<(MessageId, u32), (String, First)>,
    /// Base keys by sender and recipient, in the order in which they came.
    begun: BTreeMap<(String, String), Vec<Vec<u8>>>,
    /// First flights that were not opened yet, by sender and recipient.
    open: BTreeMap<(String, String), BTreeSet<MessageId>>,
    /// How far each chain was opened: recipient and ratchet key.
    reached: BTreeMap<(String, Vec<u8>), u32>,
    /// One-time private keys that a session began with: whose, which, and the session's base key.
    pub spent: BTreeMap<(String, Private), Vec<u8>>,
    /// KEM prekeys of last resort: whose, and which.
    last_resort: BTreeSet<(String, u32)>,
    /// Webhooks that were sent.
    webhooks: BTreeSet<[u8; 32]>,
}

/// A private prekey that serves once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Private {
    /// Of the elliptic curve.
    Curve(u32),
    /// Of the KEM.
    Kem(u32),
}

/// One transmission.
#[derive(Clone, Debug)]
struct Carried {
    from: String,
    to: String,
    ratchet_key: Vec<u8>,
    counter: u32,
    /// What starts the session, in a first flight.
    first: Option<First>,
}

#[derive(Clone, Debug)]
struct First {
    base_key: Vec<u8>,
    privates: Vec<Private>,
}

impl Carried {
    fn of(envelope: &Envelope) -> Option<Self> {
        let (from, to) = (envelope.from.phone.digits(), envelope.to.phone.digits());
        let (from, to) = (from.to_owned(), to.to_owned());
        let carried = |message: &SignalMessage<'_>, first| {
            let (ratchet_key, counter) = (message.ratchet_key.to_vec(), message.counter);
            Self { from, to, ratchet_key, counter, first }
        };
        match &envelope.payload {
            Payload::Message(bytes) => {
                SignalMessage::parse(bytes).ok().map(|message| carried(&message, None))
            }
            Payload::PreKey(bytes) => {
                let flight = PreKeySignalMessage::parse(bytes).ok()?;
                let curve = flight.pre_key_id.map(Private::Curve);
                let kem = flight.kem.map(|kem| Private::Kem(kem.pre_key_id));
                let privates = curve.into_iter().chain(kem).collect();
                let first = First { base_key: flight.base_key.to_vec(), privates };
                Some(carried(&flight.message, Some(first)))
            }
            Payload::Receipt { .. } => None,
        }
    }
}

impl Watch {
    /// Looks at what the transport is asked, and at what webhooks the Cloud API sends.
    pub(super) fn follow_envelopes(&mut self, view: &View) {
        if view.stream == Stream::FrameIn && self.is_transport(view) {
            if let Ok(frame) = ToTransport::decode(&view.bytes) {
                self.asked(&frame.ask);
            }
        } else if view.stream == Stream::RequestOut
            && self.is_hop3(view)
            && view.bytes.starts_with(b"POST /webhook")
        {
            let digest = Sha256::digest(&view.bytes).into();
            if !self.envelopes.webhooks.insert(digest) {
                self.occasion("webhook-retried");
            }
        }
    }

    /// Whether a node of the transport saw that, or the store that several of them share. The
    /// operator's readers are no such node.
    pub(super) fn is_transport(&self, view: &View) -> bool {
        self.host(view.host).is_some_and(|host| {
            host.actor == Actor::Transport && host.name.starts_with(crate::world::cast::TRANSPORT)
        })
    }

    fn is_hop3(&self, view: &View) -> bool {
        let end = |actor| matches!(actor, Actor::CloudApi | Actor::Business);
        self.host(view.host).is_some_and(|host| end(host.actor))
    }

    fn asked(&mut self, ask: &Ask) {
        match ask {
            Ask::Send(envelope) => {
                if let Payload::Receipt { kind: ReceiptKind::Delivered, ids, attempt } =
                    &envelope.payload
                {
                    for id in ids {
                        self.transmission_opened((*id, *attempt), envelope.from.phone.digits());
                    }
                }
                if let Some(carried) = Carried::of(envelope) {
                    if let Some(first) = &carried.first {
                        let flight = (carried.to.clone(), first.clone());
                        self.envelopes.flights.insert((envelope.id, envelope.attempt), flight);
                    }
                    self.sent(envelope.id, carried);
                }
            }
            Ask::Publish { address, kem_last_resort: Some(prekey), .. } => {
                self.prekeys.last_resort(&prekey.public_key);
                let whose = address.phone.digits().to_owned();
                self.envelopes.last_resort.insert((whose, prekey.id));
            }
            Ask::Hello { address } => {
                let whose = self.names.get(address.phone.digits());
                let waiting = whose.and_then(|whose| self.story.waiting.get(whose));
                if waiting.is_some_and(|waiting| *waiting > 0) {
                    self.occasion("mailbox-waited");
                }
            }
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Fetch { .. }
            | Ask::Ack { .. }
            | Ask::Report { .. }
            | Ask::PutPiece { .. }
            | Ask::GetPiece { .. }
            | Ask::DeleteAccount { .. }
            | Ask::Block { .. } => {}
        }
    }

    fn sent(&mut self, id: MessageId, carried: Carried) {
        if let Some(first) = &carried.first {
            let way = (carried.from.clone(), carried.to.clone());
            let back = (carried.to.clone(), carried.from.clone());
            let begun = self.envelopes.begun.entry(way.clone()).or_default();
            if !begun.contains(&first.base_key) {
                begun.push(first.base_key.clone());
                let again = begun.len() > 1;
                let crossing = self.envelopes.open.get(&back).is_some_and(|open| !open.is_empty());
                if again {
                    self.occasion("session-anew");
                }
                if crossing {
                    self.occasion("simultaneous-initiation");
                }
                self.envelopes.open.entry(way).or_default().insert(id);
            }
        }
        self.envelopes.carried.insert(id, carried);
    }

    /// Whether the transport was asked to deliver a message.
    pub(super) fn was_sent(&self, id: MessageId) -> bool {
        self.envelopes.carried.contains_key(&id)
    }

    /// An end has opened a message.
    pub(super) fn opened(&mut self, id: MessageId) {
        let Some(carried) = self.envelopes.carried.get(&id).cloned() else { return };
        let reached = (carried.to.clone(), carried.ratchet_key);
        let reached = self.envelopes.reached.entry(reached).or_insert(carried.counter);
        if carried.counter < *reached {
            self.occasion("skipped-key");
        } else {
            *reached = carried.counter;
        }
        let Some(first) = carried.first else { return };
        let way = (carried.from, carried.to.clone());
        if let Some(open) = self.envelopes.open.get_mut(&way) {
            open.remove(&id);
        }
        let newest = self.envelopes.begun.get(&way).and_then(|begun| begun.last());
        if newest.is_some_and(|newest| *newest != first.base_key) {
            self.occasion("older-session");
        }
    }

    /// An end says that a transmission opened: only then is it known which one of a message did.
    fn transmission_opened(&mut self, of: (MessageId, u32), by: &str) {
        let Some((to, first)) = self.envelopes.flights.get(&of).cloned() else { return };
        for private in first.privates.into_iter().filter(|_| to == by) {
            self.spent((to.clone(), private), &first.base_key);
        }
    }

    /// A session began with a private key that serves once.
    fn spent(&mut self, key: (String, Private), base_key: &[u8]) {
        if let (whose, Private::Kem(id)) = &key
            && self.envelopes.last_resort.contains(&(whose.clone(), *id))
        {
            return self.occasion("last-resort-used");
        }
        let first = self.envelopes.spent.entry(key.clone()).or_insert_with(|| base_key.to_vec());
        if *first != base_key {
            let whose = self.names.get(&key.0).cloned().unwrap_or_default();
            self.find("one-time-key-spent", format!("{:?} of {whose} began two sessions", key.1));
        }
    }
}

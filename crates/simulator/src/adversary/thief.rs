//! A copy of a person's device, made with all its keys, that reads along on the device's link.
//!
//! The copy is the device's own code on the device's own rows, as they were when it was made. It is
//! given every frame that the device is given, opens what it can, and says nothing. What it reads
//! shows how long stolen keys are of use.

use std::collections::{BTreeMap, VecDeque};

use client::{Client, Command, Event};
use endpoint::{Happening, rows::Keys, vault::name_under};
use hop::{Act, Hop, Input};
use keys::PublicKey;
use rand_chacha::ChaCha20Rng;
use signal::{PartRefs, Session};
use store::{Engine, Key, Memory, Op, Row, Transaction, TxId};
use vocab::{Keep, MessageId, NoiseKey, Now, PhoneNumber, Reason};

use super::scheme::{Scheme, Tally};
use crate::rng;

/// What the copy made of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The message.
    pub id: MessageId,
    /// When, in microseconds of virtual time.
    pub at_us: u64,
    /// Whether it could read it.
    pub read: bool,
}

/// A copy of a device.
pub struct Thief {
    scheme: Scheme,
    tally: Tally,
    client: Client,
    transport: NoiseKey,
    disk: Memory,
    rng: ChaCha20Rng,
    frames: u64,
    /// When the copy was made, in microseconds of virtual time.
    pub made_us: u64,
    /// The ratchet keys under which the device would have sent next when it was copied: the copy
    /// has their private halves.
    pub ratchet_keys: Vec<PublicKey>,
    /// What it heard, in order.
    pub heard: Vec<Heard>,
}

impl core::fmt::Debug for Thief {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Thief({:?}, {} heard)", self.scheme, self.heard.len())
    }
}

impl Thief {
    /// A copy of the device that is configured so and has this store, made at `at_us`.
    pub fn new(
        scheme: Scheme,
        tally: Tally,
        (config, device): (client::Config, &dyn Engine),
        peers: &[PhoneNumber],
        (seed, at_us): (u64, u64),
        now: Now,
    ) -> Self {
        let disk = copied(device, now);
        let name = format!("copy of {} at {at_us}", config.endpoint.profile_name);
        let mut thief = Self {
            scheme,
            tally,
            transport: config.endpoint.transport,
            client: Client::new(config.clone()),
            ratchet_keys: ratchet_keys(&config, &disk, peers),
            disk,
            rng: rng::stream(seed, "dishonest", &name),
            frames: 0,
            made_us: at_us,
            heard: Vec::new(),
        };
        thief.feed(Input::Boot, now, at_us);
        thief
    }

    /// The device was given a frame, and the copy may hear it too.
    pub fn frame(&mut self, bytes: &[u8], now: Now, at_us: u64) {
        self.frames = self.frames.saturating_add(1);
        if !self.scheme.strikes(now, self.frames) {
            return;
        }
        let from = self.transport;
        self.feed(Input::Frame { from, bytes: bytes.to_vec() }, now, at_us);
    }

    /// Runs the copy until it is quiet: its store answers at once, and what it would send it keeps.
    fn feed(&mut self, input: Input<Command>, now: Now, at_us: u64) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let outputs = self.client.handle(input, now, &mut self.rng);
            for effect in outputs.effects {
                match effect.act {
                    Act::Store { tx, transaction } => {
                        inputs.extend(self.stored(tx, &transaction, now));
                    }
                    Act::Event(event) => self.told(&event, at_us),
                    Act::Send { .. }
                    | Act::Reply { .. }
                    | Act::Request { .. }
                    | Act::Watch { .. }
                    | Act::Log(_) => {}
                }
            }
        }
    }

    fn stored(&mut self, tx: TxId, transaction: &Transaction, now: Now) -> Option<Input<Command>> {
        let answers = self.disk.apply(core::slice::from_ref(transaction), now.wall);
        self.disk.sync();
        answers.into_iter().next().map(|answer| Input::Stored { tx, answer })
    }

    fn told(&mut self, event: &Event, at_us: u64) {
        let (id, read) = match event {
            Event::Shown { id, .. } => (*id, true),
            Event::Happened(Happening::NotOpened { id, .. }) => (*id, false),
            Event::Happened(_)
            | Event::Acknowledged { .. }
            | Event::Fetched { .. }
            | Event::Labelled { .. } => return,
        };
        if read {
            self.tally.add(self.scheme.index);
        }
        self.heard.push(Heard { id, at_us, read });
    }
}

/// The keys of the device's sessions with `peers` that its next messages will bear.
fn ratchet_keys(config: &client::Config, disk: &Memory, peers: &[PhoneNumber]) -> Vec<PublicKey> {
    let name = |phone| name_under(&config.name_key, phone);
    let keys = Keys { name: name(&config.endpoint.address.phone) };
    let mut rows: BTreeMap<Key, Vec<u8>> = BTreeMap::new();
    disk.visit(&mut |row| {
        if row.key.starts_with(&keys.sessions()) {
            rows.insert(row.key.clone(), row.value.to_vec());
        }
    });
    let device = vocab::DeviceId::FIRST.get();
    let sessions = peers.iter().filter_map(|peer| {
        let [turn, skipped, archive, pending, exchange, hot] = [0, 1, 2, 3, 4, 5].map(|part| {
            let row = rows.get(&keys.session(&name(peer), device, part));
            row.map(Vec::as_slice).unwrap_or_default()
        });
        let parts = PartRefs { hot, turn, skipped, archive, pending, exchange };
        Session::restore(parts).ok()
    });
    sessions.filter_map(|session| Some(session.sending_position()?.ratchet_key)).collect()
}

/// Every row of a store, in a store of the copy's own.
fn copied(device: &dyn Engine, now: Now) -> Memory {
    let mut ops = Vec::new();
    device.visit(&mut |row| {
        ops.push(Op::Put(Row {
            key: row.key.clone(),
            revision: row.revision,
            value: row.value.to_vec(),
            class: row.class,
            keep: row.expires.map_or(Keep::Never(Reason::Account), Keep::Until),
        }));
    });
    let mut disk = Memory::new();
    let _: Vec<_> = disk.apply(&[Transaction { checks: Vec::new(), ops }], now.wall);
    disk.sync();
    disk
}

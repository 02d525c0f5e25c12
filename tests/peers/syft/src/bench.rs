//! Times of the steps of a session, by the clock, in this process.
//!
//! `--bench` reads a line `STEP COUNT` and answers `{"step":S,"ns":[...]}` with a time for each of
//! COUNT runs, so that whoever asks can take turns with another implementation; `session` answers
//! with `{"step":"session","bytes":N}`, the largest of a session over COUNT alternating messages.
//! Each time includes loading the session from the store and giving it back, whose bytes the store
//! keeps; making what a step works on is not timed.

use std::{
    collections::BTreeMap,
    hint::black_box,
    io::{self, BufRead as _, Write as _},
    time::{Instant, SystemTime},
};

use async_trait::async_trait;
use libsignal_protocol_syft::{
    CiphertextMessage, GenericSignedPreKey as _, IdentityKeyPair, InMemSignalProtocolStore,
    KeyPair, KyberPreKeyRecord, KyberPreKeyStore as _, PreKeyBundle, PreKeyRecord,
    PreKeySignalMessage, PreKeyStore as _, ProtocolAddress, SessionRecord, SessionStore,
    SignalMessage, SignalProtocolError, SignedPreKeyRecord, SignedPreKeyStore as _, Timestamp, kem,
    message_decrypt, message_encrypt, process_prekey_bundle,
};
use rand::{TryRngCore as _, rngs::OsRng};
use serde_json::{Value, json};

use crate::{now, stores::KemPreKeys};

const PLAINTEXT: &[u8] = &[0x55; 200];

type Result<T> = std::result::Result<T, SignalProtocolError>;

pub(crate) fn run() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (step, count) = line.split_once(' ').unwrap_or((&line, "1"));
        let count = count.trim().parse().map_err(io::Error::other)?;
        let answer = measured(step, count).map_err(io::Error::other)?;
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn measured(step: &str, count: usize) -> Result<Value> {
    let ns = match step {
        "process" => (0..count).map(|_| process()).collect::<Result<Vec<_>>>()?,
        "first" => (0..count).map(|_| first()).collect::<Result<Vec<_>>>()?,
        "encrypt" => same_chain(count)?.0,
        "decrypt" => same_chain(count)?.1,
        "alternate" => alternate(count)?.0,
        "session" => return Ok(json!({ "step": step, "bytes": alternate(count)?.1 })),
        other => return Err(SignalProtocolError::InvalidArgument(other.to_owned())),
    };
    Ok(json!({ "step": step, "ns": ns }))
}

/// Sessions as bytes, as a store on a disk would have them.
#[derive(Default)]
struct Sessions(BTreeMap<String, Vec<u8>>);

#[async_trait(?Send)]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Result<Option<SessionRecord>> {
        let bytes = self.0.get(address.name());
        bytes.map(|bytes| SessionRecord::deserialize(bytes)).transpose()
    }

    async fn store_session(
        &mut self,
        address: &ProtocolAddress,
        record: &SessionRecord,
    ) -> Result<()> {
        self.0.insert(address.name().to_owned(), record.serialize()?);
        Ok(())
    }
}

struct Party {
    address: ProtocolAddress,
    identity: IdentityKeyPair,
    store: InMemSignalProtocolStore,
    sessions: Sessions,
    kem: KemPreKeys,
}

impl Party {
    fn new(name: &str) -> Result<Self> {
        let identity = IdentityKeyPair::generate(&mut OsRng.unwrap_err());
        let device = 1_u32.try_into();
        let device = device.map_err(|_| SignalProtocolError::InvalidArgument("1".to_owned()))?;
        Ok(Self {
            address: ProtocolAddress::new(name.to_owned(), device),
            identity,
            store: InMemSignalProtocolStore::new(identity, 1)?,
            sessions: Sessions::default(),
            kem: KemPreKeys::default(),
        })
    }

    /// A bundle with all kinds of prekeys, whose private halves are kept.
    fn bundle(&mut self) -> Result<PreKeyBundle> {
        let random = &mut OsRng.unwrap_err();
        let (signed, one_time) = (KeyPair::generate(random), KeyPair::generate(random));
        let secret = self.identity.private_key();
        let signature = secret.calculate_signature(&signed.public_key.serialize(), random);
        let signature = signature.map_err(|_| SignalProtocolError::SignatureValidationFailed)?;
        let kem = KyberPreKeyRecord::generate(kem::KeyType::Kyber1024, 1.into(), secret)?;
        let at = Timestamp::from_epoch_millis(0);
        let record = SignedPreKeyRecord::new(1.into(), at, &signed, &signature);
        now(self.store.save_signed_pre_key(1.into(), &record))?;
        now(self.store.save_pre_key(1.into(), &PreKeyRecord::new(1.into(), &one_time)))?;
        now(self.kem.save_kyber_pre_key(1.into(), &kem))?;
        PreKeyBundle::new(
            1,
            self.address.device_id(),
            Some((1.into(), one_time.public_key)),
            1.into(),
            signed.public_key,
            signature.to_vec(),
            1.into(),
            kem.public_key()?,
            kem.signature()?,
            *self.identity.identity_key(),
        )
    }

    fn process(&mut self, bundle: &PreKeyBundle, peer: &ProtocolAddress) -> Result<()> {
        let (sessions, identities) = (&mut self.sessions, &mut self.store.identity_store);
        let (at, random) = (SystemTime::UNIX_EPOCH, &mut OsRng.unwrap_err());
        now(process_prekey_bundle(peer, sessions, identities, bundle, at, random))
    }

    fn encrypt(&mut self, peer: &ProtocolAddress) -> Result<CiphertextMessage> {
        let (sessions, identities) = (&mut self.sessions, &mut self.store.identity_store);
        let (at, random) = (SystemTime::UNIX_EPOCH, &mut OsRng.unwrap_err());
        now(message_encrypt(PLAINTEXT, peer, sessions, identities, at, random))
    }

    /// Opens the bytes of a message, as they come from the wire.
    fn decrypt(&mut self, message: &CiphertextMessage, peer: &ProtocolAddress) -> Result<Vec<u8>> {
        let bytes = message.serialize();
        let message = match message {
            CiphertextMessage::PreKeySignalMessage(_) => {
                CiphertextMessage::PreKeySignalMessage(PreKeySignalMessage::try_from(bytes)?)
            }
            _ => CiphertextMessage::SignalMessage(SignalMessage::try_from(bytes)?),
        };
        now(message_decrypt(
            &message,
            peer,
            &mut self.sessions,
            &mut self.store.identity_store,
            &mut self.store.pre_key_store,
            &self.store.signed_pre_key_store,
            &mut self.kem,
            &mut OsRng.unwrap_err(),
        ))
    }
}

/// Two parties of which the first is about to start a session.
fn strangers() -> Result<(Party, Party, PreKeyBundle)> {
    let (alice, mut bob) = (Party::new("alice")?, Party::new("bob")?);
    let bundle = bob.bundle()?;
    Ok((alice, bob, bundle))
}

/// Two parties that have heard of each other.
fn acquainted() -> Result<(Party, Party)> {
    let (mut alice, mut bob, bundle) = strangers()?;
    alice.process(&bundle, &bob.address)?;
    for _ in 0..2 {
        exchange(&mut alice, &mut bob)?;
        exchange(&mut bob, &mut alice)?;
    }
    Ok((alice, bob))
}

fn exchange(from: &mut Party, to: &mut Party) -> Result<()> {
    let sealed = from.encrypt(&to.address)?;
    let opened = to.decrypt(&sealed, &from.address)?;
    // A time is of no use if what was timed did not work.
    if opened == PLAINTEXT { Ok(()) } else { Err(SignalProtocolError::InvalidProtobufEncoding) }
}

fn timed<T>(step: impl FnOnce() -> Result<T>) -> Result<(u128, T)> {
    let begun = Instant::now();
    let result = black_box(step()?);
    Ok((begun.elapsed().as_nanos(), result))
}

fn process() -> Result<u128> {
    let (mut alice, bob, bundle) = strangers()?;
    Ok(timed(|| alice.process(&bundle, &bob.address))?.0)
}

fn first() -> Result<u128> {
    let (mut alice, mut bob, bundle) = strangers()?;
    alice.process(&bundle, &bob.address)?;
    let sealed = alice.encrypt(&bob.address)?;
    Ok(timed(|| bob.decrypt(&sealed, &alice.address))?.0)
}

/// Times to encrypt and to decrypt along one chain.
fn same_chain(count: usize) -> Result<(Vec<u128>, Vec<u128>)> {
    let (mut alice, mut bob) = acquainted()?;
    // The first message of a chain has a ratchet step for the receiver.
    exchange(&mut alice, &mut bob)?;
    let (mut sealing, mut opening) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (ns, sealed) = timed(|| alice.encrypt(&bob.address))?;
        sealing.push(ns);
        opening.push(timed(|| bob.decrypt(&sealed, &alice.address))?.0);
    }
    Ok((sealing, opening))
}

/// Times to encrypt and decrypt a message that turns the conversation, and the largest session.
fn alternate(count: usize) -> Result<(Vec<u128>, usize)> {
    let (mut from, mut to) = acquainted()?;
    let (mut times, mut largest) = (Vec::new(), 0);
    for _ in 0..count {
        times.push(timed(|| exchange(&mut from, &mut to))?.0);
        let sizes = [&from, &to].map(|party| party.sessions.0.values().map(Vec::len).max());
        largest = sizes.into_iter().flatten().fold(largest, usize::max);
        std::mem::swap(&mut from, &mut to);
    }
    Ok((times, largest))
}

//! Sending: through a session that there is, or after fetching what a new one starts from.

use alloc::{string::ToString, vec::Vec};

use hop::{Attempt, Waiting};
use keys::{IdentityKey, VerifiedBundle};
use prost::Message as _;
use rand_core::CryptoRng;
use signal::{InitiateRandomness, MessageKind, SealRandomness, Session};
use store::Key;
use vocab::{Address, DataClass, DeviceId, Keep, MessageId, Micros, PhoneNumber, Reason, limits};
use wire::{
    content::Content,
    transport::{self, Ask, Envelope, Payload, Status},
};

use crate::{
    account::{Account, random},
    bundle::verified,
    courier::Note,
    happening::{Failure, Happening},
    mutant::{Mutant, planted},
    padding,
    rows::{KeptRow, Peer, SealedRow, SentRow},
    sessions::Working,
    tracing::Watcher,
    vault::Vault,
};

/// One message on its way into a session.
pub(crate) struct Outgoing {
    pub(crate) id: MessageId,
    pub(crate) content: Vec<u8>,
    pub(crate) attempt: u32,
}

impl<V: Vault> Account<V> {
    /// Sends a message, once for each id however often it is asked.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn send<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        to: &Address,
        content: &Content,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let sent = self.keys.sent(content.id);
        if attempt.read(&sent)?.is_some() {
            return Ok(Vec::new());
        }
        let peer = self.peer(to);
        let row = SentRow {
            peer: peer.name.to_vec(),
            device: peer.device().into(),
            accepted: false,
            delivered: false,
            read: false,
            played: false,
            other_form: false,
        };
        let outgoing = Outgoing { id: content.id, content: content.encode(), attempt: 0 };
        if content.body.check().is_err() || outgoing.content.len() > limits::MAX_CONTENT {
            // Its frame or a part of it would be refused on the way, without an answer to anybody.
            self.write_sent(attempt, sent, &row);
            let why = Failure::TooLong;
            return Ok([Happening::Failed { id: content.id, to: to.clone(), why }].into());
        }
        //= spec: sesame r2 3.2 prep — without an active session, a bundle is fetched first.
        let mut working = self.load(attempt, &peer)?;
        let usable = working.session.as_ref().is_some_and(|session| session.has_current());
        self.write_sent(attempt, sent, &row);
        if usable {
            let happened = self.seal(attempt, &peer, &mut working, &outgoing, rng)?;
            self.save(attempt, &peer, &mut working);
            return Ok(happened);
        }
        self.wait_for_bundle(attempt, &peer, &outgoing, rng)?;
        Ok(Vec::new())
    }

    pub(crate) fn write_sent<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        key: Key,
        row: &SentRow,
    ) {
        let keep = Keep::For(limits::DEDUPE_AGE);
        attempt.write(key, row.encode_to_vec(), DataClass::ConnectionMetadata, keep);
    }

    /// Seals a message, keeps it for retransmission, and hands it to the transport.
    pub(crate) fn seal<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        working: &mut Working,
        outgoing: &Outgoing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let id = outgoing.id;
        let padded = padding::pad(&outgoing.content);
        let now_seconds = attempt.now().wall.seconds();
        let mut watcher = Watcher::new(self.config.trace);
        let mut random = SealRandomness { braid: [0; 64] };
        if self.config.profile.has_post_quantum_ratchet() {
            rng.fill_bytes(&mut random.braid);
        }
        let sealed = working.session.as_mut().map(|session| {
            let sealed = session.seal(&padded, random, now_seconds, None, &mut watcher);
            (sealed, session.remote_identity(), session.base_key())
        });
        let Some((Ok(sealed), identity, Some(base))) = sealed else {
            // Nobody answered in this session for too long, or its chain is used up: a new one.
            self.wait_for_bundle(attempt, peer, outgoing, rng)?;
            return Ok(Vec::new());
        };
        let state = SealedRow {
            identity: identity.encode().to_vec(),
            base: base.as_bytes().to_vec(),
            attempt: outgoing.attempt,
        };
        let envelope = Envelope {
            id,
            from: self.config.address.clone(),
            to: peer.address.clone(),
            payload: match sealed.kind {
                MessageKind::PreKey => Payload::PreKey(sealed.bytes),
                MessageKind::Message => Payload::Message(sealed.bytes),
            },
            sent_at: attempt.now().wall,
            attempt: outgoing.attempt,
        };
        self.keep(attempt, peer, outgoing, &state, rng)?;
        self.ask(attempt, Ask::Send(envelope), rng)?;
        let mut happened: Vec<Happening> = watcher.happened("seal", Some(id)).into_iter().collect();
        happened.push(Happening::Sealed { id, fingerprint: sealed.key_fingerprint });
        Ok(happened)
    }

    //= spec: sesame r2 4.1 message-records — with recipient and session.
    /// Writes the message for retransmission, once, and how it was sealed, each time.
    fn keep<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        outgoing: &Outgoing,
        state: &SealedRow,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), Waiting> {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));
        attempt.write(self.keys.sealed(outgoing.id), state.encode_to_vec(), class, keep);
        if outgoing.attempt > 0 {
            return Ok(());
        }
        let row = kept_row(peer, outgoing).encode_to_vec();
        let too_long = planted(self.config.mutant, Mutant::KeptTooLong);
        let more = if too_long { limits::SWEEP_INTERVAL } else { Micros(0) };
        let keep = Keep::For(Micros(limits::RETRANSMISSION_AGE.0.saturating_add(more.0)));
        self.vault.put(attempt, self.keys.kept(outgoing.id), &row, keep, rng)
    }

    /// The transport answered a fetch: what waited goes out.
    pub(crate) fn fetched<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        address: &Address,
        answer: (Status, Option<transport::Bundle>),
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let peer = self.peer(address);
        let (waiting, more) = self.take_waiting(attempt, &peer)?;
        let operator = answer.1.as_ref().map(transport::Bundle::operator);
        let bundle = match answer {
            (Status::Ok, Some(bundle)) => verified(&bundle).ok_or(Failure::BadBundle),
            (Status::Forbidden, _) => Err(Failure::Forbidden),
            //= spec: sesame r2 3.3 unknown-user — what waits fails.
            _ => Err(Failure::NoSuchAccount),
        };
        let mut working = self.load(attempt, &peer)?;
        let mut watcher = Watcher::new(self.config.trace);
        let started = bundle.and_then(|bundle| {
            let now_seconds = attempt.now().wall.seconds();
            let started = self.start(&mut working, &bundle, now_seconds, (rng, &mut watcher));
            started.map(|()| bundle.identity())
        });
        let identity = match started {
            Ok(identity) => identity,
            Err(why) => {
                if more {
                    self.fetch(attempt, &peer, None, rng)?;
                }
                let is_nobody = why == Failure::NoSuchAccount;
                let lost = if is_nobody {
                    self.redirect(attempt, address, waiting, rng)?
                } else {
                    waiting
                };
                return Ok(all_failed(&lost, &peer, why));
            }
        };
        let mut happened = self.pin(attempt, &peer, identity)?;
        happened.extend(watcher.happened("initiate", None));
        let run_by = |operator| Happening::RunBy { peer: address.clone(), operator };
        happened.extend(operator.map(run_by));
        for row in waiting {
            let Some(id) = MessageId::from_slice(&row.id) else { continue };
            if row.content.is_empty() {
                happened.extend(self.reseal(attempt, &peer, &mut working, id, rng)?);
            } else {
                let outgoing = Outgoing { id, content: row.content, attempt: 0 };
                happened.extend(self.seal(attempt, &peer, &mut working, &outgoing, rng)?);
            }
        }
        self.save(attempt, &peer, &mut working);
        if more {
            self.fetch(attempt, &peer, None, rng)?;
        }
        Ok(happened)
    }

    fn start(
        &self,
        working: &mut Working,
        bundle: &VerifiedBundle,
        now_seconds: u64,
        (rng, watcher): (&mut dyn CryptoRng, &mut Watcher),
    ) -> Result<(), Failure> {
        let me = self.me().ok_or(Failure::Unsealable)?;
        let (profile, ours, id) = (self.config.profile, &me.identity, me.registration_id);
        let randomness = InitiateRandomness {
            base: random(rng),
            ratchet: random(rng),
            encapsulation: random(rng),
        };
        match &mut working.session {
            Some(session) => session
                .initiate_over(profile, ours, id, bundle, randomness, now_seconds, watcher)
                .map_err(|_| Failure::BadBundle),
            none => {
                let session =
                    Session::initiate(profile, ours, id, bundle, randomness, now_seconds, watcher)
                        .map_err(|_| Failure::BadBundle)?;
                *none = Some(session);
                Ok(())
            }
        }
    }

    //= spec: sesame r2 6.1 changed — a change is told.
    /// Remembers the identity of somebody else; a change is something that a person must see.
    pub(crate) fn pin<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        identity: IdentityKey,
    ) -> Result<Vec<Happening>, Waiting> {
        let key = self.keys.pin(&peer.name);
        let encoded = identity.encode().to_vec();
        let known = attempt.read(&key)?;
        if known.as_ref() == Some(&encoded) {
            return Ok(Vec::new());
        }
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::Never(Reason::Account));
        attempt.write(key, encoded, class, keep);
        let changed = Happening::IdentityChanged { peer: peer.address.clone(), identity };
        Ok(known.map(|_| changed).into_iter().collect())
    }

    /// The transport answered a send.
    pub(crate) fn carried<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        envelope: &Envelope,
        status: Status,
    ) -> Result<Vec<Happening>, Waiting> {
        let (id, to) = (envelope.id, envelope.to.clone());
        let key = self.keys.sent(id);
        let Some(row) = attempt.read(&key)? else {
            // What was sent is forgotten already, since its recipient is gone.
            let is_message = envelope.payload.ciphertext().is_some();
            let fails = is_message && status == Status::NotFound;
            return Ok(if fails { failed(id, to, Failure::NoSuchAccount) } else { Vec::new() });
        };
        let Ok(mut row) = SentRow::decode(row.as_slice()) else { return Ok(Vec::new()) };
        match status {
            Status::Ok if row.accepted => Ok(Vec::new()),
            Status::Ok => {
                row.accepted = true;
                self.write_sent(attempt, key, &row);
                Ok([Happening::Accepted { id, to }].into())
            }
            Status::NotFound => Ok(failed(id, to, Failure::NoSuchAccount)),
            Status::Full => Ok(failed(id, to, Failure::MailboxFull)),
            Status::Throttled => Ok(failed(id, to, Failure::Throttled)),
            Status::Unspecified
            | Status::Malformed
            | Status::Forbidden
            | Status::BadSignature
            | Status::Limited
            | Status::CodeNeeded
            | Status::BadCode
            | Status::Version => Ok(failed(id, to, Failure::Forbidden)),
        }
    }
}

pub(crate) fn kept_row(peer: &Peer, outgoing: &Outgoing) -> KeptRow {
    KeptRow {
        id: outgoing.id.0.to_vec(),
        to: peer.address.phone.digits().to_string(),
        device: peer.device().into(),
        content: outgoing.content.clone(),
    }
}

fn failed(id: MessageId, to: Address, why: Failure) -> Vec<Happening> {
    [Happening::Failed { id, to, why }].into()
}

fn all_failed(waiting: &[KeptRow], peer: &Peer, why: Failure) -> Vec<Happening> {
    waiting
        .iter()
        .filter_map(|row| MessageId::from_slice(&row.id))
        .map(|id| Happening::Failed { id, to: peer.address.clone(), why })
        .collect()
}

/// The address in a row of the vault.
pub(crate) fn recipient(row: &KeptRow) -> Option<Address> {
    let phone = PhoneNumber::parse(&row.to).ok()?;
    Some(Address { phone, device: DeviceId::new(row.device)? })
}

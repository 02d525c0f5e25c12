//! Receiving: dedupe, open as a trial, commit with everything that belongs to the step.

use alloc::{boxed::Box, string::ToString, vec::Vec};

use hop::{Attempt, Waiting};
use keys::PublicKey;
use prost::Message as _;
use rand_core::CryptoRng;
use signal::{Incoming, OpenContext, OpenError, OpenRandomness, Opened, Profile, Session};
use vocab::{DataClass, Keep, MessageId, Micros, Reason, UnixMicros, limits};
use wire::{
    content::Content,
    transport::{Ask, Bundle, Envelope, Payload, ReceiptKind, Status},
};

use crate::{
    account::{Account, Me, random},
    courier::Note,
    happening::Happening,
    mutant::{Mutant, planted},
    padding,
    rows::{Peer, RetryRow, SentRow},
    sessions::Named,
    tracing::Watcher,
    vault::Vault,
};

/// What opening an envelope's ciphertext came to.
enum Outcome {
    Opened(Box<(Content, Opened, Option<Happening>)>),
    /// The ratchet has given this message's key out before: a copy under another id, or a forgery.
    Spent,
    Failed(alloc::string::String),
}

impl<V: Vault> Account<V> {
    /// An envelope came from the mailbox. It is acknowledged once what it did is durable.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn receive<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        place: u64,
        envelope: &Envelope,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        if envelope.to != self.config.address {
            return Ok(Vec::new());
        }
        let peer = self.peer(&envelope.from);
        let seen = self.keys.seen(&peer.name, envelope.id);
        let known = attempt.read(&seen)?.is_some();
        let happened = if known && !planted(self.config.mutant, Mutant::ForgottenDedupe) {
            let copy = Happening::Copy { from: peer.address.clone(), id: envelope.id };
            envelope.payload.ciphertext().map(|_| copy).into_iter().collect()
        } else {
            match &envelope.payload {
                Payload::Receipt { kind, ids, .. } => {
                    let receipt = (*kind, ids.as_slice(), envelope.sent_at);
                    let happened = self.receipt_came(attempt, &peer, receipt, rng)?;
                    self.mark_seen(attempt, seen);
                    happened
                }
                Payload::Message(_) | Payload::PreKey(_) => {
                    self.message_came(attempt, &peer, envelope, rng)?
                }
            }
        };
        self.acknowledge(attempt, place);
        Ok(happened)
    }

    fn message_came<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        envelope: &Envelope,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        match self.open(attempt, peer, envelope, rng)? {
            Outcome::Opened(outcome) => {
                let (content, opened, derived) = *outcome;
                self.consume(attempt, &opened);
                self.mark_seen(attempt, self.keys.seen(&peer.name, envelope.id));
                //= spec: sesame r2 4.1 receipts — one for each message that opened.
                let delivered = (ReceiptKind::Delivered, [envelope.id].into(), envelope.attempt);
                self.receipt(attempt, &peer.address, delivered, rng)?;
                let mut happened = self.pin(attempt, peer, opened.remote_identity)?;
                happened.extend(derived);
                happened.push(Happening::Opened { from: peer.address.clone(), content });
                Ok(happened)
            }
            Outcome::Spent => {
                Ok([Happening::Copy { from: peer.address.clone(), id: envelope.id }].into())
            }
            Outcome::Failed(why) => self.not_opened(attempt, peer, envelope, why, rng),
        }
    }

    /// Tries to open, and on success writes the session as it then is.
    fn open<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        envelope: &Envelope,
        rng: &mut dyn CryptoRng,
    ) -> Result<Outcome, Waiting> {
        let Some(me) = self.me() else {
            return Ok(Outcome::Failed("the account is not set up".to_string()));
        };
        let incoming = match parse(&envelope.payload) {
            Ok(incoming) => incoming,
            Err(why) => return Ok(Outcome::Failed(why.to_string())),
        };
        let mut working = self.load(attempt, peer)?;
        let named = self.named(attempt, &incoming)?;
        let context = self.context(me, &named, attempt.now().wall.seconds());
        let randomness = OpenRandomness { ratchet: random(rng) };
        let mut watcher = Watcher::new(self.config.trace);
        let trial = Session::try_open(
            working.session.as_ref(),
            &incoming,
            &context,
            randomness,
            &mut watcher,
        );
        let opening = match trial {
            Ok(opening) => opening,
            Err(OpenError::Duplicate { .. }) => return Ok(Outcome::Spent),
            Err(why) => return Ok(Outcome::Failed(why.to_string())),
        };
        let opened = match Session::commit(&mut working.session, opening) {
            Ok(opened) => opened,
            Err(why) => return Ok(Outcome::Failed(why.to_string())),
        };
        let content = padding::unpad(&opened.plaintext).map(Content::decode);
        match content {
            Some(Ok(content)) if content.id == envelope.id => {
                self.save(attempt, peer, &mut working);
                let derived = watcher.happened("open", Some(envelope.id));
                Ok(Outcome::Opened(Box::new((content, opened, derived))))
            }
            // Authentic bytes that are no message, or bear another id than the envelope: the peer
            // or the transport misbehaved. Nothing is written.
            _ => Ok(Outcome::Failed("the content does not belong to its envelope".to_string())),
        }
    }

    fn context<'a>(&self, me: &'a Me, named: &'a Named, now_seconds: u64) -> OpenContext<'a> {
        OpenContext {
            profiles: match self.config.profile {
                Profile::V3 => &[Profile::V3],
                Profile::V4Spqr => &[Profile::V4Spqr],
                Profile::V4Negotiated => &[Profile::V4Negotiated],
                Profile::V4 | _ => &[Profile::V4],
            },
            ours: &me.identity,
            our_registration_id: me.registration_id,
            prekeys: named,
            pinned: None,
            remote_registration_id: None,
            addresses: None,
            now_seconds,
        }
    }

    /// Brings the private prekeys that a first flight names to the desk.
    fn named<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        incoming: &Incoming<'_>,
    ) -> Result<Named, Waiting> {
        let Incoming::PreKey(first) = incoming else { return Ok(Named::default()) };
        let signed = first.signed_pre_key_id;
        let kem = first.kem.map(|part| part.pre_key_id);
        let mut keys = Vec::from([self.keys.signed(signed)]);
        keys.extend(first.pre_key_id.map(|id| self.keys.one_time(id)));
        keys.extend(kem.map(|id| self.keys.kem(id)));
        let Ok(base_key) = PublicKey::decode_lenient(first.base_key) else {
            return Ok(Named::default()); // The engine says what is wrong with it.
        };
        let base = self.keys.base(kem.unwrap_or_default(), signed, base_key.as_bytes());
        keys.push(base.clone());
        attempt.need(&keys)?;
        let mut named = Named { base_seen: attempt.read(&base)?.is_some(), ..Named::default() };
        if let Some(bytes) = attempt.read(&self.keys.signed(signed))? {
            named.signed = signal::SignedPreKey::from_bytes(&bytes).ok();
        }
        if let Some(id) = first.pre_key_id
            && let Some(bytes) = attempt.read(&self.keys.one_time(id))?
        {
            named.one_time = signal::OneTimePreKey::from_bytes(&bytes).ok();
        }
        if let Some(id) = kem
            && let Some(bytes) = attempt.read(&self.keys.kem(id))?
        {
            named.kem = signal::KemPreKey::from_bytes(&bytes).ok();
        }
        Ok(named)
    }

    //= spec: pqxdh r3 3.4 delete-one-time — and that of a one-time KEM prekey.
    //= spec: x3dh r1 3.4 delete-one-time — the private half of a used one-time prekey goes with the
    //= first message that decrypted.
    /// Removes used one-time keys and remembers the base key, with the step that used them.
    fn consume<E, N>(&self, attempt: &mut Attempt<'_, E, N>, opened: &Opened) {
        let kept = planted(self.config.mutant, Mutant::OneTimeKept);
        if let Some(id) = opened.consumed_one_time.filter(|_| !kept) {
            attempt.delete(self.keys.one_time(id));
        }
        if let Some((id, last_resort)) = opened.consumed_kem
            && !(kept || last_resort && !planted(self.config.mutant, Mutant::LastResortDeleted))
        {
            attempt.delete(self.keys.kem(id));
        }
        if let Some(mark) = &opened.remember_base_key {
            let kem = mark.kem.unwrap_or_default();
            let key = self.keys.base(kem, mark.signed, mark.base_key.as_bytes());
            let keep = Keep::Never(Reason::Account);
            attempt.write(key, Vec::from([1]), DataClass::RatchetState, keep);
        }
    }

    fn mark_seen<E, N>(&self, attempt: &mut Attempt<'_, E, N>, key: store::Key) {
        let short = planted(self.config.mutant, Mutant::DedupeTooShort);
        let age = if short { Micros::minutes(1) } else { limits::DEDUPE_AGE };
        attempt.write(key, Vec::from([1]), DataClass::ConnectionMetadata, Keep::For(age));
    }

    //= spec: sesame r2 4.1 retry-request — by its id, a few times.
    fn not_opened<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        envelope: &Envelope,
        why: alloc::string::String,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let (from, id) = (peer.address.clone(), envelope.id);
        let key = self.keys.retry(&peer.name, id);
        let row = attempt.read(&key)?.and_then(|bytes| RetryRow::decode(bytes.as_slice()).ok());
        let before = row.as_ref().map_or(0, |row| row.asked);
        // A copy of a transmission that was answered with a retry is not asked for once more.
        let copy = row.is_some_and(|row| envelope.attempt <= row.attempt);
        let retry = !copy && before < limits::MAX_RETRIES_ASKED;
        if retry {
            let row = RetryRow { asked: before.saturating_add(1), attempt: envelope.attempt };
            let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));
            attempt.write(key, row.encode_to_vec(), class, keep);
            let receipt = (ReceiptKind::Retry, Vec::from([id]), envelope.attempt);
            self.receipt(attempt, &from, receipt, rng)?;
        }
        if planted(self.config.mutant, Mutant::ReceiptWithoutOpening) {
            let delivered = (ReceiptKind::Delivered, Vec::from([id]), envelope.attempt);
            self.receipt(attempt, &from, delivered, rng)?;
        }
        Ok([Happening::NotOpened { from, id, why, retry }].into())
    }

    fn receipt_came<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        (kind, ids, sent_at): (ReceiptKind, &[MessageId], UnixMicros),
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let mut happened = Vec::new();
        match kind {
            ReceiptKind::Delivered | ReceiptKind::Read | ReceiptKind::Played => {
                for id in ids {
                    happened.extend(self.got_to(attempt, peer, *id, kind)?);
                }
            }
            ReceiptKind::Retry => {
                for id in ids {
                    happened.extend(self.asked_again(attempt, peer, *id, rng)?);
                }
            }
            ReceiptKind::Refused => {
                let from = peer.address.clone();
                happened.push(Happening::RefusedByPeer { ids: ids.to_vec(), from });
            }
            ReceiptKind::Typing => {
                // What lay in the mailbox meanwhile is over.
                if attempt.now().wall.since(sent_at) < limits::TYPING_AGE {
                    happened.push(Happening::Typing { from: peer.address.clone() });
                }
            }
            ReceiptKind::Unspecified => {}
        }
        Ok(happened)
    }

    /// A message of ours got further. Only its recipient can say so, and each step is told once.
    fn got_to<E, N>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        peer: &Peer,
        id: MessageId,
        kind: ReceiptKind,
    ) -> Result<Vec<Happening>, Waiting> {
        let key = self.keys.sent(id);
        let Some(row) = attempt.read(&key)? else { return Ok(Vec::new()) };
        let Ok(mut row) = SentRow::decode(row.as_slice()) else { return Ok(Vec::new()) };
        if row.peer != peer.name && !planted(self.config.mutant, Mutant::AnybodysReceipt) {
            return Ok(Vec::new());
        }
        let to = peer.address.clone();
        let mut happened = Vec::new();
        if !row.delivered {
            row.delivered = true;
            happened.push(Happening::Delivered { id, to: to.clone() });
        }
        if kind == ReceiptKind::Read && !row.read {
            row.read = true;
            happened.push(Happening::Read { id, to: to.clone() });
        }
        if kind == ReceiptKind::Played && !row.played {
            row.played = true;
            happened.push(Happening::Played { id, to });
        }
        if !happened.is_empty() {
            self.write_sent(attempt, key, &row);
        }
        Ok(happened)
    }

    /// The transport answered a request.
    ///
    /// # Errors
    ///
    /// [`Waiting`] if a row is not on the desk.
    pub fn answered<E, N: From<Note>>(
        &self,
        attempt: &mut Attempt<'_, E, N>,
        id: u64,
        answer: (Status, Option<Bundle>),
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Happening>, Waiting> {
        let Some(ask) = self.asked(attempt, id)? else {
            // Answered before, or its row has expired: in either case there is nothing to repeat.
            attempt.note(N::from(Note::Answered { id }));
            return Ok(Vec::new());
        };
        let is_send = matches!(ask, Ask::Send(_));
        if answer.0 == Status::Limited || (answer.0 == Status::Full && !is_send) {
            // There may be room later: the courier goes on asking.
            return Ok(Vec::new());
        }
        let is_gone = matches!(answer.0, Status::Ok | Status::NotFound | Status::Forbidden);
        if is_gone && matches!(ask, Ask::DeleteAccount { .. }) {
            // Gone, now or before, or somebody else's: nothing of it is ours in either case. The
            // request stays until the rest is removed, so that a restart goes on with it.
            attempt.note(N::from(Note::Leaving { id }));
            return Ok(Vec::new());
        }
        let happened = match &ask {
            Ask::Fetch { address } => self.fetched(attempt, address, answer, rng)?,
            Ask::Send(envelope) => self.carried(attempt, envelope, answer.0)?,
            Ask::PutPiece { blob, number, .. } => {
                self.piece_put(attempt, (*blob, *number), answer.0, rng)?
            }
            Ask::GetPiece { of, blob, number, .. } => {
                self.piece_refused(attempt, (of, *blob, *number))?
            }
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Ack { .. }
            | Ask::Hello { .. }
            | Ask::Report { .. }
            | Ask::DeleteAccount { .. }
            | Ask::Block { .. } => self.upkeep_answered(attempt, (id, &ask), answer.0, rng)?,
        };
        self.vault.remove(attempt, &self.keys.ask(id));
        attempt.note(N::from(Note::Answered { id }));
        Ok(happened)
    }
}

fn parse(payload: &Payload) -> Result<Incoming<'_>, OpenError> {
    match payload {
        Payload::PreKey(bytes) => Incoming::parse(signal::MessageKind::PreKey, bytes),
        Payload::Message(bytes) => Incoming::parse(signal::MessageKind::Message, bytes),
        Payload::Receipt { .. } => Incoming::parse(signal::MessageKind::Message, &[]),
    }
}

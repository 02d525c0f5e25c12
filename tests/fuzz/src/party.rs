//! A device in a fuzzed world: its sessions, and a store that is given every change.

use std::collections::{BTreeMap, BTreeSet};

use keys::{Bundle, Mode, PublicKey};
use signal::{
    BaseKeyMark, IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness,
    MessageKind, NoTrace, OneTimePreKey, OpenContext, OpenError, OpenRandomness, Opening, Parts,
    PreKeys, Profile, RestoreError, SealError, SealRandomness, Sealed, Session, SignedPreKey,
    SignedPreKeyRandomness, StaleOpening, Tracer,
};

use crate::bytes::Draw;

const ACCEPTED: &[Profile] = &[Profile::V3, Profile::V4, Profile::V4Spqr];

/// One device.
pub(crate) struct Party {
    pub(crate) identity: IdentityKeyPair,
    pub(crate) registration_id: u32,
    pub(crate) now: u64,
    pub(crate) peers: BTreeMap<usize, Peer>,
    shelf: Shelf,
    draw: Draw,
}

/// What a device has of another one.
#[derive(Default)]
pub(crate) struct Peer {
    pub(crate) session: Option<Session>,
    /// What a store has that was given every change.
    stored: Parts,
}

/// Private prekeys and replay memory.
#[derive(Default)]
struct Shelf {
    signed: Option<SignedPreKey>,
    one_time: BTreeMap<u32, OneTimePreKey>,
    kem: BTreeMap<u32, KemPreKey>,
    seen: BTreeSet<BaseKeyMark>,
    next_id: u32,
}

impl PreKeys for Shelf {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.as_ref().filter(|signed| signed.id() == id)
    }
    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.get(&id)
    }
    fn kem(&self, id: u32) -> Option<&KemPreKey> {
        self.kem.get(&id)
    }
    fn base_key_seen(&self, kem: Option<u32>, signed: u32, base: &PublicKey) -> bool {
        self.seen.contains(&BaseKeyMark { kem, signed, base_key: *base })
    }
}

impl Party {
    pub(crate) fn new(number: u32) -> Self {
        let mut draw = Draw::new(u64::from(number) << 32);
        let identity = IdentityKeyPair::generate(draw.draw());
        let r = SignedPreKeyRandomness { private: draw.draw(), nonce: draw.draw() };
        let signed = Some(SignedPreKey::generate(1, &identity, r));
        let shelf = Shelf { signed, next_id: 2, ..Shelf::default() };
        let (registration_id, now) = (100 + number, 1_000_000);
        Self { identity, registration_id, now, peers: BTreeMap::new(), shelf, draw }
    }

    /// A bundle with fresh prekeys.
    pub(crate) fn bundle(&mut self, one_time: bool, last_resort: bool) -> Bundle {
        let id = self.shelf.next_id;
        self.shelf.next_id += 2;
        let r = KemPreKeyRandomness { seed: self.draw.draw(), nonce: self.draw.draw() };
        let kem = KemPreKey::generate(id, &self.identity, r, last_resort);
        let prekey = OneTimePreKey::generate(id + 1, self.draw.draw());
        let bundle = Bundle {
            registration_id: self.registration_id,
            device: 1,
            identity: self.identity.public(),
            signed: self.shelf.signed.as_ref().unwrap().published(),
            one_time: one_time.then(|| prekey.published()),
            kem: Some(kem.published()),
        };
        self.shelf.kem.insert(id, kem);
        self.shelf.one_time.insert(id + 1, prekey);
        bundle
    }

    pub(crate) fn starts(&mut self, peer: usize, profile: Profile, bundle: Bundle) {
        let bundle = bundle.verify(Mode::Strict).unwrap();
        let r = InitiateRandomness {
            base: self.draw.draw(),
            ratchet: self.draw.draw(),
            encapsulation: self.draw.draw(),
        };
        let (ours, id, now) = (&self.identity, self.registration_id, self.now);
        let kept = self.peers.entry(peer).or_default();
        let (bundle, trace) = (&bundle, &mut NoTrace);
        match &mut kept.session {
            Some(session) => {
                session.initiate_over(profile, ours, id, bundle, r, now, trace).unwrap();
            }
            None => {
                let session = Session::initiate(profile, ours, id, bundle, r, now, trace);
                kept.session = Some(session.unwrap());
            }
        }
        kept.keep();
    }

    pub(crate) fn seals(&mut self, peer: usize, text: &[u8]) -> Result<Sealed, SealError> {
        self.seals_watched(peer, text, &mut NoTrace)
    }

    pub(crate) fn seals_watched(
        &mut self,
        peer: usize,
        text: &[u8],
        trace: &mut impl Tracer,
    ) -> Result<Sealed, SealError> {
        let r = SealRandomness { braid: self.draw.draw() };
        let now = self.now;
        let kept = self.peers.entry(peer).or_default();
        let before = kept.snapshot();
        let session = kept.session.as_mut().ok_or(SealError::NoSession)?;
        let sealed = session.seal(text, r, now, None, trace);
        if sealed.is_err() {
            assert!(kept.snapshot() == before, "a message not sealed changed the session");
        }
        kept.keep();
        sealed
    }

    /// Opens on trial: nothing is different afterwards, whatever the outcome.
    pub(crate) fn tries(
        &mut self,
        (peer, registration_id): (usize, u32),
        kind: MessageKind,
        bytes: &[u8],
    ) -> Result<Opening, OpenError> {
        let r = OpenRandomness { ratchet: self.draw.draw() };
        let kept = self.peers.entry(peer).or_default();
        let before = kept.snapshot();
        let context = OpenContext {
            profiles: ACCEPTED,
            ours: &self.identity,
            our_registration_id: self.registration_id,
            prekeys: &self.shelf,
            pinned: None,
            remote_registration_id: Some(registration_id),
            addresses: None,
            now_seconds: self.now,
        };
        let opening = Incoming::parse_in(kind, bytes, Mode::Strict).and_then(|message| {
            Session::try_open(kept.session.as_ref(), &message, &context, r, &mut NoTrace)
        });
        assert!(kept.snapshot() == before, "a trial changed the session");
        kept.keep();
        opening
    }

    /// Makes a trial real: what was opened, or the session as it was.
    pub(crate) fn commits(
        &mut self,
        peer: usize,
        opening: Opening,
    ) -> Result<Vec<u8>, StaleOpening> {
        let kept = self.peers.entry(peer).or_default();
        let before = kept.snapshot();
        let opened = match Session::commit(&mut kept.session, opening) {
            Ok(opened) => opened,
            Err(stale) => {
                assert!(kept.snapshot() == before, "a stale opening changed the session");
                return Err(stale);
            }
        };
        kept.keep();
        if let Some(id) = opened.consumed_one_time {
            assert!(self.shelf.one_time.remove(&id).is_some(), "a prekey was used twice");
        }
        if let Some((id, false)) = opened.consumed_kem {
            assert!(self.shelf.kem.remove(&id).is_some(), "a KEM prekey was used twice");
        }
        self.shelf.seen.extend(opened.remember_base_key);
        Ok(opened.plaintext)
    }
}

impl Peer {
    /// As a store gives it back, which has these parts.
    pub(crate) fn of_parts(parts: &Parts) -> Result<Self, RestoreError> {
        let session = Some(Session::restore(parts.refs())?);
        Ok(Self { session, stored: parts.clone() })
    }

    pub(crate) fn snapshot(&self) -> Option<Parts> {
        self.session.as_ref().map(Session::snapshot)
    }

    /// Gives the store what has changed, which is all that it needs.
    pub(crate) fn keep(&mut self) {
        let Some(session) = &mut self.session else { return };
        self.stored.apply(session.changes());
        assert!(self.stored == session.snapshot(), "a part changed and was not given to the store");
    }

    /// Reads the session back from the store.
    pub(crate) fn restore(&mut self) {
        if self.session.is_some() {
            let restored = Session::restore(self.stored.refs()).unwrap();
            assert!(restored.snapshot() == self.stored, "the encoding is not canonical");
            self.session = Some(restored);
        }
    }
}

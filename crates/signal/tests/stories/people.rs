//! Two devices that a story is about.

use std::collections::{BTreeMap, BTreeSet};

use keys::{Bundle, IdentityKey, Mode, PublicKey, VerifiedBundle};
use sha2::{Digest, Sha256};
use signal::{
    BaseKeyMark, IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness,
    MessageKind, NoTrace, OneTimePreKey, OpenContext, OpenError, OpenRandomness, Opening, Parts,
    PreKeys, Profile, SealRandomness, Sealed, Session, SignedPreKey, SignedPreKeyRandomness,
    StaleOpening, Tracer,
};

/// Every profile, for stories that are the same in each.
pub(crate) const ALL: [Profile; 3] = [Profile::V3, Profile::V4, Profile::V4Spqr];

/// One device: its keys, its prekeys, and its session with the other one.
pub(crate) struct Person {
    name: &'static str,
    drawn: u64,
    pub(crate) identity: IdentityKeyPair,
    pub(crate) registration_id: u32,
    pub(crate) prekeys: Shelf,
    pub(crate) session: Option<Session>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) pinned: Option<IdentityKey>,
    pub(crate) expects_registration_id: Option<u32>,
    pub(crate) addresses: Option<[u8; 36]>,
    pub(crate) now: u64,
    pub(crate) mode: Mode,
    /// Rebuilds the session from its snapshot before every use.
    pub(crate) forgetful: bool,
    /// What a store has that was given every change.
    stored: Parts,
    next_id: u32,
}

/// Private prekeys and replay memory.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) signed: BTreeMap<u32, SignedPreKey>,
    pub(crate) one_time: BTreeMap<u32, OneTimePreKey>,
    pub(crate) kem: BTreeMap<u32, KemPreKey>,
    pub(crate) seen: BTreeSet<BaseKeyMark>,
}

impl PreKeys for Shelf {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.get(&id)
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

/// What a bundle has in it.
#[derive(Clone, Copy)]
pub(crate) struct With {
    pub(crate) one_time: bool,
    pub(crate) last_resort: bool,
}

impl Person {
    pub(crate) fn new(name: &'static str) -> Self {
        let mut drawn = 0;
        let identity = IdentityKeyPair::generate(draw(name, &mut drawn));
        let registration_id = u32::from(name.as_bytes()[0]);
        Self {
            name,
            drawn,
            identity,
            registration_id,
            prekeys: Shelf::default(),
            session: None,
            profiles: ALL.to_vec(),
            pinned: None,
            expects_registration_id: None,
            addresses: None,
            now: 1_000_000,
            mode: Mode::Strict,
            forgetful: false,
            stored: Parts::default(),
            next_id: 1,
        }
    }

    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        draw(self.name, &mut self.drawn)
    }

    /// Publishes fresh prekeys and keeps their private halves.
    pub(crate) fn bundle(&mut self, with: With) -> Bundle {
        let id = self.next_id;
        self.next_id += 3;
        let r = SignedPreKeyRandomness { private: self.draw(), nonce: self.draw() };
        let signed = SignedPreKey::generate(id, &self.identity, r);
        let one_time = OneTimePreKey::generate(id + 1, self.draw());
        let r = KemPreKeyRandomness { seed: self.draw(), nonce: self.draw() };
        let kem = KemPreKey::generate(id + 2, &self.identity, r, with.last_resort);
        let bundle = Bundle {
            registration_id: self.registration_id,
            device: 1,
            identity: self.identity.public(),
            signed: signed.published(),
            one_time: with.one_time.then(|| one_time.published()),
            kem: Some(kem.published()),
        };
        self.prekeys.signed.insert(id, signed);
        self.prekeys.one_time.insert(id + 1, one_time);
        self.prekeys.kem.insert(id + 2, kem);
        bundle
    }

    /// Starts a session, on top of the one there is.
    pub(crate) fn starts(&mut self, profile: Profile, bundle: Bundle) {
        let bundle = bundle.verify(Mode::Strict).unwrap();
        self.starts_from(profile, &bundle).unwrap();
    }

    pub(crate) fn starts_from(
        &mut self,
        profile: Profile,
        bundle: &VerifiedBundle,
    ) -> Result<(), signal::InitiateError> {
        let r = InitiateRandomness {
            base: self.draw(),
            ratchet: self.draw(),
            encapsulation: self.draw(),
        };
        let (ours, id, now) = (&self.identity, self.registration_id, self.now);
        let trace = &mut NoTrace;
        match &mut self.session {
            Some(session) => session.initiate_over(profile, ours, id, bundle, r, now, trace),
            None => Session::initiate(profile, ours, id, bundle, r, now, trace)
                .map(|session| self.session = Some(session)),
        }
    }

    pub(crate) fn seals(&mut self, text: &str) -> Sealed {
        self.remember();
        let random = SealRandomness { braid: self.draw() };
        let session = self.session.as_mut().unwrap();
        session
            .seal(text.as_bytes(), random, self.now, self.addresses.as_ref(), &mut NoTrace)
            .unwrap()
    }

    /// Opens `sealed` on trial.
    pub(crate) fn tries(&mut self, sealed: &Sealed) -> Result<Opening, OpenError> {
        self.tries_bytes(sealed.kind, &sealed.bytes)
    }

    pub(crate) fn tries_bytes(
        &mut self,
        kind: MessageKind,
        bytes: &[u8],
    ) -> Result<Opening, OpenError> {
        self.tries_watched(kind, bytes, &mut NoTrace)
    }

    pub(crate) fn tries_watched(
        &mut self,
        kind: MessageKind,
        bytes: &[u8],
        trace: &mut impl Tracer,
    ) -> Result<Opening, OpenError> {
        self.remember();
        let random = OpenRandomness { ratchet: self.draw() };
        let message = Incoming::parse_in(kind, bytes, self.mode)?;
        let context = OpenContext {
            profiles: &self.profiles,
            ours: &self.identity,
            our_registration_id: self.registration_id,
            prekeys: &self.prekeys,
            pinned: self.pinned,
            remote_registration_id: self.expects_registration_id,
            addresses: self.addresses.as_ref(),
            now_seconds: self.now,
        };
        Session::try_open(self.session.as_ref(), &message, &context, random, trace)
    }

    pub(crate) fn commits(&mut self, opening: Opening) -> Result<signal::Opened, StaleOpening> {
        let opened = Session::commit(&mut self.session, opening)?;
        if let Some(id) = opened.consumed_one_time {
            assert!(self.prekeys.one_time.remove(&id).is_some());
        }
        if let Some((id, false)) = opened.consumed_kem {
            assert!(self.prekeys.kem.remove(&id).is_some());
        }
        self.prekeys.seen.extend(opened.remember_base_key);
        Ok(opened)
    }

    /// Opens `sealed`, which must say `text`.
    #[track_caller]
    pub(crate) fn opens(&mut self, sealed: &Sealed, text: &str) {
        let _opened = self.opened(sealed, text);
    }

    /// As [`opens`](Self::opens), for stories that ask what else came of it.
    #[track_caller]
    pub(crate) fn opened(&mut self, sealed: &Sealed, text: &str) -> signal::Opened {
        let opening = self.tries(sealed).unwrap();
        let opened = self.commits(opening).unwrap();
        assert_eq!(String::from_utf8_lossy(&opened.plaintext), text);
        opened
    }

    /// Refuses `sealed`, and is as before.
    #[track_caller]
    pub(crate) fn refuses(&mut self, sealed: &Sealed) -> OpenError {
        let before = self.session.as_ref().map(Session::snapshot);
        let refusal = self.tries(sealed).unwrap_err();
        assert!(self.session.as_ref().map(Session::snapshot) == before);
        refusal
    }

    fn remember(&mut self) {
        let Some(session) = &mut self.session else { return };
        self.stored.apply(session.changes());
        if self.forgetful {
            let parts = session.snapshot();
            for (name, stored, now) in [
                ("hot", &self.stored.hot, &parts.hot),
                ("turn", &self.stored.turn, &parts.turn),
                ("skipped", &self.stored.skipped, &parts.skipped),
                ("archive", &self.stored.archive, &parts.archive),
                ("pending", &self.stored.pending, &parts.pending),
                ("exchange", &self.stored.exchange, &parts.exchange),
            ] {
                assert!(stored == now, "{name} changed and was not given to the store");
            }
            let restored = Session::restore(self.stored.refs()).unwrap();
            assert!(restored.snapshot() == parts, "the encoding is canonical");
            self.session = Some(restored);
        }
    }
}

/// Alice has started a session with Bob, who has opened and answered her first message.
pub(crate) fn acquainted(profile: Profile) -> (Person, Person) {
    let (mut alice, mut bob) = strangers(profile);
    let first = alice.seals("hello");
    bob.opens(&first, "hello");
    let answer = bob.seals("hello yourself");
    alice.opens(&answer, "hello yourself");
    (alice, bob)
}

/// Alice has started a session with Bob, who knows nothing of it yet.
pub(crate) fn strangers(profile: Profile) -> (Person, Person) {
    let (mut alice, mut bob) = (Person::new("alice"), Person::new("bob"));
    let bundle = bob.bundle(With { one_time: true, last_resort: false });
    alice.starts(profile, bundle);
    (alice, bob)
}

/// `N` bytes that are the same in every run: a hash of a name and a count.
fn draw<const N: usize>(name: &str, drawn: &mut u64) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(32) {
        *drawn += 1;
        let digest = Sha256::new().chain_update(name).chain_update(drawn.to_le_bytes()).finalize();
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    bytes
}

//! Our steps, timed. Each gives the store its bytes; what a step works on is made beforehand.

use std::time::Instant;

use keys::{Bundle, Mode, PublicKey};
use sha2::{Digest, Sha256};
use signal::{
    IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness, NoTrace,
    OneTimePreKey, OpenContext, OpenRandomness, Parts, PreKeys, Profile, SealRandomness, Sealed,
    Session, SignedPreKey, SignedPreKeyRandomness,
};

const PLAINTEXT: &[u8] = &[0x55; 200];
const PROFILE: Profile = Profile::V4Spqr;

struct Party {
    name: &'static str,
    drawn: u64,
    identity: IdentityKeyPair,
    prekeys: Option<Prekeys>,
    session: Option<Session>,
    stored: Parts,
}

struct Prekeys {
    signed: SignedPreKey,
    one_time: OneTimePreKey,
    kem: KemPreKey,
}

impl PreKeys for Party {
    fn signed(&self, _id: u32) -> Option<&SignedPreKey> {
        self.prekeys.as_ref().map(|prekeys| &prekeys.signed)
    }
    fn one_time(&self, _id: u32) -> Option<&OneTimePreKey> {
        self.prekeys.as_ref().map(|prekeys| &prekeys.one_time)
    }
    fn kem(&self, _id: u32) -> Option<&KemPreKey> {
        self.prekeys.as_ref().map(|prekeys| &prekeys.kem)
    }
    fn base_key_seen(&self, _: Option<u32>, _: u32, _: &PublicKey) -> bool {
        false
    }
}

impl Party {
    fn new(name: &'static str) -> Self {
        let mut drawn = 0;
        let identity = IdentityKeyPair::generate(draw(name, &mut drawn));
        Self { name, drawn, identity, prekeys: None, session: None, stored: Parts::default() }
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        draw(self.name, &mut self.drawn)
    }

    fn bundle(&mut self) -> Bundle {
        let random = SignedPreKeyRandomness { private: self.draw(), nonce: self.draw() };
        let signed = SignedPreKey::generate(1, &self.identity, random);
        let one_time = OneTimePreKey::generate(1, self.draw());
        let random = KemPreKeyRandomness { seed: self.draw(), nonce: self.draw() };
        let mut kem = KemPreKey::generate(1, &self.identity, random, false);
        kem.expand();
        let bundle = Bundle {
            registration_id: 1,
            device: 1,
            identity: self.identity.public(),
            signed: signed.published(),
            one_time: Some(one_time.published()),
            kem: Some(kem.published()),
        };
        self.prekeys = Some(Prekeys { signed, one_time, kem });
        bundle
    }

    /// Starts a session from an unverified bundle, as libsignal does in one call.
    fn process(&mut self, bundle: Bundle, random: InitiateRandomness) {
        let bundle = bundle.verify(Mode::Compat).unwrap();
        let (ours, trace) = (&self.identity, &mut NoTrace);
        let session = Session::initiate(PROFILE, ours, 1, &bundle, random, 0, trace);
        self.session = Some(session.unwrap());
        self.keep();
    }

    fn seal(&mut self, random: SealRandomness) -> Sealed {
        let session = self.session.as_mut().unwrap();
        let sealed = session.seal(PLAINTEXT, random, 0, None, &mut NoTrace).unwrap();
        self.keep();
        sealed
    }

    fn open(&mut self, sealed: &Sealed, random: OpenRandomness) {
        let context = OpenContext {
            profiles: &[PROFILE],
            ours: &self.identity,
            our_registration_id: 1,
            prekeys: self,
            pinned: None,
            remote_registration_id: None,
            addresses: None,
            now_seconds: 0,
        };
        let message = Incoming::parse(sealed.kind, &sealed.bytes).unwrap();
        let session = self.session.as_ref();
        let opening = Session::try_open(session, &message, &context, random, &mut NoTrace);
        let opened = Session::commit(&mut self.session, opening.unwrap()).unwrap();
        self.keep();
        assert_eq!(opened.plaintext, PLAINTEXT);
    }

    fn keep(&mut self) {
        self.stored.apply(self.session.as_mut().unwrap().changes());
    }

    fn restore(&mut self) {
        self.session = Some(Session::restore(self.stored.refs()).unwrap());
    }

    fn bytes(&self) -> usize {
        let Parts { hot, turn, skipped, archive, pending, exchange } = &self.stored;
        [hot, turn, skipped, archive, pending, exchange].iter().map(|part| part.len()).sum()
    }
}

fn draw<const N: usize>(name: &str, drawn: &mut u64) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(32) {
        *drawn += 1;
        let digest = Sha256::new().chain_update(name).chain_update(drawn.to_le_bytes()).finalize();
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    bytes
}

fn timed(step: impl FnOnce()) -> u64 {
    let begun = Instant::now();
    step();
    u64::try_from(begun.elapsed().as_nanos()).unwrap()
}

fn initiating(party: &mut Party) -> InitiateRandomness {
    InitiateRandomness { base: party.draw(), ratchet: party.draw(), encapsulation: party.draw() }
}

fn sealing(party: &mut Party) -> SealRandomness {
    SealRandomness { braid: party.draw() }
}

fn opening(party: &mut Party) -> OpenRandomness {
    OpenRandomness { ratchet: party.draw() }
}

fn strangers() -> (Party, Party, Bundle) {
    let (alice, mut bob) = (Party::new("alice"), Party::new("bob"));
    let bundle = bob.bundle();
    (alice, bob, bundle)
}

fn exchange(from: &mut Party, to: &mut Party) {
    let random = sealing(from);
    let sealed = from.seal(random);
    let random = opening(to);
    to.open(&sealed, random);
}

fn acquainted() -> (Party, Party) {
    let (mut alice, mut bob, bundle) = strangers();
    let random = initiating(&mut alice);
    alice.process(bundle, random);
    for _ in 0..2 {
        exchange(&mut alice, &mut bob);
        exchange(&mut bob, &mut alice);
    }
    (alice, bob)
}

/// Nanoseconds of each of `runs` runs of `step`.
pub fn run(step: &str, runs: usize) -> Vec<u64> {
    match step {
        "process" => (0..runs).map(|_| process()).collect(),
        "first" => (0..runs).map(|_| first()).collect(),
        "encrypt" => same_chain(runs, false).0,
        "decrypt" => same_chain(runs, false).1,
        _ => alternate(runs),
    }
}

/// As [`run`], the session being restored from its bytes before each.
pub fn restored(step: &str, runs: usize) -> Vec<u64> {
    let (sealing, opening) = same_chain(runs, true);
    if step == "encrypt" { sealing } else { opening }
}

fn process() -> u64 {
    let (mut alice, _, bundle) = strangers();
    let random = initiating(&mut alice);
    timed(|| alice.process(bundle, random))
}

fn first() -> u64 {
    let (mut alice, mut bob, bundle) = strangers();
    let random = initiating(&mut alice);
    alice.process(bundle, random);
    let random = sealing(&mut alice);
    let sealed = alice.seal(random);
    let random = opening(&mut bob);
    timed(|| bob.open(&sealed, random))
}

fn same_chain(runs: usize, restored: bool) -> (Vec<u64>, Vec<u64>) {
    let (mut alice, mut bob) = acquainted();
    // The first message of a chain has a ratchet step for the receiver.
    exchange(&mut alice, &mut bob);
    let (mut seals, mut opens) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let random = sealing(&mut alice);
        let mut sealed = None;
        seals.push(timed(|| {
            if restored {
                alice.restore();
            }
            sealed = Some(alice.seal(random));
        }));
        let random = opening(&mut bob);
        let sealed = sealed.unwrap();
        opens.push(timed(|| {
            if restored {
                bob.restore();
            }
            bob.open(&sealed, random);
        }));
    }
    (seals, opens)
}

fn alternate(runs: usize) -> Vec<u64> {
    let (mut from, mut to) = acquainted();
    let mut times = Vec::new();
    for _ in 0..runs {
        let (random, theirs) = (sealing(&mut from), opening(&mut to));
        times.push(timed(|| {
            let sealed = from.seal(random);
            to.open(&sealed, theirs);
        }));
        std::mem::swap(&mut from, &mut to);
    }
    times
}

/// Bytes of the largest session over `messages` alternating messages.
pub fn largest_session(messages: usize) -> usize {
    let (mut from, mut to) = acquainted();
    let mut largest = 0;
    for _ in 0..messages {
        exchange(&mut from, &mut to);
        largest = largest.max(from.bytes()).max(to.bytes());
        std::mem::swap(&mut from, &mut to);
    }
    largest
}

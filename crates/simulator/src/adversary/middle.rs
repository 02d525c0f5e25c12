//! A key server that lies, and stands in the middle of what follows.
//!
//! Who asks for somebody's bundle gets keys of the liar's own. What is then encrypted to them the
//! liar opens, reads, and encrypts again to the real owner, in a session that it began in the name
//! of who asked; and the same the other way. Neither end sees anything but an identity that it has
//! never seen before, which is what everybody's is at first. Only if the two compare what they
//! have, on another way, do they see that it is not the same.

use std::collections::{BTreeMap, VecDeque};

use endpoint::bundle::verified;
use keys::{PublicKey, VerifiedBundle};
use rand_core::CryptoRng;
use signal::{
    IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness, MessageKind,
    NoTrace, OneTimePreKey, OpenContext, OpenRandomness, PreKeys, Profile, SealRandomness, Session,
    SignedPreKey, SignedPreKeyRandomness,
};
use vocab::{Address, MessageId, NoiseKey, Now, PhoneNumber};
use wire::transport::{
    Ask, Bundle, Envelope, KemPrekey, Payload, Prekey, SignedPrekey, ToTransport,
};

use super::scheme::{Scheme, Tally, occasion};

/// What the registration ids of the liar's accounts are.
const REGISTRATION: u32 = 4_242;

/// One lie: about whom, and with everybody whom it deceives.
pub struct Middle {
    scheme: Scheme,
    tally: Tally,
    profile: Profile,
    about: PhoneNumber,
    /// What the deceived take for the identity of whom it is about.
    posing: Account,
    /// Requests for a bundle that are lied to, and with what.
    lies: BTreeMap<(NoiseKey, u64), Option<Bundle>>,
    /// Real bundles that were kept back, by who asked for them.
    kept_back: BTreeMap<NoiseKey, VecDeque<VerifiedBundle>>,
    /// By whose number: everybody in whose name the liar speaks to whom it is about.
    deceived: BTreeMap<Address, Between>,
    /// What came of each transmission, since an end may send one again.
    passed: BTreeMap<(Address, Address, MessageId, u32), Payload>,
}

/// Keys that the liar made for itself.
struct Account {
    identity: IdentityKeyPair,
    signed: BTreeMap<u32, SignedPreKey>,
    one_time: BTreeMap<u32, OneTimePreKey>,
    kem: BTreeMap<u32, KemPreKey>,
}

/// Two sessions, and the liar between them.
struct Between {
    /// With who was deceived, as whom it is about.
    front: Option<Session>,
    /// With whom it is about, as who was deceived.
    back: Option<Session>,
    /// In whose name.
    account: Account,
}

impl core::fmt::Debug for Middle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Middle({:?}, {} deceived)", self.scheme, self.deceived.len())
    }
}

impl Middle {
    /// A liar about `about`, among ends that speak `profile`.
    pub fn new(scheme: Scheme, tally: Tally, profile: Profile, about: PhoneNumber) -> Self {
        let posing = Account::new(&mut scheme.rng(u64::MAX));
        Self {
            scheme,
            tally,
            profile,
            about,
            posing,
            lies: BTreeMap::new(),
            kept_back: BTreeMap::new(),
            deceived: BTreeMap::new(),
            passed: BTreeMap::new(),
        }
    }

    /// An end asks for something: `frame` is what it becomes. `None` if it stays as it is, else
    /// what was read of it, once.
    pub(super) fn asked(
        &mut self,
        link: NoiseKey,
        frame: &mut ToTransport,
        now: Now,
    ) -> Option<Option<Vec<u8>>> {
        match &mut frame.ask {
            Ask::Fetch { address } if address.phone == self.about => {
                if self.scheme.strikes(now, frame.id) {
                    self.lies.entry((link, frame.id)).or_insert(None);
                }
                None
            }
            Ask::Send(envelope) if self.scheme.is_on(now) => {
                let transmission =
                    (envelope.from.clone(), envelope.to.clone(), envelope.id, envelope.attempt);
                if let Some(payload) = self.passed.get(&transmission) {
                    envelope.payload = payload.clone();
                    return Some(None);
                }
                let (payload, read) = self.pass_on(link, envelope, now)?;
                self.passed.insert(transmission, payload.clone());
                envelope.payload = payload;
                Some(Some(read))
            }
            Ask::Register { .. }
            | Ask::RequestCode { .. }
            | Ask::Publish { .. }
            | Ask::Fetch { .. }
            | Ask::Send(_)
            | Ask::Ack { .. }
            | Ask::Hello { .. }
            | Ask::Report { .. }
            | Ask::PutPiece { .. }
            | Ask::GetPiece { .. }
            | Ask::DeleteAccount { .. }
            | Ask::Block { .. } => None,
        }
    }

    /// The honest transport inside answers a request with a bundle: what the liar gives instead, if
    /// it is one of those that it lies to.
    pub(super) fn answer(&mut self, request: (NoiseKey, u64), real: &Bundle) -> Option<Bundle> {
        let lie = self.lies.get(&request)?;
        if lie.is_some() {
            return lie.clone();
        }
        let real = real.clone();
        let (link, id) = request;
        self.kept_back.entry(link).or_default().push_back(verified(&real)?);
        let bundle = self.posing.bundle(&real, &mut self.scheme.rng(id));
        self.lies.insert(request, Some(bundle.clone()));
        self.tally.add(self.scheme.index);
        Some(bundle)
    }

    /// Opens an envelope and encrypts what it holds to the other side: that, and what it says.
    /// `None` if the liar cannot open it.
    fn pass_on(
        &mut self,
        link: NoiseKey,
        envelope: &Envelope,
        now: Now,
    ) -> Option<(Payload, Vec<u8>)> {
        let mut rng = self.scheme.rng(occasion(envelope.id, envelope.attempt) ^ NAMES);
        if envelope.to.phone == self.about {
            let account = || Account::new(&mut self.scheme.rng(number(&envelope.from)));
            let between = self.deceived.entry(envelope.from.clone()).or_insert_with(|| Between {
                front: None,
                back: None,
                account: account(),
            });
            let ours = (&self.posing, self.profile);
            let (plain, anew) = open(&mut between.front, ours, &envelope.payload, now, &mut rng)?;
            let bundle = match self.kept_back.get_mut(&link) {
                Some(kept) if anew || between.back.is_none() => kept.pop_front(),
                _ => None,
            };
            if let Some(bundle) = bundle {
                let ours = (&between.account, self.profile);
                begin(&mut between.back, ours, &bundle, now, &mut rng);
            }
            return Some((seal(between.back.as_mut()?, &plain, now, &mut rng)?, plain));
        }
        if envelope.from.phone == self.about {
            let between = self.deceived.get_mut(&envelope.to)?;
            let ours = (&between.account, self.profile);
            let (plain, _) = open(&mut between.back, ours, &envelope.payload, now, &mut rng)?;
            return Some((seal(between.front.as_mut()?, &plain, now, &mut rng)?, plain));
        }
        None
    }
}

/// Keeps what is drawn for passing on apart from what is drawn for lying.
const NAMES: u64 = 0x5061_7373_6564_206f;

/// A number that stands for an address.
fn number(address: &Address) -> u64 {
    crate::rng::tag(address.phone.digits()) ^ u64::from(address.device.get())
}

impl Account {
    fn new(rng: &mut dyn CryptoRng) -> Self {
        let identity = IdentityKeyPair::generate(random(rng));
        let (signed, one_time, kem) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { identity, signed, one_time, kem }
    }

    /// A bundle of this account that has the form of `real`: only its keys differ.
    fn bundle(&mut self, real: &Bundle, rng: &mut dyn CryptoRng) -> Bundle {
        let signed_prekey = real.signed_prekey.as_ref().map(|SignedPrekey { id, .. }| {
            let draw = SignedPreKeyRandomness { private: random(rng), nonce: random(rng) };
            let make = || SignedPreKey::generate(*id, &self.identity, draw);
            let prekey = self.signed.entry(*id).or_insert_with(make);
            let public_key = prekey.public().encode().to_vec();
            SignedPrekey { id: *id, public_key, signature: prekey.signature().0.to_vec() }
        });
        let one_time = real.one_time.as_ref().map(|Prekey { id, .. }| {
            let draw = random(rng);
            let make = || OneTimePreKey::generate(*id, draw);
            let prekey = self.one_time.entry(*id).or_insert_with(make);
            Prekey { id: *id, public_key: prekey.public().encode().to_vec() }
        });
        let kem = real.kem.as_ref().map(|KemPrekey { id, .. }| {
            let draw = KemPreKeyRandomness { seed: random(rng), nonce: random(rng) };
            let make = || KemPreKey::generate(*id, &self.identity, draw, true);
            let prekey = self.kem.entry(*id).or_insert_with(make);
            let public_key = prekey.public().encode().to_vec();
            KemPrekey { id: *id, public_key, signature: prekey.signature().0.to_vec() }
        });
        let identity_key = self.identity.public().encode().to_vec();
        Bundle { identity_key, signed_prekey, one_time, kem, ..real.clone() }
    }
}

impl PreKeys for Account {
    fn signed(&self, id: u32) -> Option<&SignedPreKey> {
        self.signed.get(&id)
    }

    fn one_time(&self, id: u32) -> Option<&OneTimePreKey> {
        self.one_time.get(&id)
    }

    fn kem(&self, id: u32) -> Option<&KemPreKey> {
        self.kem.get(&id)
    }

    fn base_key_seen(&self, _kem: Option<u32>, _signed: u32, _base: &PublicKey) -> bool {
        false
    }
}

/// Opens what came in a session, and says whether it began a new one.
fn open(
    session: &mut Option<Session>,
    (account, profile): (&Account, Profile),
    payload: &Payload,
    now: Now,
    rng: &mut dyn CryptoRng,
) -> Option<(Vec<u8>, bool)> {
    let incoming = match payload {
        Payload::PreKey(bytes) => Incoming::parse(MessageKind::PreKey, bytes),
        Payload::Message(bytes) => Incoming::parse(MessageKind::Message, bytes),
        Payload::Receipt { .. } => return None,
    };
    let incoming = incoming.ok()?;
    let context = OpenContext {
        profiles: &[profile],
        ours: &account.identity,
        our_registration_id: REGISTRATION,
        prekeys: account,
        pinned: None,
        remote_registration_id: None,
        addresses: None,
        now_seconds: now.wall.seconds(),
    };
    let draw = OpenRandomness { ratchet: random(rng) };
    let opening =
        Session::try_open(session.as_ref(), &incoming, &context, draw, &mut NoTrace).ok()?;
    let opened = Session::commit(session, opening).ok()?;
    Some((opened.plaintext, opened.session_was_created))
}

/// Begins a session, over the one that there is.
fn begin(
    session: &mut Option<Session>,
    (account, profile): (&Account, Profile),
    bundle: &VerifiedBundle,
    now: Now,
    rng: &mut dyn CryptoRng,
) {
    let draw =
        InitiateRandomness { base: random(rng), ratchet: random(rng), encapsulation: random(rng) };
    let (ours, at) = (&account.identity, now.wall.seconds());
    // A bundle that its owner published begins one; without it the back stays as it was.
    if let Some(session) = session {
        let _ = session.initiate_over(profile, ours, REGISTRATION, bundle, draw, at, &mut NoTrace);
    } else {
        *session =
            Session::initiate(profile, ours, REGISTRATION, bundle, draw, at, &mut NoTrace).ok();
    }
}

fn seal(session: &mut Session, plain: &[u8], now: Now, rng: &mut dyn CryptoRng) -> Option<Payload> {
    let draw = SealRandomness { braid: random(rng) };
    let sealed = session.seal(plain, draw, now.wall.seconds(), None, &mut NoTrace).ok()?;
    Some(match sealed.kind {
        MessageKind::PreKey => Payload::PreKey(sealed.bytes),
        MessageKind::Message => Payload::Message(sealed.bytes),
    })
}

fn random<const N: usize>(rng: &mut dyn CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

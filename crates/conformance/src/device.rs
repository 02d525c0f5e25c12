//! One device: an identity, its prekeys, and a session with each peer.

mod fingerprint;

use std::collections::BTreeMap;

use keys::{
    Bundle, IdentityKey, Mode,
    mutant::{self, planted},
};
use serde_json::{Value, json};
use signal::{
    IdentityKeyPair, Incoming, InitiateRandomness, KemPreKey, KemPreKeyRandomness, MessageKind,
    NoTrace, OneTimePreKey, OpenContext, OpenRandomness, Profile, SealRandomness, Session,
    SignedPreKey, SignedPreKeyRandomness,
};

use crate::{
    fields::{Address, Fields, hex, service_address},
    lines::MAX_LINE,
    refusal::{Kind, Refusal},
    shelf::Shelf,
};

/// Bytes that may be encrypted: the answer, twice as long in hexadecimal, still fits into a line.
const MAX_PLAINTEXT: usize = 500_000;

/// A device from its `init` on.
pub(crate) struct Device {
    name: String,
    mode: Mode,
    number: u8,
    registration_id: u32,
    profile: Profile,
    identity: IdentityKeyPair,
    pub(crate) shelf: Shelf,
    /// Id of the next prekey; no two prekeys have the same, of whatever kind.
    next_id: u32,
    pub(crate) sessions: BTreeMap<Address, Session>,
    /// Identities as first seen, or as `trust` set them.
    pins: BTreeMap<Address, IdentityKey>,
    now_seconds: u64,
    /// What was opened before, where a mistake keeps it.
    pub(crate) opened: BTreeMap<Vec<u8>, Value>,
}

/// Fills an array. All that is drawn goes through here.
fn draw<const N: usize>(entropy: &mut impl FnMut(&mut [u8])) -> [u8; N] {
    let mut bytes = [0; N];
    entropy(&mut bytes);
    bytes
}

fn profile(name: &str) -> Result<Profile, Refusal> {
    match name {
        "v3" => Ok(Profile::V3),
        "v4" => Ok(Profile::V4),
        "v4-spqr" => Ok(Profile::V4Spqr),
        "v4-negotiated" => Ok(Profile::V4Negotiated),
        _ => Err(Refusal::new(Kind::Unsupported, format_args!("profile {name:?}"))),
    }
}

fn parsed(kind: MessageKind, bytes: &[u8], mode: Mode) -> Result<Incoming<'_>, Refusal> {
    let parsed = Incoming::parse_in(kind, bytes, mode);
    if planted(mutant::CRASH_ON_RUBBISH) && parsed.is_err() {
        return Err(Refusal::new(Kind::Internal, "this was planted"));
    }
    if planted(mutant::TYPE_IGNORED) && parsed.is_err() {
        let other =
            if kind == MessageKind::PreKey { MessageKind::Message } else { MessageKind::PreKey };
        return Ok(Incoming::parse_in(other, bytes, mode)?);
    }
    Ok(parsed?)
}

impl Device {
    /// `init`: a device with a fresh identity, of the newest profile unless another is asked for.
    pub(crate) fn new(
        request: Fields<'_>,
        mode: Mode,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Self, Refusal> {
        let profile = match request.optional("profile") {
            None => Profile::V4Spqr,
            Some(_) => profile(request.text("profile")?)?,
        };
        Ok(Self {
            name: request.text("name")?.to_owned(),
            mode,
            number: request.device("dev")?,
            registration_id: request.u32("regid")?,
            profile,
            identity: IdentityKeyPair::generate(draw(entropy)),
            shelf: Shelf::default(),
            next_id: 1,
            sessions: BTreeMap::new(),
            pins: BTreeMap::new(),
            now_seconds: 0,
            opened: BTreeMap::new(),
        })
    }

    /// `bundle`: publishes fresh prekeys and keeps their private halves. Without `otk` there is no
    /// one-time key, and without `kyber` a KEM key only if the profile needs one.
    pub(crate) fn bundle(
        &mut self,
        request: Fields<'_>,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Value, Refusal> {
        let with_one_time = request.flag("otk", false)?;
        let with_kem = request.flag("kyber", self.profile.has_kem())?;
        let last_resort = request.flag("last_resort", false)?;

        if planted(mutant::OLDER_BUNDLE_FORGOTTEN) {
            self.shelf = Shelf::default();
        }
        let random = SignedPreKeyRandomness { private: draw(entropy), nonce: draw(entropy) };
        let signed = SignedPreKey::generate(self.take_id()?, &self.identity, random);
        let mut bundle = json!({
            "reg": self.registration_id,
            "dev": self.number,
            "ik": hex(&self.identity.public().encode()),
            "spk_id": signed.id(),
            "spk": hex(&signed.public().encode()),
            "spk_sig": hex(&signed.signature().0),
        });
        self.shelf.signed.insert(signed.id(), signed);
        if with_one_time {
            let key = OneTimePreKey::generate(self.take_id()?, draw(entropy));
            add(&mut bundle, "otk_id", key.id());
            add(&mut bundle, "otk", hex(&key.public().encode()));
            self.shelf.one_time.insert(key.id(), key);
        }
        if with_kem {
            let random = KemPreKeyRandomness { seed: draw(entropy), nonce: draw(entropy) };
            let key = KemPreKey::generate(self.take_id()?, &self.identity, random, last_resort);
            add(&mut bundle, "k_id", key.id());
            add(&mut bundle, "k", hex(key.public().encode()));
            add(&mut bundle, "k_sig", hex(&key.signature().0));
            self.shelf.kem.insert(key.id(), key);
        }
        Ok(bundle)
    }

    fn take_id(&mut self) -> Result<u32, Refusal> {
        let id = self.next_id;
        let next = id.checked_add(1);
        self.next_id = next.ok_or_else(|| Refusal::new(Kind::Other, "no prekey id is left"))?;
        Ok(id)
    }

    /// `process`: starts a session towards `peer` from its bundle `b`.
    pub(crate) fn process(
        &mut self,
        request: Fields<'_>,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Value, Refusal> {
        let peer = request.address("peer")?;
        let bundle = bundle(request.object("b")?, self.mode)?;
        let known = self.pins.get(&peer).filter(|_| !planted(mutant::ANY_BUNDLE_IDENTITY));
        if known.is_some_and(|pinned| *pinned != bundle.identity) {
            let message = format_args!("{peer} had another identity before");
            return Err(Refusal::new(Kind::UntrustedIdentity, message));
        }
        let bundle = bundle.verify(self.mode)?;
        let random = InitiateRandomness {
            base: draw(entropy),
            ratchet: draw(entropy),
            encapsulation: draw(entropy),
        };
        let profile = match bundle.get().kem {
            None if planted(mutant::WITHOUT_KEM) => Profile::V3,
            None | Some(_) => self.profile,
        };
        if planted(mutant::ARCHIVE_FORGOTTEN) {
            self.sessions.remove(&peer);
        }
        let (now, trace) = (self.now_seconds, &mut NoTrace);
        let (ours, registration_id) = (&self.identity, self.registration_id);
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.initiate_over(profile, ours, registration_id, &bundle, random, now, trace)?;
        } else {
            let session =
                Session::initiate(profile, ours, registration_id, &bundle, random, now, trace)?;
            self.sessions.insert(peer.clone(), session);
        }
        self.pins.insert(peer, bundle.identity());
        Ok(json!({}))
    }

    /// `encrypt`: seals the text `m`, or the bytes `mh`, to `peer`.
    pub(crate) fn encrypt(
        &mut self,
        request: Fields<'_>,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Value, Refusal> {
        let peer = request.address("peer")?;
        let plaintext = match request.optional("mh") {
            Some(_) => request.bytes("mh")?,
            None if planted(mutant::ASCII_ONLY) => {
                request.text("m")?.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
            }
            None => request.text("m")?.as_bytes().to_vec(),
        };
        if plaintext.len() > MAX_PLAINTEXT {
            let length = plaintext.len();
            let message = format_args!("{length} bytes; the limit is {MAX_PLAINTEXT}");
            return Err(Refusal::new(Kind::Other, message));
        }
        let addresses = both(service_address(&self.name, self.number), peer.service_address());
        if planted(mutant::SEALED_TO_NOBODY) && !self.sessions.contains_key(&peer) {
            return Ok(json!({"type": 2, "c": hex(&plaintext)}));
        }
        let session = self.sessions.get_mut(&peer).ok_or_else(|| no_session(&peer))?;
        let random = SealRandomness { braid: draw(entropy) };
        let (now, addresses) = (self.now_seconds, addresses.as_ref());
        let sealed = session.seal(&plaintext, random, now, addresses, &mut NoTrace)?;
        Ok(json!({"type": sealed.kind.number(), "c": hex(&sealed.bytes)}))
    }

    /// `decrypt`: opens `c` from `peer`. A refused message changes nothing.
    pub(crate) fn decrypt(
        &mut self,
        request: Fields<'_>,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Value, Refusal> {
        let peer = request.address("peer")?;
        let number = request.number("type")?;
        let kind = u8::try_from(number).ok().and_then(MessageKind::of_number);
        let kind = kind.ok_or_else(|| Refusal::malformed(format_args!("type {number}")))?;
        let bytes = request.bytes("c")?;
        if let Some(again) = self.opened_again(&bytes) {
            return Ok(again);
        }
        let parsed = parsed(kind, &bytes, self.mode);
        let answer = parsed.and_then(|message| self.open(&peer, &message, entropy));
        match &answer {
            Ok(opened) => self.after_opening(&bytes, opened),
            Err(_) => self.after_refusal(&peer, kind, &bytes),
        }
        answer
    }

    fn open(
        &mut self,
        peer: &Address,
        message: &Incoming<'_>,
        entropy: &mut impl FnMut(&mut [u8]),
    ) -> Result<Value, Refusal> {
        let addresses = both(peer.service_address(), service_address(&self.name, self.number));
        let addresses = addresses.filter(|_| !planted(mutant::ADDRESSES_IGNORED));
        let pinned = self.pins.get(peer).copied();
        let (own, older) = ([self.profile], [Profile::V3, self.profile]);
        let accepted: &[Profile] = if planted(mutant::OLDER_VERSION) { &older } else { &own };
        let context = OpenContext {
            profiles: accepted,
            ours: &self.identity,
            our_registration_id: self.registration_id,
            prekeys: &self.shelf,
            pinned: pinned.filter(|_| !planted(mutant::ANY_FIRST_IDENTITY)),
            remote_registration_id: None,
            addresses: addresses.as_ref(),
            now_seconds: self.now_seconds,
        };
        let random = OpenRandomness { ratchet: draw(entropy) };
        let session = self.sessions.get(peer);
        let opening = Session::try_open(session, message, &context, random, &mut NoTrace)?;

        let mut session = self.sessions.remove(peer);
        let committed = Session::commit(&mut session, opening);
        if let Some(session) = session {
            self.sessions.insert(peer.clone(), session);
        }
        let opened = committed.map_err(|stale| Refusal::new(Kind::Internal, stale))?;
        self.shelf.settle(&opened);
        self.pins.insert(peer.clone(), opened.remote_identity);
        Ok(plaintext(opened.plaintext))
    }

    /// `trust`: from now on `peer` has the identity `ik`.
    pub(crate) fn trust(&mut self, request: Fields<'_>) -> Result<Value, Refusal> {
        let (peer, identity) = (request.address("peer")?, request.identity("ik", self.mode)?);
        if planted(mutant::TRUST_IGNORED) {
            return Ok(json!({}));
        }
        self.pins.insert(peer, identity);
        Ok(json!({}))
    }

    /// `time`: sets the clock to `now`, in seconds.
    pub(crate) fn time(&mut self, request: Fields<'_>) -> Result<Value, Refusal> {
        let now = request.number("now")?;
        self.now_seconds = if planted(mutant::CLOCK_IGNORED) { 0 } else { now };
        Ok(json!({}))
    }
}

fn add(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value.into());
    }
}

/// Sender and recipient as a message names them, where both have a service id.
fn both(
    sender: Option<[u8; 18]>,
    recipient: Option<[u8; 18]>,
) -> Option<[u8; wire::signal::ADDRESSES_BYTES]> {
    [sender?, recipient?].as_flattened().try_into().ok()
}

fn no_session(peer: &Address) -> Refusal {
    Refusal::new(Kind::NoSession, format_args!("none with {peer}"))
}

/// What was opened: as bytes `mh`, and as text `m` where it is text and fits into the line too.
fn plaintext(bytes: Vec<u8>) -> Value {
    let mh = hex(&bytes);
    // A character takes up to six bytes once it is escaped.
    let most = bytes.len().saturating_mul(8);
    match String::from_utf8(bytes) {
        Ok(m) if most < MAX_LINE => json!({"m": m, "mh": mh}),
        Ok(m) if m.len().saturating_mul(6) < MAX_LINE => json!({"m": m}),
        Ok(_) | Err(_) => json!({"mh": mh}),
    }
}

/// A published bundle. A prekey without its id, or half of a KEM prekey, is a missing field.
fn bundle(b: Fields<'_>, mode: Mode) -> Result<Bundle, Refusal> {
    let one_time = match b.optional("otk") {
        None => None,
        Some(_) => Some(keys::OneTimePreKey { id: b.u32("otk_id")?, key: b.key("otk", mode)? }),
    };
    let kem = match b.optional("k") {
        None => None,
        Some(_) => Some(keys::KemPreKey {
            id: b.u32("k_id")?,
            key: b.kem_key("k")?,
            signature: b.signature("k_sig")?,
        }),
    };
    Ok(Bundle {
        registration_id: b.u32("reg")?,
        device: b.u32("dev")?,
        identity: b.identity("ik", mode)?,
        signed: keys::SignedPreKey {
            id: b.u32("spk_id")?,
            key: b.key("spk", mode)?,
            signature: b.signature("spk_sig")?,
        },
        one_time,
        kem,
    })
}

//! Opening one message on trial (Sesame section 3.4, Double Ratchet section 3.5).

use alloc::{boxed::Box, vec::Vec};

use keys::{
    IdentityKey, PublicKey,
    mutant::{self, planted},
};
use wire::signal::{ADDRESSES_BYTES, Malformed, PreKeySignalMessage, SignalMessage};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    opening::{Consumed, Opening, Place},
    session::Session,
    state::{Change, PostQuantumChange, State, flight_print},
};
use crate::{
    crypto::count::{Operation, count},
    double_ratchet::{message_keys::MessageKeys, ratchet::Ratchet, receiving::Work},
    error::{OpenError, PostQuantumError, PreKeyKind},
    identity::IdentityKeyPair,
    incoming::Incoming,
    pqxdh,
    prekeys::{BaseKeyMark, KemPreKey, PreKeys},
    profile::Profile,
    spqr::{Spqr, chains::PostQuantumKey},
    trace::Tracer,
    x3dh,
};

/// What opening a message may draw: only a message that turns the ratchet uses it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OpenRandomness {
    /// Our next ratchet private key, before clamping.
    pub ratchet: [u8; 32],
}

/// What opening a message needs to know and does not change.
pub struct OpenContext<'a> {
    /// The profiles in which a new session may start. Sessions that exist go on as they are.
    pub profiles: &'a [Profile],
    /// Our identity.
    pub ours: &'a IdentityKeyPair,
    /// Our registration id.
    pub our_registration_id: u32,
    /// Our private prekeys, and the base keys that were seen with them.
    pub prekeys: &'a dyn PreKeys,
    /// The identity that this sender is pinned to.
    pub pinned: Option<IdentityKey>,
    /// The sender's registration id, where the caller knows it. It is the one field of a first
    /// message that the protocol itself does not authenticate.
    pub remote_registration_id: Option<u32>,
    /// Sender and recipient as they must appear in a message that names them.
    pub addresses: Option<&'a [u8; ADDRESSES_BYTES]>,
    /// The time by our clock, in seconds since 1970.
    pub now_seconds: u64,
}

/// What a message in a session opened to, and what that would change in its state.
type OpenedInState = (Zeroizing<Vec<u8>>, Change);

impl Session {
    /// Opens a message on trial: whatever the outcome, nothing has changed.
    ///
    /// At most 25,000 chain links and 41 Diffie-Hellman ratchet steps are computed for it, over
    /// all states of the session together.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn try_open(
        session: Option<&Self>,
        message: &Incoming<'_>,
        context: &OpenContext<'_>,
        r: OpenRandomness,
        trace: &mut (impl Tracer + ?Sized),
    ) -> Result<Opening, OpenError> {
        match message {
            Incoming::Message(message) => open_message(session, message, context, r, trace),
            Incoming::PreKey(message) => open_first(session, message, context, r, trace),
        }
    }

    /// Every state with its place, in the order in which a message is tried on them: one that knows
    /// the ratchet key, then the current one, then the archived ones, newest first.
    fn states(&self, ratchet_key: PublicKey) -> impl Iterator<Item = (Place, &State)> {
        let all = move || {
            let current = self.current.iter().map(|state| (Place::Current, state.as_ref()));
            let archived = self.archive.iter().enumerate();
            current.chain(archived.map(|(index, state)| (Place::Archived(index), state)))
        };
        let knows = move |state: &State| state.ratchet.knows(&ratchet_key);
        let first = all().filter(move |(_, state)| knows(state));
        first.chain(all().filter(move |(_, state)| !knows(state)))
    }
}

//= spec: sesame r2 3.4 discard — what no session can open changes none.
//= spec: sesame r2 3.4 receive — the message is decrypted with whichever session of the device can;
//= if none can, it and all changes are discarded.
fn open_message(
    session: Option<&Session>,
    message: &SignalMessage<'_>,
    context: &OpenContext<'_>,
    mut r: OpenRandomness,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<Opening, OpenError> {
    let record = session.ok_or(OpenError::NoSession)?;
    let mut work = Work::one_message();
    let mut refusal = None;
    for (place, state) in record.states(PublicKey::decode_lenient(message.ratchet_key)?) {
        match open_in_state(state, message, context, &mut work, &mut r, trace) {
            Ok((plaintext, change)) => {
                return Ok(Opening {
                    plaintext,
                    change,
                    place,
                    consumed: Consumed::default(),
                    remote_identity: state.remote_identity,
                    basis: Session::basis(session),
                });
            }
            // The state knows the message: no other state can.
            Err(duplicate @ OpenError::Duplicate { .. }) => return Err(duplicate),
            Err(other) => refusal = refusal.or(Some(other)),
        }
    }
    Err(refusal.unwrap_or(OpenError::NoSession))
}

//= spec: double-ratchet r4 3.5 discard — a message that fails changes nothing.
//= spec: double-ratchet r4 3.5 decrypt — the ratchet's state changes only if the message
//= authenticates.
fn open_in_state(
    state: &State,
    message: &SignalMessage<'_>,
    context: &OpenContext<'_>,
    work: &mut Work,
    r: &mut OpenRandomness,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<OpenedInState, OpenError> {
    if !state.profile.accepts(message.version) && !planted(mutant::VERSION_UNCHECKED) {
        return Err(OpenError::Version { found: message.version });
    }
    let ratchet_key = PublicKey::decode_lenient(message.ratchet_key)?;
    let trial = state.ratchet.try_key(&ratchet_key, message.counter, work, trace)?;
    let number = message.counter;
    let seed = state.ratchet.seed(&trial).ok_or(OpenError::Duplicate { number })?;
    let post_quantum = try_post_quantum(state, message, work, trace)?;
    let salt = match (&state.post_quantum, &post_quantum) {
        (Some(spqr), PostQuantumChange::Move(trial)) => spqr.key(trial)?,
        _ => None,
    };
    let keys = MessageKeys::expand(seed.expose(), salt.map(PostQuantumKey::expose), trace);
    let (sender, receiver) = (&state.remote_identity, &state.our_identity);
    if !keys.verify(sender, receiver, message.authenticated, message.mac, trace) {
        return Err(OpenError::BadMac);
    }
    let plaintext = keys.decrypt(message.ciphertext).ok_or(OpenError::BadPadding)?;
    let plaintext = Zeroizing::new(plaintext);
    if context.pinned.is_some_and(|pinned| pinned != state.remote_identity) {
        return Err(OpenError::UntrustedIdentity);
    }
    //= spec: x3dh r1 3.3 more-ad — names, where the message has them.
    //= spec: x3dh r1 4.8 identity-binding — the same.
    //= spec: pqxdh r3 4.10 identity-binding — names under the MAC bind the session to the parties
    //= that the users mean, where both have names.
    if let (Some(found), Some(expected)) = (message.addresses, context.addresses)
        && found != expected
    {
        return Err(OpenError::AddressMismatch);
    }
    let ratchet = Ratchet::verified(trial, &mut r.ratchet, trace)?;
    Ok((plaintext, Change { ratchet, post_quantum }))
}

//= spec: double-ratchet r4 6.1 in-parallel — each ratchet gives a key of its own.
/// What the message would change in the post-quantum ratchet of `state`.
fn try_post_quantum(
    state: &State,
    message: &SignalMessage<'_>,
    work: &mut Work,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<PostQuantumChange, OpenError> {
    match &state.post_quantum {
        None => Ok(PostQuantumChange::Nothing),
        Some(spqr)
            if (spqr.offered || planted(mutant::SPQR_OPTIONAL))
                && message.pq_ratchet.is_empty() =>
        {
            Ok(PostQuantumChange::FallBack)
        }
        Some(spqr) => {
            Ok(PostQuantumChange::Move(spqr.try_receive(message.pq_ratchet, work, trace)?))
        }
    }
}

//= spec: x3dh r1 3.4 abort — a ciphertext that does not open leaves nothing behind.
//= spec: pqxdh r3 3.4 abort — the same.
//= spec: x3dh r1 3.3 initial-ciphertext — the ciphertext is that of the ratchet, which the
//= handshake started.
fn open_first(
    session: Option<&Session>,
    message: &PreKeySignalMessage<'_>,
    context: &OpenContext<'_>,
    mut r: OpenRandomness,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<Opening, OpenError> {
    let identity = IdentityKey::decode(message.identity_key)?;
    let base_key = PublicKey::decode(message.base_key)?;
    //= spec: sesame r2 6.1 pause — a pinned sender is heard under no other identity.
    if context.pinned.is_some_and(|pinned| pinned != identity) {
        return Err(OpenError::UntrustedIdentity);
    }
    let found = message.registration_id;
    if let Some(expected) = context.remote_registration_id.filter(|expected| *expected != found) {
        return Err(OpenError::RegistrationId { found, expected });
    }
    let basis = Session::basis(session);
    let mut work = Work::one_message();
    let version = message.version;
    let known = session.and_then(|session| session.state_of(version, base_key));
    if let Some((place, state)) = known {
        // A copy, or a later message of a sender that has had no answer: no second handshake.
        if state.flight != Some(flight_print(message)) {
            return Err(OpenError::OuterChanged);
        }
        let inner = &message.message;
        let (plaintext, change) = open_in_state(state, inner, context, &mut work, &mut r, trace)?;
        let (consumed, remote_identity) = (Consumed::default(), state.remote_identity);
        return Ok(Opening { plaintext, change, place, consumed, remote_identity, basis });
    }
    let (state, consumed) = respond(message, identity, base_key, context, trace)?;
    let inner = &message.message;
    let (plaintext, change) = open_in_state(&state, inner, context, &mut work, &mut r, trace)?;
    let (place, remote_identity) = (Place::New(Box::new(state)), identity);
    Ok(Opening { plaintext, change, place, consumed, remote_identity, basis })
}

impl Session {
    fn state_of(&self, version: u8, base_key: PublicKey) -> Option<(Place, &State)> {
        let same = |state: &State| state.base_key == base_key && state.profile.accepts(version);
        if let Some(state) = self.current.as_deref().filter(|state| same(state)) {
            return Some((Place::Current, state));
        }
        let mut archived = self.archive.iter().enumerate();
        let found = archived.find(|(_, state)| same(state));
        found.map(|(index, state)| (Place::Archived(index), state))
    }
}

//= spec: x3dh r1 3.4 load-keys — the private halves of the prekeys that the message names.
//= spec: pqxdh r3 3.4 load-keys — by their ids.
//= spec: sesame r2 3.4 initiate — a first message makes a session.
/// The responder's handshake: a new state that has opened nothing yet, and what it would use up.
fn respond(
    message: &PreKeySignalMessage<'_>,
    identity: IdentityKey,
    base_key: PublicKey,
    context: &OpenContext<'_>,
    trace: &mut (impl Tracer + ?Sized),
) -> Result<(State, Consumed), OpenError> {
    let profile = accepted(message, context)?;
    count(Operation::Torsion);
    if !base_key.is_canonical_and_torsion_free() {
        return Err(OpenError::BadBaseKey);
    }
    let prekeys = context.prekeys;
    let id = message.signed_pre_key_id;
    let unknown = OpenError::UnknownPreKey { kind: PreKeyKind::Signed, id };
    let signed = prekeys.signed(id).ok_or(unknown)?;
    let kem = kem_prekey(message, profile, context)?;
    let mark = replay_mark(message, kem.map(|(prekey, _)| prekey), base_key);
    if mark.is_some_and(|mark| prekeys.base_key_seen(mark.kem, mark.signed, &mark.base_key)) {
        return Err(OpenError::ReusedBaseKey { signed: id });
    }
    let one_time = match message.pre_key_id {
        Some(id) => {
            let unknown = OpenError::UnknownPreKey { kind: PreKeyKind::OneTime, id };
            Some(prekeys.one_time(id).ok_or(unknown)?)
        }
        None => None,
    };
    let ours = context.ours;
    let pair = one_time.map(|prekey| &prekey.pair);
    let mut input = x3dh::responder(ours, &signed.pair, pair, &identity, &base_key, trace)?;
    let (keys, post_quantum) = match kem {
        None => (x3dh::derive(&input, trace), None),
        Some((prekey, ciphertext)) => {
            let length = ciphertext.len();
            pqxdh::decapsulate(&mut input, prekey, ciphertext, trace)
                .ok_or(OpenError::KemCiphertext { length })?;
            let keys = pqxdh::derive(&input, trace);
            let spqr = profile
                .has_post_quantum_ratchet()
                .then(|| Spqr::responder(keys.authentication.expose(), trace));
            (keys.handshake, spqr)
        }
    };
    let ratchet = Ratchet::responder(keys.root, keys.chain, signed.pair.duplicate());
    let state = State {
        profile,
        our_identity: ours.public(),
        remote_identity: identity,
        our_registration_id: context.our_registration_id,
        remote_registration_id: message.registration_id,
        base_key,
        created_seconds: context.now_seconds,
        flight: Some(flight_print(message)),
        pending: None,
        ratchet,
        post_quantum,
    };
    let kem = kem.map(|(prekey, _)| (prekey.id, prekey.last_resort));
    Ok((state, Consumed { one_time: message.pre_key_id, kem, mark }))
}

/// The profile in which a first message starts a session here: whether it has a step of the
/// post-quantum ratchet decides between the two of version 4.
fn accepted(
    message: &PreKeySignalMessage<'_>,
    context: &OpenContext<'_>,
) -> Result<Profile, OpenError> {
    let found = message.version;
    let speaks = |profile: Profile| context.profiles.contains(&profile) && profile.accepts(found);
    let either = speaks(Profile::V4Negotiated);
    let has_step = !message.message.pq_ratchet.is_empty();
    if speaks(Profile::V3) {
        Ok(Profile::V3)
    } else if has_step && (either || speaks(Profile::V4Spqr)) {
        Ok(Profile::V4Spqr)
    } else if speaks(Profile::V4) || either {
        Ok(Profile::V4)
    } else if speaks(Profile::V4Spqr) {
        Err(PostQuantumError::Absent.into())
    } else {
        Err(OpenError::Version { found })
    }
}

/// The KEM prekey and ciphertext that `profile` needs, or nothing where it has none.
fn kem_prekey<'a>(
    message: &PreKeySignalMessage<'a>,
    profile: Profile,
    context: &OpenContext<'a>,
) -> Result<Option<(&'a KemPreKey, &'a [u8])>, OpenError> {
    match (profile.has_kem(), message.kem) {
        (false, None) => Ok(None),
        (false, Some(kem)) => Err(OpenError::KemCiphertext { length: kem.ciphertext.len() }),
        (true, None) if planted(mutant::KEM_OPTIONAL) => Ok(None),
        (true, None) => Err(OpenError::Malformed(Malformed::Missing { field: 7 })),
        (true, Some(kem)) => {
            let (kind, id) = (PreKeyKind::Kem, kem.pre_key_id);
            let unknown = OpenError::UnknownPreKey { kind, id };
            Ok(Some((context.prekeys.kem(id).ok_or(unknown)?, kem.ciphertext)))
        }
    }
}

//= spec: x3dh r1 4.2 replay — without a one-time prekey a first message can be replayed; the
//= recipient may keep a list of what it has seen.
//= spec: pqxdh r3 4.2 replay — the same, for a last-resort KEM prekey.
fn replay_mark(
    message: &PreKeySignalMessage<'_>,
    kem: Option<&KemPreKey>,
    base_key: PublicKey,
) -> Option<BaseKeyMark> {
    let signed = message.signed_pre_key_id;
    match kem {
        Some(prekey) if prekey.last_resort => {
            Some(BaseKeyMark { kem: Some(prekey.id), signed, base_key })
        }
        Some(_one_time) => None,
        None if message.pre_key_id.is_none() => Some(BaseKeyMark { kem: None, signed, base_key }),
        None => None,
    }
}

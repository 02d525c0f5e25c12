//! A session as its parts, and back.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};
use core::mem;

use keys::{KEM_TYPE, PublicKey};
use vocab::limits::{MAX_ARCHIVED_SESSIONS, MAX_RECEIVING_CHAINS};
use zeroize::Zeroizing;

use super::{
    RestoreError, exchange,
    hot::{self, Hot},
    parts::{Changes, PartRefs, Parts},
    post_quantum::{self, Outline},
    reader::Reader,
    skipped,
    writer::Writer,
};
use crate::{
    crypto::{dh::KeyPair, kem::CIPHERTEXT_WIRE_BYTES},
    double_ratchet::{
        chain::ChainKey, ratchet::Ratchet, receiving::ReceivingChain, root::RootKey,
        sending::SendingChain,
    },
    profile::Profile,
    sesame::{Changed, Pending, Session, State},
    spqr::Spqr,
};

impl Session {
    /// The session as bytes.
    pub fn snapshot(&self) -> Parts {
        let current = self.current.as_deref();
        Parts {
            hot: current.map(hot::write_part).unwrap_or_default(),
            turn: self.write_turn(),
            skipped: current.map(skipped::write_part).unwrap_or_default(),
            archive: self.write_archive(),
            pending: current.map(write_pending).unwrap_or_default(),
            exchange: current.map(write_exchange).unwrap_or_default(),
        }
    }

    /// The parts that have changed since they were last asked for here, or since the session was
    /// started or restored. What a part says that has not changed is what it said then.
    pub fn changes(&mut self) -> Changes {
        let Changed { hot, turn, skipped, archive, pending, exchange } =
            mem::take(&mut self.changed);
        let current = self.current.as_deref();
        let write = |part: fn(&State) -> Zeroizing<Vec<u8>>| current.map(part).unwrap_or_default();
        Changes {
            hot: hot.then(|| write(hot::write_part)),
            turn: turn.then(|| self.write_turn()),
            skipped: skipped.then(|| write(skipped::write_part)),
            archive: archive.then(|| self.write_archive()),
            pending: pending.then(|| write(write_pending)),
            exchange: exchange.then(|| write(write_exchange)),
        }
    }

    /// The session that [`snapshot`](Self::snapshot) made these parts of.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]; never a panic, whatever the bytes.
    pub fn restore(parts: PartRefs<'_>) -> Result<Self, RestoreError> {
        let PartRefs { hot, turn, skipped: keys, archive, pending, exchange } = parts;
        let mut reader = Reader::open(turn, b'T')?;
        let remote = reader.identity()?;
        let current = reader.option(|r| Half::read(r, Hot::read_part(hot)?))?;
        reader.finish()?;
        let current = match current {
            Some(mut half) => {
                skipped::read_part(keys, &mut half)?;
                read_pending(pending, &mut half.state)?;
                Some(Box::new(half.with_exchange(exchange)?))
            }
            None if [hot, keys, pending, exchange].iter().all(|part| part.is_empty()) => None,
            None => return Err(RestoreError::Mixed),
        };
        let archive = read_archive(archive)?;
        Ok(Self { current, archive, remote, steps: 0, changed: Changed::default() })
    }

    fn write_turn(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'T', 740);
        w.bytes(self.remote.public_key().as_bytes());
        w.flag(self.current.is_some());
        if let Some(state) = self.current.as_deref() {
            write_turn(&mut w, state);
        }
        w.finish()
    }

    fn write_archive(&self) -> Zeroizing<Vec<u8>> {
        if self.archive.is_empty() {
            return Zeroizing::default();
        }
        let mut w = Writer::new(b'A', self.archive.len().saturating_mul(2_400));
        w.length(self.archive.len());
        for state in &self.archive {
            hot::write(&mut w, state);
            write_turn(&mut w, state);
            skipped::write_lists(&mut w, state);
            if let Some(spqr) = &state.post_quantum {
                exchange::write(&mut w, &spqr.braid);
            }
        }
        w.finish()
    }
}

/// What of a state does not change with every message.
fn write_turn(w: &mut Writer, state: &State) {
    w.u8(profile_byte(state.profile));
    w.bytes(state.our_identity.public_key().as_bytes());
    w.bytes(state.remote_identity.public_key().as_bytes());
    w.u32(state.our_registration_id);
    w.u32(state.remote_registration_id);
    w.bytes(state.base_key.as_bytes());
    w.u64(state.created_seconds);
    w.flag(state.flight.is_some());
    if let Some(print) = &state.flight {
        w.bytes(print);
    }
    let ratchet = &state.ratchet;
    w.bytes(ratchet.root.expose());
    w.u32(ratchet.previous_counter);
    w.bytes(ratchet.sending.pair.private.expose());
    w.bytes(ratchet.sending.pair.public.as_bytes());
    w.length(ratchet.receiving.len());
    for chain in &ratchet.receiving {
        w.bytes(chain.ratchet_key.as_bytes());
    }
    // The last one's chain is in the hot part.
    for chain in ratchet.receiving.iter().rev().skip(1) {
        w.bytes(chain.chain.expose());
        w.u32(chain.next);
    }
    w.flag(state.post_quantum.is_some());
    if let Some(spqr) = &state.post_quantum {
        post_quantum::write(w, spqr);
    }
}

/// How a profile is written. Two of version 4 have bytes that no message begins with.
const PROFILES: [(u8, Profile); 4] = [
    (0x33, Profile::V3),
    (0x44, Profile::V4),
    (0x45, Profile::V4Spqr),
    (0x46, Profile::V4Negotiated),
];

fn profile_byte(profile: Profile) -> u8 {
    let known = PROFILES.iter().find(|(_, known)| *known == profile);
    known.map_or(0, |(byte, _)| *byte)
}

fn read_profile(r: &mut Reader<'_>) -> Result<Profile, RestoreError> {
    let byte = r.u8()?;
    let known = PROFILES.iter().find(|(known, _)| *known == byte);
    known.map(|(_, profile)| *profile).ok_or(RestoreError::Range { what: "profile" })
}

/// A state without what the exchange of its post-quantum ratchet has gathered.
pub(super) struct Half {
    pub(super) state: State,
    pub(super) post_quantum: Option<Outline>,
}

impl Half {
    /// Reads what does not change with every message; `hot` is what does.
    fn read(r: &mut Reader<'_>, hot: Hot) -> Result<Self, RestoreError> {
        let Hot { label, sending, receiving, post_quantum } = hot;
        let state = State {
            profile: read_profile(r)?,
            our_identity: r.identity()?,
            remote_identity: r.identity()?,
            our_registration_id: r.u32()?,
            remote_registration_id: r.u32()?,
            base_key: r.key()?,
            created_seconds: r.u64()?,
            flight: r.option(Reader::array)?,
            pending: None,
            ratchet: read_ratchet(r, sending, receiving)?,
            post_quantum: None,
        };
        let post_quantum = match (r.flag()?, post_quantum) {
            (true, Some(hot)) => Some(post_quantum::read(r, hot)?),
            (false, None) => None,
            (true, None) | (false, Some(_)) => return Err(RestoreError::Mixed),
        };
        if hot::label(&state) != label {
            return Err(RestoreError::Mixed);
        }
        let offered = post_quantum.as_ref().is_some_and(|outline| outline.offered);
        let fits = state.profile.has_post_quantum_ratchet() == post_quantum.is_some()
            && offered == (state.profile == Profile::V4Negotiated);
        if fits {
            Ok(Self { state, post_quantum })
        } else {
            Err(RestoreError::Range { what: "post-quantum ratchet" })
        }
    }

    fn with(mut self, post_quantum: Option<Spqr>) -> State {
        self.state.post_quantum = post_quantum;
        self.state
    }

    /// The whole state, the exchange being in `part`.
    fn with_exchange(mut self, part: &[u8]) -> Result<State, RestoreError> {
        let Some(outline) = self.post_quantum.take() else {
            return if part.is_empty() { Ok(self.state) } else { Err(RestoreError::Mixed) };
        };
        if part.is_empty() {
            return Ok(self.with(Some(exchange::read_nothing(outline)?)));
        }
        let mut r = Reader::open(part, b'X')?;
        if r.array()? != label(&self.state) {
            return Err(RestoreError::Mixed);
        }
        let spqr = exchange::read(&mut r, outline)?;
        r.finish()?;
        if exchange::has(&spqr.braid) {
            Ok(self.with(Some(spqr)))
        } else {
            Err(RestoreError::Range { what: "exchange" }) // That part would be empty.
        }
    }

    /// The whole state, the exchange coming next.
    fn then_exchange(mut self, r: &mut Reader<'_>) -> Result<State, RestoreError> {
        let outline = self.post_quantum.take();
        let spqr = outline.map(|outline| exchange::read(r, outline)).transpose()?;
        Ok(self.with(spqr))
    }
}

fn read_ratchet(
    r: &mut Reader<'_>,
    (chain, next): (ChainKey, u32),
    newest: Option<(ChainKey, u32)>,
) -> Result<Ratchet, RestoreError> {
    let root = RootKey::from_secret(&mut *r.secret()?);
    let previous_counter = r.u32()?;
    let pair = KeyPair { private: r.private_key()?, public: r.key()? };
    let sending = SendingChain { pair, chain, next };
    let length = r.length("receiving chains", MAX_RECEIVING_CHAINS)?;
    let mut keys: Vec<PublicKey> = Vec::with_capacity(length);
    for _ in 0..length {
        let key = r.key()?;
        if keys.contains(&key) {
            return Err(RestoreError::Range { what: "ratchet key" });
        }
        keys.push(key);
    }
    let mut receiving = Vec::with_capacity(length);
    let mut newest = newest;
    for ratchet_key in keys.into_iter().rev() {
        let (chain, next) = match newest.take() {
            Some(newest) => newest,
            // Each but the newest stands here.
            None if !receiving.is_empty() => hot::read_chain(r)?,
            None => return Err(RestoreError::Mixed),
        };
        receiving.push(ReceivingChain { ratchet_key, chain, next, skipped: BTreeMap::new() });
    }
    if newest.is_some() {
        return Err(RestoreError::Mixed);
    }
    receiving.reverse();
    Ok(Ratchet { root, sending, previous_counter, receiving })
}

/// Ties a part to the state it belongs to.
pub(super) fn label(state: &State) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *state.base_key.as_bytes();
    [a, b, c, d, e, f, g, h]
}

fn write_exchange(state: &State) -> Zeroizing<Vec<u8>> {
    let Some(spqr) = state.post_quantum.as_ref().filter(|spqr| exchange::has(&spqr.braid)) else {
        return Zeroizing::default();
    };
    let mut w = Writer::new(b'X', exchange::room(&spqr.braid));
    w.bytes(&label(state));
    exchange::write(&mut w, &spqr.braid);
    w.finish()
}

fn write_pending(state: &State) -> Zeroizing<Vec<u8>> {
    let Some(pending) = state.pending.as_ref() else {
        return Zeroizing::default();
    };
    let mut w = Writer::new(b'P', 1_700);
    w.bytes(&label(state));
    w.flag(pending.one_time.is_some());
    if let Some(id) = pending.one_time {
        w.u32(id);
    }
    w.u32(pending.signed);
    w.flag(pending.kem.is_some());
    if let Some((id, ciphertext)) = &pending.kem {
        w.u32(*id);
        w.bytes(ciphertext);
    }
    w.finish()
}

fn read_pending(part: &[u8], state: &mut State) -> Result<(), RestoreError> {
    if part.is_empty() {
        return Ok(());
    }
    let mut r = Reader::open(part, b'P')?;
    if r.array()? != label(state) {
        return Err(RestoreError::Mixed);
    }
    let one_time = r.option(Reader::u32)?;
    let signed = r.u32()?;
    let kem = r.option(|r| {
        let id = r.u32()?;
        let ciphertext = r.bytes(CIPHERTEXT_WIRE_BYTES)?;
        match ciphertext.first() {
            Some(&KEM_TYPE) => Ok((id, ciphertext.to_vec())),
            Some(_) | None => Err(RestoreError::Range { what: "KEM ciphertext" }),
        }
    })?;
    if kem.is_some() != state.profile.has_kem() {
        return Err(RestoreError::Mixed);
    }
    state.pending = Some(Pending { one_time, signed, kem });
    r.finish()
}

fn read_archive(part: &[u8]) -> Result<VecDeque<State>, RestoreError> {
    if part.is_empty() {
        return Ok(VecDeque::new());
    }
    let mut r = Reader::open(part, b'A')?;
    let length = r.length("archived states", MAX_ARCHIVED_SESSIONS)?;
    if length == 0 {
        return Err(RestoreError::Range { what: "archived states" }); // That part would be empty.
    }
    let mut archive = VecDeque::with_capacity(length);
    for _ in 0..length {
        let hot = Hot::read(&mut r)?;
        let mut half = Half::read(&mut r, hot)?;
        skipped::read_lists(&mut r, &mut half)?;
        archive.push_back(half.then_exchange(&mut r)?);
    }
    r.finish()?;
    Ok(archive)
}

//! A session as four parts, and back.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use keys::KEM_TYPE;
use vocab::limits::{MAX_ARCHIVED_SESSIONS, MAX_RECEIVING_CHAINS, MAX_SKIPPED_KEYS};
use zeroize::Zeroizing;

use super::{RestoreError, reader::Reader, writer::Writer};
use crate::{
    crypto::{
        dh::{KeyPair, PrivateKey},
        kem::CIPHERTEXT_WIRE_BYTES,
    },
    double_ratchet::{
        chain::{ChainKey, MessageSeed},
        ratchet::Ratchet,
        receiving::ReceivingChain,
        root::RootKey,
        sending::SendingChain,
    },
    profile::Profile,
    sesame::{Pending, Session, State},
};

/// A session as bytes: what a store is given. Two equal parts are one row that need not be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Parts {
    /// What almost every message changes.
    pub hot: Zeroizing<Vec<u8>>,
    /// Keys of skipped messages in the current state; empty if there are none.
    pub skipped: Zeroizing<Vec<u8>>,
    /// Inactive states; empty if there are none.
    pub archive: Zeroizing<Vec<u8>>,
    /// What first messages carry; empty once the recipient has answered.
    pub pending: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for Parts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { hot, skipped, archive, pending } = self;
        let lengths = [hot.len(), skipped.len(), archive.len(), pending.len()];
        write!(f, "Parts(bytes: {lengths:?})")
    }
}

impl Session {
    /// The session as bytes.
    pub fn snapshot(&self) -> Parts {
        let current = self.current.as_deref();
        Parts {
            hot: self.write_hot(),
            skipped: current.map(write_skipped).unwrap_or_default(),
            archive: self.write_archive(),
            pending: current.map(write_pending).unwrap_or_default(),
        }
    }

    /// The session that [`snapshot`](Self::snapshot) made these parts of. A part that was empty
    /// may be absent in the store: give it as empty.
    ///
    /// # Errors
    ///
    /// [`RestoreError`]; never a panic, whatever the bytes.
    pub fn restore(
        hot: &[u8],
        skipped: &[u8],
        archive: &[u8],
        pending: &[u8],
    ) -> Result<Self, RestoreError> {
        let mut reader = Reader::open(hot, b'H')?;
        let remote = reader.identity()?;
        let mut current = reader.option(read_state)?.map(Box::new);
        reader.finish()?;
        match current.as_mut() {
            Some(state) => {
                read_skipped_part(skipped, state)?;
                read_pending(pending, state)?;
            }
            None if skipped.is_empty() && pending.is_empty() => {}
            None => return Err(RestoreError::Mixed),
        }
        let archive = read_archive(archive)?;
        Ok(Self { current, archive, remote, steps: 0 })
    }

    fn write_hot(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new(b'H', 700);
        w.bytes(self.remote.public_key().as_bytes());
        w.flag(self.current.is_some());
        if let Some(state) = self.current.as_deref() {
            write_state(&mut w, state);
        }
        w.finish()
    }

    fn write_archive(&self) -> Zeroizing<Vec<u8>> {
        if self.archive.is_empty() {
            return Zeroizing::default();
        }
        let mut w = Writer::new(b'A', self.archive.len().saturating_mul(700));
        w.length(self.archive.len());
        for state in &self.archive {
            write_state(&mut w, state);
            write_skipped_lists(&mut w, state);
        }
        w.finish()
    }
}

fn write_state(w: &mut Writer, state: &State) {
    w.u8(state.profile.version_byte());
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
    w.bytes(ratchet.sending.chain.expose());
    w.u32(ratchet.sending.next);
    w.length(ratchet.receiving.len());
    for chain in &ratchet.receiving {
        w.bytes(chain.ratchet_key.as_bytes());
        w.bytes(chain.chain.expose());
        w.u32(chain.next);
    }
}

fn read_state(r: &mut Reader<'_>) -> Result<State, RestoreError> {
    let profile = match r.u8()? {
        0x33 => Profile::V3,
        0x44 => Profile::V4,
        _ => return Err(RestoreError::Range { what: "profile" }),
    };
    Ok(State {
        profile,
        our_identity: r.identity()?,
        remote_identity: r.identity()?,
        our_registration_id: r.u32()?,
        remote_registration_id: r.u32()?,
        base_key: r.key()?,
        created_seconds: r.u64()?,
        flight: r.option(Reader::array)?,
        pending: None,
        ratchet: read_ratchet(r)?,
    })
}

fn read_ratchet(r: &mut Reader<'_>) -> Result<Ratchet, RestoreError> {
    let root = RootKey::from_secret(&mut *r.secret()?);
    let previous_counter = r.u32()?;
    let mut private = r.secret()?;
    let given = private.clone();
    let private = PrivateKey::from_secret(&mut private);
    if private.expose() != &*given {
        return Err(RestoreError::Range { what: "private key" });
    }
    let pair = KeyPair { private, public: r.key()? };
    let chain = ChainKey::from_secret(&mut *r.secret()?);
    let sending = SendingChain { pair, chain, next: r.u32()? };
    let length = r.length("receiving chains", MAX_RECEIVING_CHAINS)?;
    let mut receiving: Vec<ReceivingChain> = Vec::with_capacity(length);
    for _ in 0..length {
        let ratchet_key = r.key()?;
        let chain = ChainKey::from_secret(&mut *r.secret()?);
        if receiving.iter().any(|known| known.ratchet_key == ratchet_key) {
            return Err(RestoreError::Range { what: "ratchet key" });
        }
        let next = r.u32()?;
        receiving.push(ReceivingChain { ratchet_key, chain, next, skipped: BTreeMap::new() });
    }
    Ok(Ratchet { root, sending, previous_counter, receiving })
}

/// Ties a part to the state it belongs to.
fn label(state: &State) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *state.base_key.as_bytes();
    [a, b, c, d, e, f, g, h]
}

fn write_skipped(state: &State) -> Zeroizing<Vec<u8>> {
    let keys: usize = state.ratchet.receiving.iter().map(|chain| chain.skipped.len()).sum();
    if keys == 0 {
        return Zeroizing::default();
    }
    let mut w = Writer::new(b'S', keys.saturating_mul(36).saturating_add(64));
    w.bytes(&label(state));
    write_skipped_lists(&mut w, state);
    w.finish()
}

fn write_skipped_lists(w: &mut Writer, state: &State) {
    for chain in &state.ratchet.receiving {
        w.length(chain.skipped.len());
        for (number, seed) in &chain.skipped {
            w.u32(*number);
            w.bytes(seed.expose());
        }
    }
}

fn read_skipped_part(part: &[u8], state: &mut State) -> Result<(), RestoreError> {
    if part.is_empty() {
        return Ok(());
    }
    let mut r = Reader::open(part, b'S')?;
    if r.array()? != label(state) {
        return Err(RestoreError::Mixed);
    }
    read_skipped_lists(&mut r, state)?;
    if state.ratchet.receiving.iter().all(|chain| chain.skipped.is_empty()) {
        return Err(RestoreError::Range { what: "skipped keys" }); // That part would be empty.
    }
    r.finish()
}

fn read_skipped_lists(r: &mut Reader<'_>, state: &mut State) -> Result<(), RestoreError> {
    for chain in &mut state.ratchet.receiving {
        for _ in 0..r.length("skipped keys", MAX_SKIPPED_KEYS)? {
            let number = r.u32()?;
            let seed = MessageSeed::from_secret(&mut *r.secret()?);
            let ascending = chain.skipped.last_key_value().is_none_or(|(last, _)| *last < number);
            if !ascending || number >= chain.next {
                return Err(RestoreError::Range { what: "skipped number" });
            }
            chain.skipped.insert(number, seed);
        }
    }
    Ok(())
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
    if kem.is_some() != (state.profile == Profile::V4) {
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
        let mut state = read_state(&mut r)?;
        read_skipped_lists(&mut r, &mut state)?;
        archive.push_back(state);
    }
    r.finish()?;
    Ok(archive)
}

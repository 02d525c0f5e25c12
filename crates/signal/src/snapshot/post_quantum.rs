//! The post-quantum ratchet without what its exchange has gathered, and back.

use alloc::collections::{BTreeMap, VecDeque};

use vocab::limits::MAX_SKIPPED_KEYS;

use super::{RestoreError, exchange, reader::Reader, writer::Writer};
use crate::{
    ml_kem_braid::{
        authenticator::{Authenticator, AuthenticatorKey, AuthenticatorRoot},
        braid::{Braid, State},
    },
    spqr::{
        Spqr,
        chains::{Chains, Direction, Epoch, EpochRoot, Line, Link, PostQuantumKey},
    },
};

/// No session comes near it; numbers of epochs can be counted up without care.
const MAX_EPOCH: u64 = 1 << 62;

/// Epochs whose chains are kept at a time: the one sent on, its neighbours on both sides.
const MAX_EPOCHS: usize = 3;

/// What every message changes of it.
pub(super) fn write_hot(w: &mut Writer, spqr: &Spqr) {
    let Spqr { braid, chains, offered: _ } = spqr;
    w.u64(braid.epoch);
    let (tag, next) = exchange::outline(braid);
    w.u8(tag);
    w.bytes(&next.to_le_bytes());
    w.u8(u8::try_from(chains.epochs.len()).unwrap_or(u8::MAX));
    for epoch in &chains.epochs {
        w.flag(epoch.sending.is_some());
        if let Some(line) = &epoch.sending {
            write_line(w, line);
        }
        write_line(w, &epoch.receiving);
    }
}

/// What an agreement changes of it.
pub(super) fn write(w: &mut Writer, spqr: &Spqr) {
    let Spqr { braid, chains, offered } = spqr;
    w.flag(*offered);
    w.bytes(braid.auth.root.expose());
    w.bytes(braid.auth.key.expose());
    w.u8(match chains.direction {
        Direction::FromInitiator => 0,
        Direction::FromResponder => 1,
    });
    w.bytes(chains.root.expose());
    w.u64(chains.first);
}

fn write_line(w: &mut Writer, line: &Line) {
    w.bytes(line.link.expose());
    w.u32(line.count);
}

/// What was read of the hot part.
pub(super) struct HotOutline {
    epoch: u64,
    tag: u8,
    next: u16,
    epochs: VecDeque<Epoch>,
}

/// Reads what [`write_hot`] wrote.
pub(super) fn read_hot(r: &mut Reader<'_>) -> Result<HotOutline, RestoreError> {
    let epoch = r.u64()?;
    let (tag, next) = (r.u8()?, u16::from_le_bytes(r.array()?));
    let length = usize::from(r.u8()?);
    if length > MAX_EPOCHS {
        return Err(RestoreError::Range { what: "epochs" });
    }
    let mut epochs = VecDeque::with_capacity(length);
    for _ in 0..length {
        let sending = r.option(read_line)?;
        epochs.push_back(Epoch { sending, receiving: read_line(r)?, skipped: BTreeMap::new() });
    }
    Ok(HotOutline { epoch, tag, next, epochs })
}

/// The post-quantum ratchet without what its exchange has gathered.
pub(super) struct Outline {
    pub(super) epoch: u64,
    pub(super) auth: Authenticator,
    /// The state of the braid, as a byte.
    pub(super) tag: u8,
    /// The number of the next chunk that goes out.
    pub(super) next: u16,
    pub(super) chains: Chains,
    pub(super) offered: bool,
}

impl Outline {
    /// The whole ratchet, with the braid in `state`.
    pub(super) fn with(self, state: State) -> Spqr {
        let Self { epoch, auth, tag: _, next: _, chains, offered } = self;
        Spqr { braid: Braid { epoch, auth, state }, chains, offered }
    }
}

/// Reads what [`write`] wrote; `hot` is the rest.
pub(super) fn read(r: &mut Reader<'_>, hot: HotOutline) -> Result<Outline, RestoreError> {
    let HotOutline { epoch, tag, next, epochs } = hot;
    let offered = r.flag()?;
    let root = AuthenticatorRoot::from_secret(&mut *r.secret()?);
    let auth = Authenticator { root, key: AuthenticatorKey::from_secret(&mut *r.secret()?) };
    let direction = match r.u8()? {
        0 => Direction::FromInitiator,
        1 => Direction::FromResponder,
        _ => return Err(RestoreError::Range { what: "direction" }),
    };
    let root = EpochRoot::from_secret(&mut *r.secret()?);
    let first = r.u64()?;
    // The chain to send on is kept, and there is one epoch beyond it at the most.
    let sent_on = epoch.checked_sub(1).and_then(|sent| sent.checked_sub(first));
    let sent_on = sent_on.and_then(|index| usize::try_from(index).ok());
    let sending = sent_on.and_then(|index| epochs.get(index)?.sending.as_ref());
    let beyond = sent_on.is_some_and(|index| index.saturating_add(2) < epochs.len());
    if sending.is_none() || beyond || epoch > MAX_EPOCH {
        return Err(RestoreError::Range { what: "epochs" });
    }
    let chains = Chains { direction, root, first, epochs };
    Ok(Outline { epoch, auth, tag, next, chains, offered })
}

fn read_line(r: &mut Reader<'_>) -> Result<Line, RestoreError> {
    Ok(Line { link: Link::from_secret(&mut *r.secret()?), count: r.u32()? })
}

pub(super) fn skipped_keys(chains: &Chains) -> usize {
    chains.epochs.iter().map(|epoch| epoch.skipped.len()).sum()
}

pub(super) fn write_skipped(w: &mut Writer, chains: &Chains) {
    let epochs = || (chains.first..).zip(&chains.epochs).filter(|(_, e)| !e.skipped.is_empty());
    w.length(epochs().count());
    for (number, epoch) in epochs() {
        w.u64(number);
        w.length(epoch.skipped.len());
        for (number, key) in &epoch.skipped {
            w.u32(*number);
            w.bytes(key.expose());
        }
    }
}

/// The length of a list of skipped keys: one that has none is not written.
pub(super) fn some_keys(r: &mut Reader<'_>) -> Result<usize, RestoreError> {
    match r.length("skipped keys", MAX_SKIPPED_KEYS)? {
        0 => Err(RestoreError::Range { what: "skipped keys" }),
        some => Ok(some),
    }
}

pub(super) fn read_skipped(r: &mut Reader<'_>, chains: &mut Chains) -> Result<(), RestoreError> {
    let mut epochs = (chains.first..).zip(&mut chains.epochs);
    for _ in 0..r.length("epochs", MAX_EPOCHS)? {
        let number = r.u64()?;
        let found = epochs.find(|(known, _)| *known == number);
        let (_, epoch) = found.ok_or(RestoreError::Mixed)?;
        for _ in 0..some_keys(r)? {
            let number = r.u32()?;
            let key = PostQuantumKey::from_secret(&mut *r.secret()?);
            let ascending = epoch.skipped.last_key_value().is_none_or(|(last, _)| *last < number);
            if !ascending || number == 0 || number >= epoch.receiving.count {
                return Err(RestoreError::Range { what: "skipped number" });
            }
            epoch.skipped.insert(number, key);
        }
    }
    Ok(())
}

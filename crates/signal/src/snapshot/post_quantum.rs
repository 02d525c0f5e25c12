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

/// Epochs whose chains are kept at a time: the one sent on, its neighbours on both sides.
const MAX_EPOCHS: usize = 3;

pub(super) fn write(w: &mut Writer, spqr: &Spqr) {
    let Spqr { braid, chains, offered } = spqr;
    w.u64(braid.epoch);
    w.flag(*offered);
    w.bytes(braid.auth.root.expose());
    w.bytes(braid.auth.key.expose());
    let (tag, next) = exchange::outline(braid);
    w.u8(tag);
    w.bytes(&next.to_le_bytes());
    w.u8(match chains.direction {
        Direction::FromInitiator => 0,
        Direction::FromResponder => 1,
    });
    w.bytes(chains.root.expose());
    w.u64(chains.first);
    w.length(chains.epochs.len());
    for epoch in &chains.epochs {
        w.flag(epoch.sending.is_some());
        if let Some(line) = &epoch.sending {
            write_line(w, line);
        }
        write_line(w, &epoch.receiving);
    }
}

fn write_line(w: &mut Writer, line: &Line) {
    w.bytes(line.link.expose());
    w.u32(line.count);
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

/// Reads what [`write`] wrote.
pub(super) fn read(r: &mut Reader<'_>) -> Result<Outline, RestoreError> {
    let epoch = r.u64()?;
    let offered = r.flag()?;
    let root = AuthenticatorRoot::from_secret(&mut *r.secret()?);
    let auth = Authenticator { root, key: AuthenticatorKey::from_secret(&mut *r.secret()?) };
    let (tag, next) = (r.u8()?, u16::from_le_bytes(r.array()?));
    Ok(Outline { epoch, auth, tag, next, chains: read_chains(r, epoch)?, offered })
}

fn read_chains(r: &mut Reader<'_>, epoch: u64) -> Result<Chains, RestoreError> {
    let direction = match r.u8()? {
        0 => Direction::FromInitiator,
        1 => Direction::FromResponder,
        _ => return Err(RestoreError::Range { what: "direction" }),
    };
    let root = EpochRoot::from_secret(&mut *r.secret()?);
    let first = r.u64()?;
    let length = r.length("epochs", MAX_EPOCHS)?;
    let mut epochs = VecDeque::with_capacity(length);
    for _ in 0..length {
        let sending = r.option(read_line)?;
        epochs.push_back(Epoch { sending, receiving: read_line(r)?, skipped: BTreeMap::new() });
    }
    // The chain to send on is kept, and there is one epoch beyond it at the most.
    let sent_on = epoch.checked_sub(1).and_then(|sent| sent.checked_sub(first));
    let sent_on = sent_on.and_then(|index| usize::try_from(index).ok());
    let sending = sent_on.and_then(|index| epochs.get(index)?.sending.as_ref());
    let beyond = sent_on.is_some_and(|index| index.saturating_add(2) < length);
    if sending.is_none() || beyond {
        return Err(RestoreError::Range { what: "epochs" });
    }
    Ok(Chains { direction, root, first, epochs })
}

fn read_line(r: &mut Reader<'_>) -> Result<Line, RestoreError> {
    Ok(Line { link: Link::from_secret(&mut *r.secret()?), count: r.u32()? })
}

pub(super) fn skipped_keys(chains: &Chains) -> usize {
    chains.epochs.iter().map(|epoch| epoch.skipped.len()).sum()
}

pub(super) fn write_skipped(w: &mut Writer, chains: &Chains) {
    for epoch in &chains.epochs {
        w.length(epoch.skipped.len());
        for (number, key) in &epoch.skipped {
            w.u32(*number);
            w.bytes(key.expose());
        }
    }
}

pub(super) fn read_skipped(r: &mut Reader<'_>, chains: &mut Chains) -> Result<(), RestoreError> {
    for epoch in &mut chains.epochs {
        for _ in 0..r.length("skipped keys", MAX_SKIPPED_KEYS)? {
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

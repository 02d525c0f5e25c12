//! What every message changes in a state, and back: the links that chains stand at.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{
    RestoreError,
    post_quantum::{self, HotOutline},
    reader::Reader,
    writer::Writer,
};
use crate::{double_ratchet::chain::ChainKey, sesame::State};

/// What was read of it.
pub(super) struct Hot {
    pub(super) label: [u8; 8],
    pub(super) sending: (ChainKey, u32),
    /// Of the newest receiving chain.
    pub(super) receiving: Option<(ChainKey, u32)>,
    pub(super) post_quantum: Option<HotOutline>,
}

/// Ties the part to the turn it belongs to: the start of our ratchet key.
pub(super) fn label(state: &State) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *state.ratchet.sending.pair.public.as_bytes();
    [a, b, c, d, e, f, g, h]
}

pub(super) fn write_part(state: &State) -> Zeroizing<Vec<u8>> {
    let epochs = state.post_quantum.as_ref().map_or(0, |spqr| spqr.chains.epochs.len());
    let mut w = Writer::new(b'H', epochs.saturating_mul(73).saturating_add(104));
    write(&mut w, state);
    w.finish()
}

pub(super) fn write(w: &mut Writer, state: &State) {
    let ratchet = &state.ratchet;
    w.bytes(&label(state));
    write_chain(w, &ratchet.sending.chain, ratchet.sending.next);
    w.flag(!ratchet.receiving.is_empty());
    if let Some(newest) = ratchet.receiving.last() {
        write_chain(w, &newest.chain, newest.next);
    }
    w.flag(state.post_quantum.is_some());
    if let Some(spqr) = &state.post_quantum {
        post_quantum::write_hot(w, spqr);
    }
}

fn write_chain(w: &mut Writer, chain: &ChainKey, next: u32) {
    w.bytes(chain.expose());
    w.u32(next);
}

pub(super) fn read_chain(r: &mut Reader<'_>) -> Result<(ChainKey, u32), RestoreError> {
    Ok((ChainKey::from_secret(&mut *r.secret()?), r.u32()?))
}

impl Hot {
    pub(super) fn read_part(part: &[u8]) -> Result<Self, RestoreError> {
        if part.is_empty() {
            return Err(RestoreError::Mixed);
        }
        let mut r = Reader::open(part, b'H')?;
        let hot = Self::read(&mut r)?;
        r.finish()?;
        Ok(hot)
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, RestoreError> {
        Ok(Self {
            label: r.array()?,
            sending: read_chain(r)?,
            receiving: r.option(read_chain)?,
            post_quantum: r.option(post_quantum::read_hot)?,
        })
    }
}

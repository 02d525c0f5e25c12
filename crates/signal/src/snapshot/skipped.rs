//! Keys of skipped messages, of both ratchets, and back.

use alloc::vec::Vec;

use vocab::limits::MAX_RECEIVING_CHAINS;
use zeroize::Zeroizing;

use super::{
    RestoreError, post_quantum,
    reader::Reader,
    session::{Half, label},
    writer::Writer,
};
use crate::{
    double_ratchet::{chain::MessageSeed, ratchet::Ratchet},
    sesame::State,
    spqr::chains::Chains,
};

/// The part of the current state.
pub(super) fn write_part(state: &State) -> Zeroizing<Vec<u8>> {
    let chains = state.post_quantum.as_ref().map(|spqr| &spqr.chains);
    let keys = skipped_keys(&state.ratchet, chains);
    if keys == 0 {
        return Zeroizing::default();
    }
    let mut w = Writer::new(b'S', keys.saturating_mul(36).saturating_add(64));
    w.bytes(&label(state));
    write_lists(&mut w, state);
    w.finish()
}

/// How many keys of skipped messages both ratchets keep.
fn skipped_keys(ratchet: &Ratchet, chains: Option<&Chains>) -> usize {
    let curve: usize = ratchet.receiving.iter().map(|chain| chain.skipped.len()).sum();
    curve.saturating_add(chains.map_or(0, post_quantum::skipped_keys))
}

/// The lists of one state.
pub(super) fn write_lists(w: &mut Writer, state: &State) {
    let chains = || state.ratchet.receiving.iter().filter(|chain| !chain.skipped.is_empty());
    w.length(chains().count());
    for chain in chains() {
        w.bytes(chain.ratchet_key.as_bytes());
        w.length(chain.skipped.len());
        for (number, seed) in &chain.skipped {
            w.u32(*number);
            w.bytes(seed.expose());
        }
    }
    if let Some(spqr) = &state.post_quantum {
        post_quantum::write_skipped(w, &spqr.chains);
    }
}

/// Reads what [`write_part`] wrote.
pub(super) fn read_part(part: &[u8], half: &mut Half) -> Result<(), RestoreError> {
    if part.is_empty() {
        return Ok(());
    }
    let mut r = Reader::open(part, b'S')?;
    if r.array()? != label(&half.state) {
        return Err(RestoreError::Mixed);
    }
    read_lists(&mut r, half)?;
    if skipped_keys(&half.state.ratchet, half.post_quantum.as_ref().map(|outline| &outline.chains))
        == 0
    {
        return Err(RestoreError::Range { what: "skipped keys" }); // That part would be empty.
    }
    r.finish()
}

/// Reads what [`write_lists`] wrote.
pub(super) fn read_lists(r: &mut Reader<'_>, half: &mut Half) -> Result<(), RestoreError> {
    // Lists are named by their chain, in the order of the chains, and none is empty.
    let mut chains = half.state.ratchet.receiving.iter_mut();
    for _ in 0..r.length("chains", MAX_RECEIVING_CHAINS)? {
        let key = r.key()?;
        let chain = chains.find(|chain| chain.ratchet_key == key).ok_or(RestoreError::Mixed)?;
        for _ in 0..post_quantum::some_keys(r)? {
            let number = r.u32()?;
            let seed = MessageSeed::from_secret(&mut *r.secret()?);
            let ascending = chain.skipped.last_key_value().is_none_or(|(last, _)| *last < number);
            if !ascending || number >= chain.next {
                return Err(RestoreError::Range { what: "skipped number" });
            }
            chain.skipped.insert(number, seed);
        }
    }
    let chains = half.post_quantum.as_mut().map(|outline| &mut outline.chains);
    chains.map_or(Ok(()), |chains| post_quantum::read_skipped(r, chains))
}

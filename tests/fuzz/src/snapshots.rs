//! What a store gives back: a part is refused, or is the one encoding of a session that goes on.

use signal::{IdentityKeyPair, KemPreKey, OneTimePreKey, Parts, SignedPreKey};

use crate::{bytes::Input, party::Peer, pool};

/// One part of a genuine session, changed or replaced, with a checksum that holds.
pub(crate) fn target(data: &[u8]) {
    let mut input = Input::new(data);
    let moments = pool::moments();
    let moment = &moments[input.below(moments.len())];
    let side = input.below(2);
    let mut parts = moment.sides[side].clone();
    let which = input.byte();
    changed(part_mut(&mut parts, which), which & 0x80 != 0, &mut input);
    let Ok(kept) = Peer::of_parts(&parts) else { return };
    assert!(kept.snapshot() == Some(parts), "what is read has another encoding");

    let [mut one, mut other] = pool::parties();
    let (ours, peer) = if side == 0 { (&mut one, 1) } else { (&mut other, 0) };
    ours.peers.insert(peer, kept);
    // Whether they open is not the question.
    for sealed in &moment.under_way {
        if let Ok(opening) = ours.tries((peer, 101), sealed.kind, &sealed.bytes) {
            let _plaintext = ours.commits(peer, opening);
        }
        let _sealed = ours.seals(peer, b"on");
    }
}

/// Bytes and checksum of one part: others altogether, or with some of them exchanged.
fn changed(part: &mut Vec<u8>, replace: bool, input: &mut Input<'_>) {
    let body = part.len().saturating_sub(4);
    part.truncate(body);
    if replace {
        *part = input.rest().to_vec();
    } else {
        while let Some(low) = input.next() {
            let at = usize::from(u16::from_le_bytes([low, input.byte()])) % (body + 1);
            let value = input.byte();
            match part.get_mut(at) {
                Some(slot) => *slot = value,
                None => part.push(value),
            }
        }
    }
    if !part.is_empty() {
        part.extend_from_slice(&checksum(part));
    }
}

fn part_mut(parts: &mut Parts, which: u8) -> &mut Vec<u8> {
    match which & 0x7f {
        0 => &mut parts.hot,
        1 => &mut parts.turn,
        2 => &mut parts.skipped,
        3 => &mut parts.archive,
        4 => &mut parts.pending,
        _ => &mut parts.exchange,
    }
}

/// Records of private keys, changed likewise.
pub(crate) fn records(data: &[u8]) {
    let mut input = Input::new(data);
    let (kind, replace) = (input.below(4), input.byte() & 1 != 0);
    let mut record = pool::records()[kind].clone();
    changed(&mut record, replace, &mut input);
    let again = match kind {
        0 => IdentityKeyPair::from_bytes(&record).map(|key| key.to_bytes()),
        1 => SignedPreKey::from_bytes(&record).map(|key| key.to_bytes()),
        2 => OneTimePreKey::from_bytes(&record).map(|key| key.to_bytes()),
        _ => KemPreKey::from_bytes(&record).map(|key| key.to_bytes()),
    };
    if let Ok(again) = again {
        assert!(*again == record, "what is read has another encoding");
    }
}

/// The checksum that the page of `signal::snapshot` describes.
fn checksum(body: &[u8]) -> [u8; 4] {
    let mut words: Vec<u64> = Vec::new();
    for chunk in body.chunks(8).chain(body.len().is_multiple_of(8).then_some(&[][..])) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(u64::from_le_bytes(word));
    }
    let state = words.into_iter().fold(body.len() as u64, |state, word| {
        let state = (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state ^ (state >> 32)
    });
    (state as u32).to_le_bytes()
}

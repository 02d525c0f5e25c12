//! What the key exchange under way has gathered, and back.
//!
//! What goes out is not written: header, vector and ciphertext grow again from the seeds.

use alloc::{boxed::Box, vec::Vec};

use super::{RestoreError, post_quantum::Outline, reader::Reader, writer::Writer};
use crate::{
    crypto::ml_kem::{DecapsulationSeed, EncapsulationSeed, Header, is_consistent},
    ml_kem_braid::{
        CT1_ROWS, CT2_ROWS, HEADER_ROWS, VECTOR_ROWS,
        braid::{Braid, State, header_decoder},
        erasure::{Chunk, Decoder, Encoder, ROW_BYTES},
    },
    spqr::Spqr,
};

const KEYS_UNSAMPLED: u8 = 0;
const KEYS_SAMPLED: u8 = 1;
const HEADER_SENT: u8 = 2;
const CT1_RECEIVED: u8 = 3;
const EK_SENT_CT1_RECEIVED: u8 = 4;
const NO_HEADER_RECEIVED: u8 = 5;
const HEADER_RECEIVED: u8 = 6;
const CT1_SAMPLED: u8 = 7;
const EK_RECEIVED_CT1_SAMPLED: u8 = 8;
const CT1_ACKNOWLEDGED: u8 = 9;
const CT2_SAMPLED: u8 = 10;

/// The state as a byte, and the number of the next chunk that goes out.
pub(super) const fn outline(braid: &Braid) -> (u8, u16) {
    match &braid.state {
        State::KeysUnsampled => (KEYS_UNSAMPLED, 0),
        State::KeysSampled { header, .. } => (KEYS_SAMPLED, header.next),
        State::HeaderSent { vector, .. } => (HEADER_SENT, vector.next),
        State::Ct1Received { vector, .. } => (CT1_RECEIVED, vector.next),
        State::EkSentCt1Received { .. } => (EK_SENT_CT1_RECEIVED, 0),
        State::NoHeaderReceived { .. } => (NO_HEADER_RECEIVED, 0),
        State::HeaderReceived { .. } => (HEADER_RECEIVED, 0),
        State::Ct1Sampled { ct1, .. } => (CT1_SAMPLED, ct1.next),
        State::EkReceivedCt1Sampled { ct1, .. } => (EK_RECEIVED_CT1_SAMPLED, ct1.next),
        State::Ct1Acknowledged { .. } => (CT1_ACKNOWLEDGED, 0),
        State::Ct2Sampled { ct2 } => (CT2_SAMPLED, ct2.next),
    }
}

/// Whether there is anything to write.
pub(super) fn has(braid: &Braid) -> bool {
    match &braid.state {
        State::KeysUnsampled => false,
        State::NoHeaderReceived { header } => !header.held().is_empty(),
        State::KeysSampled { .. }
        | State::HeaderSent { .. }
        | State::Ct1Received { .. }
        | State::EkSentCt1Received { .. }
        | State::HeaderReceived { .. }
        | State::Ct1Sampled { .. }
        | State::EkReceivedCt1Sampled { .. }
        | State::Ct1Acknowledged { .. }
        | State::Ct2Sampled { .. } => true,
    }
}

/// Bytes that the part has: it is wiped when it is dropped, so none are made for nothing.
pub(super) fn room(braid: &Braid) -> usize {
    let chunks = |decoder: &Decoder| decoder.held().len().saturating_mul(2 + ROW_BYTES);
    // Tag and version, label, epoch, state, checksum, and the length of a list.
    let around = 25_usize;
    around.saturating_add(match &braid.state {
        State::KeysUnsampled => 0,
        State::KeysSampled { .. } => 64,
        State::HeaderSent { ct1, .. } => chunks(ct1).saturating_add(64),
        State::Ct1Received { .. } => 64 + CT1_ROWS * ROW_BYTES,
        State::EkSentCt1Received { ct2, .. } => {
            chunks(ct2).saturating_add(64 + CT1_ROWS * ROW_BYTES)
        }
        State::NoHeaderReceived { header } => chunks(header),
        State::HeaderReceived { .. } => 64,
        State::Ct1Sampled { vector, .. } | State::Ct1Acknowledged { vector, .. } => {
            chunks(vector).saturating_add(96)
        }
        State::EkReceivedCt1Sampled { .. } => 96 + VECTOR_ROWS * ROW_BYTES,
        State::Ct2Sampled { .. } => CT2_ROWS * ROW_BYTES,
    })
}

pub(super) fn write(w: &mut Writer, braid: &Braid) {
    w.u64(braid.epoch);
    w.u8(outline(braid).0);
    match &braid.state {
        State::KeysUnsampled => {}
        State::KeysSampled { keys, header: _ } => w.bytes(keys.expose()),
        State::HeaderSent { keys, vector: _, ct1 } => {
            w.bytes(keys.expose());
            write_chunks(w, ct1);
        }
        State::Ct1Received { keys, vector: _, ct1 } => {
            w.bytes(keys.expose());
            w.bytes(ct1.as_slice());
        }
        State::EkSentCt1Received { keys, ct1, ct2 } => {
            w.bytes(keys.expose());
            w.bytes(ct1.as_slice());
            write_chunks(w, ct2);
        }
        State::NoHeaderReceived { header } => write_chunks(w, header),
        State::HeaderReceived { header } => w.bytes(header.as_slice()),
        State::Ct1Sampled { seed, header, ct1: _, vector }
        | State::Ct1Acknowledged { seed, header, vector } => {
            w.bytes(seed.expose());
            w.bytes(header.as_slice());
            write_chunks(w, vector);
        }
        State::EkReceivedCt1Sampled { seed, header, ct1: _, vector } => {
            w.bytes(seed.expose());
            w.bytes(header.as_slice());
            w.bytes(vector.as_slice());
        }
        State::Ct2Sampled { ct2 } => w.bytes(ct2.object()),
    }
}

fn write_chunks(w: &mut Writer, decoder: &Decoder) {
    w.length(decoder.held().len());
    for Chunk { number, bytes } in decoder.held() {
        w.bytes(&number.to_le_bytes());
        w.bytes(bytes);
    }
}

/// The braid of `outline`, if that has gathered nothing.
pub(super) fn read_nothing(outline: Outline) -> Result<Spqr, RestoreError> {
    let state = match (outline.tag, outline.next) {
        (KEYS_UNSAMPLED, 0) => State::KeysUnsampled,
        (NO_HEADER_RECEIVED, 0) => State::NoHeaderReceived { header: header_decoder() },
        _ => return Err(RestoreError::Mixed),
    };
    Ok(outline.with(state))
}

/// The braid of `outline` with what it has gathered.
pub(super) fn read(r: &mut Reader<'_>, outline: Outline) -> Result<Spqr, RestoreError> {
    if (r.u64()?, r.u8()?) != (outline.epoch, outline.tag) {
        return Err(RestoreError::Mixed);
    }
    let next = outline.next;
    let silent = || if next == 0 { Ok(()) } else { Err(RestoreError::Range { what: "chunk" }) };
    let state = match outline.tag {
        KEYS_UNSAMPLED => {
            silent()?;
            State::KeysUnsampled
        }
        KEYS_SAMPLED => {
            let keys = keys(r)?;
            let header = outline.auth.header_object(outline.epoch, &keys.public().0);
            State::KeysSampled { keys, header: Encoder::resume(header, next) }
        }
        HEADER_SENT => {
            let keys = keys(r)?;
            let vector = Encoder::resume(keys.public().1, next);
            State::HeaderSent { keys, vector, ct1: read_chunks(r, CT1_ROWS)? }
        }
        CT1_RECEIVED => {
            let keys = keys(r)?;
            let vector = Encoder::resume(keys.public().1, next);
            State::Ct1Received { keys, vector, ct1: Box::new(r.array()?) }
        }
        EK_SENT_CT1_RECEIVED => {
            silent()?;
            let (keys, ct1) = (keys(r)?, Box::new(r.array()?));
            State::EkSentCt1Received { keys, ct1, ct2: read_chunks(r, CT2_ROWS)? }
        }
        NO_HEADER_RECEIVED => {
            silent()?;
            State::NoHeaderReceived { header: read_chunks(r, HEADER_ROWS)? }
        }
        HEADER_RECEIVED => {
            silent()?;
            State::HeaderReceived { header: Box::new(r.array()?) }
        }
        tag => read_encapsulating(r, tag, next)?,
    };
    Ok(outline.with(state))
}

/// The states of one who has encapsulated.
fn read_encapsulating(r: &mut Reader<'_>, tag: u8, next: u16) -> Result<State, RestoreError> {
    if tag == CT2_SAMPLED {
        let ct2: [u8; CT2_ROWS * ROW_BYTES] = r.array()?;
        return Ok(State::Ct2Sampled { ct2: Encoder::resume(Box::new(ct2), next) });
    }
    let seed = EncapsulationSeed::from_secret(&mut *r.secret()?);
    let header: Box<Header> = Box::new(r.array()?);
    let ct1 = |seed: &EncapsulationSeed| Encoder::resume(seed.first(&header).0, next);
    match tag {
        CT1_SAMPLED => {
            let ct1 = ct1(&seed);
            Ok(State::Ct1Sampled { seed, header, ct1, vector: read_chunks(r, VECTOR_ROWS)? })
        }
        EK_RECEIVED_CT1_SAMPLED => {
            let (ct1, vector) = (ct1(&seed), Box::new(r.array()?));
            if !is_consistent(&header, &vector) {
                return Err(RestoreError::Range { what: "vector" });
            }
            Ok(State::EkReceivedCt1Sampled { seed, header, ct1, vector })
        }
        CT1_ACKNOWLEDGED if next == 0 => {
            Ok(State::Ct1Acknowledged { seed, header, vector: read_chunks(r, VECTOR_ROWS)? })
        }
        _ => Err(RestoreError::Range { what: "state of the braid" }),
    }
}

fn keys(r: &mut Reader<'_>) -> Result<DecapsulationSeed, RestoreError> {
    Ok(DecapsulationSeed::from_secret(&mut *r.secret()?))
}

fn read_chunks(r: &mut Reader<'_>, rows: usize) -> Result<Decoder, RestoreError> {
    let length = r.length("chunks", rows)?;
    let mut held = Vec::with_capacity(length);
    for _ in 0..length {
        held.push(Chunk { number: u16::from_le_bytes(r.array()?), bytes: r.array()? });
    }
    Decoder::resume(rows, held).ok_or(RestoreError::Range { what: "chunks" })
}

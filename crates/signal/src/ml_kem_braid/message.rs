//! What one message carries for the braid (ML-KEM Braid section 2.3).
//!
//! The encoding is the deployed one: version, epoch, the number of the message's key in its chain,
//! type, and for most types the number of a chunk and its 32 bytes. It stands in a field of the
//! message that is covered by the message's MAC.

use keys::mutant::{self, planted};

use super::erasure::{Chunk, ROW_BYTES};
use crate::error::PostQuantumError;

/// The version of the post-quantum ratchet that is spoken here.
pub(crate) const VERSION: u8 = 1;
/// The most bytes that an encoding has.
pub(crate) const MAX_ENCODED: usize = 52;

//= spec: mlkem-braid r1 2.2 epoch-type — epochs are unsigned, of 64 bits.
//= spec: mlkem-braid r1 3.8 no-wrap — so many that they never come again.
/// One message of the post-quantum ratchet: a step of the braid, and the number of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BraidMessage {
    /// The sender's epoch, from 1.
    pub(crate) epoch: u64,
    /// The number of this message's key in its chain, from 1; 0 where there is none yet.
    pub(crate) index: u32,
    pub(crate) payload: Payload,
}

/// What a message brings the braid forward by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Nothing.
    None,
    /// A chunk of the header with its MAC.
    Header(Chunk),
    /// A chunk of the vector.
    Vector(Chunk),
    /// A chunk of the vector, from one who has the whole first part of the ciphertext.
    VectorAck(Chunk),
    /// That the whole first part of the ciphertext is there.
    Ct1Ack,
    /// A chunk of the first part of the ciphertext.
    Ct1(Chunk),
    /// A chunk of the second part of the ciphertext with its MAC.
    Ct2(Chunk),
}

/// The encoding of one message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoded {
    bytes: [u8; MAX_ENCODED],
    length: usize,
}

impl Encoded {
    const fn new() -> Self {
        Self { bytes: [0; MAX_ENCODED], length: 0 }
    }

    /// The bytes.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = self.bytes.iter_mut().skip(self.length);
        room.zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        self.length = self.length.saturating_add(bytes.len());
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(&[(value & 0x7f) as u8 | 0x80]);
            value >>= 7;
        }
        self.push(&[value as u8]);
    }
}

impl Payload {
    const fn parts(&self) -> (u8, Option<&Chunk>) {
        match self {
            Self::None => (0, None),
            Self::Header(chunk) => (1, Some(chunk)),
            Self::Vector(chunk) => (2, Some(chunk)),
            Self::VectorAck(chunk) => (3, Some(chunk)),
            Self::Ct1Ack => (4, None),
            Self::Ct1(chunk) => (5, Some(chunk)),
            Self::Ct2(chunk) => (6, Some(chunk)),
        }
    }
}

impl BraidMessage {
    //= spec: mlkem-braid r1 2.3 message-fields — a message has its epoch, its type, and the chunk
    //= that the type calls for.
    //= spec: mlkem-braid r1 2.3 compact-format — few bytes around the chunk.
    /// The encoding.
    pub(crate) fn encode(&self) -> Encoded {
        let mut out = Encoded::new();
        out.push(&[VERSION]);
        out.varint(self.epoch);
        out.varint(u64::from(self.index));
        let (kind, chunk) = self.payload.parts();
        out.push(&[kind]);
        if let Some(Chunk { number, bytes }) = chunk {
            out.varint(u64::from(*number));
            out.push(bytes);
        }
        out
    }

    /// Reads one encoding. What follows it is ignored, as deployed peers do.
    ///
    /// # Errors
    ///
    /// [`PostQuantumError`] if these bytes are none.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, PostQuantumError> {
        let (&version, mut rest) = bytes.split_first().ok_or(PostQuantumError::Absent)?;
        if version != VERSION && !planted(mutant::SPQR_ANY_VERSION) {
            return Err(PostQuantumError::Version { found: version });
        }
        let epoch = take_varint(&mut rest)?;
        let index = u32::try_from(take_varint(&mut rest)?);
        let index = index.map_err(|_| PostQuantumError::Malformed)?;
        let (&kind, mut rest) = rest.split_first().ok_or(PostQuantumError::Malformed)?;
        let payload = match kind {
            0 => Payload::None,
            1 => Payload::Header(take_chunk(&mut rest)?),
            2 => Payload::Vector(take_chunk(&mut rest)?),
            3 => Payload::VectorAck(take_chunk(&mut rest)?),
            4 => Payload::Ct1Ack,
            5 => Payload::Ct1(take_chunk(&mut rest)?),
            6 => Payload::Ct2(take_chunk(&mut rest)?),
            _ if planted(mutant::SPQR_ANY_TYPE) => Payload::None,
            _ => return Err(PostQuantumError::Malformed),
        };
        if epoch == 0 {
            Err(PostQuantumError::Malformed)
        } else {
            Ok(Self { epoch, index, payload })
        }
    }
}

fn take_chunk(rest: &mut &[u8]) -> Result<Chunk, PostQuantumError> {
    let number = u16::try_from(take_varint(rest)?).map_err(|_| PostQuantumError::Malformed)?;
    let (bytes, after) =
        rest.split_first_chunk::<ROW_BYTES>().ok_or(PostQuantumError::Malformed)?;
    *rest = after;
    Ok(Chunk { number, bytes: *bytes })
}

/// A varint of at most ten bytes, not necessarily in its shortest form.
fn take_varint(rest: &mut &[u8]) -> Result<u64, PostQuantumError> {
    let mut value: u64 = 0;
    for shift in (0..=63_u32).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(PostQuantumError::Malformed)?;
        *rest = after;
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            break;
        }
        value |= low << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(PostQuantumError::Malformed)
}

#[cfg(test)]
mod tests;

//! Writing one part.

use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use super::{CHECKSUM_BYTES, VERSION};

/// A part as it is put together. Wiped when dropped, with every buffer it outgrew.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(super) fn new(tag: u8, room: usize) -> Self {
        let mut writer = Self(Zeroizing::new(Vec::with_capacity(room)));
        writer.bytes(&[tag, VERSION]);
        writer
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let needed = self.0.len().saturating_add(bytes.len());
        if needed > self.0.capacity() {
            // A vector that grows by itself would leave its old buffer unwiped.
            let mut larger = Vec::with_capacity(needed.saturating_mul(2));
            larger.extend_from_slice(&self.0);
            self.0 = Zeroizing::new(larger);
        }
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// The length of a list. All lists are limited far below 2^16 entries.
    pub(super) fn length(&mut self, length: usize) {
        self.bytes(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.u8(u8::from(flag));
    }

    /// The part with its checksum.
    pub(super) fn finish(mut self) -> Zeroizing<Vec<u8>> {
        let checksum = checksum(&self.0);
        self.bytes(&checksum);
        self.0
    }
}

/// The checksum over a part, as the module's page has it. Parts are secret: a CRC by table would
/// look up by their bytes.
pub(super) fn checksum(part: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let (words, rest) = part.as_chunks();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
    let mut state = part.len() as u64;
    for word in words.iter().chain([&last]) {
        state = (state ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        state ^= state >> 32;
    }
    last.zeroize();
    (state as u32).to_le_bytes()
}

/// 2^64 over the golden ratio, which is odd: multiplying by it loses nothing.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

//! Windows: how a text that carries no canary is recognised.
//!
//! A text is cut into windows of 16 bytes that do not overlap, so any 31 bytes of it in a row hold
//! at least one. Each position of a stream is hashed and looked up in a bit filter; what passes is
//! looked up by its bytes, so a find is never an accident of hashing.

use std::collections::BTreeMap;

/// The windows of all registered texts.
#[derive(Debug, Default)]
pub(super) struct Windows {
    known: BTreeMap<[u8; WINDOW_BYTES], Window>,
    /// One bit for each hash value that a known window has; empty while no window is known.
    filter: Vec<u64>,
    /// `log2` of the number of bits in `filter`.
    filter_bits: u32,
}

/// Which text a window belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The first text that was registered with these bytes.
    pub(super) id: u64,
    /// The window is of the text's UTF-16 form.
    pub(super) utf16: bool,
}

impl Windows {
    /// Registers a text; false if it has no usable window and so would never be found.
    pub(super) fn register(&mut self, id: u64, text: &str) -> bool {
        let found = self.register_bytes(text.as_bytes(), Window { id, utf16: false });
        if !text.is_ascii() {
            // ASCII in UTF-16 is narrowed as it streams. Anything else is known by its own windows.
            let utf16 = Window { id, utf16: true };
            let units = || text.encode_utf16();
            self.register_bytes(&units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), utf16);
            self.register_bytes(&units().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), utf16);
        }
        found
    }

    fn register_bytes(&mut self, bytes: &[u8], window: Window) -> bool {
        // The last window overlaps the one before, so that the end of a text counts too.
        let last = bytes.last_chunk::<WINDOW_BYTES>();
        let mut usable = false;
        for chunk in bytes.as_chunks::<WINDOW_BYTES>().0.iter().chain(last) {
            if distinct(chunk) >= MIN_DISTINCT {
                usable = true;
                self.known.entry(*chunk).or_insert(window);
                self.note(*chunk);
            }
        }
        usable
    }

    fn note(&mut self, window: [u8; WINDOW_BYTES]) {
        let wanted = self.known.len().saturating_mul(FILTER_BITS_EACH).max(FILTER_MIN_BITS);
        if self.filter.len().saturating_mul(64) < wanted {
            // Twice the size at least, so that growing stays cheap however many texts come.
            let bits = wanted.saturating_mul(2).next_power_of_two();
            self.filter = vec![0; bits / 64];
            self.filter_bits = bits.trailing_zeros();
            let known: Vec<_> = self.known.keys().copied().collect();
            known.into_iter().for_each(|known| self.set(known));
        }
        self.set(window);
    }

    fn set(&mut self, window: [u8; WINDOW_BYTES]) {
        let (word, bit) = self.slot(window);
        if let Some(word) = self.filter.get_mut(word) {
            *word |= bit;
        }
    }

    /// Calls `found` with the index and the owner of every window in `bytes`.
    pub(super) fn find(&self, bytes: &[u8], mut found: impl FnMut(usize, Window)) {
        if self.filter.is_empty() {
            return;
        }
        for (index, window) in bytes.windows(WINDOW_BYTES).enumerate() {
            let Some(window) = window.first_chunk::<WINDOW_BYTES>() else { return };
            let (word, bit) = self.slot(*window);
            if self.filter.get(word).is_some_and(|word| word & bit != 0)
                && let Some(known) = self.known.get(window)
            {
                found(index, *known);
            }
        }
    }

    fn slot(&self, window: [u8; WINDOW_BYTES]) -> (usize, u64) {
        let both = u128::from_le_bytes(window);
        let (low, high) = (both as u64, (both >> 64) as u64);
        let mixed = (low.wrapping_mul(MIX_LOW) ^ high).wrapping_mul(MIX_HIGH);
        let hash = mixed.wrapping_shr(64_u32.wrapping_sub(self.filter_bits));
        ((hash >> 6) as usize, 1_u64.wrapping_shl((hash & 63) as u32))
    }
}

fn distinct(window: &[u8; WINDOW_BYTES]) -> usize {
    let mut sorted = *window;
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).count()
}

/// Length of a window.
pub const WINDOW_BYTES: usize = 16;
/// A window with fewer different bytes ("================") is too common to mean anything.
const MIN_DISTINCT: usize = 6;
/// Filter bits for each window: at worst, one position in so many of unrelated data passes.
const FILTER_BITS_EACH: usize = 32;
const FILTER_MIN_BITS: usize = 1 << 15;
/// Odd constants with well-spread bits (the golden ratio, and pi, as 64-bit fractions).
const MIX_LOW: u64 = 0x9e37_79b9_7f4a_7c15;
const MIX_HIGH: u64 = 0x243f_6a88_85a3_08d3;

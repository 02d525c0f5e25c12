//! Stories about leaks that a scan must find, and noise in which it must find nothing.
#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]

mod disguises;
mod encodings;
mod leaks;
mod limits;
mod markers;
mod streaming;
mod texts;

use super::{Encoding, Hit, MarkerClass, Mint, Place, Scanner};

/// A scanner of one stream, and the mint of its run.
struct Story {
    mint: Mint,
    scanner: Scanner,
    place: Place,
}

impl Story {
    fn new() -> Self {
        Self { mint: mint(), scanner: Scanner::new(), place: Place::new("transport/log") }
    }

    fn sees(&mut self, bytes: &[u8]) {
        let at = self.scanner.bytes_scanned();
        self.scanner.feed(&self.mint, &self.place, at, bytes);
    }

    fn canary(&mut self, id: u64) -> String {
        self.mint.word(MarkerClass::MessageContent, id)
    }

    /// The one hit on the content of message `id`; there must be no other hit.
    fn only_hit(&self, id: u64) -> &Hit {
        let all: Vec<_> = self.scanner.hits().keys().collect();
        assert_eq!(all, [&(MarkerClass::MessageContent, id)]);
        &self.scanner.hits()[&(MarkerClass::MessageContent, id)]
    }

    fn path(&self, id: u64) -> &[Encoding] {
        &self.only_hit(id).disguise.0
    }

    fn found_nothing(&self) {
        assert_eq!(self.scanner.hits().len(), 0);
        assert_eq!(self.scanner.unregistered().len(), 0);
    }
}

fn mint() -> Mint {
    Mint::new([7; 32])
}

/// A small generator (SplitMix64), so that the tests need no other crate and repeat exactly.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

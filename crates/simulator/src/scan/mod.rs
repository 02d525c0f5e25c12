//! Who saw what: one pass over every byte that an actor sees, for markers of the data in it.
//!
//! A [`Mint`] makes the markers of a run and knows what each stands for: words that are planted in
//! messages and records, phone numbers, and windows of texts that are not ours. A [`Scanner`]
//! belongs to one actor and finds them in whatever that actor is shown, plain or in disguise:
//! hex, base64, decimal lists, UTF-16, percent and JSON escapes, gzip, and up to three of these
//! one inside the other. Cost is linear in the bytes; what is kept of a stream is its last 256
//! bytes and the state of an encoding that is not over yet.
//!
//! It does not know what a record means, who may see it, or any node: only bytes and places. It is
//! blind to encryption, to numbers packed in binary, and to any rewriting of the text itself
//! (capitals, spaces between digits, words in another order).

mod digits;
mod escapes;
mod gzip;
mod hit;
mod layer;
pub mod leak;
mod marker;
mod mint;
mod pass;
mod runs;
#[cfg(test)]
mod tests;
mod windows;

use std::{collections::BTreeMap, fmt};

pub use self::{
    gzip::{MAX_INFLATED, MAX_MEMBERS},
    hit::{Disguise, Encoding, Hit, MAX_UNREGISTERED, Place},
    layer::MAX_DEPTH,
    marker::{
        BODY_CHARS, MIN_BODY_CHARS, Marker, MarkerClass, PHONE_BODY_DIGITS, TAG_CHARS, WORD_CHARS,
    },
    mint::{Mint, PhoneError},
    windows::WINDOW_BYTES,
};
use self::{
    hit::Findings,
    layer::Layer,
    pass::{Lent, Pass, Spare, Tally},
};

/// Scans everything that one actor sees, as it streams.
#[derive(Default)]
pub struct Scanner {
    streams: BTreeMap<Place, Stream>,
    findings: Findings,
    tally: Tally,
    spare: Spare,
}

#[derive(Default)]
struct Stream {
    layer: Layer,
    /// Bytes of it seen so far.
    length: u64,
    /// Bytes that were inflated from it.
    inflated: u64,
}

impl Scanner {
    /// A scanner that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Scans the next record of the stream at `place`, which continues where the last one ended.
    ///
    /// `at` is any clock of the caller's; [`Hit::first_seen`] repeats it. Markers must have been
    /// registered with `mint` before the bytes that hold them are fed.
    pub fn feed(&mut self, mint: &Mint, place: &Place, at: u64, bytes: &[u8]) {
        if !self.streams.contains_key(place) {
            self.streams.insert(place.clone(), Stream::default());
        }
        let Some(stream) = self.streams.get_mut(place) else { return };
        let length = bytes.len() as u64;
        self.tally.scanned = self.tally.scanned.saturating_add(length);
        stream.length = stream.length.saturating_add(length);
        let mut allowance = stream
            .length
            .saturating_mul(INFLATED_PER_BYTE)
            .saturating_add(MAX_INFLATED as u64)
            .saturating_sub(stream.inflated);
        let before = allowance;
        let lent = Lent {
            findings: &mut self.findings,
            tally: &mut self.tally,
            spare: &mut self.spare,
            allowance: &mut allowance,
        };
        stream.layer.feed(bytes, &mut Pass::new(mint, place, at, lent));
        stream.layer.shrink();
        stream.inflated = stream.inflated.saturating_add(before.saturating_sub(allowance));
    }

    /// Every stream is over: judges words that were waiting for their other half.
    ///
    /// Hits need no finishing, but a tag with too few characters behind it is only reported as
    /// unregistered once it is certain that no more follow.
    pub fn finish(&mut self, mint: &Mint, at: u64) {
        for (place, mut stream) in std::mem::take(&mut self.streams) {
            let lent = Lent {
                findings: &mut self.findings,
                tally: &mut self.tally,
                spare: &mut self.spare,
                allowance: &mut 0,
            };
            stream.layer.end(&mut Pass::new(mint, &place, at, lent));
        }
    }

    /// What was found, by class and id.
    pub const fn hits(&self) -> &BTreeMap<(MarkerClass, u64), Hit> {
        &self.findings.hits
    }

    /// What was found of one class, by id.
    pub fn hits_of(&self, class: MarkerClass) -> impl Iterator<Item = (u64, &Hit)> {
        let all = (class, u64::MIN)..=(class, u64::MAX);
        self.findings.hits.range(all).map(|((_, id), hit)| (*id, hit))
    }

    /// Words with a tag of ours that the mint does not know, or too little of one to tell which:
    /// made by a hop and not registered, of another run, cut or damaged. Whoever sees one has seen
    /// data of its class all the same. At most [`MAX_UNREGISTERED`].
    pub const fn unregistered(&self) -> &BTreeMap<(MarkerClass, String), Hit> {
        &self.findings.unregistered
    }

    /// Different markers of one class that were seen, registered or not: above zero, this actor
    /// could read data of the class.
    pub fn seen(&self, class: MarkerClass) -> u64 {
        let known = self.hits_of(class).count() as u64;
        let all = (class, String::new())..;
        let unknown = self.findings.unregistered.range(all);
        known.saturating_add(unknown.take_while(|((of, _), _)| *of == class).count() as u64)
    }

    /// Records with unknown words beyond those in [`Scanner::unregistered`].
    pub const fn unregistered_unlisted(&self) -> u64 {
        self.findings.unregistered_unlisted
    }

    /// Bytes that the actor saw.
    pub const fn bytes_scanned(&self) -> u64 {
        self.tally.scanned
    }

    /// Bytes that were searched for markers: those seen, and those that decoding made of them.
    pub const fn bytes_matched(&self) -> u64 {
        self.tally.matched
    }

    /// Gzip members that were not read to their end, because they exceeded [`MAX_INFLATED`] or
    /// what their stream may inflate, or because [`MAX_MEMBERS`] were open.
    pub const fn gzip_capped(&self) -> u64 {
        self.tally.capped
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner")
            .field("streams", &self.streams.len())
            .field("hits", &self.findings.hits.len())
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}

/// A stream may inflate [`MAX_INFLATED`] bytes, and so many more for each byte of it: data that is
/// sent compresses less than this, and nested bombs cannot multiply.
const INFLATED_PER_BYTE: u64 = 64;

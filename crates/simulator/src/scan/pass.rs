//! One record on its way through the layers: what they share while it is scanned.

use super::{
    hit::{Encoding, Findings, Place, Sighting},
    layer::Layer,
    marker::MarkerClass,
    mint::{Mint, Resolved},
};

/// Everything that the layers of one stream share while one record passes.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) mint: &'a Mint,
    pub(super) findings: &'a mut Findings,
    pub(super) tally: &'a mut Tally,
    pub(super) spare: &'a mut Spare,
    pub(super) place: &'a Place,
    pub(super) at: u64,
    /// Bytes that this stream may still inflate.
    pub(super) allowance: &'a mut u64,
    /// What is fed now was fed before, in the layer around it: nothing in it is news.
    pub(super) echo: bool,
    /// What the layer now fed was encoded in, outermost first.
    path: Vec<Encoding>,
    /// Where in the stream the outermost encoding starts.
    origin: u64,
}

/// What the scanner of one actor has done so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Bytes that the actor saw.
    pub(super) scanned: u64,
    /// Bytes that reached the matcher, after all decoding.
    pub(super) matched: u64,
    /// Gzip members that were not read to their end.
    pub(super) capped: u64,
}

/// Layers that no stream needs at the moment, so that a short run costs no allocation.
#[expect(clippy::vec_box, reason = "the boxes move in and out of the decoders that use them")]
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<Box<Layer>>);

/// What a scanner lends to a pass.
#[derive(Debug)]
pub(super) struct Lent<'a> {
    pub(super) findings: &'a mut Findings,
    pub(super) tally: &'a mut Tally,
    pub(super) spare: &'a mut Spare,
    pub(super) allowance: &'a mut u64,
}

impl<'a> Pass<'a> {
    pub(super) fn new(mint: &'a Mint, place: &'a Place, at: u64, lent: Lent<'a>) -> Self {
        let Lent { findings, tally, spare, allowance } = lent;
        findings.next_record();
        let (path, origin, echo) = (Vec::new(), 0, false);
        Self { mint, findings, tally, spare, place, at, allowance, echo, path, origin }
    }

    /// How many encodings have been undone.
    pub(super) const fn depth(&self) -> usize {
        self.path.len()
    }

    /// What is fed until [`Pass::leave`] was encoded, from `origin` in the stream around it.
    pub(super) fn enter(&mut self, encoding: Encoding, origin: u64) {
        if self.path.is_empty() {
            self.origin = origin;
        }
        self.path.push(encoding);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// A layer that has seen nothing.
    pub(super) fn layer(&mut self) -> Box<Layer> {
        self.spare.0.pop().unwrap_or_default()
    }

    /// Ends a layer and keeps its memory for another.
    pub(super) fn retire(&mut self, mut layer: Box<Layer>) {
        layer.end(self);
        if self.spare.0.len() < MAX_SPARE {
            self.spare.0.push(layer);
        }
    }

    /// Files what a tag and the characters behind it turned out to be; false if it is unknown.
    pub(super) fn judge(&mut self, class: MarkerClass, body: &[u8], offset: u64) -> bool {
        match self.mint.resolve_body(class, body) {
            Resolved::Whole(id) => self.found(class, id, offset, false),
            Resolved::Cut(id) => self.found(class, id, offset, true),
            Resolved::Unknown => return false,
        }
        true
    }

    pub(super) fn found(&mut self, class: MarkerClass, id: u64, offset: u64, cut: bool) {
        if self.echo {
            return;
        }
        let (place, path, at, offset) = (self.place, &*self.path, self.at, self.outer(offset));
        self.findings.file(class, id, &Sighting { place, path, offset, at, cut });
    }

    pub(super) fn found_unregistered(&mut self, class: MarkerClass, body: &[u8], offset: u64) {
        if self.echo {
            return;
        }
        let (place, path, at, offset) = (self.place, &*self.path, self.at, self.outer(offset));
        let sighting = Sighting { place, path, offset, at, cut: false };
        self.findings.file_unregistered(class, body, &sighting);
    }

    /// An offset in the layer now fed, as an offset in the stream.
    const fn outer(&self, offset: u64) -> u64 {
        if self.path.is_empty() { offset } else { self.origin }
    }
}

/// Spare layers kept; more than one deep nesting of encodings has open at a time.
const MAX_SPARE: usize = 64;

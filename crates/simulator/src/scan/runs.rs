//! Runs: stretches of a stream that could be hex, base64, numbers or UTF-16, and their decoding.
//!
//! A run that is long enough to matter covers a byte in every `min` in a row, so the search looks
//! at one byte in `min` and goes back from there only if it fits. A run may start at any alignment,
//! and what stands before it may look like a part of it; so it is decoded once for each phase.

use super::{
    digits::{BASE64, BASE64_VALUES, DECIMAL, HEX, HEX_VALUES},
    hit::Encoding,
    layer::{Layer, View},
    pass::Pass,
};

/// Finds and decodes the runs of one kind in one layer.
#[derive(Debug)]
pub(super) struct Runs {
    kind: Kind,
    /// The run that lasts to the end of what was fed.
    open: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Hex,
    Base64,
    Decimal,
    Utf16,
}

#[derive(Debug)]
struct Run {
    /// Where it starts in the layer's stream.
    origin: u64,
    phases: Vec<Phase>,
}

/// One reading of a run.
#[derive(Debug)]
struct Phase {
    layer: Box<Layer>,
    /// Digits still to be skipped, for readings that start later.
    skip: usize,
    value: u32,
    /// Bits (of digits) or digits (of a decimal number) in `value`.
    held: u32,
}

impl Runs {
    pub(super) const fn hex() -> Self {
        Self { kind: Kind::Hex, open: None }
    }

    pub(super) const fn base64() -> Self {
        Self { kind: Kind::Base64, open: None }
    }

    pub(super) const fn decimal() -> Self {
        Self { kind: Kind::Decimal, open: None }
    }

    pub(super) const fn utf16() -> Self {
        Self { kind: Kind::Utf16, open: None }
    }

    pub(super) fn feed(&mut self, view: View<'_>, pass: &mut Pass<'_>) {
        let in_run = self.open.is_some();
        let segments = match self.kind {
            Kind::Hex => hunt(view, in_run, HEX_MIN, |bytes, at| HEX.has(bytes, at)),
            Kind::Base64 => hunt(view, in_run, BASE64_MIN, |bytes, at| BASE64.has(bytes, at)),
            Kind::Decimal => hunt(view, in_run, DECIMAL_MIN, |bytes, at| DECIMAL.has(bytes, at)),
            Kind::Utf16 => hunt(view, in_run, UTF16_MIN, alternates),
        };
        for Segment { from, to, ends } in segments {
            let starts = self.open.is_none();
            // The first character of UTF-16 text may stand before the first alternation.
            let before = usize::from(starts && self.kind == Kind::Utf16);
            let from = from.saturating_sub(before);
            let kind = self.kind;
            let origin = view.start.saturating_add(from as u64);
            let run = self.open.get_or_insert_with(|| Run::begin(kind, origin, pass));
            run.decode(kind, view.bytes.get(from..to).unwrap_or_default(), ends, pass);
            if ends {
                self.end(pass);
            }
        }
    }

    /// Whatever run is open has ended.
    pub(super) fn end(&mut self, pass: &mut Pass<'_>) {
        let Some(run) = self.open.take() else { return };
        pass.enter(self.kind.encoding(), run.origin);
        run.phases.into_iter().for_each(|phase| pass.retire(phase.layer));
        pass.leave();
    }
}

impl Run {
    fn begin(kind: Kind, origin: u64, pass: &mut Pass<'_>) -> Self {
        let phases = match kind {
            Kind::Hex => 2,
            Kind::Base64 => 4,
            Kind::Decimal | Kind::Utf16 => 1,
        };
        let reading = |skip| Phase { layer: pass.layer(), skip, value: 0, held: 0 };
        Self { origin, phases: (0..phases).map(reading).collect() }
    }

    fn decode(&mut self, kind: Kind, bytes: &[u8], ends: bool, pass: &mut Pass<'_>) {
        let digits = match kind {
            Kind::Hex => HEX_VALUES.of(bytes),
            Kind::Base64 => BASE64_VALUES.of(bytes),
            Kind::Decimal | Kind::Utf16 => Vec::new(),
        };
        pass.enter(kind.encoding(), self.origin);
        for phase in &mut self.phases {
            let mut decoded = Vec::with_capacity(bytes.len());
            match kind {
                Kind::Hex => phase.digits(&digits, 4, &mut decoded),
                Kind::Base64 => phase.digits(&digits, 6, &mut decoded),
                Kind::Decimal => phase.decimal(bytes, ends, &mut decoded),
                Kind::Utf16 => decoded.extend(bytes.iter().filter(|byte| **byte != 0)),
            }
            phase.layer.feed(&decoded, pass);
        }
        pass.leave();
    }
}

impl Phase {
    /// Packs digits of `bits` bits into bytes; what does not fill a byte is held for the next.
    fn digits(&mut self, digits: &[u8], bits: u32, out: &mut Vec<u8>) {
        let skipped = self.skip.min(digits.len());
        self.skip = self.skip.saturating_sub(skipped);
        let mut rest = digits.get(skipped..).unwrap_or_default();
        while self.held > 0
            && let Some((digit, later)) = rest.split_first()
        {
            self.digit(*digit, bits, out);
            rest = later;
        }
        if bits == 6 {
            let (groups, later) = rest.as_chunks::<4>();
            for [a, b, c, d] in groups.iter().map(|group| group.map(u32::from)) {
                let [_zero, bytes @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
                out.extend_from_slice(&bytes);
            }
            rest = later;
        }
        rest.iter().for_each(|digit| self.digit(*digit, bits, out));
    }

    fn digit(&mut self, digit: u8, bits: u32, out: &mut Vec<u8>) {
        self.value = self.value.wrapping_shl(bits) | u32::from(digit);
        self.held = self.held.saturating_add(bits);
        if self.held >= 8 {
            self.held = self.held.saturating_sub(8);
            out.push(self.value.wrapping_shr(self.held) as u8);
        }
    }

    fn decimal(&mut self, bytes: &[u8], ends: bool, out: &mut Vec<u8>) {
        for byte in bytes {
            if byte.is_ascii_digit() {
                let digit = u32::from(byte.wrapping_sub(b'0'));
                self.value = self.value.saturating_mul(10).saturating_add(digit);
                self.held = 1;
            } else {
                self.decimal_done(out);
            }
        }
        if ends {
            self.decimal_done(out);
        }
    }

    fn decimal_done(&mut self, out: &mut Vec<u8>) {
        if self.held > 0 {
            out.extend(u8::try_from(self.value));
        }
        (self.value, self.held) = (0, 0);
    }
}

impl Kind {
    const fn encoding(self) -> Encoding {
        match self {
            Self::Hex => Encoding::Hex,
            Self::Base64 => Encoding::Base64,
            Self::Decimal => Encoding::Decimal,
            Self::Utf16 => Encoding::Utf16,
        }
    }
}

/// A part of a run, in one view.
struct Segment {
    from: usize,
    to: usize,
    /// The byte at `to` belongs to no run. If not, the run goes on in what comes next.
    ends: bool,
}

/// The parts of runs of at least `min` members that are new in this view.
///
/// A run that is still too short at the end of a view is found in the next one, since a view
/// reaches back further than `min`.
fn hunt(
    view: View<'_>,
    in_run: bool,
    min: usize,
    member: impl Fn(&[u8], usize) -> bool,
) -> Vec<Segment> {
    let View { bytes, fresh, .. } = view;
    let run_end =
        |from: usize| (from..bytes.len()).find(|at| !member(bytes, *at)).unwrap_or(bytes.len());
    let mut segments = Vec::new();
    let mut low = fresh.saturating_sub(min.saturating_sub(1));
    if in_run {
        let to = run_end(fresh);
        segments.push(Segment { from: fresh, to, ends: to < bytes.len() });
        low = to.saturating_add(1);
    }
    loop {
        let probe = low.saturating_add(min);
        if probe > bytes.len() {
            return segments;
        }
        if let Some(gap) = (low..probe).rev().find(|at| !member(bytes, *at)) {
            low = gap.saturating_add(1);
            continue;
        }
        let to = run_end(probe);
        segments.push(Segment { from: low, to, ends: to < bytes.len() });
        low = to.saturating_add(1);
    }
}

/// Exactly one of a byte and the one before is zero: ASCII in UTF-16, in either byte order.
fn alternates(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_some_and(|before| bytes.get(at).is_some_and(|byte| (*byte == 0) != (*before == 0)))
}

/// Shorter runs are not worth decoding: eight bytes, the shortest number that can be listed.
const HEX_MIN: usize = 16;
/// Fifteen bytes, a drawn phone number. Sixteen letters in a row are common in names.
const BASE64_MIN: usize = 20;
/// Eight bytes of up to three digits, or so.
const DECIMAL_MIN: usize = 24;
/// Eight characters, less the first byte, which nothing alternates with.
const UTF16_MIN: usize = 15;

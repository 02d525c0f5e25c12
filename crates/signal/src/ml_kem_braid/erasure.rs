//! Chunks of an object, any `n` of which give it back (ML-KEM Braid section 1.3).
//!
//! An object of `n` rows of 32 bytes is sixteen polynomials of degree below `n` over GF(2^16): the
//! two bytes of a column in row `j` are a value at `j`. A chunk is all sixteen at one point, so
//! chunks 0 to n - 1 are the rows themselves, and all others are parity.

use alloc::{boxed::Box, vec::Vec};

use super::field::{Element, ROW_ELEMENTS, Row, add_scaled, inverse, multiply};

/// Bytes of a row and of a chunk.
pub(crate) const ROW_BYTES: usize = 32;

/// One chunk of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// The point at which the polynomials were evaluated.
    pub(crate) number: u16,
    pub(crate) bytes: [u8; ROW_BYTES],
}

/// An object on its way out, and the number of its next chunk.
#[derive(Debug)]
pub(crate) struct Encoder {
    object: Box<[u8]>,
    pub(crate) next: u16,
    /// The rows' [`weights`], once a chunk of parity was asked for.
    weights: Vec<Element>,
}

impl Encoder {
    //= spec: mlkem-braid r1 1.3 robust-chunks — a large object goes out as a stream of chunks that
    //= never ends, so that loss and reordering do not stop it.
    /// Starts with chunk 0 of `object`, a whole number of rows.
    pub(crate) fn new(object: Box<[u8]>) -> Self {
        Self::resume(object, 0)
    }

    /// An encoder that has given chunks before `next`.
    pub(crate) fn resume(object: Box<[u8]>, next: u16) -> Self {
        Self { object, next, weights: Vec::new() }
    }

    /// The next chunk. After 65,535 comes 0 again.
    pub(crate) fn next_chunk(&mut self) -> Chunk {
        let number = self.next;
        self.next = number.wrapping_add(1);
        Chunk { number, bytes: self.chunk(number) }
    }

    //= spec: mlkem-braid r1 2.2 reed-solomon — sixteen codewords of Reed-Solomon side by side.
    //= spec: mlkem-braid r1 3.6 systematic — the first chunks are the object itself.
    fn chunk(&mut self, number: u16) -> [u8; ROW_BYTES] {
        let rows = self.object.as_chunks::<ROW_BYTES>().0;
        if let Some(row) = rows.get(usize::from(number)) {
            return *row;
        }
        if self.weights.is_empty() {
            self.weights = weights((0..).take(rows.len()));
        }
        let points = (0..).zip(rows.iter().map(to_row));
        to_bytes(&interpolate(points, &self.weights, number))
    }

    /// What is being sent.
    pub(crate) fn object(&self) -> &[u8] {
        &self.object
    }
}

/// An object on its way in.
#[derive(Debug)]
pub(crate) struct Decoder {
    rows: usize,
    /// By ascending number. Always fewer than `rows`: what completes the object ends the decoder.
    held: Vec<Chunk>,
}

/// What one more chunk does to a decoder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is kept, and more are needed.
    Stored,
    /// With it the object is whole: these are its rows.
    Complete(Vec<u8>),
}

impl Decoder {
    /// A decoder of an object of so many rows.
    pub(crate) const fn new(rows: usize) -> Self {
        Self { rows, held: Vec::new() }
    }

    /// A decoder that holds these chunks; `None` if they are not in order or too many.
    pub(crate) fn resume(rows: usize, held: Vec<Chunk>) -> Option<Self> {
        let ascending = held.is_sorted_by(|one, next| one.number < next.number);
        (ascending && held.len() < rows).then_some(Self { rows, held })
    }

    /// What is held, by ascending number.
    pub(crate) fn held(&self) -> &[Chunk] {
        &self.held
    }

    //= spec: mlkem-braid r1 2.2 decode-any — whichever chunks come, in whatever order.
    //= spec: mlkem-braid r1 3.6 any-n-chunks — as many different chunks as there are rows suffice.
    /// What `chunk` would do. A chunk whose number is held already replaces that one.
    pub(crate) fn with(&self, chunk: &Chunk) -> Added {
        let is_new = self.place(chunk).is_err();
        let count = self.held.len().saturating_add(usize::from(is_new));
        if count < self.rows { Added::Stored } else { Added::Complete(self.decode(chunk)) }
    }

    /// Keeps `chunk`.
    pub(crate) fn add(&mut self, chunk: Chunk) {
        match self.place(&chunk) {
            Ok(index) => {
                if let Some(slot) = self.held.get_mut(index) {
                    *slot = chunk;
                }
            }
            Err(index) => self.held.insert(index, chunk),
        }
    }

    fn place(&self, chunk: &Chunk) -> Result<usize, usize> {
        self.held.binary_search_by_key(&chunk.number, |held| held.number)
    }

    fn decode(&self, last: &Chunk) -> Vec<u8> {
        let others = self.held.iter().filter(|held| held.number != last.number);
        let mut points: Vec<_> =
            others.chain([last]).map(|held| (held.number, to_row(&held.bytes))).collect();
        points.sort_unstable_by_key(|(number, _)| *number);
        points.truncate(self.rows);
        let whole = points.iter().all(|(number, _)| usize::from(*number) < self.rows);
        let numbers = points.iter().map(|(number, _)| *number);
        let weights = if whole { Vec::new() } else { weights(numbers) };
        let mut object = Vec::with_capacity(self.rows.saturating_mul(ROW_BYTES));
        for number in (0..).take(self.rows) {
            let held = points.binary_search_by_key(&number, |(held, _)| *held).ok();
            let row = held.and_then(|index| points.get(index)).map(|(_, row)| *row);
            let row = row.unwrap_or_else(|| interpolate(points.iter().copied(), &weights, number));
            object.extend_from_slice(&to_bytes(&row));
        }
        object
    }
}

/// For each point, the inverse of the product of its differences to all others.
fn weights(points: impl Iterator<Item = Element> + Clone) -> Vec<Element> {
    let product = |x: Element| {
        let others = points.clone().filter(|other| *other != x);
        others.fold(1, |product, other| multiply(product, x ^ other))
    };
    inverses(points.clone().map(product).collect())
}

/// Lagrange's formula for a number that is not among the points.
fn interpolate(
    points: impl Iterator<Item = (Element, Row)> + Clone,
    weights: &[Element],
    number: Element,
) -> Row {
    // Of the differences to all points, each point takes the product of those to the others: of
    // those after it, kept here, and of those before it, gathered on the way.
    let mut after = [1; MOST_ROWS];
    let mut product = 1;
    let differences = points.clone().map(|(x, _)| number ^ x);
    let reversed = after.iter_mut().take(weights.len()).rev();
    let mut kept: [Element; MOST_ROWS] = [1; MOST_ROWS];
    kept.iter_mut().zip(differences).for_each(|(slot, difference)| *slot = difference);
    for (slot, difference) in reversed.zip(kept.iter().take(weights.len()).rev()) {
        *slot = product;
        product = multiply(product, *difference);
    }
    let (mut sum, mut before) = ([0; ROW_ELEMENTS], 1);
    for (((x, row), after), weight) in points.zip(after).zip(weights) {
        add_scaled(&mut sum, &row, multiply(multiply(before, after), *weight));
        before = multiply(before, number ^ x);
    }
    sum
}

/// Rows of the largest object.
const MOST_ROWS: usize = super::VECTOR_ROWS;

/// The inverses of elements that are not zero, at the price of one and three products for each.
fn inverses(mut values: Vec<Element>) -> Vec<Element> {
    let mut product = 1;
    let before: Vec<_> = values
        .iter()
        .map(|value| {
            let next = multiply(product, *value);
            core::mem::replace(&mut product, next)
        })
        .collect();
    let mut inverted = inverse(product);
    for (value, before) in values.iter_mut().zip(before).rev() {
        let next = multiply(inverted, *value);
        *value = multiply(inverted, before);
        inverted = next;
    }
    values
}

fn to_row(bytes: &[u8; ROW_BYTES]) -> Row {
    let mut row = [0; ROW_ELEMENTS];
    let pairs = bytes.as_chunks::<2>().0;
    row.iter_mut().zip(pairs).for_each(|(slot, pair)| *slot = Element::from_be_bytes(*pair));
    row
}

fn to_bytes(row: &Row) -> [u8; ROW_BYTES] {
    let mut bytes = [0; ROW_BYTES];
    let pairs = bytes.as_chunks_mut::<2>().0;
    pairs.iter_mut().zip(row).for_each(|(pair, element)| *pair = element.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests;

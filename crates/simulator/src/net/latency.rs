//! How long something takes: distributions as integer tables, so that every machine draws the same.

use vocab::{Micros, sample};

/// A distribution of spans of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Latency {
    /// Always the same.
    Fixed(Micros),
    /// Anything between the two, both included, equally likely.
    Uniform {
        /// The shortest.
        low: Micros,
        /// The longest.
        high: Micros,
    },
    /// Values at equally spaced quantiles, the first at 0 % and the last at 100 %, ascending, at
    /// least two; between neighbours every value is equally likely.
    Quantiles(Vec<Micros>),
}

/// The numbers of a distribution make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLatency {
    /// The shortest is longer than the longest.
    #[error("the shortest latency, {low} us, is above the longest, {high} us")]
    Upside {
        /// Microseconds.
        low: u64,
        /// Microseconds.
        high: u64,
    },
    /// A table needs two quantiles at least.
    #[error("a table of {found} quantiles; at least 2 are needed")]
    TooFewQuantiles {
        /// How many there were.
        found: usize,
    },
    /// The shortest latency is zero.
    #[error("the shortest latency is zero; every link takes at least 1 us")]
    Zero,
}

impl Latency {
    /// The shortest span that can be drawn.
    pub fn minimum(&self) -> Micros {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform { low, .. } => *low,
            Self::Quantiles(table) => table.first().copied().unwrap_or_default(),
        }
    }

    /// One span from one random word.
    pub fn sample(&self, word: u64) -> Micros {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform { low, high } => Micros(sample::between(word, low.0, high.0)),
            Self::Quantiles(table) => interpolate(table, word),
        }
    }

    /// Whether the numbers make sense and the minimum is above zero.
    ///
    /// # Errors
    ///
    /// [`BadLatency`] says what is wrong.
    pub fn check(&self) -> Result<(), BadLatency> {
        let upside = |low: &Micros, high: &Micros| BadLatency::Upside { low: low.0, high: high.0 };
        match self {
            Self::Uniform { low, high } if low > high => return Err(upside(low, high)),
            Self::Quantiles(table) if table.len() < 2 => {
                return Err(BadLatency::TooFewQuantiles { found: table.len() });
            }
            Self::Quantiles(table) => {
                let mut pairs = table.iter().zip(table.iter().skip(1));
                if let Some((low, high)) = pairs.find(|(low, high)| low > high) {
                    return Err(upside(low, high));
                }
            }
            Self::Fixed(_) | Self::Uniform { .. } => {}
        }
        if self.minimum() == Micros(0) { Err(BadLatency::Zero) } else { Ok(()) }
    }
}

/// The word's high part chooses a segment of the table, its low part a place in the segment.
fn interpolate(table: &[Micros], word: u64) -> Micros {
    let segments = table.len().saturating_sub(1) as u64;
    let wide = u128::from(word).wrapping_mul(u128::from(segments));
    let (segment, place) = ((wide >> 64) as usize, wide as u64);
    let mut ends = table.iter().skip(segment);
    match (ends.next(), ends.next()) {
        (Some(low), Some(high)) => Micros(sample::between(place, low.0, high.0)),
        (Some(only), None) => *only,
        (None, _) => Micros(0),
    }
}

//! What one direction of a link is like.

use vocab::Micros;

use super::latency::Latency;

/// What one direction of a link is like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkConfig {
    /// Under which name its messages are counted.
    pub class: String,
    /// How long a message takes. Its minimum is above zero.
    pub latency: Latency,
    /// Messages that never arrive, in a million.
    pub loss_ppm: u32,
    /// Messages that arrive twice, in a million.
    pub duplicate_ppm: u32,
    /// Messages that take longer and may be overtaken, in a million. All others arrive in the order
    /// in which they were sent; the second copy of a doubled one comes whenever it comes.
    pub reorder_ppm: u32,
    /// How much longer such a message takes: shortest and longest.
    pub reorder_delay: (Micros, Micros),
}

impl LinkConfig {
    /// Whether anything of a message's fate is drawn. Where nothing is, all words give one fate.
    pub(crate) const fn draws(&self) -> bool {
        let fixed = matches!(self.latency, Latency::Fixed(_));
        let faults = [self.loss_ppm, self.duplicate_ppm, self.reorder_ppm];
        !fixed || !matches!(faults, [0, 0, 0])
    }

    /// A link of `class` without faults.
    pub fn perfect(class: &str, latency: Latency) -> Self {
        Self {
            class: class.to_owned(),
            latency,
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            reorder_delay: (Micros(0), Micros(0)),
        }
    }
}

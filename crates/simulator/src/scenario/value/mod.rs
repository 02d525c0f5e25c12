//! Values that TOML has no kind for: spans of time, fractions, latencies, conditions.
//!
//! Each is read with `serde`, so that the reader knows the place of one that is wrong.

mod condition;
mod fraction;
mod lasting;
mod latency;
mod reads;
mod shift;

pub(crate) use self::lasting::shown;
pub(super) use self::{
    condition::Condition,
    fraction::Fraction,
    lasting::{Moment, Positive},
    latency::{Delay, Upto},
    reads::Reads,
    shift::Shift,
};

//! Words everyone shares: ids, time, limits, stable sampling.
//!
//! Knows: what things are called and how large they may grow.
//! Does not know: what any of it is used for. No logic, no input or output.

#![no_std]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod class;
mod forms;
pub mod ids;
pub mod limits;
pub mod marker;
pub mod rate;
pub mod sample;
pub mod time;

pub use class::{DataClass, Keep, Reason};
pub use ids::{Address, BlobId, BusinessId, DeviceId, MessageId, NoiseKey, PhoneNumber};
pub use rate::Rate;
pub use time::{Instant, Micros, Now, UnixMicros};

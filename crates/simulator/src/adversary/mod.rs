//! Hops that do not behave: each wraps an honest one and changes what crosses its boundary.
//!
//! They live here and nowhere else; `transport` itself stays free of anything that could decrypt.

mod carrier;
mod device;
mod flood;

pub use carrier::{Carried, Carrier};
pub use device::{Device, Habit};
pub use flood::{Attacker, Learned, Orders};

//! Hops that do not behave: each wraps an honest one and changes what crosses its boundary.
//!
//! They live here and nowhere else; `transport` itself stays free of anything that could decrypt.
//!
//! Knows: frames of the transport, and keys that an adversary makes for itself. Does not know: any
//! key of an honest end.

mod carrier;
mod device;
mod flood;
mod forgery;
mod middle;
mod scheme;
mod tampering;
mod telephones;
#[cfg(test)]
mod tests;
mod thief;

pub use carrier::{Carried, Carrier, Plot};
pub use device::{Device, Draining, Habit};
pub use flood::{Attacker, Learned, Orders};
pub use middle::Middle;
pub use scheme::{Scheme, Tally};
pub use tampering::Tampering;
pub use telephones::Telephones;
pub use thief::{Heard, Thief};

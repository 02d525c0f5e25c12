//! Sesame (revision 2): the sessions with one remote device.
//!
//! A [`Session`] is what Sesame calls a DeviceRecord: an active session state and a list of
//! inactive ones, newest first. Which devices a person has, retries and expiry belong to the
//! endpoint.

mod initiate;
mod open;
mod opening;
mod seal;
mod session;
mod state;

pub use initiate::InitiateRandomness;
pub use open::{OpenContext, OpenRandomness};
pub use opening::{Opened, Opening};
pub use seal::{SealRandomness, Sealed, SendingPosition};
pub use session::Session;
pub(crate) use state::{Changed, Pending, State};

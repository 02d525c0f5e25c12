//! Faults of a plan, made to happen.
//!
//! Faults on the way are a timeline that does not change ([`Weather`]): a sender asks it what its
//! message meets. All others are events of the host that they are about, and its [`Troubles`]. No
//! draw depends on anything but the seed, the fault's family and target, and the message's number,
//! so removing a fault from a plan shifts no other.
//!
//! Greetings and farewells are the world's own: no fault on the way touches them, so nobody is told
//! of a split, and an end that restarts within one believes that its link is up.

mod book;
mod host;
mod line;
mod strike;
mod weather;
mod webhook;

pub use self::book::NoSuchNode;
pub(crate) use self::{book::Book, host::Troubles, weather::Going};

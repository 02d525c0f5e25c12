//! Flows: forms of several screens, of which some are filled by a server of the business.
//!
//! Between a person's app and that server everything is sealed: the app makes a key for each
//! exchange and seals it for the business; the platform carries the sealed bytes, signs them, and
//! looks after the server's health (docs/decisions/0014). So an [`Exchange`] is made by whoever is
//! the app, and by this hop for its health checks alone.
//!
//! Knows: the envelope of an exchange, the signature of a flow token, what a form must look like.
//! Does not know: which flows there are (`handle::manage::flows`), or what anybody enters.

mod check;
mod exchange;
mod token;

pub(crate) use check::check;
pub use exchange::Exchange;
pub(crate) use token::signature;

/// The principal that apps of people are: who may ask what an app asks about flows.
pub const APPS: &str = "flows-client";
/// The screen that no form has: an endpoint names it to end a flow.
pub const SUCCESS: &str = "SUCCESS";

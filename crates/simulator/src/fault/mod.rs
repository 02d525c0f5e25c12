//! Faults: what goes wrong in a run, when, for how long and to whom.
//!
//! A plan is a concrete list of [`Fault`]s. People write one, a swarm draws one, shrinking makes
//! one shorter; a run knows nothing of where its plan came from.
//!
//! Knows: names of nodes, and what can go wrong with them. Does not know: hosts, links, or how the
//! kernel makes it happen.

mod dishonesty;
mod draw;
mod family;
mod model;

pub use self::{
    draw::draw,
    family::Family,
    model::{Dishonesty, Fault, LinkFault, NodeFault, On, WebhookFault, What},
};

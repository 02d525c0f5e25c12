//! HTTP/1.1 on real sockets, for hops to whom it is values.
//!
//! Knows: sockets, limits, names of servers. Does not know: any route, or what a body holds.

mod asker;
mod hosts;
mod message;
mod server;
#[cfg(test)]
mod tests;

pub use self::{
    asker::Asker,
    hosts::{Hosts, NotAllowed},
    server::{Server, Service, service},
};
pub(crate) use self::{message::to_hyper, server::Connections};

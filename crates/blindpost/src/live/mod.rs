//! Commands that run hops on real sockets.

pub(crate) mod args;
mod ready_file;
pub(crate) mod single;
pub(crate) mod store;
pub(crate) mod terminal;
pub(crate) mod up;

//! Commands that run hops on real sockets.

pub(crate) mod args;
pub(crate) mod up;

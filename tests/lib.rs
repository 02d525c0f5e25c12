//! What no single crate can promise: stories across hops and the rules of the crate graph.

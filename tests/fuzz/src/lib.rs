//! Fuzz targets: one function from bytes to nothing for each decoder, and one for sequences of
//! actions. A target panics when something that must hold does not.
//!
//! libFuzzer calls them (`src/main.rs`, by `tests/fuzz/run`): first with every input that is
//! committed, then with those that it makes up.

mod actions;
mod adapter;
mod bytes;
mod decoders;
mod link;
mod party;
mod pool;
mod post_quantum;
mod snapshots;

/// A target, by name.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. Seeds are in `seeds/NAME`, inputs that once failed in `regressions/NAME`.
pub const TARGETS: &[Target] = &[
    ("actions", actions::target),
    ("adapter", adapter::target),
    ("content", decoders::content),
    ("fingerprint", decoders::fingerprint),
    ("keys", decoders::keys),
    ("link", self::link::target),
    ("messages", decoders::messages),
    ("post-quantum", post_quantum::target),
    ("records", snapshots::records),
    ("snapshots", snapshots::target),
    ("transport", decoders::transport),
];

/// The target of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}

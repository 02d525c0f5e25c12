//! From a checked scenario to a plan: who does what, and when.
//!
//! What a scenario says is taken as it is; messages that it leaves to chance are drawn here, from
//! one word of the workload's own stream. It does not know nodes, ids or keys: how an act reaches a
//! hop is decided where the world is built.

mod chat;
mod generated;
mod plan;
mod sentence;
#[cfg(test)]
mod tests;
mod words;

pub use self::plan::{Act, Action, Plan, Replay, plan, plan_of};

/// A short text of `count` words, number `index` of `list` under `key`.
pub(crate) fn text(key: u64, list: u64, index: u64, count: u64) -> String {
    sentence::sentence(&mut words::Words::of(key, list, index), count)
}

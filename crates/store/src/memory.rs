//! The memory engine.
/// Placeholder.
#[derive(Debug)]
pub struct Memory;

//! What one reader asks for, and when.

use std::sync::Arc;

use vocab::{DataClass, Micros};

/// What one reader is.
#[derive(Clone)]
pub struct Config {
    /// Its name in events, such as `ads`.
    pub name: String,
    /// The token that it has.
    pub token: String,
    /// What it asks, in order, in every round: shared, for it is much where businesses are many.
    pub asks: Vec<Arc<Ask>>,
    /// From its first start to the first round.
    pub first: Micros,
    /// From the beginning of one round to that of the next.
    pub every: Micros,
    /// How many rounds; it is idle after the last.
    pub rounds: u32,
    /// In each round it asks one question of so many, drawn anew; 1 is all of them. Of
    /// each class it asks at least one.
    pub one_in: u32,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The server.
    pub authority: String,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The class of what is asked for.
    pub class: DataClass,
}

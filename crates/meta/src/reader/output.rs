//! What a reader tells: what it asked and how that ended, never what it was given.

use vocab::DataClass;

/// How one question ended.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was answered.
    Asked {
        /// The server.
        authority: String,
        /// The method.
        method: String,
        /// Path and query.
        target: String,
        /// The class of what was asked for.
        class: DataClass,
        /// The status of the answer.
        status: u16,
    },
    /// Nobody answered, however often it was asked in this round. No attempt was made, so nothing
    /// is earned by it.
    Unanswered {
        /// The server.
        authority: String,
        /// The method.
        method: String,
        /// Path and query.
        target: String,
        /// The class of what was asked for.
        class: DataClass,
    },
    /// All questions of a round have ended.
    RoundEnded {
        /// The reader.
        name: String,
        /// Rounds so far.
        rounds: u32,
    },
}

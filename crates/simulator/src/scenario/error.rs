//! Why a scenario was not run: which file, which line, what is there and what was expected.

use std::fmt;

use vocab::Micros;

use super::{limits::MAX_SPAN, names::Names, value::shown};
use crate::chat_export::ChatError;

/// Why a scenario cannot be used. Shown as `sims/x.toml:12: what is there: what was expected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The file, as it was named.
    pub file: String,
    /// The line to look at, from 1; `None` if it is the whole file.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for ScenarioError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.problem)
    }
}

/// What is wrong with a scenario.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such file, or the system does not let us read it.
    #[error("cannot be read ({why}): expected {expected}")]
    Unreadable {
        /// What the file should have been.
        expected: &'static str,
        /// In the words of the system.
        why: String,
    },
    /// A folder.
    #[error("is a directory: expected {expected}")]
    Directory {
        /// What it should have been.
        expected: &'static str,
    },
    /// Bytes that are no UTF-8.
    #[error("byte {byte} is not UTF-8: expected a text file in UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong, from 0.
        byte: usize,
    },
    /// More bytes than a file of its kind may have.
    #[error("has more than {limit} bytes: expected a smaller file")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Nothing but blanks and comments.
    #[error(
        "is empty: expected {EXPECTED_FILE}, with at least `title`, `duration`, a [[person]] and a \
         [[business]]"
    )]
    Empty,
    /// The reader of the format says so: no TOML, an unknown key, a value of the wrong kind.
    #[error("{0}")]
    Format(String),
    /// A name that nobody and nothing in the scenario has.
    #[error("unknown {what} {found:?}: expected {expected}{}", expected.hint(found))]
    Unknown {
        /// What was to be named: `person`, `business`, `node`, ….
        what: &'static str,
        /// The name.
        found: String,
        /// The names that there are.
        expected: Names,
    },
    /// A name that something else has.
    #[error("{what} {found:?} is taken: expected another one than {by}")]
    Taken {
        /// What was to be named.
        what: &'static str,
        /// The name.
        found: String,
        /// Who has it.
        by: String,
    },
    /// A value that this key cannot have.
    #[error("`{key}` is {found}: expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// A moment after the end of the run.
    #[error(
        "`{key}` is {}, after the end: expected at most the `duration`, {}",
        shown(*at), shown(*duration)
    )]
    AfterTheEnd {
        /// The key.
        key: &'static str,
        /// The moment.
        at: Micros,
        /// The end.
        duration: Micros,
    },
    /// Something that cannot be done in this way.
    #[error("{found}: expected {expected}")]
    Misfit {
        /// What the scenario asks for.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// The file of a chat export cannot be read.
    #[error("the chat export {path} {problem}")]
    ChatFile {
        /// Where it was looked for.
        path: String,
        /// Why not.
        problem: Box<Problem>,
    },
    /// The chat export makes no sense.
    #[error("{}", without_line(.0))]
    Chat(ChatError),
    /// Somebody in the chat export who is nobody in the scenario.
    #[error(
        "the sender {sender:?} is nobody in the scenario: expected one of `people` of the [[chat]] \
         on line {chat_line} of the scenario, which has {mapped}{}",
        mapped.hint(sender)
    )]
    UnknownSender {
        /// As exported.
        sender: String,
        /// The line of the `[[chat]]` in the scenario.
        chat_line: usize,
        /// The senders that the scenario knows.
        mapped: Names,
    },
}

/// The line stands before the message already.
fn without_line(error: &ChatError) -> String {
    let text = error.to_string();
    let prefix = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    text.strip_prefix(&prefix).unwrap_or(&text).to_owned()
}

/// The words for a span of time that a key does not allow.
pub(super) fn span_range(least: &str) -> String {
    format!("from {least} to {}", shown(MAX_SPAN))
}

pub(super) const EXPECTED_FILE: &str = "a scenario such as sims/01-first-message.toml";
pub(super) const EXPECTED_PLAN: &str = "a plan of faults as --write-plan writes it";
pub(super) const EXPECTED_CHAT: &str = "a chat exported from WhatsApp as text";

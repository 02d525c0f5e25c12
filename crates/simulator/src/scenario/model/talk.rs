//! What people and businesses do.

use schemars::JsonSchema;
use serde::Deserialize;
use vocab::Micros;

use crate::{chat_export::LocalTime, net::Latency};

/// A message that somebody writes: a person to a business, or a business to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// When.
    pub at: Micros,
    /// Who.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What; never empty.
    pub text: String,
    /// Unique.
    pub label: Option<String>,
    /// Whether it goes as the caption of a picture that holds it too.
    pub picture: bool,
}

/// Messages to be made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generate {
    /// People, at least one.
    pub from: Vec<String>,
    /// A business.
    pub to: String,
    /// How many in all.
    pub count: u64,
    /// When the first is written.
    pub start: Micros,
    /// How long after one the next is written.
    pub every: Latency,
    /// Words of each.
    pub words: u64,
}

/// A chat to be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// The exported file, as the scenario names it.
    pub file: String,
    /// Where the scenario speaks of it.
    pub line: usize,
    /// Who takes part: people, at least one, in the order of their names.
    pub people: Vec<String>,
    /// The business.
    pub business: String,
    /// When the first message is written.
    pub start: Micros,
    /// Gaps are divided by this; at least 1.
    pub pace: u64,
    /// The messages, at least one, in the order of the file.
    pub lines: Vec<ChatLine>,
    /// What is not replayed.
    pub skipped: Skipped,
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatLine {
    /// Its line in the exported file.
    pub line: usize,
    /// When, by the clock of the phone that exported the chat.
    pub at: LocalTime,
    /// A person or the business of the chat.
    pub from: String,
    /// Never empty.
    pub text: String,
}

/// How many entries of a chat are not replayed, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Written by the app.
    pub system: usize,
    /// The bytes are not in the export.
    pub attachments: usize,
    /// Taken back by the sender.
    pub deleted: usize,
    /// Without text.
    pub empty: usize,
    /// Longer than the Cloud API takes.
    pub too_long: usize,
    /// Messages after `at_most`.
    pub beyond: usize,
}

/// Something that a person does, other than to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Micros,
    /// The person.
    pub who: String,
    /// What; what it needs is there.
    pub what: DeedKind,
    /// The business. With [`DeedKind::AskAgain`] and [`DeedKind::ClaimRead`], who wrote the
    /// message; none with [`DeedKind::Reinstall`] and [`DeedKind::DeleteAccount`].
    pub about: Option<String>,
    /// The label of a message from `about` to `who`; with [`DeedKind::ClaimRead`] to somebody else.
    pub message: Option<String>,
    /// Whether the message's text is disclosed.
    pub attach: bool,
}

/// What a person can do, other than to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum DeedKind {
    /// Ask the sender for a message again.
    AskAgain,
    /// Lose the session with a business, as a device does that is restored from an old back-up.
    LoseSession,
    /// Set the app up anew: a new identity under the same number.
    Reinstall,
    /// Delete the account: nothing of it is kept, and messages to it fail. Who sets the app up anew
    /// after it claims the number with a code, as anybody does.
    DeleteAccount,
    /// Compare codes with a business, as two people do who stand next to each other: both have the
    /// same if nobody is in between.
    CompareCodes,
    /// Report a business.
    Report,
    /// Block a business.
    Block,
    /// Stop blocking it.
    Unblock,
    /// Tell a business that one has read a message which it sent to somebody else, as no honest app
    /// does.
    ClaimRead,
}

impl DeedKind {
    /// Whether files name whom it is about; with others it is known, or nobody.
    pub const fn is_about(self) -> bool {
        match self {
            Self::LoseSession | Self::CompareCodes | Self::Report | Self::Block | Self::Unblock => {
                true
            }
            Self::AskAgain | Self::Reinstall | Self::DeleteAccount | Self::ClaimRead => false,
        }
    }

    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AskAgain => "ask-again",
            Self::LoseSession => "lose-session",
            Self::Reinstall => "reinstall",
            Self::DeleteAccount => "delete-account",
            Self::CompareCodes => "compare-codes",
            Self::Report => "report",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::ClaimRead => "claim-read",
        }
    }
}

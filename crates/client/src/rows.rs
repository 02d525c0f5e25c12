//! The device's own rows, beside those of its endpoint.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `done` | numbers of commands that were done | connection metadata | 31 days |
//! | `hist` | the person's chat history | message content | the person's own |
//! | `left` | that the account was deleted, and no more | connection metadata | until anew |
//! | `label` | who runs the other end of a chat | connection metadata | with the account |

use alloc::{string::ToString, vec::Vec};

use prost::Message;
use store::Key;
use vocab::{MessageId, PhoneNumber};

/// A command that was done.
pub fn done(number: u64) -> Key {
    Key::table("done").with_number(number)
}

/// The chat history.
pub fn history() -> Key {
    Key::table("hist")
}

/// That the account was deleted: a restart is no reason to set it up anew.
pub fn left() -> Key {
    Key::table("left")
}

/// All rows.
pub fn all() -> Key {
    Key::default()
}

/// The label of a chat.
pub fn label(with: &[u8; 16]) -> Key {
    Key::table("label").with(with)
}

/// One message of the history.
#[derive(Clone, PartialEq, Message)]
pub struct HistoryRow {
    /// The message.
    #[prost(bytes = "vec", tag = "1")]
    pub id: Vec<u8>,
    /// Digits of the other side's number.
    #[prost(string, tag = "2")]
    pub with: alloc::string::String,
    /// Whether the person wrote it.
    #[prost(bool, tag = "3")]
    pub ours: bool,
    /// What it says.
    #[prost(string, tag = "4")]
    pub text: alloc::string::String,
}

impl HistoryRow {
    /// The row of a message.
    pub fn of(id: MessageId, with: &PhoneNumber, ours: bool, text: &str) -> Self {
        let with = with.digits().to_string();
        Self { id: id.0.to_vec(), with, ours, text: text.to_string() }
    }
}

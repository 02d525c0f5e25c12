//! The device's own rows, beside those of its endpoint.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `done` | numbers of commands that were done | connection metadata | 31 days |
//! | `hist` | the person's chat history | message content | the person's own |
//! | `file` | files of these messages | message content | the person's own |
//! | `left` | that the account was deleted, and no more | connection metadata | until anew |
//! | `label` | who runs the other end of a chat | connection metadata | with the account |

use alloc::{string::ToString, vec::Vec};

use prost::Message;
use store::Key;
use vocab::{MessageId, PhoneNumber};
use wire::content::{Body, Content};

/// A command that was done.
pub fn done(number: u64) -> Key {
    Key::table("done").with_number(number)
}

/// The chat history.
pub fn history() -> Key {
    Key::table("hist")
}

/// The file of a message, a queue that has one row.
pub fn file(id: MessageId) -> Key {
    Key::table("file").with(&id.0)
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
    /// The words that are shown of it.
    #[prost(string, tag = "4")]
    pub text: alloc::string::String,
    /// The encoded content of what is more than words; empty otherwise.
    #[prost(bytes = "vec", tag = "5")]
    pub content: Vec<u8>,
}

impl HistoryRow {
    /// The row of a message.
    pub fn of(content: &Content, with: &PhoneNumber, ours: bool) -> Self {
        let is_words = matches!(content.body, Body::Text(_)) && content.quoted.is_none();
        Self {
            id: content.id.0.to_vec(),
            with: with.digits().to_string(),
            ours,
            text: content.body.words().to_string(),
            content: if is_words { Vec::new() } else { content.encode() },
        }
    }
}

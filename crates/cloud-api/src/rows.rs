//! The Cloud API's own rows, beside those of its numbers' endpoints.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `grant` | numbers that businesses granted | business information | while granted |
//! | `day` | a key for each business and day, wrapped | key material | 31 days |
//! | `mkey` | a key for each message, wrapped | key material | as its message |
//! | `from` | who wrote a message, sealed | message content (vault) | 30 days |
//! | `hook` | webhooks to deliver, sealed | message content (vault) | 7 days |
//! | `bill` | billing records to deliver | billing | until delivered |
//! | `stat` | counts by day, business and kind | statistics | an aggregate |
//! | `req` | request ids of businesses | connection metadata | 31 days |
//!
//! Back-ups leave `day` and `mkey` out: without them no copy of a sealed row can be opened.

use prost::Message;
use store::Key;
use vocab::MessageId;

/// A granted number.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct GrantRow {
    /// Its place among the numbers of this node; it never changes.
    #[prost(uint32, tag = "1")]
    pub slot: u32,
    /// Its id.
    #[prost(string, tag = "2")]
    pub phone_number_id: String,
    /// The business.
    #[prost(string, tag = "3")]
    pub business: String,
    /// Digits of the number.
    #[prost(string, tag = "4")]
    pub display_phone_number: String,
    /// Whether the grant is in force.
    #[prost(bool, tag = "5")]
    pub live: bool,
}

/// A webhook that waits.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct HookRow {
    /// The number it is about.
    #[prost(string, tag = "1")]
    pub phone_number_id: String,
    /// The bytes that are signed and sent.
    #[prost(bytes = "vec", tag = "2")]
    pub body: Vec<u8>,
    /// What it is, for the operator: a message id or a status of one.
    #[prost(string, tag = "3")]
    pub item: String,
}

/// Tables whose rows are messages on their way, for whoever asks what became of one.
pub const ON_THEIR_WAY: [&str; 1] = [HOOK];

const HOOK: &str = "hook";

/// All grants.
pub fn grants() -> Key {
    Key::table("grant")
}

/// One grant.
pub fn grant(slot: u32) -> Key {
    grants().with(&slot.to_be_bytes())
}

/// Who wrote a message.
pub fn author(slot: u32, id: MessageId) -> Key {
    Key::table("from").with(&slot.to_be_bytes()).with(&id.0)
}

/// All webhooks that wait.
pub fn hooks() -> Key {
    Key::table(HOOK)
}

/// All billing records that wait.
pub fn bills() -> Key {
    Key::table("bill")
}

/// All statistics.
pub fn statistics() -> Key {
    Key::table("stat")
}

/// One count.
pub fn statistic(day: u64, kind: Kind, business: &str) -> Key {
    statistics().with_number(day).with(&[kind as u8]).with(business.as_bytes())
}

/// A request id of a business.
pub fn request(slot: u32, hash: &[u8; 16]) -> Key {
    Key::table("req").with(&slot.to_be_bytes()).with(hash)
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages from people.
    Received = 0,
    /// Messages that the transport took.
    Sent = 1,
    /// Messages that arrived.
    Delivered = 2,
    /// Messages that were read.
    Read = 3,
    /// Messages that did not go out.
    Failed = 4,
}

impl Kind {
    /// The kind with this number in a row's key.
    pub const fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Received),
            1 => Some(Self::Sent),
            2 => Some(Self::Delivered),
            3 => Some(Self::Read),
            4 => Some(Self::Failed),
            _ => None,
        }
    }

    /// The name in exports and webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

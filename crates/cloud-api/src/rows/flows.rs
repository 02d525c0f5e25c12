//! Rows of flows.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `flow` | a flow and its JSON | template | by contract |
//! | `sick` | how an endpoint fails, and what was sent since | business information | until well |
//!
//! Neither says anything about a person.

use prost::Message;
use store::Key;

use super::cut;

/// A flow of a business.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FlowRow {
    /// Its id: digits.
    #[prost(string, tag = "1")]
    pub id: String,
    /// What its business calls it; no other of the business has the name.
    #[prost(string, tag = "2")]
    pub name: String,
    /// What it is for.
    #[prost(string, repeated, tag = "3")]
    pub categories: Vec<String>,
    /// Whether it can be sent.
    #[prost(enumeration = "FlowStatus", tag = "4")]
    pub status: i32,
    /// Where its endpoint is; empty where it has none.
    #[prost(string, tag = "5")]
    pub endpoint_uri: String,
    /// Its Flow JSON as it was uploaded; empty where none was.
    #[prost(string, tag = "6")]
    pub json: String,
    /// When it was changed last, in microseconds.
    #[prost(uint64, tag = "7")]
    pub updated_at: u64,
}

/// Whether a flow can be sent, and opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
pub enum FlowStatus {
    /// It is being made: it is sent only to be tried out.
    Draft = 0,
    /// It can be sent, and not be changed any more.
    Published = 1,
    /// Its business has done with it: it is neither sent nor opened.
    Deprecated = 2,
    /// Its endpoint has failed for long: it is neither sent nor opened.
    Blocked = 3,
    /// Its endpoint fails: few messages with it can be sent.
    Throttled = 4,
}

impl FlowStatus {
    /// The name in answers and webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Deprecated => "DEPRECATED",
            Self::Blocked => "BLOCKED",
            Self::Throttled => "THROTTLED",
        }
    }
}

/// How the endpoint of a flow fails.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FailingRow {
    /// The flow.
    #[prost(string, tag = "1")]
    pub flow: String,
    /// Requests in a row that it did not answer as it should.
    #[prost(uint32, tag = "2")]
    pub failed: u32,
    /// When messages with it were sent since it is throttled, in microseconds, the oldest first.
    #[prost(uint64, repeated, tag = "3")]
    pub sent: Vec<u64>,
}

/// All flows of a business.
pub fn flows(business: &str) -> Key {
    Key::table("flow").with(&cut(&[business.as_bytes()]))
}

/// One of them.
pub fn flow(business: &str, id: &str) -> Key {
    flows(business).with(&cut(&[id.as_bytes()]))
}

/// How the endpoint of a flow fails.
pub fn failing(business: &str, id: &str) -> Key {
    Key::table("sick").with(&cut(&[business.as_bytes(), id.as_bytes()]))
}

//! What travels inside a session (proto/content.proto), read into checked types.

use alloc::{string::String, vec::Vec};

use prost::Message as _;
use vocab::{MessageId, UnixMicros, limits};

use crate::{
    error::Malformed,
    generated::content::{self as raw, content},
};

/// One message between two ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The id that the envelope bears outside.
    pub id: MessageId,
    /// When it was written, by the sender's clock.
    pub sent_at: UnixMicros,
    /// What the sender is called.
    pub profile_name: String,
    /// What it says.
    pub text: String,
}

impl core::fmt::Debug for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Content is for the ends' eyes, not for logs.
        write!(f, "Content({}, {}B)", self.id, self.text.len())
    }
}

impl Content {
    /// The bytes that are padded and sealed.
    pub fn encode(&self) -> Vec<u8> {
        raw::Content {
            id: self.id.0.to_vec(),
            sent_at: self.sent_at.0,
            profile_name: self.profile_name.clone(),
            body: Some(content::Body::Text(raw::Text { body: self.text.clone() })),
        }
        .encode_to_vec()
    }

    /// Reads what a session opened.
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let content = raw::Content::decode(bytes)?;
        let Some(content::Body::Text(text)) = content.body else {
            return Err(Malformed::Missing("body"));
        };
        if text.body.len() > limits::MAX_TEXT {
            let found = text.body.len();
            return Err(Malformed::TooMany { what: "text", found, most: limits::MAX_TEXT });
        }
        Ok(Self {
            id: MessageId::from_slice(&content.id).ok_or(Malformed::Unknown("message id"))?,
            sent_at: UnixMicros(content.sent_at),
            profile_name: content.profile_name,
            text: text.body,
        })
    }
}

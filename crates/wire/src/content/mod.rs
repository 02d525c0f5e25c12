//! What travels inside a session (proto/content.proto), read into checked types.

use alloc::{string::String, vec::Vec};

use prost::Message as _;
use vocab::{MessageId, UnixMicros, limits};

use crate::{error::Malformed, generated::content as raw};

mod body;
mod convert;
#[cfg(test)]
mod tests;

pub use body::{Answer, Body, Choice, Media, Object, Offer, Reaction, Text};
pub use raw::{ChoiceKind, MediaKind, ObjectKind, OfferKind};

/// One message between two ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The id that the envelope bears outside.
    pub id: MessageId,
    /// When it was written, by the sender's clock.
    pub sent_at: UnixMicros,
    /// What the sender is called.
    pub profile_name: String,
    /// The message that it answers.
    pub quoted: Option<MessageId>,
    /// What it says.
    pub body: Body,
}

impl core::fmt::Debug for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Content is for the ends' eyes, not for logs.
        write!(f, "Content({}, {:?})", self.id, self.body)
    }
}

impl Content {
    /// The bytes that are padded and sealed.
    pub fn encode(&self) -> Vec<u8> {
        raw::Content {
            id: self.id.0.to_vec(),
            sent_at: self.sent_at.0,
            profile_name: self.profile_name.clone(),
            quoted: self.quoted.map(|id| id.0.to_vec()).unwrap_or_default(),
            body: Some(self.body.clone().into()),
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
        let body = Body::try_from(content.body.ok_or(Malformed::Missing("body"))?)?;
        body.check()?;
        let quoted = Some(content.quoted).filter(|id| !id.is_empty());
        let id =
            |bytes: &[u8]| MessageId::from_slice(bytes).ok_or(Malformed::Unknown("message id"));
        Ok(Self {
            id: id(&content.id)?,
            sent_at: UnixMicros(content.sent_at),
            profile_name: content.profile_name,
            quoted: quoted.as_deref().map(id).transpose()?,
            body,
        })
    }
}

impl Body {
    /// Whether every part is within its limit: what is not would be refused by the other end.
    ///
    /// # Errors
    ///
    /// [`Malformed::TooMany`], with the part that is too long.
    pub fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Text(text) => within("text", text.body.len(), limits::MAX_TEXT),
            Self::Media(media) => media.check(),
            Self::Reaction(reaction) => within("emoji", reaction.emoji.len(), limits::MAX_EMOJI),
            Self::Offer(offer) => {
                within("text", offer.text.len(), limits::MAX_TEXT)?;
                within("name", offer.name.len(), limits::MAX_NAME)?;
                within("choices", offer.choices.len(), limits::MAX_CHOICES)?;
                for choice in &offer.choices {
                    within("id of a choice", choice.id.len(), limits::MAX_CHOICE_ID)?;
                    within("title of a choice", choice.title.len(), limits::MAX_NAME)?;
                    within("description of a choice", choice.description.len(), limits::MAX_NAME)?;
                }
                offer.header.as_ref().map_or(Ok(()), Media::check)?;
                within("object", offer.json.len(), limits::MAX_OBJECT)
            }
            Self::Answer(answer) => {
                within("id of a choice", answer.id.len(), limits::MAX_CHOICE_ID)?;
                within("title of a choice", answer.title.len(), limits::MAX_NAME)?;
                within("description of a choice", answer.description.len(), limits::MAX_NAME)?;
                within("object", answer.json.len(), limits::MAX_OBJECT)
            }
            Self::Object(object) => within("object", object.json.len(), limits::MAX_OBJECT),
        }
    }
}

impl Media {
    fn check(&self) -> Result<(), Malformed> {
        within("blob id", self.blob.len(), limits::MAX_BLOB_ID)?;
        within("caption", self.caption.len(), limits::MAX_TEXT)?;
        within("file name", self.filename.len(), limits::MAX_NAME)?;
        within("MIME type", self.mime_type.len(), limits::MAX_NAME)
    }
}

const fn within(what: &'static str, found: usize, most: usize) -> Result<(), Malformed> {
    if found > most { Err(Malformed::TooMany { what, found, most }) } else { Ok(()) }
}

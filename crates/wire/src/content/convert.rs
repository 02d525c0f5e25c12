//! Between the checked types and what prost generated.

use alloc::boxed::Box;

use vocab::MessageId;

use super::{Answer, Body, Choice, Media, Object, Offer, Reaction, Text};
use crate::{
    error::Malformed,
    generated::content::{self as raw, content},
};

impl From<Body> for content::Body {
    fn from(body: Body) -> Self {
        match body {
            Body::Text(Text { body, preview_url }) => Self::Text(raw::Text { body, preview_url }),
            Body::Media(media) => Self::Media((*media).into()),
            Body::Reaction(Reaction { message, emoji }) => {
                Self::Reaction(raw::Reaction { message: message.0.to_vec(), emoji })
            }
            Body::Offer(offer) => Self::Offer(raw::Offer {
                kind: offer.kind.into(),
                name: offer.name,
                text: offer.text,
                choices: offer.choices.into_iter().map(Into::into).collect(),
                header: offer.header.map(Into::into),
                json: offer.json,
            }),
            Body::Answer(Answer { kind, id, title, description, json }) => {
                Self::Answer(raw::Answer { kind: kind.into(), id, title, description, json })
            }
            Body::Object(Object { kind, json }) => {
                Self::Object(raw::Object { kind: kind.into(), json })
            }
        }
    }
}

impl From<Choice> for raw::Choice {
    fn from(Choice { kind, id, title, description }: Choice) -> Self {
        Self { kind: kind.into(), id, title, description }
    }
}

impl From<Media> for raw::Media {
    fn from(media: Media) -> Self {
        Self {
            kind: media.kind.into(),
            blob: media.blob,
            key: media.key.to_vec(),
            digest: media.digest.to_vec(),
            file_digest: media.file_digest.to_vec(),
            size: media.size,
            mime_type: media.mime_type,
            caption: media.caption,
            filename: media.filename,
            voice: media.voice,
            animated: media.animated,
        }
    }
}

/// A kind that this version knows and that says something.
fn known<K: TryFrom<i32> + PartialEq + Default>(
    kind: i32,
    what: &'static str,
) -> Result<K, Malformed> {
    let known = K::try_from(kind).ok().filter(|kind| *kind != K::default());
    known.ok_or(Malformed::Unknown(what))
}

fn bytes32(bytes: &[u8], what: &'static str) -> Result<[u8; 32], Malformed> {
    bytes.try_into().map_err(|_| Malformed::Unknown(what))
}

impl TryFrom<content::Body> for Body {
    type Error = Malformed;

    fn try_from(body: content::Body) -> Result<Self, Malformed> {
        Ok(match body {
            content::Body::Text(raw::Text { body, preview_url }) => {
                Self::Text(Text { body, preview_url })
            }
            content::Body::Media(media) => Self::Media(Box::new(media.try_into()?)),
            content::Body::Reaction(raw::Reaction { message, emoji }) => {
                let message = MessageId::from_slice(&message);
                let message = message.ok_or(Malformed::Unknown("message of a reaction"))?;
                Self::Reaction(Reaction { message, emoji })
            }
            content::Body::Offer(offer) => Self::Offer(Box::new(Offer {
                kind: known(offer.kind, "kind of an offer")?,
                name: offer.name,
                text: offer.text,
                choices: offer
                    .choices
                    .into_iter()
                    .map(TryInto::try_into)
                    .collect::<Result<_, _>>()?,
                header: offer.header.map(TryInto::try_into).transpose()?,
                json: offer.json,
            })),
            content::Body::Answer(answer) => Self::Answer(Answer {
                kind: known(answer.kind, "kind of a choice")?,
                id: answer.id,
                title: answer.title,
                description: answer.description,
                json: answer.json,
            }),
            content::Body::Object(object) => Self::Object(Object {
                kind: known(object.kind, "kind of an object")?,
                json: object.json,
            }),
        })
    }
}

impl TryFrom<raw::Choice> for Choice {
    type Error = Malformed;

    fn try_from(choice: raw::Choice) -> Result<Self, Malformed> {
        Ok(Self {
            kind: known(choice.kind, "kind of a choice")?,
            id: choice.id,
            title: choice.title,
            description: choice.description,
        })
    }
}

impl TryFrom<raw::Media> for Media {
    type Error = Malformed;

    fn try_from(media: raw::Media) -> Result<Self, Malformed> {
        Ok(Self {
            kind: known(media.kind, "kind of media")?,
            blob: media.blob,
            key: bytes32(&media.key, "key of media")?,
            digest: bytes32(&media.digest, "digest of media")?,
            file_digest: bytes32(&media.file_digest, "digest of a file")?,
            size: media.size,
            mime_type: media.mime_type,
            caption: media.caption,
            filename: media.filename,
            voice: media.voice,
            animated: media.animated,
        })
    }
}

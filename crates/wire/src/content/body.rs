//! What a message says, by its kind.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use vocab::MessageId;

use super::{ChoiceKind, MediaKind, ObjectKind, OfferKind};

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Words.
    Text(Text),
    /// A file.
    Media(Box<Media>),
    /// An emoji on another message.
    Reaction(Reaction),
    /// Something to choose from.
    Offer(Box<Offer>),
    /// What was chosen.
    Answer(Answer),
    /// Something that is only shown or handed on.
    Object(Object),
}

/// Words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The words.
    pub body: String,
    /// Whether the first link in it is shown with a preview.
    pub preview_url: bool,
}

/// A file that the transport stores as a blob that it cannot read.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// What kind of file.
    pub kind: MediaKind,
    /// Names the blob.
    pub blob: Vec<u8>,
    /// From which the blob's keys are derived.
    pub key: [u8; 32],
    /// SHA-256 of the blob.
    pub digest: [u8; 32],
    /// SHA-256 of the file.
    pub file_digest: [u8; 32],
    /// Bytes of the file.
    pub size: u64,
    /// Its MIME type.
    pub mime_type: String,
    /// Words beside it.
    pub caption: String,
    /// Of a document: what it is called.
    pub filename: String,
    /// Of audio: spoken into the device, and played as such.
    pub voice: bool,
    /// Of a sticker.
    pub animated: bool,
}

/// An emoji on another message.
#[derive(Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The message that is reacted to.
    pub message: MessageId,
    /// Empty: an earlier reaction is withdrawn.
    pub emoji: String,
}

/// An interactive message, or a template with its parameters filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which of the two.
    pub kind: OfferKind,
    /// `button`, `list`, `flow` and so on; a template's name.
    pub name: String,
    /// What is shown of it.
    pub text: String,
    /// What can be pressed.
    pub choices: Vec<Choice>,
    /// Shown above the text.
    pub header: Option<Media>,
    /// The object as the Cloud API has it: canonical JSON.
    pub json: Vec<u8>,
}

/// Something that can be pressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is.
    pub kind: ChoiceKind,
    /// What the answer names: a button's or row's id, a quick reply's payload.
    pub id: String,
    /// What stands on it.
    pub title: String,
    /// What stands beside it.
    pub description: String,
}

/// What a person chose; the content quotes the offer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was pressed.
    pub kind: ChoiceKind,
    /// Its id or payload.
    pub id: String,
    /// What stood on it.
    pub title: String,
    /// What stood beside it.
    pub description: String,
    /// What a form or flow returns, as JSON; empty for others.
    pub json: Vec<u8>,
}

/// Something that is only shown or handed on.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// The object that the Cloud API's messages have under the kind's name; of contacts an array.
    pub json: Vec<u8>,
}

impl Body {
    /// Words without a preview.
    pub const fn text(body: String) -> Self {
        Self::Text(Text { body, preview_url: false })
    }

    /// The file that it names, itself or above an offer.
    pub fn file(&self) -> Option<&Media> {
        match self {
            Self::Media(media) => Some(media),
            Self::Offer(offer) => offer.header.as_ref(),
            Self::Text(_) | Self::Reaction(_) | Self::Answer(_) | Self::Object(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn file_mut(&mut self) -> Option<&mut Media> {
        match self {
            Self::Media(media) => Some(media),
            Self::Offer(offer) => offer.header.as_mut(),
            Self::Text(_) | Self::Reaction(_) | Self::Answer(_) | Self::Object(_) => None,
        }
    }

    /// The words that are shown of it; empty where there are none.
    pub fn words(&self) -> &str {
        match self {
            Self::Text(text) => &text.body,
            Self::Media(media) => &media.caption,
            Self::Reaction(reaction) => &reaction.emoji,
            Self::Offer(offer) => &offer.text,
            Self::Answer(answer) => &answer.title,
            Self::Object(_) => "",
        }
    }
}

impl Choice {
    /// What a person answers who presses this; `None` for what nobody is told.
    pub fn pressed(&self) -> Option<Answer> {
        (self.kind != ChoiceKind::Link).then(|| Answer {
            kind: self.kind,
            id: self.id.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            json: Vec::new(),
        })
    }
}

/// Content is for the ends' eyes: it prints as its kind and length.
macro_rules! printed_as_length {
    ($($name:ident . $field:ident),+ $(,)?) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}B)", stringify!($name), self.$field.len())
            }
        }
    )+ };
}

printed_as_length! {
    Text.body, Media.caption, Reaction.emoji, Offer.json, Choice.title, Answer.title, Object.json,
}

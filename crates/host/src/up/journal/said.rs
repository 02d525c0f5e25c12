//! What a message says, as whoever asks the control API sees it.

use cloud_api::wamid;
use endpoint::Failure;
use serde_json::{Map, Value, json};
use wire::content::{Body, Choice, ChoiceKind, Media, MediaKind, ObjectKind, Offer, OfferKind};

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    /// The type, as requests and webhooks name it.
    pub(crate) kind: String,
    /// The object that stands under that name.
    pub(crate) object: Value,
    /// What can be pressed.
    pub(crate) choices: Vec<Choice>,
}

impl Said {
    /// As it was written down by whoever sent it.
    pub(crate) const fn written(kind: String, object: Value) -> Self {
        Self { kind, object, choices: Vec::new() }
    }

    /// What a person's device shows.
    pub(crate) fn shown(body: &Body) -> Self {
        let (kind, object) = match body {
            Body::Text(text) => {
                ("text", json!({ "body": text.body, "preview_url": text.preview_url }))
            }
            Body::Media(media) => (media_kind(media.kind), file(media)),
            Body::Reaction(reaction) => {
                let message_id = wamid(reaction.message);
                ("reaction", json!({ "message_id": message_id, "emoji": reaction.emoji }))
            }
            Body::Offer(offer) => (offer_kind(offer), carried(&offer.json)),
            Body::Answer(answer) => {
                ("interactive", json!({ "id": answer.id, "title": answer.title }))
            }
            Body::Object(object) => (object_kind(object.kind), carried(&object.json)),
        };
        let choices = match body {
            Body::Offer(offer) => offer.choices.clone(),
            Body::Text(_)
            | Body::Media(_)
            | Body::Reaction(_)
            | Body::Answer(_)
            | Body::Object(_) => Vec::new(),
        };
        Self { kind: kind.to_owned(), object, choices }
    }

    /// What the business said of the flow that can be opened.
    pub(super) fn flow(&self) -> Option<Value> {
        if self.kind == "interactive" {
            return self.object.pointer("/action/parameters").cloned();
        }
        let parts = self.object.get("components")?.as_array()?.iter();
        let mut buttons = parts.filter_map(|part| part.get("buttons")?.as_array()).flatten();
        buttons.find(|button| button.get("flow_id").is_some()).cloned()
    }

    /// Adds it to a message.
    pub(super) fn show(&self, message: &mut Map<String, Value>) {
        message.insert("type".to_owned(), self.kind.as_str().into());
        message.insert(self.kind.clone(), self.object.clone());
        if !self.choices.is_empty() {
            let choices: Vec<Value> = self.choices.iter().map(choice).collect();
            message.insert("choices".to_owned(), choices.into());
        }
    }
}

/// A button, row and so on, under the name of the webhook that tells that it was pressed.
fn choice(choice: &Choice) -> Value {
    let Choice { kind, id, title, description } = choice;
    json!({
        "type": choice_kind(*kind), "id": id, "title": title, "description": description,
    })
}

/// What the webhook is called that tells that something was pressed.
pub(crate) const fn choice_kind(kind: ChoiceKind) -> &'static str {
    match kind {
        ChoiceKind::Button => "button_reply",
        ChoiceKind::Row => "list_reply",
        ChoiceKind::Flow => "nfm_reply",
        ChoiceKind::QuickReply => "button",
        ChoiceKind::Link => "link",
        ChoiceKind::Unspecified => "unsupported",
    }
}

const fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
        MediaKind::Unspecified => "unsupported",
    }
}

const fn offer_kind(offer: &Offer) -> &'static str {
    match offer.kind {
        OfferKind::Template => "template",
        OfferKind::Interactive => "interactive",
        OfferKind::Unspecified => "unsupported",
    }
}

const fn object_kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Location => "location",
        ObjectKind::Contacts => "contacts",
        ObjectKind::Order => "order",
        ObjectKind::System => "system",
        ObjectKind::Unspecified => "unsupported",
    }
}

fn file(media: &Media) -> Value {
    json!({
        "mime_type": media.mime_type, "file_size": media.size, "caption": media.caption,
        "filename": media.filename, "voice": media.voice, "animated": media.animated,
    })
}

/// What a person has of the file of a message, or why there is none.
pub(super) fn fetched(file: &Result<([u8; 32], u64), Failure>) -> Value {
    match file {
        Ok((digest, length)) => {
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "sha256": digest, "file_size": length })
        }
        Err(why) => json!({ "error": why.to_string() }),
    }
}

/// An object that travelled as it was; null for what is no JSON.
fn carried(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_default()
}

//! Messages of people, as a webhook tells them.

use serde_json::{Map, Value, json};
use vocab::PhoneNumber;
use wire::content::{Answer, Body, ChoiceKind, Content, Media, MediaKind, Object, ObjectKind};

use super::{change, change_of};
use crate::{
    base64,
    errors::{GraphError, codes},
    graph::wamid,
    rows::GrantRow,
};

/// Who wrote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From<'a> {
    pub(crate) phone: &'a PhoneNumber,
    pub(crate) user_id: &'a str,
    /// What the business knows the identity key as, where the number asks for it.
    pub(crate) identity: Option<&'a str>,
}

/// The type of a message that a webhook has no object for.
const UNSUPPORTED: &str = "unsupported";

/// A message from a person. `file` is what the business knows its file under, or why there is none.
pub(crate) fn message(
    grant: &GrantRow,
    from: From<'_>,
    content: &Content,
    file: Option<&Result<String, GraphError>>,
) -> Vec<u8> {
    let mut message = Map::new();
    let mut put = |name: &str, value: Value| {
        message.insert(name.to_owned(), value);
    };
    put("from", from.phone.digits().into());
    put("from_user_id", from.user_id.into());
    put("id", wamid(content.id).into());
    put("timestamp", content.sent_at.seconds().to_string().into());
    if let Some(quoted) = content.quoted {
        put("context", json!({ "from": grant.display_phone_number, "id": wamid(quoted) }));
    }
    let media_id = file.and_then(|file| file.as_ref().ok()).map(String::as_str);
    let (kind, value) = body(&content.body, media_id);
    match value {
        Some(value) => {
            put("type", kind.into());
            put(kind, value);
        }
        None => {
            let unsupported =
                || GraphError::with(codes::TYPE, "Message type is currently not supported.");
            let error = file.and_then(|file| file.as_ref().err().cloned());
            put("type", UNSUPPORTED.into());
            put("errors", json!([error.unwrap_or_else(unsupported).in_webhook()]));
        }
    }
    let contact = contact(from, content);
    change(grant, json!({ "contacts": [contact], "messages": [message] }))
}

fn contact(from: From<'_>, content: &Content) -> Value {
    let mut contact = json!({
        "profile": { "name": content.profile_name },
        "wa_id": from.phone.digits(),
        "user_id": from.user_id,
    });
    if let (Some(identity), Some(contact)) = (from.identity, contact.as_object_mut()) {
        contact.insert("identity_key_hash".to_owned(), identity.into());
    }
    contact
}

/// A person stops marketing of the business, or wants it again (facts, cloud-api.md section 5).
pub(crate) fn preference(
    grant: &GrantRow,
    from: From<'_>,
    content: &Content,
    stops: bool,
) -> Vec<u8> {
    let value = if stops { "stop" } else { "resume" };
    let preference = json!({
        "wa_id": from.phone.digits(),
        "user_id": from.user_id,
        "detail": format!("User requested to {value} marketing messages"),
        "category": "marketing_messages",
        "value": value,
        "timestamp": content.sent_at.seconds(),
    });
    let contact = contact(from, content);
    let value = json!({ "contacts": [contact], "user_preferences": [preference] });
    change_of(grant, "user_preferences", value)
}

/// Whether a body says that its sender stops marketing (`true`) or wants it again; `None` for every
/// other one. It is an object of the system, which an app sends when its person says so.
pub(crate) fn preferred(body: &Body) -> Option<bool> {
    let Body::Object(Object { kind: ObjectKind::System, json }) = body else { return None };
    let said: Value = serde_json::from_slice(json).ok()?;
    let is = |name: &str, wanted: &str| said.get(name).is_some_and(|value| value == wanted);
    if !is("type", "user_preferences") || !is("category", "marketing_messages") {
        return None;
    }
    match said.get("value")?.as_str()? {
        "stop" => Some(true),
        "resume" => Some(false),
        _ => None,
    }
}

/// The type, and the object under its name; no object for what a webhook has no form for.
fn body(body: &Body, media_id: Option<&str>) -> (&'static str, Option<Value>) {
    match body {
        Body::Text(text) => ("text", Some(json!({ "body": text.body }))),
        Body::Media(media) => {
            let name = media_name(media.kind);
            (name, media_id.map(|id| file(media, id)))
        }
        Body::Reaction(reaction) => {
            let mut value = json!({ "message_id": wamid(reaction.message) });
            // One that was withdrawn comes without its emoji.
            if let Some(object) = value.as_object_mut().filter(|_| !reaction.emoji.is_empty()) {
                object.insert("emoji".to_owned(), reaction.emoji.as_str().into());
            }
            ("reaction", Some(value))
        }
        Body::Answer(answer) => chosen(answer),
        Body::Object(object) => carried(object),
        // Businesses offer, people answer.
        Body::Offer(_) => (UNSUPPORTED, None),
    }
}

/// What media of a kind are called in requests and webhooks.
pub(crate) const fn media_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
        MediaKind::Unspecified => UNSUPPORTED,
    }
}

fn file(media: &Media, id: &str) -> Value {
    let mut value = json!({
        "id": id,
        "mime_type": media.mime_type,
        "sha256": base64::encode(&media.file_digest),
    });
    if let Some(object) = value.as_object_mut() {
        for (name, text) in [("caption", &media.caption), ("filename", &media.filename)] {
            if !text.is_empty() {
                object.insert(name.to_owned(), text.as_str().into());
            }
        }
        match media.kind {
            MediaKind::Audio => drop(object.insert("voice".to_owned(), media.voice.into())),
            MediaKind::Sticker => drop(object.insert("animated".to_owned(), media.animated.into())),
            MediaKind::Image | MediaKind::Video | MediaKind::Document | MediaKind::Unspecified => {}
        }
    }
    value
}

fn chosen(answer: &Answer) -> (&'static str, Option<Value>) {
    let (id, title) = (&answer.id, &answer.title);
    match answer.kind {
        ChoiceKind::Button => {
            let reply = json!({ "id": id, "title": title });
            ("interactive", Some(json!({ "type": "button_reply", "button_reply": reply })))
        }
        ChoiceKind::Row => {
            let reply = json!({ "id": id, "title": title, "description": answer.description });
            ("interactive", Some(json!({ "type": "list_reply", "list_reply": reply })))
        }
        ChoiceKind::Flow => {
            let json = String::from_utf8_lossy(&answer.json);
            let reply = json!({ "name": "flow", "body": title, "response_json": json });
            ("interactive", Some(json!({ "type": "nfm_reply", "nfm_reply": reply })))
        }
        ChoiceKind::QuickReply => ("button", Some(json!({ "payload": id, "text": title }))),
        ChoiceKind::Link | ChoiceKind::Unspecified => (UNSUPPORTED, None),
    }
}

/// An object of a person's device is not ours: what is no JSON is not handed on.
fn carried(object: &Object) -> (&'static str, Option<Value>) {
    let name = match object.kind {
        ObjectKind::Location => "location",
        ObjectKind::Contacts => "contacts",
        ObjectKind::Order => "order",
        ObjectKind::System => "system",
        ObjectKind::Unspecified => return (UNSUPPORTED, None),
    };
    match serde_json::from_slice(&object.json) {
        Ok(value) => (name, Some(value)),
        Err(_) => (UNSUPPORTED, None),
    }
}

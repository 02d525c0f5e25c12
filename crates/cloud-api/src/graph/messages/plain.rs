//! Messages that are read as they are: text, files, places, contacts and reactions.

use serde_json::{Map, Value};
use wire::content::{Body, MediaKind, Object, ObjectKind, Reaction, Text};

use super::{Fields, MediaCall, Source, carried};
use crate::{errors::GraphError, graph::message_id};

/// Characters of a text (facts, cloud-api.md; the same bound holds for the business's bot).
const MAX_BODY: usize = 4_096;
/// Characters of a caption.
const MAX_CAPTION: usize = 1_024;
/// Contacts in one message.
const MAX_CONTACTS: usize = 257;

pub(super) fn text(text: &Fields<'_>) -> Result<Body, GraphError> {
    let (body, preview_url) = (text.text("body", MAX_BODY)?, text.flag("preview_url")?);
    Ok(Body::Text(Text { body, preview_url }))
}

/// A file, by the id of an upload or by a link; the id wins.
pub(super) fn media(media: &Fields<'_>, kind: MediaKind) -> Result<MediaCall, GraphError> {
    let source = match media.optional_text("id", 64)? {
        Some(id) => Source::Id(id),
        None if media.get("link").is_some() => Source::Link(media.link("link")?),
        None => return Err(media.missing("id")),
    };
    let has_caption = matches!(kind, MediaKind::Image | MediaKind::Video | MediaKind::Document);
    let caption = media.optional_text("caption", MAX_CAPTION)?.unwrap_or_default();
    if !caption.is_empty() && !has_caption {
        return Err(media.wrong("caption", "is not supported for this type"));
    }
    let filename = media.optional_text("filename", 240)?.unwrap_or_default();
    let voice = kind == MediaKind::Audio && media.flag("voice")?;
    Ok(MediaCall { kind, source, caption, filename, voice })
}

pub(super) fn location(location: &Fields<'_>) -> Result<Body, GraphError> {
    location.number("latitude", (-90.0, 90.0))?;
    location.number("longitude", (-180.0, 180.0))?;
    location.optional_text("name", 1_000)?;
    location.optional_text("address", 1_000)?;
    object(location, "name", ObjectKind::Location, location.json())
}

pub(super) fn contacts(call: &Fields<'_>, fields: &Map<String, Value>) -> Result<Body, GraphError> {
    // Some write the list as a text of JSON (whatsapp-api-js 6.3.0), as forms do.
    let written = fields.get("contacts").and_then(Value::as_str);
    if let Some(list) = written.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok()) {
        let read = Map::from_iter([("contacts".to_owned(), Value::Array(list))]);
        return contacts(&Fields::new(&read, ""), &read);
    }
    for contact in call.objects("contacts", (1, MAX_CONTACTS))? {
        let name = contact.object("name")?;
        name.text("formatted_name", 1_000)?;
        let parts = ["first_name", "last_name", "middle_name", "prefix", "suffix"];
        let mut has_part = false;
        for part in parts {
            has_part |= name.optional_text(part, 1_000)?.is_some();
        }
        if !has_part {
            return Err(name.missing("first_name"));
        }
        for list in ["phones", "emails", "addresses", "urls"] {
            contact.objects(list, (0, 100))?;
        }
        contact.optional_object("org")?;
    }
    let json = fields.get("contacts").map(Value::to_string).unwrap_or_default();
    object(call, "contacts", ObjectKind::Contacts, json.into_bytes())
}

fn object(
    call: &Fields<'_>,
    name: &str,
    kind: ObjectKind,
    json: Vec<u8>,
) -> Result<Body, GraphError> {
    Ok(Body::Object(Object { kind, json: carried(call, name, json)? }))
}

/// An empty emoji withdraws an earlier reaction.
pub(super) fn reaction(reaction: &Fields<'_>) -> Result<Body, GraphError> {
    let wamid = reaction.text("message_id", 256)?;
    let message =
        message_id(&wamid).ok_or_else(|| reaction.wrong("message_id", "is not known here"))?;
    let emoji = match reaction.get("emoji") {
        None => return Err(reaction.missing("emoji")),
        Some(Value::String(emoji)) => emoji.clone(),
        Some(_) => return Err(reaction.wrong("emoji", "must be a string")),
    };
    let is_emoji = emoji.len() <= vocab::limits::MAX_EMOJI && !emoji.is_ascii();
    if !emoji.is_empty() && !is_emoji {
        return Err(reaction.wrong("emoji", "must be one emoji"));
    }
    Ok(Body::Reaction(Reaction { message, emoji }))
}

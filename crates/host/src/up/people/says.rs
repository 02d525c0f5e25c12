//! What a person says, read from the form in which a webhook tells it.
//!
//! Knows: the types a person can send, and that buttons, rows and flows are pressed only where they
//! were really shown. Does not know: who the person is.

mod files;

use cloud_api::message_id;
use serde_json::{Map, Value, json};
use vocab::MessageId;
use wire::content::{Body, Choice, ChoiceKind, Object, ObjectKind, Reaction};

use crate::up::{Said, journal::choice_kind};

/// A message of a person.
#[derive(Debug)]
pub(crate) struct Says {
    /// The message that it answers.
    pub(crate) quoted: Option<MessageId>,
    /// What the device sends.
    pub(crate) body: Body,
    /// The file that goes with it.
    pub(crate) file: Option<Vec<u8>>,
    /// What the journal shows.
    pub(crate) said: Said,
}

/// Why nobody says that.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsayable {
    /// It means nothing.
    #[error("message.{name}: {why}")]
    Form {
        /// The part.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It was never shown to this person.
    #[error("this person was shown no {kind}{} to press",
        .id.as_ref().map(|id| format!(" with id {id}")).unwrap_or_default())]
    NotOffered {
        /// What was to be pressed.
        kind: &'static str,
        /// Which one.
        id: Option<String>,
    },
}

/// What was shown to the person: the newest message with such a choice, or that very message.
pub(crate) type Offered<'a> =
    &'a dyn Fn(Option<MessageId>, (ChoiceKind, Option<&str>)) -> Option<(MessageId, Choice)>;

fn wrong(name: &str, why: &'static str) -> Unsayable {
    Unsayable::Form { name: name.to_owned(), why }
}

/// A part of a message, and its name in errors.
pub(super) struct Part<'v> {
    name: String,
    members: &'v Map<String, Value>,
}

impl<'v> Part<'v> {
    fn at(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) }
    }

    fn object(&self, name: &str) -> Result<Self, Unsayable> {
        let members = self.members.get(name).and_then(Value::as_object);
        let members = members.ok_or_else(|| wrong(&self.at(name), "must be an object"))?;
        Ok(Self { name: self.at(name), members })
    }

    fn optional_text(&self, name: &str) -> Result<Option<&'v str>, Unsayable> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                value.as_str().map(Some).ok_or_else(|| wrong(&self.at(name), "must be a text"))
            }
        }
    }

    fn text(&self, name: &str) -> Result<&'v str, Unsayable> {
        let text = self.optional_text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| wrong(&self.at(name), "must be a text that is not empty"))
    }

    fn wamid(&self, name: &str) -> Result<MessageId, Unsayable> {
        let id = message_id(self.text(name)?);
        id.ok_or_else(|| wrong(&self.at(name), "must be a wamid of this server"))
    }

    fn number(&self, name: &str, most: f64) -> Result<(), Unsayable> {
        let number = self.members.get(name).and_then(Value::as_f64);
        let fits = number.is_some_and(|number| number.abs() <= most);
        fits.then_some(()).ok_or_else(|| wrong(&self.at(name), "must be a number in its range"))
    }
}

/// Reads a message as a webhook carries it: its type, what that names, and perhaps a context.
///
/// # Errors
///
/// [`Unsayable`].
pub(crate) fn read(message: &Map<String, Value>, offered: Offered<'_>) -> Result<Says, Unsayable> {
    let call = Part { name: String::new(), members: message };
    let kind = call.text("type")?;
    let mut quoted = match message.get("context") {
        None | Some(Value::Null) => None,
        Some(_) => Some(call.object("context")?.wamid("id")?),
    };
    let mut file = None;
    let body = match kind {
        "text" => Body::text(call.object("text")?.text("body")?.to_owned()),
        "reaction" => reaction(&call.object("reaction")?)?,
        "location" => {
            let place = call.object("location")?;
            place.number("latitude", 90.0)?;
            place.number("longitude", 180.0)?;
            carried(message, (kind, ObjectKind::Location))
        }
        "contacts" if message.get("contacts").is_some_and(|list| !is_empty_list(list)) => {
            carried(message, (kind, ObjectKind::Contacts))
        }
        "contacts" => return Err(wrong("contacts", "must be a list that is not empty")),
        "order" => {
            let order = call.object("order")?;
            order.text("catalog_id")?;
            carried(message, (kind, ObjectKind::Order))
        }
        "interactive" | "button" => pressed(&call.object(kind)?, kind, (&mut quoted, offered))?,
        "image" | "audio" | "video" | "document" | "sticker" => {
            let (media, bytes) = files::read(&call.object(kind)?, kind)?;
            file = Some(bytes);
            Body::Media(Box::new(media))
        }
        _ => return Err(wrong("type", "is no type of message that a person sends")),
    };
    if body.check().is_err() {
        return Err(wrong(kind, "is longer than a message can be"));
    }
    let mut object = message.get(kind).cloned().unwrap_or_default();
    if let Some(bytes) = &file {
        files::describe(&mut object, bytes);
    }
    let said = Said::written(kind.to_owned(), object);
    Ok(Says { quoted, body, file, said })
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_none_or(Vec::is_empty)
}

/// An object that travels as it is.
fn carried(message: &Map<String, Value>, (name, kind): (&str, ObjectKind)) -> Body {
    let json = message.get(name).map(Value::to_string).unwrap_or_default().into_bytes();
    Body::Object(Object { kind, json })
}

fn reaction(reaction: &Part<'_>) -> Result<Body, Unsayable> {
    let message = reaction.wamid("message_id")?;
    let emoji = reaction.optional_text("emoji")?.unwrap_or_default().to_owned();
    Ok(Body::Reaction(Reaction { message, emoji }))
}

/// Something is pressed that the person was shown; it answers the message in which it stood.
fn pressed(
    part: &Part<'_>,
    kind: &str,
    (quoted, offered): (&mut Option<MessageId>, Offered<'_>),
) -> Result<Body, Unsayable> {
    let (kind, id, json) = if kind == "button" {
        (ChoiceKind::QuickReply, Some(part.text("payload")?), None)
    } else {
        match part.text("type")? {
            "button_reply" => {
                (ChoiceKind::Button, Some(part.object("button_reply")?.text("id")?), None)
            }
            "list_reply" => (ChoiceKind::Row, Some(part.object("list_reply")?.text("id")?), None),
            "nfm_reply" => {
                let json = part.object("nfm_reply")?.text("response_json")?;
                serde_json::from_str::<Map<String, Value>>(json).map_err(|_| {
                    wrong("interactive.nfm_reply.response_json", "must be an object as JSON")
                })?;
                (ChoiceKind::Flow, None, Some(json))
            }
            _ => return Err(wrong(&part.at("type"), "is nothing that can be pressed")),
        }
    };
    let found = offered(*quoted, (kind, id)).and_then(|(shown, choice)| {
        // What is pressed says what really stood on it.
        Some((shown, choice.pressed()?))
    });
    let Some((shown, mut answer)) = found else {
        return Err(Unsayable::NotOffered { kind: choice_kind(kind), id: id.map(str::to_owned) });
    };
    *quoted = Some(shown);
    answer.json = json.unwrap_or_default().as_bytes().to_vec();
    Ok(Body::Answer(answer))
}

impl Says {
    /// Words.
    pub(super) fn text(text: String) -> Self {
        let said = Said::written("text".to_owned(), json!({ "body": text }));
        Self { quoted: None, body: Body::text(text), file: None, said }
    }

    /// The app says whether its person wants marketing of the business.
    pub(crate) fn prefers(stops: bool) -> Self {
        let object = json!({
            "type": "user_preferences",
            "category": "marketing_messages",
            "value": if stops { "stop" } else { "resume" },
        });
        let json = object.to_string().into_bytes();
        let said = Said::written("system".to_owned(), object);
        let body = Body::Object(Object { kind: ObjectKind::System, json });
        Self { quoted: None, body, file: None, said }
    }

    /// Something in a message is pressed; `None` for what nobody is told.
    pub(super) fn presses(shown: MessageId, choice: &Choice) -> Option<Self> {
        let kind = choice_kind(choice.kind);
        let Choice { id, title, description, .. } = choice;
        let (name, object) = match choice.kind {
            ChoiceKind::QuickReply => ("button", json!({ "payload": id, "text": title })),
            ChoiceKind::Button | ChoiceKind::Row => {
                let reply = json!({ "id": id, "title": title, "description": description });
                ("interactive", json!({ "type": kind, kind: reply }))
            }
            // A flow is filled in by whoever knows its screens.
            ChoiceKind::Flow | ChoiceKind::Link | ChoiceKind::Unspecified => return None,
        };
        let said = Said::written(name.to_owned(), object);
        let body = Body::Answer(choice.pressed()?);
        Some(Self { quoted: Some(shown), body, file: None, said })
    }
}

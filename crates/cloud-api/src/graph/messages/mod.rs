//! `POST /{phone_number_id}/messages`: every type of message, and marking as read (facts,
//! cloud-api.md sections 1.3 and 1.4); `marketing_messages` takes one type of it.
//!
//! Knows: what a request must look like. Does not know: whether a recipient, a template or a file
//! exists, or what the rules allow; `handle::calls` does.

use hop::http::{Request, Response};
use serde_json::{Map, Value, json};
use vocab::{MessageId, PhoneNumber, limits};
use wire::content::{Body, MediaKind, Offer};

use super::{answer, message_id, wamid};
use crate::{
    errors::{GraphError, codes},
    parameters::{File, Parameters},
};

pub(crate) mod fields;
mod interactive;
mod plain;
mod template;

use fields::Fields;
pub(crate) use template::{Component, Parameter, TemplateCall};

/// Where messages of every type are sent.
pub(crate) const MESSAGES: &str = "/{phone_number_id}/messages";
/// Where only templates that advertise are sent.
pub(crate) const MARKETING: &str = "/{phone_number_id}/marketing_messages";

/// What a call asks for.
#[derive(Debug)]
pub(crate) enum Messages {
    Send(Box<Outgoing>),
    MarkRead(Marking),
}

/// A message that the business has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marking {
    pub(crate) id: MessageId,
    /// Whether the person is told that an answer is being written.
    pub(crate) typing: bool,
}

/// A message that a business sends.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// Drawn when the request came, so that every attempt at it means the same message.
    pub(crate) id: MessageId,
    /// The recipient as the business wrote it.
    pub(crate) input: String,
    pub(crate) to: Recipient,
    /// The message that it answers.
    pub(crate) quoted: Option<MessageId>,
    pub(crate) say: Say,
    /// `biz_opaque_callback_data`: repeated in every status.
    pub(crate) opaque: String,
    /// The recipient's identity key as the business knows it.
    pub(crate) identity_hash: Option<String>,
    /// Makes a repeated request one message.
    pub(crate) request_id: Option<String>,
    /// Whether the call is refused for anything but a template that advertises.
    pub(crate) only_marketing: bool,
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    Phone(PhoneNumber),
    /// A business-scoped user id.
    User(String),
}

/// What is said, as far as the request alone tells.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// All is known.
    Ready(Body),
    Media(MediaCall),
    /// An interactive message with a file above its text.
    WithHeader(Box<Offer>, MediaCall),
    Template(TemplateCall),
}

/// A file that a message names.
#[derive(Clone, Debug)]
pub(crate) struct MediaCall {
    pub(crate) kind: MediaKind,
    pub(crate) source: Source,
    pub(crate) caption: String,
    pub(crate) filename: String,
    pub(crate) voice: bool,
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It was uploaded, and has this id.
    Id(String),
    /// It is to be fetched from there; whoever sends the message could not.
    Link(String),
    /// It was fetched.
    Fetched(Box<File>),
}

impl Outgoing {
    /// The file that it names.
    fn media_mut(&mut self) -> Option<&mut MediaCall> {
        match &mut self.say {
            Say::Media(call) | Say::WithHeader(_, call) => Some(call),
            Say::Template(call) => {
                let mut parameters = call.components.iter_mut().flat_map(|one| &mut one.parameters);
                parameters.find_map(|parameter| match parameter {
                    Parameter::Media(call) => Some(call),
                    Parameter::Text { .. } | Parameter::Payload(_) | Parameter::Other => None,
                })
            }
            Say::Ready(_) => None,
        }
    }

    /// Where its file is to be fetched from.
    pub(crate) fn link(&mut self) -> Option<&str> {
        match &self.media_mut()?.source {
            Source::Link(link) => Some(link),
            Source::Id(_) | Source::Fetched(_) => None,
        }
    }

    /// Its file was fetched.
    pub(crate) fn fetched(&mut self, file: File) {
        if let Some(call) = self.media_mut() {
            call.source = Source::Fetched(Box::new(file));
        }
    }
}

/// Characters of `biz_opaque_callback_data` (Meta's description of the Cloud API, v23.0).
const MAX_OPAQUE: usize = 512;

/// Reads a call to [`MESSAGES`], or to [`MARKETING`] if `only_marketing`; a message that it sends
/// is called `id`.
pub(crate) fn read(
    parameters: &Parameters,
    request: &Request,
    (id, only_marketing): (MessageId, bool),
) -> Result<Messages, GraphError> {
    let call = Fields::new(&parameters.fields, "");
    match parameters.text("messaging_product").as_deref() {
        Some("whatsapp") => {}
        Some(_) => return Err(GraphError::parameter("messaging_product must be whatsapp.")),
        None => {
            return Err(GraphError::parameter("The parameter messaging_product is required."));
        }
    }
    if call.get("status").is_some() {
        if only_marketing {
            return Err(GraphError::new(codes::METHOD));
        }
        return mark_read(&call);
    }
    let (input, to) = recipient(&call)?;
    let outgoing = Outgoing {
        id,
        input,
        to,
        quoted: quoted(&call)?,
        say: say(&call, &parameters.fields)?,
        opaque: call.optional_text("biz_opaque_callback_data", MAX_OPAQUE)?.unwrap_or_default(),
        identity_hash: call.optional_text("recipient_identity_key_hash", 256)?,
        request_id: request.get_header("x-blindpost-request-id").map(str::to_owned),
        only_marketing,
    };
    if only_marketing && !matches!(outgoing.say, Say::Template(_)) {
        return Err(GraphError::parameter("Message must be a template message."));
    }
    Ok(Messages::Send(Box::new(outgoing)))
}

fn mark_read(call: &Fields<'_>) -> Result<Messages, GraphError> {
    call.constant("status", "read")?;
    let typing = call.optional_object("typing_indicator")?;
    if let Some(typing) = &typing {
        typing.constant("type", "text")?;
    }
    let wamid = call.text("message_id", 256)?;
    let id = message_id(&wamid).ok_or_else(|| call.wrong("message_id", "is not known here"))?;
    Ok(Messages::MarkRead(Marking { id, typing: typing.is_some() }))
}

/// `to` is a number and wins; `recipient` is a business-scoped user id.
fn recipient(call: &Fields<'_>) -> Result<(String, Recipient), GraphError> {
    match call.optional_text("recipient_type", 32)?.as_deref() {
        None | Some("individual") => {}
        Some("group") => return Err(GraphError::parameter("Groups are not supported here.")),
        Some(_) => return Err(call.wrong("recipient_type", "must be individual")),
    }
    if let Some(input) = call.optional_text("to", 64)? {
        let phone = PhoneNumber::parse(&input);
        let phone = phone.map_err(|why| call.wrong("to", &format!("is {why}")))?;
        return Ok((input, Recipient::Phone(phone)));
    }
    let Some(input) = call.optional_text("recipient", 131)? else { return Err(call.missing("to")) };
    let is_user = input.split_once('.').is_some_and(|(country, rest)| {
        let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
        country.len() == 2 && letters(country) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if !is_user {
        return Err(call.wrong("recipient", "must be a business-scoped user ID"));
    }
    Ok((input.clone(), Recipient::User(input)))
}

fn quoted(call: &Fields<'_>) -> Result<Option<MessageId>, GraphError> {
    let Some(context) = call.optional_object("context")? else { return Ok(None) };
    let Some(wamid) = context.optional_text("message_id", 256)? else { return Ok(None) };
    let id = message_id(&wamid);
    id.map(Some).ok_or_else(|| context.wrong("message_id", "is not known here"))
}

fn say(call: &Fields<'_>, fields: &Map<String, Value>) -> Result<Say, GraphError> {
    let kind = call.optional_text("type", 64)?.unwrap_or_else(|| "text".to_owned());
    let media = |kind, name| plain::media(&call.object(name)?, kind).map(Say::Media);
    Ok(match kind.as_str() {
        "text" => Say::Ready(plain::text(&call.object("text")?)?),
        "image" => media(MediaKind::Image, "image")?,
        "audio" => media(MediaKind::Audio, "audio")?,
        "video" => media(MediaKind::Video, "video")?,
        "document" => media(MediaKind::Document, "document")?,
        "sticker" => media(MediaKind::Sticker, "sticker")?,
        "location" => Say::Ready(plain::location(&call.object("location")?)?),
        "contacts" => Say::Ready(plain::contacts(call, fields)?),
        "reaction" => Say::Ready(plain::reaction(&call.object("reaction")?)?),
        "interactive" => interactive::read(&call.object("interactive")?)?,
        "template" => Say::Template(template::read(&call.object("template")?)?),
        _ => return Err(GraphError::new(codes::TYPE)),
    })
}

/// The canonical JSON of an object that a message carries as it is.
fn carried(call: &Fields<'_>, name: &str, json: Vec<u8>) -> Result<Vec<u8>, GraphError> {
    if json.len() > limits::MAX_OBJECT {
        let why = format!("must have at most {} bytes", limits::MAX_OBJECT);
        return Err(call.wrong(name, &why));
    }
    Ok(json)
}

/// The answer to an accepted send, to the account of `to`.
pub(crate) fn accepted(outgoing: &Outgoing, to: &Recipient, id: MessageId) -> Response {
    let contact = match to {
        Recipient::Phone(phone) => json!({ "input": outgoing.input, "wa_id": phone.digits() }),
        Recipient::User(user) => json!({ "input": outgoing.input, "user_id": user }),
    };
    let mut message = json!({ "id": wamid(id) });
    if let (Say::Template(_), Some(message)) = (&outgoing.say, message.as_object_mut()) {
        message.insert("message_status".to_owned(), "accepted".into());
    }
    answer(&json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [message],
    }))
}

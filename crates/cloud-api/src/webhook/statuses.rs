//! How far a message of the business got, as a webhook tells it.

use serde_json::{Map, Value, json};
use vocab::{MessageId, PhoneNumber, UnixMicros, limits};

use super::change;
use crate::{
    errors::GraphError,
    graph::wamid,
    rows::{Category, GrantRow, Kind, TagRow, cells::Pricing},
};

/// One message and who it was for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) id: MessageId,
    pub(crate) to: &'a PhoneNumber,
    pub(crate) user_id: &'a str,
    /// What the business knows the identity key as, where the number asks for it.
    pub(crate) identity: Option<&'a str>,
    /// What its statuses bear.
    pub(crate) tag: &'a TagRow,
    /// What names the conversation, where statuses speak of them.
    pub(crate) conversation: Option<&'a str>,
}

/// A message got further.
pub(crate) fn status(grant: &GrantRow, about: About<'_>, kind: Kind, at: UnixMicros) -> Vec<u8> {
    let mut entry = entry(about, kind.name(), at);
    if matches!(kind, Kind::Sent | Kind::Delivered) {
        entry.insert("pricing".to_owned(), pricing(about.tag));
        if let Some(id) = about.conversation {
            entry.insert("conversation".to_owned(), conversation(id, about.tag, kind, at));
        }
    }
    told(grant, about, entry)
}

/// A message does not go out, or not again.
pub(crate) fn failed(
    grant: &GrantRow,
    about: About<'_>,
    error: &GraphError,
    at: UnixMicros,
) -> Vec<u8> {
    let mut entry = entry(about, Kind::Failed.name(), at);
    entry.insert("errors".to_owned(), json!([error.in_webhook()]));
    told(grant, about, entry)
}

/// A message will not go out, and whom it was for is not known any more.
pub(crate) fn lost(grant: &GrantRow, id: MessageId, error: &GraphError, at: UnixMicros) -> Vec<u8> {
    let status = json!({
        "id": wamid(id),
        "status": Kind::Failed.name(),
        "timestamp": at.seconds().to_string(),
        "errors": [error.in_webhook()],
    });
    change(grant, json!({ "statuses": [status] }))
}

fn entry(about: About<'_>, status: &str, at: UnixMicros) -> Map<String, Value> {
    let mut entry = Map::new();
    let mut put = |name: &str, value: Value| {
        entry.insert(name.to_owned(), value);
    };
    put("id", wamid(about.id).into());
    put("status", status.into());
    put("timestamp", at.seconds().to_string().into());
    put("recipient_id", about.to.digits().into());
    put("recipient_user_id", about.user_id.into());
    if let Some(identity) = about.identity {
        put("recipient_identity_key_hash", identity.into());
    }
    if !about.tag.opaque.is_empty() {
        put("biz_opaque_callback_data", about.tag.opaque.as_str().into());
    }
    entry
}

/// Contacts also of what failed: the documentation leaves them out, the wire does not. A profile is
/// always there, since SDKs read no status without one (whatsapp-business-rs 0.5.0); its name is
/// empty, since that comes with a person's messages and is kept nowhere else.
fn told(grant: &GrantRow, about: About<'_>, entry: Map<String, Value>) -> Vec<u8> {
    let (wa_id, user_id) = (about.to.digits(), about.user_id);
    let contact = json!({ "profile": { "name": "" }, "wa_id": wa_id, "user_id": user_id });
    change(grant, json!({ "contacts": [contact], "statuses": [entry] }))
}

/// Per-message pricing: answers are free, and so are utility templates while the window is open.
fn pricing(tag: &TagRow) -> Value {
    let charged = charged(tag);
    json!({
        "billable": charged == Pricing::Regular,
        "pricing_model": "PMP",
        "type": charged.name(),
        "category": tag.category().name(),
    })
}

/// How a message is charged.
pub(crate) fn charged(tag: &TagRow) -> Pricing {
    match tag.category() {
        Category::Service => Pricing::FreeCustomerService,
        Category::Utility if tag.in_window => Pricing::FreeCustomerService,
        Category::Utility | Category::Marketing | Category::Authentication => Pricing::Regular,
    }
}

fn conversation(id: &str, tag: &TagRow, kind: Kind, at: UnixMicros) -> Value {
    let origin = json!({ "type": tag.category().name() });
    if kind == Kind::Sent {
        let until = at.after(limits::SERVICE_WINDOW).seconds().to_string();
        json!({ "id": id, "expiration_timestamp": until, "origin": origin })
    } else {
        json!({ "id": id, "origin": origin })
    }
}

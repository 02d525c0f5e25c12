//! What became of messages, and of the webhooks that told it (facts, cloud-api.md section 1.2).
//!
//! A status is a row when its webhook is written down. Whether that webhook waits is told by the
//! outbox, and whether it was refused before by a row that its first refusal leaves.

use endpoint::{Vault as _, rows::KeptRow};
use hop::Waiting;
use prost::Message as _;
use serde_json::{Value, json};
use store::transaction::Stored;
use vocab::{MessageId, limits};
use wire::content::{Body, Content, OfferKind};

use super::{Answered, Context, callbacks, page};
use crate::{
    errors::{self, GraphError},
    graph::{self, message_id, wamid},
    handle::Attempted,
    rows::{self, EventRow, Kind},
    webhook::inbound::media_name,
};

/// Messages that are looked at for one answer.
const LISTED: usize = 100;

/// What is kept of the messages that this number sent, the oldest first; or what became of one
/// message.
pub(super) fn list(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let call = context.call;
    let only = call.parameters.text("message_id");
    let with_events = call.wanted().is_some_and(|names| names.iter().any(|name| name == "events"));
    let slot = context.slot();
    let items = match only.as_deref().map(message_id) {
        Some(Some(id)) if !of_message(attempt, slot, id)?.is_empty() => vec![(id, json!({}))],
        Some(_) => Vec::new(),
        None => kept(context, attempt)?,
    };
    let with_events = with_events || only.is_some();
    let listed = page(
        call,
        items,
        |(id, _)| name(*id),
        |(id, item)| {
            let mut item = item.clone();
            if let Some(object) = item.as_object_mut() {
                object.insert("id".to_owned(), name(*id).into());
                object.insert("message_id".to_owned(), wamid(*id).into());
                if with_events {
                    let mut shown = Vec::new();
                    for row in of_message(attempt, slot, *id)? {
                        shown.extend(event(context, attempt, (slot, *id), row, "timestamp")?);
                    }
                    object.insert("events".to_owned(), json!({ "data": shown }));
                }
            }
            Ok(item)
        },
    )?;
    Ok(graph::answer(&listed))
}

/// What became of one message.
pub(super) fn events(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let id = named(&context.call.id).ok_or_else(GraphError::no_object)?;
    for grant in &context.call.numbers {
        let rows = of_message(attempt, grant.slot, id)?;
        if rows.is_empty() {
            continue;
        }
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let about = (grant.slot, id);
            shown.extend(event(context, attempt, about, row, "occurrence_timestamp")?);
        }
        let cursor = |event: &Value| event["id"].as_str().unwrap_or_default().to_owned();
        let edge = |node: &Value| {
            let (cursor, mut node) = (cursor(node), node.clone());
            if let Some(node) = node.as_object_mut() {
                let at = node.get("occurrence_timestamp").cloned().unwrap_or_default();
                node.insert("status_timestamp".to_owned(), at);
            }
            Ok(json!({ "cursor": cursor, "node": node }))
        };
        return Ok(graph::answer(&page(context.call, shown, cursor, edge)?));
    }
    Err(GraphError::no_object().into())
}

/// What a message is called here: its id as a number.
fn name(id: MessageId) -> String {
    u128::from_be_bytes(id.0).to_string()
}

/// The message of a name.
fn named(name: &str) -> Option<MessageId> {
    Some(MessageId(name.parse::<u128>().ok()?.to_be_bytes()))
}

fn of_message<'a>(
    attempt: &mut Attempted<'a>,
    slot: u32,
    id: MessageId,
) -> Result<&'a [Stored], Waiting> {
    attempt.scan(&rows::events(slot, id), None, limits::MAX_ROWS_READ)
}

/// One event, with its time under this name.
fn event(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    (slot, id): (u32, MessageId),
    stored: &Stored,
    at: &str,
) -> Result<Option<Value>, Waiting> {
    let kind = stored.key.after(&rows::events(slot, id)).and_then(|rest| rest.first().copied());
    let kind = kind.and_then(Kind::of_byte);
    let Some((kind, row)) = kind.zip(EventRow::decode(stored.value.as_slice()).ok()) else {
        return Ok(None);
    };
    let hook = rows::hooks().with_number(row.hook);
    let late = rows::late(&hook);
    attempt.need(&[hook.clone(), late.clone()])?;
    let (waits, late) = (attempt.peek(&hook)?.is_some(), attempt.peek(&late)?.is_some());
    let mut event = json!({
        "id": (u128::from_be_bytes(id.0).wrapping_add(kind as u128)).to_string(),
        "delivery_status": kind.name().to_ascii_uppercase(),
        "webhook_update_state": state(waits, late),
    });
    let Some(object) = event.as_object_mut() else { return Ok(None) };
    object.insert(at.to_owned(), row.at.into());
    let mut apps = context.config.management.apps.iter();
    if let Some(app) = apps.find(|app| app.business == context.number.grant.business) {
        object.insert("application".to_owned(), json!({ "id": app.id }));
    }
    if let Some(to) = callbacks::destination(context.config, context.number, attempt)? {
        let uri = format!("http://{}{}", to.authority, to.path);
        object.insert("webhook_uri".to_owned(), uri.into());
    }
    if row.error != 0 {
        let error = errors::known(row.error);
        object.insert("error_description".to_owned(), error.title.into());
    }
    Ok(Some(event))
}

/// How far a webhook is: it waits, or not any more, and was refused before, or never.
const fn state(waits: bool, late: bool) -> &'static str {
    match (waits, late) {
        (true, false) => "PENDING",
        (true, true) => "RETRYING",
        (false, false) => "DELIVERED",
        (false, true) => "FAILED",
    }
}

/// Messages that are kept for retransmission: to whom, and what they say.
fn kept(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
) -> Result<Vec<(MessageId, Value)>, Waiting> {
    let account = &context.number.account;
    let mut listed = Vec::new();
    let stored = attempt.scan(&account.keys().all_kept(), None, LISTED)?;
    for (_, plain) in account.vault().open_all(attempt, stored)? {
        let Some(row) = plain.and_then(|plain| KeptRow::decode(plain.as_slice()).ok()) else {
            continue;
        };
        if let Ok(content) = Content::decode(&row.content) {
            let kind = kind(&content.body);
            let mut item = json!({ "to": row.to, "type": kind });
            if let Some(item) = item.as_object_mut() {
                item.insert(kind.to_owned(), json!({ "body": content.body.words() }));
            }
            listed.push((content.id, item));
        }
    }
    Ok(listed)
}

/// What a request calls a message of this kind.
const fn kind(body: &Body) -> &'static str {
    match body {
        Body::Text(_) => "text",
        Body::Media(media) => media_name(media.kind),
        Body::Reaction(_) => "reaction",
        Body::Offer(offer) => match offer.kind {
            OfferKind::Template => "template",
            OfferKind::Interactive | OfferKind::Unspecified => "interactive",
        },
        Body::Answer(_) => "interactive",
        Body::Object(_) => "object",
    }
}

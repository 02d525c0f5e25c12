//! Calls of a business that change nothing: a look at what is kept.

use endpoint::{Vault as _, rows::KeptRow};
use hop::{ExchangeId, Waiting};
use prost::Message as _;
use serde_json::json;
use wire::content::{Body, Content, OfferKind};

use super::{Attempted, reply};
use crate::{
    graph::{self, wamid},
    number::Number,
    webhook::inbound::media_name,
};

/// Messages that one answer lists.
const LISTED: usize = 100;

/// What is kept of the messages that this number sent: the oldest first.
pub(super) fn history(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
) -> Result<(), Waiting> {
    let mut listed = Vec::new();
    let stored = attempt.scan(&number.account.keys().all_kept(), None, LISTED)?;
    for (_, plain) in number.account.vault().open_all(attempt, stored)? {
        let Some(row) = plain.and_then(|plain| KeptRow::decode(plain.as_slice()).ok()) else {
            continue;
        };
        if let Ok(content) = Content::decode(&row.content) {
            let kind = kind(&content.body);
            let mut item = json!({ "id": wamid(content.id), "to": row.to, "type": kind });
            if let Some(item) = item.as_object_mut() {
                item.insert(kind.to_owned(), json!({ "body": content.body.words() }));
            }
            listed.push(item);
        }
    }
    reply(attempt, exchange, graph::answer(&json!({ "data": listed })));
    Ok(())
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

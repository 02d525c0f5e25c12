//! Calls of a business: send, mark as read, look at what is kept.

use endpoint::{Vault as _, rows::KeptRow};
use hop::{ExchangeId, Waiting, http::Response, router::Refusal};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use vocab::{Address, DataClass, Keep, MessageId, PhoneNumber, limits};
use wire::content::Content;

use super::{Attempted, happenings, reply};
use crate::{
    graph::{self, wamid},
    input::Outgoing,
    mutant::Mutant,
    number::Number,
    output::Event,
    rows,
};

/// Accepts a message. The answer promises that it is kept and on its way.
pub(super) fn send(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
    outgoing: &Outgoing,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let repeated =
        outgoing.request_id.as_deref().map(|id| rows::request(number.grant.slot, &cut(id)));
    if let Some(key) = repeated.as_ref().filter(|_| !number.planted(Mutant::RequestForgotten))
        && let Some(known) = attempt.read(key)?.and_then(|bytes| MessageId::from_slice(&bytes))
    {
        reply(attempt, exchange, graph::accepted(outgoing, known));
        return Ok(());
    }
    let id = outgoing.id;
    let content = Content {
        id,
        sent_at: attempt.now().wall,
        profile_name: number.account.profile_name().to_owned(),
        text: outgoing.text.clone(),
    };
    let to = Address::first_device(outgoing.to.clone());
    let happened = number.account.send(attempt, &to, &content, rng)?;
    if let Some(key) = repeated {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));
        attempt.write(key, id.0.to_vec(), class, keep);
    }
    reply(attempt, exchange, graph::accepted(outgoing, id));
    attempt.event(Event::Took { phone_number_id: number.grant.phone_number_id.clone(), id });
    happenings::tell(number, attempt, happened, rng)
}

fn cut(request_id: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(request_id.as_bytes()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// Tells the author of a message that the business read it.
pub(super) fn mark_read(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
    id: MessageId,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let key = rows::author(number.grant.slot, id);
    let author = number.account.vault().get(attempt, &key)?;
    let author = author.and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(phone) = author.and_then(|digits| PhoneNumber::parse(&digits).ok()) else {
        reply(attempt, exchange, Refusal::NoSuchObject.response());
        return Ok(());
    };
    number.account.mark_read(attempt, &Address::first_device(phone), &[id], rng)?;
    reply(attempt, exchange, graph::success());
    Ok(())
}

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
            listed.push(json!({
                "id": wamid(content.id), "to": row.to, "text": { "body": content.text },
            }));
        }
    }
    let body = json!({ "data": listed }).to_string().into_bytes();
    reply(attempt, exchange, Response::json(200, body));
    Ok(())
}

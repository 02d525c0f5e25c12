//! Optional services: a message of a business that added one is handed over to it, and what it
//! answers goes out as a message of the number, under the same rules as any other (requirements
//! R002 to R004).
//!
//! Knows: which services the business of a number added, and under which terms. Does not know: what
//! a service does. A service is told what a message says and not who wrote it; the answer finds its
//! way by the row of the message's author.

use endpoint::Vault as _;
use hop::{Act, ExchangeId, Waiting, http::Request};
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use store::Key;
use vocab::{Keep, MessageId, limits};
use wire::content::{Body, Content};

use super::{Attempted, Note, sending};
use crate::{
    config::Config,
    graph::{
        self,
        messages::{Outgoing, Recipient, Say},
    },
    mutant::Mutant,
    number::Number,
    output::Event,
    rows::{
        GrantRow,
        services::{HandoverRow, handovers},
    },
    users,
};

/// How long a message waits for a service that does not answer. A business can answer it for as
/// long (facts, cloud-api.md section 1.5).
const WAITS: Keep = Keep::For(limits::SERVICE_WINDOW);

/// Tells the operator which services are on now and were not before, or the other way round.
pub(super) fn told(attempt: &mut Attempted<'_>, before: Option<&GrantRow>, now: &GrantRow) {
    let before = before.map(|row| row.services.as_slice()).unwrap_or_default();
    let phone_number_id = || now.phone_number_id.clone();
    for off in before.iter().filter(|one| now.service(&one.service).is_none()) {
        let service = off.service.clone();
        attempt.event(Event::ServiceOff { phone_number_id: phone_number_id(), service });
    }
    for on in now.services.iter().filter(|one| !before.contains(one)) {
        let (service, terms_id) = (on.service.clone(), on.terms_id.clone());
        attempt.event(Event::ServiceOn { phone_number_id: phone_number_id(), service, terms_id });
    }
}

/// The terms under which a service may see what this number is written; `None` while it is off.
fn terms(number: &Number, service: &str) -> Option<String> {
    let on = number.grant.service(service).map(|on| on.terms_id.clone());
    let fed = number.planted(Mutant::ServiceFedWhileOff);
    on.or_else(|| fed.then(|| "none".to_owned()))
}

/// Writes down that a person's message is to be handed over, for each service that is on.
pub(super) fn hand_over(
    number: &Number,
    attempt: &mut Attempted<'_>,
    content: &Content,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if matches!(content.body, Body::Reaction(_)) {
        return Ok(()); // Nobody answers an emoji.
    }
    for service in number.services.iter().map(|one| one.name.as_str()) {
        if terms(number, service).is_none() {
            continue;
        }
        let text = content.body.words().to_owned();
        let row = HandoverRow { service: service.to_owned(), id: content.id.0.to_vec(), text };
        let row = row.encode_to_vec();
        let key = handovers().with_number(number.account.next_number(attempt.now()));
        number.account.vault().put(attempt, key.clone(), &row, WAITS, rng)?;
        attempt.note(Note::Waits(key, row.len()));
    }
    Ok(())
}

/// Hands a message over, unless its service was removed meanwhile.
pub(super) fn dispatch(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
    (exchange, key): (ExchangeId, &Key),
) -> Result<(), Waiting> {
    match waiting(number, attempt, key)?.and_then(|(row, id)| request(config, number, &row, id)) {
        Some(request) => attempt.act(Act::Request { id: exchange, request }),
        None => forget(number, attempt, key),
    }
    Ok(())
}

fn request(config: &Config, number: &Number, row: &HandoverRow, id: MessageId) -> Option<Request> {
    let to = config.services.iter().find(|one| one.name == row.service)?;
    let body = json!({
        "business": number.grant.business,
        "terms_id": terms(number, &row.service)?,
        "message": { "id": graph::wamid(id), "text": row.text },
    });
    let request = Request::new(&to.authority, "POST", "/messages").bearer(&config.token);
    Some(request.json(body.to_string().into_bytes()))
}

/// A service answered. What it wrote is sent as a message of the number called `id`, in the same
/// step in which the handover ends: it is sent once.
pub(super) fn replied(
    number: &Number,
    attempt: &mut Attempted<'_>,
    key: &Key,
    (id, reply): (MessageId, Option<&Body>),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if let Some((row, question)) = waiting(number, attempt, key)?
        && let (Some(reply), Some(terms_id)) = (reply, terms(number, &row.service))
        && let Some(author) = users::author(number, attempt, question)?
    {
        let outgoing = Outgoing {
            id,
            input: author.digits().to_owned(),
            to: Recipient::Phone(author),
            quoted: Some(question),
            say: Say::Ready(reply.clone()),
            opaque: String::new(),
            identity_hash: None,
            request_id: None,
            only_marketing: false,
        };
        if sending::accept(number, attempt, None, &outgoing, rng)? {
            attempt.event(Event::ServiceReplied {
                phone_number_id: number.grant.phone_number_id.clone(),
                service: row.service,
                terms_id,
                to: question,
                id,
            });
        }
    }
    forget(number, attempt, key);
    Ok(())
}

/// What waits, and the message that it is about; `None` where it cannot be opened any more.
fn waiting(
    number: &Number,
    attempt: &mut Attempted<'_>,
    key: &Key,
) -> Result<Option<(HandoverRow, MessageId)>, Waiting> {
    let row = number.account.vault().get(attempt, key)?;
    let row = row.and_then(|row| HandoverRow::decode(row.as_slice()).ok());
    Ok(row.and_then(|row| Some((MessageId::from_slice(&row.id)?, row))).map(|(id, row)| (row, id)))
}

fn forget(number: &Number, attempt: &mut Attempted<'_>, key: &Key) {
    number.account.vault().remove(attempt, key);
    attempt.note(Note::Gone(vec![key.clone()]));
}

//! What happened to a number becomes webhooks, counts and billing records, in the same step.

use endpoint::{Failure, Happening, Vault as _};
use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{Address, DataClass, Keep, MessageId, Reason, limits, marker};
use wire::content::{Body, ChoiceKind, Content};

use super::{Attempted, Note, identity, insights, media, quality, reading};
use crate::{
    errors::{GraphError, codes},
    mutant::Mutant,
    number::Number,
    output::Event,
    rows::{self, Category, HookRow, Kind, TagRow, cells::Step},
    rules, users,
    webhook::{
        inbound,
        statuses::{self, About},
    },
};

/// Tells the business, billing and statistics what happened.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others concern the operator alone")]
pub(super) fn tell(
    number: &Number,
    attempt: &mut Attempted<'_>,
    happened: Vec<Happening>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    for happening in happened {
        match &happening {
            Happening::Opened { from, content } => {
                opened(number, attempt, from, content, rng)?;
                continue; // Its event would hold content.
            }
            Happening::Accepted { id, to } => {
                let early = number.planted(Mutant::DeliveredWhenTaken);
                let kind = if early { Kind::Delivered } else { Kind::Sent };
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, kind), &tag, rng)?;
                insights::template(number, attempt, &tag, Step::Sent)?;
            }
            Happening::Delivered { id, to } => {
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, Kind::Delivered), &tag, rng)?;
                bill(number, attempt, (to, tag.category()), rng);
                insights::delivered(number, attempt, to, &tag)?;
            }
            Happening::Read { id, to } => {
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, Kind::Read), &tag, rng)?;
                insights::template(number, attempt, &tag, Step::Read)?;
            }
            Happening::Played { id, to } => {
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, Kind::Played), &tag, rng)?;
            }
            Happening::Failed { id, to, why } => {
                failed(number, attempt, (*id, to, &error_of(*why)), rng)?;
                if *why == Failure::Throttled {
                    quality::flagged(number, attempt, rng)?;
                }
                if *why == Failure::NoSuchAccount {
                    number.account.forget_unsent(attempt, to, *id);
                    rules::forget(number, attempt, &users::name(number, &to.phone));
                    let tag = rows::tag(number.grant.slot, *id);
                    number.account.vault().remove(attempt, &tag);
                }
            }
            Happening::RetransmissionRefused { id, to, why: why @ Failure::IdentityChanged } => {
                failed(number, attempt, (*id, to, &error_of(*why)), rng)?;
            }
            _ => {}
        }
        let phone_number_id = number.grant.phone_number_id.clone();
        attempt.event(Event::Happened { phone_number_id, happening });
    }
    Ok(())
}

fn opened(
    number: &Number,
    attempt: &mut Attempted<'_>,
    from: &Address,
    content: &Content,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    if let Some(stops) = inbound::preferred(&content.body) {
        return preferred(number, attempt, (from, content, stops), rng);
    }
    let author = rows::author(number.grant.slot, content.id);
    let digits = from.phone.digits().as_bytes();
    let keep = if number.planted(Mutant::AuthorForEver) {
        Keep::Never(Reason::Account)
    } else {
        Keep::For(limits::RETRANSMISSION_AGE)
    };
    if number.planted(Mutant::AuthorInClear) {
        attempt.write(author, digits.to_vec(), DataClass::ConsumerPhone, keep);
    } else {
        number.account.vault().put(attempt, author, digits, keep, rng)?;
    }
    let name = users::name(number, &from.phone);
    rules::open_window(number, attempt, &name);
    reading::came(number, attempt, &name, content.id);
    users::remember(number, attempt, &from.phone, content.id);
    let media_id = match &content.body {
        Body::Media(file) => Some(media::received(number, attempt, file, rng)?),
        Body::Text(_) | Body::Reaction(_) | Body::Offer(_) | Body::Answer(_) | Body::Object(_) => {
            None
        }
    };
    if let (Body::Answer(answer), Some(quoted)) = (&content.body, content.quoted)
        && answer.kind == ChoiceKind::QuickReply
    {
        let tag = tag(number, attempt, quoted)?;
        insights::template(number, attempt, &tag, Step::Clicked)?;
    }
    let user_id = users::user_id(number, &from.phone);
    let identity = identity::shown(number, attempt, &from.phone)?;
    let identity = identity.as_deref();
    let from = inbound::From { phone: &from.phone, user_id: &user_id, identity };
    let body = inbound::message(&number.grant, from, content, media_id.as_deref());
    hook(number, attempt, body, content.id.to_string(), rng)?;
    count(number, attempt, Kind::Received)?;
    let phone_number_id = number.grant.phone_number_id.clone();
    attempt.event(Event::Decrypted { phone_number_id, id: content.id });
    Ok(())
}

/// A person stops marketing, or wants it again. That is no message: it opens no window, and there
/// is nothing to mark as read.
fn preferred(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (from, content, stops): (&Address, &Content, bool),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let name = users::name(number, &from.phone);
    rules::prefer_marketing(number, attempt, &name, stops);
    let user_id = users::user_id(number, &from.phone);
    let from = inbound::From { phone: &from.phone, user_id: &user_id, identity: None };
    let body = inbound::preference(&number.grant, from, content, stops);
    let phone_number_id = number.grant.phone_number_id.clone();
    attempt.event(Event::Decrypted { phone_number_id, id: content.id });
    hook(number, attempt, body, content.id.to_string(), rng)
}

fn status(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, to, kind): (MessageId, &Address, Kind),
    tag: &TagRow,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let at = attempt.now().wall;
    let user_id = users::user_id(number, &to.phone);
    let conversation = number.rules.conversations.then(|| conversation(&user_id, at.day()));
    let conversation = conversation.as_deref();
    let identity = identity::shown(number, attempt, &to.phone)?;
    let identity = identity.as_deref();
    let about = About { id, to: &to.phone, user_id: &user_id, identity, tag, conversation };
    let body = statuses::status(&number.grant, about, kind, at);
    hook(number, attempt, body, format!("{id} {}", kind.name()), rng)?;
    count(number, attempt, kind)
}

/// What names all messages of a day with one person: a hash of what the business knows.
fn conversation(user_id: &str, day: u64) -> String {
    let hash: [u8; 32] = Sha256::digest(format!("{user_id} {day}")).into();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What the statuses of a message bear; a message without a row is an ordinary answer.
fn tag(number: &Number, attempt: &mut Attempted<'_>, id: MessageId) -> Result<TagRow, Waiting> {
    let row = number.account.vault().get(attempt, &rows::tag(number.grant.slot, id))?;
    Ok(row.and_then(|row| TagRow::decode(row.as_slice()).ok()).unwrap_or_default())
}

/// Tells the business that a message does not go out, or not again.
pub(super) fn failed(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, to, error): (MessageId, &Address, &GraphError),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let tag = &tag(number, attempt, id)?;
    let user_id = users::user_id(number, &to.phone);
    let identity = identity::shown(number, attempt, &to.phone)?;
    let identity = identity.as_deref();
    let about = About { id, to: &to.phone, user_id: &user_id, identity, tag, conversation: None };
    let body = statuses::failed(&number.grant, about, error, attempt.now().wall);
    hook(number, attempt, body, format!("{id} failed"), rng)?;
    count(number, attempt, Kind::Failed)
}

/// What the platform calls a failure of an end.
fn error_of(why: Failure) -> GraphError {
    let code = match why {
        Failure::IdentityChanged => codes::IDENTITY,
        Failure::Throttled => codes::SPAM,
        Failure::NotKept => codes::NOT_KEPT,
        Failure::NoSuchAccount
        | Failure::AccountDeleted
        | Failure::MailboxFull
        | Failure::Forbidden
        | Failure::BadBundle
        | Failure::TooManyRetries
        | Failure::TooLong
        | Failure::Unsealable
        | _ => codes::UNDELIVERABLE,
    };
    GraphError::with(code, why.to_string())
}

/// Writes a webhook down; it is delivered from there.
pub(super) fn hook(
    number: &Number,
    attempt: &mut Attempted<'_>,
    body: Vec<u8>,
    item: String,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let place = number.account.next_number(attempt.now());
    let key = rows::hooks().with_number(place);
    let phone_number_id = number.grant.phone_number_id.clone();
    let bytes = body.len();
    let row = HookRow { phone_number_id, body, item }.encode_to_vec();
    let keep = Keep::For(limits::WEBHOOK_AGE);
    number.account.vault().put(attempt, key.clone(), &row, keep, rng)?;
    attempt.note(Note::Waits(key, bytes));
    Ok(())
}

/// Writes a billing record down: business, category and count, nothing about the person. Also what
/// is free is counted; its category says so.
fn bill(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (to, category): (&Address, Category),
    rng: &mut dyn CryptoRng,
) {
    let mut unique = [0; 14];
    rng.fill_bytes(&mut unique);
    let id = format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64());
    let mut record = json!({
        "id": id,
        "business": number.grant.business,
        "category": category.name(),
        "count": 1,
        "reference": marker::reference(DataClass::Billing, unique),
    });
    if number.planted(Mutant::BillNamesPerson)
        && let Some(record) = record.as_object_mut()
    {
        record.insert("to".to_owned(), to.phone.digits().into());
    }
    let place = number.account.next_number(attempt.now());
    let key = rows::bills().with_number(place);
    let bytes = record.to_string().into_bytes();
    let length = bytes.len();
    attempt.write(key.clone(), bytes, DataClass::Billing, Keep::Never(Reason::UntilDone));
    attempt.note(Note::Waits(key, length));
}

fn count(number: &Number, attempt: &mut Attempted<'_>, kind: Kind) -> Result<(), Waiting> {
    let day = attempt.now().wall.day();
    let key: Key = rows::statistic(day, kind, &number.grant.business);
    let before = attempt.read(&key)?.and_then(|bytes| bytes.try_into().ok());
    let count = before.map_or(0, u64::from_be_bytes).saturating_add(1);
    let (class, keep) = (DataClass::Statistics, Keep::Never(Reason::Aggregate));
    attempt.write(key, count.to_be_bytes().to_vec(), class, keep);
    attempt.note(Note::Counted);
    Ok(())
}

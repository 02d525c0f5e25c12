//! What happened to a number becomes webhooks, counts and billing records, in the same step.

use endpoint::{Failure, Happening, Vault as _, files::Fetched};
use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::{Address, DataClass, Keep, MessageId, Reason, limits, marker};
use wire::content::{Body, ChoiceKind, Content};

use super::{Attempted, Note, identity, insights, media, quality, reading, retention, services};
use crate::{
    errors::{GraphError, codes},
    mutant::Mutant,
    number::Number,
    output::Event,
    rows::{self, Category, EventRow, HookRow, Kind, TagRow, cells::Step},
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
            Happening::File { from, content, outcome } => {
                file_came(number, attempt, (from, content), outcome, rng)?;
                continue;
            }
            Happening::Accepted { id, to } => {
                let early = number.planted(Mutant::DeliveredWhenTaken);
                let kind = if early { Kind::Delivered } else { Kind::Sent };
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, kind), &tag, rng)?;
                retention::message_ended(number, attempt, *id);
                insights::template(number, attempt, &tag, Step::Sent)?;
            }
            Happening::Delivered { id, to } => {
                let tag = tag(number, attempt, *id)?;
                status(number, attempt, (*id, to, Kind::Delivered), &tag, rng)?;
                bill(number, attempt, (to, tag.category()), rng);
                retention::message_arrived(number, attempt, *id);
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
                retention::message_ended(number, attempt, *id);
                if *why == Failure::Throttled {
                    quality::flagged(number, attempt, rng)?;
                }
                if *why == Failure::NoSuchAccount {
                    number.account.forget_unsent(attempt, to, *id);
                    let other = to.phone.other_form();
                    for phone in [Some(&to.phone), other.as_ref()].into_iter().flatten() {
                        rules::forget(number, attempt, &users::name(number, phone));
                    }
                    let tag = rows::tag(number.grant.slot, *id);
                    number.account.vault().remove(attempt, &tag);
                }
            }
            Happening::RetransmissionRefused { id, to, why: why @ Failure::IdentityChanged } => {
                failed(number, attempt, (*id, to, &error_of(*why)), rng)?;
            }
            Happening::RetransmissionRefused { id, to, why: Failure::NotKept } => {
                retention::not_kept(number, attempt, (*id, to), rng)?;
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
        // Not content: whoever wrote can be answered for as long in every storage mode.
        number.account.vault().put_sealed(attempt, author, digits, keep, rng)?;
    }
    let name = users::name(number, &from.phone);
    rules::open_window(number, attempt, &name);
    reading::came(number, attempt, &name, content.id);
    users::remember(number, attempt, &from.phone, content.id);
    let phone_number_id = number.grant.phone_number_id.clone();
    attempt.event(Event::Decrypted { phone_number_id, id: content.id });
    if matches!(content.body, Body::Media(_)) {
        // The business is told of a file when it can have it.
        retention::file_waits(number, attempt, content.id);
        let fetching = number.account.fetch_file(attempt, from, content, rng)?;
        return tell(number, attempt, fetching, rng);
    }
    forward(number, attempt, from, (content, None), rng)
}

/// The file of a message is here, or will not be: the business is told of the message.
fn file_came(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (from, content): (&Address, &Content),
    outcome: &Result<Box<Fetched>, Failure>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let file = match (outcome, content.body.file()) {
        (Ok(fetched), Some(media)) => {
            Ok(media::received(number, attempt, (media, &fetched.blob), rng)?)
        }
        (Err(why), _) => Err(GraphError::with(codes::MEDIA_DOWNLOAD, why.to_string())),
        (Ok(_), None) => Err(GraphError::new(codes::MEDIA_DOWNLOAD)),
    };
    retention::file_ended(number, attempt, content.id);
    forward(number, attempt, from, (content, Some(file)), rng)
}

/// Tells the business of a message; `file` is what it knows its file under, or why there is none.
fn forward(
    number: &Number,
    attempt: &mut Attempted<'_>,
    from: &Address,
    (content, file): (&Content, Option<Result<String, GraphError>>),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
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
    let body = inbound::message(&number.grant, from, content, file.as_ref());
    let _hook = hook(number, attempt, body, content.id.to_string(), rng)?;
    services::hand_over(number, attempt, content, rng)?;
    count(number, attempt, Kind::Received)
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
    hook(number, attempt, body, content.id.to_string(), rng)?;
    Ok(())
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
    let hook = hook(number, attempt, body, format!("{id} {}", kind.name()), rng)?;
    became(number, attempt, (id, kind, 0), &hook);
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
    let hook = hook(number, attempt, body, format!("{id} failed"), rng)?;
    became(number, attempt, (id, Kind::Failed, error.code), &hook);
    count(number, attempt, Kind::Failed)
}

/// Remembers how far a message got, and which webhook tells it.
fn became(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, kind, error): (MessageId, Kind, u32),
    hook: &Key,
) {
    if !number.rules.history || kind == Kind::Played {
        return; // The history knows of no listening.
    }
    let at = attempt.now().wall.seconds();
    let row = EventRow { at, hook: hook.last_number().unwrap_or_default(), error };
    let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::RETRANSMISSION_AGE));
    let key = rows::event(number.grant.slot, id, kind);
    attempt.write(key, row.encode_to_vec(), class, keep);
}

/// What the platform calls a failure of an end.
fn error_of(why: Failure) -> GraphError {
    let code = match why {
        Failure::IdentityChanged => codes::IDENTITY,
        Failure::Throttled => codes::SPAM,
        Failure::NotKept => codes::NOT_KEPT,
        Failure::FileNotStored => codes::MEDIA_UPLOAD,
        Failure::NoSuchAccount
        | Failure::AccountDeleted
        | Failure::MailboxFull
        | Failure::Forbidden
        | Failure::BadBundle
        | Failure::TooManyRetries
        | Failure::TooLong
        | Failure::FileMissing
        | Failure::FileWrong
        | Failure::Unsealable
        | _ => codes::UNDELIVERABLE,
    };
    GraphError::with(code, why.to_string())
}

/// Writes a webhook down, and says under which key; it is delivered from there.
pub(super) fn hook(
    number: &Number,
    attempt: &mut Attempted<'_>,
    body: Vec<u8>,
    item: String,
    rng: &mut dyn CryptoRng,
) -> Result<Key, Waiting> {
    let what = item.clone();
    let (key, row, bytes) = hook_row(number, attempt, body, item);
    let keep = Keep::For(limits::WEBHOOK_AGE);
    number.account.vault().put(attempt, key.clone(), &row, keep, rng)?;
    retention::hook_waits(number, attempt, &key, what);
    attempt.note(Note::Waits(key.clone(), bytes));
    Ok(key)
}

/// The same for one that holds ids alone: it may lie in the store, whatever the storage mode.
pub(super) fn hook_of_ids(
    number: &Number,
    attempt: &mut Attempted<'_>,
    body: Vec<u8>,
    item: String,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let (key, row, bytes) = hook_row(number, attempt, body, item);
    let keep = Keep::For(limits::WEBHOOK_AGE);
    number.account.vault().put_sealed(attempt, key.clone(), &row, keep, rng)?;
    attempt.note(Note::Waits(key, bytes));
    Ok(())
}

/// The row of a webhook, its key, and at most how long the webhook is.
fn hook_row(
    number: &Number,
    attempt: &Attempted<'_>,
    body: Vec<u8>,
    item: String,
) -> (Key, Vec<u8>, usize) {
    let place = number.account.next_number(attempt.now());
    let phone_number_id = number.grant.phone_number_id.clone();
    let bytes = body.len();
    let row = HookRow { phone_number_id, body, item }.encode_to_vec();
    (rows::hooks().with_number(place), row, bytes)
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

pub(super) fn count(
    number: &Number,
    attempt: &mut Attempted<'_>,
    kind: Kind,
) -> Result<(), Waiting> {
    let day = attempt.now().wall.day();
    let key: Key = rows::statistic(day, kind, &number.grant.business);
    let before = attempt.read(&key)?.and_then(|bytes| bytes.try_into().ok());
    let count = before.map_or(0, u64::from_be_bytes).saturating_add(1);
    let (class, keep) = (DataClass::Statistics, Keep::Never(Reason::Aggregate));
    attempt.write(key, count.to_be_bytes().to_vec(), class, keep);
    attempt.note(Note::Counted);
    Ok(())
}

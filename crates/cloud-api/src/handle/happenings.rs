//! What happened to a number becomes webhooks, counts and billing records, in the same step.

use endpoint::{Failure, Happening, Vault as _};
use hop::Waiting;
use prost::Message as _;
use rand_core::CryptoRng;
use serde_json::json;
use store::Key;
use vocab::{Address, DataClass, Keep, MessageId, Reason, limits, marker};
use wire::content::Content;

use super::{Attempted, Note};
use crate::{
    mutant::Mutant,
    number::Number,
    output::Event,
    rows::{self, HookRow, Kind},
    webhook,
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
                status(number, attempt, (*id, to, kind), rng)?;
            }
            Happening::Delivered { id, to } => {
                status(number, attempt, (*id, to, Kind::Delivered), rng)?;
                bill(number, attempt, to, rng);
            }
            Happening::Read { id, to } => status(number, attempt, (*id, to, Kind::Read), rng)?,
            Happening::Failed { id, to, why } => {
                failed(number, attempt, (*id, to, *why), rng)?;
                if *why == Failure::NoSuchAccount {
                    number.account.forget_unsent(attempt, to, *id);
                }
            }
            Happening::RetransmissionRefused { id, to, why: why @ Failure::IdentityChanged } => {
                failed(number, attempt, (*id, to, *why), rng)?;
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
    let body = webhook::message(&number.grant, &from.phone, content);
    hook(number, attempt, body, content.id.to_string(), rng)?;
    count(number, attempt, Kind::Received)?;
    let phone_number_id = number.grant.phone_number_id.clone();
    attempt.event(Event::Decrypted { phone_number_id, id: content.id });
    Ok(())
}

fn status(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, to, kind): (MessageId, &Address, Kind),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let at = attempt.now().wall;
    let body = webhook::status(&number.grant, &to.phone, (id, kind.name()), at);
    hook(number, attempt, body, format!("{id} {}", kind.name()), rng)?;
    count(number, attempt, kind)
}

fn failed(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (id, to, why): (MessageId, &Address, Failure),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let body = webhook::failure(&number.grant, &to.phone, (id, why), attempt.now().wall);
    hook(number, attempt, body, format!("{id} failed"), rng)?;
    count(number, attempt, Kind::Failed)
}

/// Writes a webhook down; it is delivered from there.
fn hook(
    number: &Number,
    attempt: &mut Attempted<'_>,
    body: Vec<u8>,
    item: String,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let place = number.account.next_number(attempt.now());
    let key = rows::hooks().with_number(place);
    let phone_number_id = number.grant.phone_number_id.clone();
    let row = HookRow { phone_number_id, body, item }.encode_to_vec();
    let keep = Keep::For(limits::WEBHOOK_AGE);
    number.account.vault().put(attempt, key.clone(), &row, keep, rng)?;
    attempt.note(Note::Waits(key));
    Ok(())
}

/// Writes a billing record down: business, category and count, nothing about the person.
fn bill(number: &Number, attempt: &mut Attempted<'_>, to: &Address, rng: &mut dyn CryptoRng) {
    let mut unique = [0; 14];
    rng.fill_bytes(&mut unique);
    let id = format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64());
    let mut record = json!({
        "id": id,
        "business": number.grant.business,
        "category": "service",
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
    attempt.write(key.clone(), bytes, DataClass::Billing, Keep::Never(Reason::UntilDone));
    attempt.note(Note::Waits(key));
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

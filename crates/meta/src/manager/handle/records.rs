//! The record of a business: written by itself, read by those who may.

use hop::{Waiting, http::Request, router::Refusal};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::{DataClass, marker};

use super::{Try, services};
use crate::{
    manager::{
        input::{Ask, Numbers, Services},
        rows::{self, Business},
    },
    names,
    server::{News, Served, body, page, with_paging},
};

/// Bytes of the longest field of a record.
const MOST_BYTES: usize = 1_024;
/// Contacts of one business.
const MOST_CONTACTS: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    address: String,
    contacts: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
    terms_id: String,
}

pub(super) fn read(id: &str, request: &Request, news: News) -> Result<Ask, Refusal> {
    let record: Record = body(request)?;
    if record.contacts.len() > MOST_CONTACTS {
        return Err(Refusal::Invalid(format!("more than {MOST_CONTACTS} contacts")));
    }
    let contacts = record.contacts.iter().map(|one| names::text(one, MOST_BYTES, "a contact"));
    let record = Business {
        name: names::text(&record.name, MOST_BYTES, "a name")?,
        address: names::text(&record.address, MOST_BYTES, "an address")?,
        contacts: contacts.collect::<Result<_, _>>()?,
        kind: names::text(&record.kind, MOST_BYTES, "a type")?,
        terms_id: names::text(&record.terms_id, MOST_BYTES, "the id of terms")?,
        reference: marker::reference(DataClass::BusinessInformation, news.unique),
        numbers: Numbers::new(),
        services: Services::new(),
    };
    Ok(Ask::Record { id: names::business(id)?, record })
}

pub(super) fn write(attempt: &mut Try<'_>, id: &str, record: &Business) -> Result<Served, Waiting> {
    let mut record = record.clone();
    if let Some(known) = get(attempt, id)? {
        if known.services.values().any(|added| added.terms_id == record.terms_id) {
            return Ok(Err(Refusal::Conflict("a service has terms of its own")));
        }
        (record.reference, record.numbers) = (known.reference, known.numbers);
        record.services = known.services;
    }
    put(attempt, id, &record);
    Ok(Ok(json!({ "success": true })))
}

pub(super) fn one(attempt: &mut Try<'_>, id: &str) -> Result<Served, Waiting> {
    let record = get(attempt, id)?;
    Ok(record.map(|record| shown(id, &record)).ok_or(Refusal::NoSuchObject))
}

pub(super) fn list(
    attempt: &mut Try<'_>,
    only: Option<&str>,
    after: Option<&str>,
) -> Result<Served, Waiting> {
    if let Some(id) = only {
        let own = get(attempt, id)?.map(|record| shown(id, &record));
        return Ok(Ok(with_paging("businesses", own.into_iter().collect(), "", None)));
    }
    let table = rows::businesses();
    let page = page(attempt, &table, after)?;
    let items = page.rows.iter().filter_map(|row| {
        let id = String::from_utf8(row.key.after(&table)?.to_vec()).ok()?;
        Some(shown(&id, &serde_json::from_slice(&row.value).ok()?))
    });
    Ok(Ok(with_paging("businesses", items.collect(), "/businesses", page.next.as_deref())))
}

pub(super) fn get(attempt: &mut Try<'_>, id: &str) -> Result<Option<Business>, Waiting> {
    let bytes = attempt.read(&rows::business(id))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

pub(super) fn put(attempt: &mut Try<'_>, id: &str, record: &Business) {
    let value = serde_json::to_vec(record).unwrap_or_default();
    attempt.write(rows::business(id), value, rows::CLASS, rows::KEEP);
}

fn shown(id: &str, record: &Business) -> Value {
    let Business { name, address, contacts, kind, terms_id, reference, numbers, services } = record;
    let numbers: Vec<Value> = numbers
        .iter()
        .map(|(phone_number_id, number)| {
            json!({
                "phone_number_id": phone_number_id,
                "display_phone_number": number.display,
                "granted": number.grant.is_some(),
            })
        })
        .collect();
    let mut shown = json!({
        "id": id,
        "name": name,
        "address": address,
        "contacts": contacts,
        "type": kind,
        "terms_id": terms_id,
        "reference": reference,
        "numbers": numbers,
    });
    services::show(&mut shown, services);
    shown
}

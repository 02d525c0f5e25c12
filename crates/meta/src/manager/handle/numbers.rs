//! The numbers of a business: each belongs to one business, under one id.

use hop::{Waiting, http::Request, router::Refusal};
use serde::Deserialize;
use serde_json::json;
use vocab::PhoneNumber;

use super::{Try, grants_changed, records};
use crate::{
    manager::{
        input::Ask,
        rows::{self, Number},
    },
    names,
    server::{Served, body},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Display {
    display_phone_number: String,
}

pub(super) fn read(id: &str, phone_number_id: &str, request: &Request) -> Result<Ask, Refusal> {
    let Display { display_phone_number } = body(request)?;
    let display = PhoneNumber::parse(&display_phone_number)
        .map_err(|_| Refusal::Invalid("not a phone number".to_string()))?;
    let phone_number_id = names::phone_number_id(phone_number_id)?;
    Ok(Ask::Number { id: names::business(id)?, phone_number_id, display })
}

pub(super) fn write(
    attempt: &mut Try<'_>,
    id: &str,
    phone_number_id: &str,
    display: &PhoneNumber,
) -> Result<Served, Waiting> {
    let (id_claim, number_claim) = (rows::id_claim(phone_number_id), rows::number_claim(display));
    attempt.need(&[rows::business(id), id_claim.clone(), number_claim.clone()])?;
    let Some(mut business) = records::get(attempt, id)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    let id_owner = attempt.read(&id_claim)?;
    if id_owner.is_some_and(|owner| owner != id.as_bytes()) {
        return Ok(Err(Refusal::Conflict("the id is another business's")));
    }
    let claim = [id.as_bytes(), b"\0", phone_number_id.as_bytes()].concat();
    if attempt.read(&number_claim)?.is_some_and(|owner| owner != claim) {
        return Ok(Err(Refusal::Conflict("the number has another id")));
    }
    let known = business.numbers.get(phone_number_id).cloned();
    if known.as_ref().is_some_and(|known| known.display == display.digits()) {
        return Ok(Ok(json!({ "success": true })));
    }
    let grant = known.as_ref().and_then(|known| known.grant.clone());
    if grant.is_some() {
        grants_changed(attempt)?;
    }
    if let Some(before) = known.and_then(|known| PhoneNumber::parse(&known.display).ok()) {
        attempt.delete(rows::number_claim(&before));
    }
    let number = Number { display: display.digits().to_string(), grant };
    business.numbers.insert(phone_number_id.to_string(), number);
    records::put(attempt, id, &business);
    attempt.write(id_claim, id.as_bytes().to_vec(), rows::CLASS, rows::KEEP);
    attempt.write(number_claim, claim, rows::CLASS, rows::KEEP);
    Ok(Ok(json!({ "success": true })))
}

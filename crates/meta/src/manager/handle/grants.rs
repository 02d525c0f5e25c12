//! Grants: given and revoked by the business, read by the Cloud API.

use hop::{Waiting, router::Refusal};
use serde_json::{Value, json};

use super::{Try, grants_changed, records, services};
use crate::{
    manager::rows::{self, Business, Grant},
    server::{Served, scan_all},
};

pub(super) fn write(
    attempt: &mut Try<'_>,
    id: &str,
    phone_number_id: &str,
    granted: bool,
) -> Result<Served, Waiting> {
    attempt.need(&[rows::business(id), rows::changes()])?;
    let Some(mut business) = records::get(attempt, id)? else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    let Some(number) = business.numbers.get_mut(phone_number_id) else {
        return Ok(Err(Refusal::NoSuchObject));
    };
    if number.grant.is_some() != granted {
        let since = attempt.now().wall.seconds();
        number.grant = granted.then_some(Grant { since });
        records::put(attempt, id, &business);
        grants_changed(attempt)?;
    }
    Ok(Ok(json!({ "success": true })))
}

/// All of them in one answer: the Cloud API must never mistake a part for the whole.
pub(super) fn list(attempt: &mut Try<'_>) -> Result<Served, Waiting> {
    let table = rows::businesses();
    let mut grants: Vec<Value> = Vec::new();
    for row in scan_all(attempt, &table)? {
        let id = row.key.after(&table).map(String::from_utf8_lossy).unwrap_or_default();
        let Ok(business) = serde_json::from_slice::<Business>(&row.value) else { continue };
        let granted = business.numbers.iter().filter(|(_, number)| number.grant.is_some());
        grants.extend(granted.map(|(phone_number_id, number)| {
            let mut grant = json!({
                "business": id,
                "phone_number_id": phone_number_id,
                "display_phone_number": number.display,
            });
            services::show(&mut grant, &business.services);
            grant
        }));
    }
    Ok(Ok(json!({ "grants": grants })))
}

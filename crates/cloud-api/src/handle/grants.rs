//! Grants: which numbers this hop acts for.

use hop::Waiting;
use prost::Message as _;
use vocab::{DataClass, Keep, Reason, limits};

use super::{Attempted, Note, services};
use crate::{
    config::Config,
    output::Event,
    rows::{self, GrantRow},
};

/// Reads what was granted before a restart. Everything else starts from there.
pub(super) fn boot(config: &Config, attempt: &mut Attempted<'_>) -> Result<(), Waiting> {
    for grant in known(attempt)? {
        attempt.note(Note::Grant(grant));
    }
    attempt.note(Note::Loaded);
    if !attempt.scan(&rows::statistics(), None, 1)?.is_empty() {
        attempt.note(Note::Counted); // Whether it was exported before the restart is not known.
    }
    super::manage::templates::boot(attempt)?;
    super::outgoing::refill(config, attempt)
}

fn known(attempt: &mut Attempted<'_>) -> Result<Vec<GrantRow>, Waiting> {
    let stored = attempt.scan(&rows::grants(), None, limits::MAX_ROWS_READ)?;
    Ok(stored.iter().filter_map(|row| GrantRow::decode(row.value.as_slice()).ok()).collect())
}

/// Business Manager says which grants there are: new ones get a place, missing ones end.
pub(super) fn changed(attempt: &mut Attempted<'_>, granted: &[GrantRow]) -> Result<(), Waiting> {
    let known = known(attempt)?;
    let mut next = known.iter().map(|grant| grant.slot.saturating_add(1)).max().unwrap_or(0);
    for grant in granted {
        let before = known.iter().find(|row| row.phone_number_id == grant.phone_number_id);
        let slot = match before {
            Some(row) => row.slot,
            None => free(attempt, next, &grant.phone_number_id)?,
        };
        if u64::from(slot) >= endpoint::account::SLOTS {
            continue; // This node is full; the operator sees numbers that never become ready.
        }
        // What the business did with the number outlives its grant.
        let deregistered = before.is_some_and(|row| row.deregistered);
        let storage = before.map(|row| row.storage.clone()).unwrap_or_default();
        let name = before.map(|row| row.name.clone()).unwrap_or_default();
        let row = GrantRow { slot, live: true, deregistered, storage, name, ..grant.clone() };
        if before != Some(&row) {
            next = next.max(slot.saturating_add(1));
            let services = before.map(|row| row.services.clone()).unwrap_or_default();
            if before != Some(&GrantRow { services, ..row.clone() }) {
                attempt.event(Event::Granted { phone_number_id: row.phone_number_id.clone() });
            }
            services::told(attempt, before, &row);
            write(attempt, row);
        }
    }
    for before in known.iter().filter(|row| row.live) {
        if !granted.iter().any(|grant| grant.phone_number_id == before.phone_number_id) {
            attempt.event(Event::Revoked { phone_number_id: before.phone_number_id.clone() });
            let row = GrantRow { live: false, services: Vec::new(), ..before.clone() };
            services::told(attempt, Some(before), &row);
            write(attempt, row);
        }
    }
    Ok(())
}

/// The first place from `next` on that is free, or was given to this number by another answer that
/// is under way: read row by row, so that no two numbers can be given one place.
fn free(attempt: &mut Attempted<'_>, next: u32, phone_number_id: &str) -> Result<u32, Waiting> {
    let mut slot = next;
    while let Some(bytes) = attempt.read(&rows::grant(slot))? {
        if GrantRow::decode(bytes.as_slice())
            .is_ok_and(|row| row.phone_number_id == phone_number_id)
        {
            break;
        }
        slot = slot.saturating_add(1);
    }
    Ok(slot)
}

/// Writes a grant down that is not as it was `before`.
pub(super) fn change(attempt: &mut Attempted<'_>, row: GrantRow, before: &GrantRow) {
    if row != *before {
        write(attempt, row);
    }
}

fn write(attempt: &mut Attempted<'_>, row: GrantRow) {
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
    attempt.write(rows::grant(row.slot), row.encode_to_vec(), class, keep);
    attempt.note(Note::Grant(row));
}

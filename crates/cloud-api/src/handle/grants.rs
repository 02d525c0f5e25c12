//! Grants: which numbers this hop acts for.

use hop::Waiting;
use prost::Message as _;
use vocab::{DataClass, Keep, Reason, limits};

use super::{Attempted, Note};
use crate::{
    output::Event,
    rows::{self, GrantRow},
};

/// Reads what was granted before a restart. Everything else starts from there.
pub(super) fn boot(attempt: &mut Attempted<'_>) -> Result<(), Waiting> {
    for grant in known(attempt)? {
        attempt.note(Note::Grant(grant));
    }
    super::outgoing::refill(attempt)
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
        let slot = before.map_or(next, |row| row.slot);
        if u64::from(slot) >= endpoint::account::SLOTS {
            continue; // This node is full; the operator sees numbers that never become ready.
        }
        let row = GrantRow { slot, live: true, ..grant.clone() };
        if before != Some(&row) {
            next = next.max(slot.saturating_add(1));
            attempt.event(Event::Granted { phone_number_id: row.phone_number_id.clone() });
            write(attempt, row);
        }
    }
    for before in known.iter().filter(|row| row.live) {
        if !granted.iter().any(|grant| grant.phone_number_id == before.phone_number_id) {
            attempt.event(Event::Revoked { phone_number_id: before.phone_number_id.clone() });
            write(attempt, GrantRow { live: false, ..before.clone() });
        }
    }
    Ok(())
}

fn write(attempt: &mut Attempted<'_>, row: GrantRow) {
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
    attempt.write(rows::grant(row.slot), row.encode_to_vec(), class, keep);
    attempt.note(Note::Grant(row));
}

//! Removes prekeys that an earlier identity published.

use hop::Waiting;
use store::Key;
use vocab::limits;

use super::{Attempt, Note, erase};
use crate::{
    input::Job,
    output::PrekeyKind,
    rows::keys::{self, Owner},
};

/// Removes them. No new ones join them: their identity's generation is over.
pub(super) fn clear(attempt: &mut Attempt<'_>, clearing: &Key) -> Result<(), Waiting> {
    let Some(owner) = Owner::of(clearing) else { return Ok(()) };
    let most = limits::MAX_ROWS_READ;
    let curve = attempt.scan(&keys::one_time(PrekeyKind::Curve, &owner), None, most);
    let kem = attempt.scan(&keys::one_time(PrekeyKind::Kem, &owner), None, most);
    let (curve, kem) = (curve?, kem?);
    for row in curve.iter().chain(kem) {
        attempt.delete(row.key.clone());
    }
    if curve.len() < most && kem.len() < most {
        attempt.delete(clearing.clone());
    } else {
        attempt.note(Note::Next(Job::Clear(clearing.clone())));
    }
    Ok(())
}

/// Finds what was being removed when the node stopped.
pub(super) fn resume(attempt: &mut Attempt<'_>, after: Option<&Key>) -> Result<(), Waiting> {
    let erasing = if after.is_none() { erase::resume(attempt, None) } else { Ok(()) };
    let rows = attempt.scan(&keys::clearings(), after, limits::MAX_ROWS_READ)?;
    erasing?;
    for row in rows {
        attempt.note(Note::Next(Job::Clear(row.key.clone())));
    }
    if rows.len() >= limits::MAX_ROWS_READ
        && let Some(last) = rows.last()
    {
        attempt.note(Note::Next(Job::Resume { after: Some(last.key.clone()) }));
    }
    Ok(())
}

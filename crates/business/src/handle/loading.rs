//! What was begun before a start, and what Business Manager knows.

use hop::Waiting;
use store::Key;
use vocab::{DataClass, limits::MAX_ROWS_READ};

use super::Try;
use crate::{
    input::Note,
    outbox::Outgoing,
    output::Event,
    registration::{Digest, Done, Step},
    rows,
};

pub(super) fn load(attempt: &mut Try<'_>) -> Result<(), Waiting> {
    let mut needed = Step::ALL.map(rows::registered).to_vec();
    needed.push(rows::wish());
    attempt.need(&needed)?;
    let mut done = Done::new();
    for step in Step::ALL {
        let digest = attempt.read(&rows::registered(step))?;
        done.extend(digest.and_then(|bytes| Some((step, Digest::try_from(bytes).ok()?))));
    }
    let granted = attempt.read(&rows::wish())?.is_none_or(|wish| wish != [0]);
    let outbox = outbox(attempt)?;
    attempt.note(Note::Loaded { outbox, done, granted });
    Ok(())
}

fn outbox(attempt: &mut Try<'_>) -> Result<Vec<(Key, Outgoing)>, Waiting> {
    let (table, mut after, mut items) = (rows::outbox(), None, Vec::new());
    loop {
        let page = attempt.scan(&table, after.as_ref(), MAX_ROWS_READ)?;
        items.extend(
            page.iter().filter_map(|row| Some((row.key.clone(), rows::decoded(&row.value)?))),
        );
        after = page.last().map(|row| row.key.clone());
        if page.len() < MAX_ROWS_READ {
            return Ok(items);
        }
    }
}

pub(super) fn wish(attempt: &mut Try<'_>, granted: bool) {
    let class = DataClass::BusinessInformation;
    attempt.write(rows::wish(), vec![u8::from(granted)], class, rows::ACCOUNT);
    attempt.note(Note::Wish(granted));
}

pub(super) fn registered(attempt: &mut Try<'_>, step: Step, digest: &Digest, granted: bool) {
    let class = DataClass::BusinessInformation;
    attempt.write(rows::registered(step), digest.to_vec(), class, rows::ACCOUNT);
    if step == Step::Grant {
        attempt.event(Event::Registered { granted });
    }
}

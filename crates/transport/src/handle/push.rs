//! Pushing what waits in a mailbox to its owner, until it is acknowledged.

use alloc::{format, vec::Vec};

use hop::{Act, Waiting};
use store::transaction::Stored;
use wire::transport::{Envelope, FromTransport, Notice};

use super::{Attempt, Context, Note, Stop, still_owned};
use crate::{
    alias::Alias,
    input::Mailbox,
    mutant::planted,
    output::Event,
    rows::{self, Mail, keys},
};

/// Pushes at most `room` envelopes that stand behind place `after`.
pub(super) fn push(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    to: &Mailbox,
    after: Option<u64>,
    room: usize,
) -> Result<(), Waiting> {
    if !context.links.is_current(to) || !still_owned(attempt, context, to)? {
        return Ok(());
    }
    let alias = context.config.hash_key.alias(&to.address.phone);
    let queue = keys::mailbox(&alias, to.address.device);
    let cursor = after.map(|place| queue.clone().with_number(place));
    let rows = attempt.scan(&queue, cursor.as_ref(), room)?;
    let mut places = Vec::new();
    for row in rows {
        places.extend(deliver(attempt, to, &alias, row, false));
        if planted!(context.config, ForgottenWhenPushed) {
            attempt.delete(row.key.clone());
        }
    }
    attempt.note(Note::Pushed { to: to.clone(), places, room });
    Ok(())
}

/// Pushes the envelopes at `places` again, where they still are.
pub(super) fn push_again(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    to: &Mailbox,
    places: &[u64],
) -> Result<(), Waiting> {
    if !context.links.is_current(to) || planted!(context.config, PushedOnce) {
        return Ok(());
    }
    if !still_owned(attempt, context, to)? {
        return Ok(());
    }
    let alias = context.config.hash_key.alias(&to.address.phone);
    let queue = keys::mailbox(&alias, to.address.device);
    // One row each, past the desk: copies of envelopes need not stay there.
    let mut waits = false;
    let mut found = Vec::new();
    for place in places {
        let before = place.checked_sub(1).map(|before| queue.clone().with_number(before));
        match attempt.scan(&queue, before.as_ref(), 1) {
            Ok(rows) => found.extend(rows.first()),
            Err(Waiting) => waits = true,
        }
    }
    if waits {
        return Err(Waiting);
    }
    let mut gone = places.to_vec();
    for row in found {
        if let Some(place) = row.key.last_number().filter(|place| places.contains(place)) {
            gone.retain(|other| *other != place);
            deliver(attempt, to, &alias, row, true);
        }
    }
    let (link, address) = (to.link, to.address.clone());
    attempt.note(Note::Gone { link, address, places: gone });
    Ok(())
}

/// Puts one row on its owner's link: its place.
fn deliver(
    attempt: &mut Attempt<'_>,
    to: &Mailbox,
    alias: &Alias,
    row: &Stored,
    again: bool,
) -> Option<u64> {
    let place = row.key.last_number()?;
    if let Some(notice) = notice(row) {
        let bytes = FromTransport::Gone { place, notice }.encode();
        attempt.act(Act::Send { to: to.link, bytes });
        return Some(place);
    }
    match envelope(row) {
        Some(envelope) => {
            let id = envelope.id;
            let bytes = FromTransport::Deliver { place, envelope }.encode();
            attempt.act(Act::Send { to: to.link, bytes });
            attempt.event(Event::Delivered { id, to: *alias, place, again });
        }
        None => attempt.act(Act::Log(format!("row {:?} does not read back", row.key))),
    }
    Some(place)
}

fn envelope(row: &Stored) -> Option<Envelope> {
    let mail: Result<Mail, Stop> = rows::decode(&row.value);
    Envelope::decode(&mail.ok()?.envelope).ok()
}

fn notice(row: &Stored) -> Option<Notice> {
    let mail: Result<Mail, Stop> = rows::decode(&row.value);
    let notice = mail.ok()?.notice;
    (!notice.is_empty()).then(|| Notice::decode(&notice).ok()).flatten()
}

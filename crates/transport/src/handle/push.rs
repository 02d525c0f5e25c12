//! Pushing what waits in a mailbox to its owner, until it is acknowledged.

use alloc::{format, vec::Vec};

use hop::{Act, Waiting};
use store::{Key, transaction::Stored};
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
        if may_go(attempt, &queue, row)? {
            deliver(attempt, to, &alias, row, false);
        }
        places.extend(row.key.last_number());
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
            if may_go(attempt, &queue, row)? {
                deliver(attempt, to, &alias, row, true);
            }
        }
    }
    let (link, address) = (to.link, to.address.clone());
    attempt.note(Note::Gone { link, address, places: gone });
    Ok(())
}

/// So many notices may be on their way to one mailbox at once.
const NOTICES_AT_ONCE: usize = 8;

/// Whether a row may be pushed. A notice that an account is gone waits until no envelope stands
/// before it in its mailbox: on a link that reorders it would overtake what that account had sent,
/// and its end takes whatever comes from before the notice for a late copy. It counts as pushed
/// meanwhile, and so it is tried again.
fn may_go(attempt: &mut Attempt<'_>, queue: &Key, row: &Stored) -> Result<bool, Waiting> {
    if notice(row).is_none() {
        return Ok(true);
    }
    let oldest = attempt.scan(queue, None, NOTICES_AT_ONCE)?;
    let mut notices = oldest.iter().take_while(|oldest| notice(oldest).is_some());
    Ok(notices.any(|notice| notice.key == row.key))
}

/// Puts one row on its owner's link.
fn deliver(attempt: &mut Attempt<'_>, to: &Mailbox, alias: &Alias, row: &Stored, again: bool) {
    let Some(place) = row.key.last_number() else { return };
    if let Some(notice) = notice(row) {
        let bytes = FromTransport::Gone { place, notice }.encode();
        return attempt.act(Act::Send { to: to.link, bytes });
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

//! The person deleted the account: everything goes from the device too.
//!
//! The request that deleted it goes last, with who asked, so that a restart asks again, is answered
//! again, and goes on. What stays says that there was an account, and nothing of whose.

use alloc::vec::Vec;

use endpoint::{Account, Happening, Note, vault::OwnDevice};
use hop::Waiting;
use store::transaction::Stored;
use vocab::{DataClass, Keep, Reason, limits};

use super::Attempted;
use crate::{
    input::{Ask, Command, Job},
    output::Event,
    rows,
    state::Stay,
};

/// Whether the account was deleted here, and not set up anew since.
pub(super) fn has_left(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
) -> Result<bool, Waiting> {
    let left = rows::left();
    attempt.need(&[left.clone(), account.keys().me()])?;
    let has_left = attempt.read(&left)?.is_some();
    if has_left {
        attempt.note(Note::Left);
    }
    Ok(has_left)
}

/// Removes a page of rows, and the request and the account when there is nothing else.
pub(super) fn wipe(
    account: &Account<OwnDevice>,
    attempt: &mut Attempted<'_>,
    asked: u64,
) -> Result<(), Waiting> {
    let request = account.keys().ask(asked);
    let stored = attempt.scan(&rows::all(), None, limits::MAX_ROWS_READ)?;
    let me = account.keys().me();
    let is_other = |row: &&Stored| row.key != request && row.key != me;
    let mut others = stored.iter().filter(is_other).peekable();
    if others.peek().is_some() {
        others.for_each(|row| attempt.delete(row.key.clone()));
        attempt.note(Note::Leaving { id: asked });
        return Ok(());
    }
    attempt.delete(request);
    attempt.delete(me);
    let (class, keep) = (DataClass::ConnectionMetadata, Keep::Never(Reason::Account));
    attempt.write(rows::left(), Vec::from([1]), class, keep);
    attempt.event(Event::Happened(Happening::Deleted));
    attempt.note(Note::Left);
    Ok(())
}

/// Whether a piece of work is still done: where there is no account, only what makes one or removes
/// what is left of it.
pub(super) const fn is_for(stay: Stay, job: &Job) -> bool {
    match stay {
        Stay::Here => true,
        Stay::Leaving => matches!(job, Job::Wipe { .. }),
        Stay::Left => matches!(job, Job::Command(Command { ask: Ask::Reinstall, .. })),
    }
}

/// Nothing is done, and nothing is written down of it. A person who does something meanwhile is
/// told so at the end, and not kept waiting.
pub(super) fn unheard(attempt: &mut Attempted<'_>, job: &Job) -> Result<(), Waiting> {
    if let Job::Command(Command { number, ask }) = job
        && !matches!(ask, Ask::Reinstall)
    {
        attempt.event(Event::Acknowledged { number: *number });
    }
    Ok(())
}

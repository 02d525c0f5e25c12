//! What was begun before a start, and what Business Manager knows.

use hop::Waiting;
use store::Key;
use vocab::{DataClass, limits::MAX_ROWS_READ};

use super::Try;
use crate::{
    config::Config,
    input::Note,
    outbox::Outgoing,
    output::Event,
    registration::{Digest, Done, Step, Wish, Wishes},
    rows,
};

pub(super) fn load(config: &Config, attempt: &mut Try<'_>) -> Result<(), Waiting> {
    let steps = Step::of(config);
    let mut needed: Vec<Key> = steps.iter().copied().map(rows::registered).collect();
    needed.push(rows::grant_wish());
    needed.extend(config.auto_reply.is_some().then(rows::auto_reply_wish));
    attempt.need(&needed)?;
    let mut done = Done::new();
    for step in steps.iter().copied() {
        let digest = attempt.read(&rows::registered(step))?;
        done.extend(digest.and_then(|bytes| Some((step, Digest::try_from(bytes).ok()?))));
    }
    let granted = attempt.read(&rows::grant_wish())?.is_none_or(|wish| wish != [0]);
    let auto_reply = config.auto_reply.is_some()
        && attempt.read(&rows::auto_reply_wish())?.is_some_and(|wish| wish == [1]);
    let outbox = outbox(attempt)?;
    let wishes = Wishes { granted, auto_reply };
    attempt.note(Note::Loaded { outbox, done, wishes });
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

pub(super) fn wish(attempt: &mut Try<'_>, wish: Wish) {
    let (key, on) = match wish {
        Wish::Grant(on) => (rows::grant_wish(), on),
        Wish::AutoReply(on) => (rows::auto_reply_wish(), on),
    };
    attempt.write(key, vec![u8::from(on)], DataClass::BusinessInformation, rows::ACCOUNT);
    attempt.note(Note::Wish(wish));
}

pub(super) fn registered(attempt: &mut Try<'_>, step: Step, digest: &Digest, wishes: Wishes) {
    let class = DataClass::BusinessInformation;
    attempt.write(rows::registered(step), digest.to_vec(), class, rows::ACCOUNT);
    match step {
        Step::Grant => attempt.event(Event::Registered { granted: wishes.granted }),
        Step::AutoReply => attempt.event(Event::AutoReply { on: wishes.auto_reply }),
        Step::Record | Step::Number | Step::Replies => {}
    }
}

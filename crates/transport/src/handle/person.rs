//! What a person does about a number: reporting and blocking it.

use alloc::{string::String, vec::Vec};

use prost::Message;
use vocab::{Keep, MessageId, NoiseKey, PhoneNumber, limits};

use super::{Attempt, Context, Stop, integrity, meeting, owned};
use crate::{
    output::{Event, Refusal},
    rows::{self, Account, Block, Report, keys},
};

/// Stores a report, with what the person chose to disclose.
pub(super) fn report(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    link: NoiseKey,
    [by, about]: [&PhoneNumber; 2],
    ids: &[MessageId],
    attached: &[String],
) -> Result<(), Stop> {
    if attached.len() > ids.len() {
        return Err(Refusal::Malformed.into());
    }
    let (by, _reporter) = owned(attempt, context, link, by)?;
    let about = context.config.hash_key.alias(about);
    attempt.need(&meeting::rows(&link, &about))?;
    meeting::meet(attempt, context, link, &about)?;
    let account = rows::read::<Account>(attempt, &keys::account(&about))?;
    let account = account.ok_or(Refusal::NoAccount)?;
    let reports = keys::reports(&by);
    if attempt.scan(&reports, None, limits::MAX_REPORTS)?.len() >= limits::MAX_REPORTS {
        return Err(Refusal::ListFull.into());
    }
    if account.is_business(context.config) {
        integrity::reported(attempt, context, [&about, &by], &account)?;
    }
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.0.to_vec()).collect();
    let row = Report { about: about.0.to_vec(), ids, attached: attached.to_vec() };
    attempt.append(reports, row.encode_to_vec(), row.class(), Keep::For(limits::REPORT_AGE));
    attempt.event(Event::Reported { by, about, attached: !attached.is_empty() });
    Ok(())
}

/// From now on, or no longer, nothing from `blocked` reaches the person.
pub(super) fn block(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    link: NoiseKey,
    [by, blocked]: [&PhoneNumber; 2],
    on: bool,
) -> Result<(), Stop> {
    let (by, mut account) = owned(attempt, context, link, by)?;
    let blocked = context.config.hash_key.alias(blocked);
    let (block_key, other_key) = (keys::block(&by, &blocked), keys::account(&blocked));
    attempt.need(&[block_key.clone(), other_key.clone()])?;
    let is_on = rows::read::<Block>(attempt, &block_key)?.is_some();
    if on == is_on {
        return Ok(());
    }
    if on && account.blocked >= limits::MAX_BLOCKED {
        return Err(Refusal::ListFull.into());
    }
    let other = rows::read::<Account>(attempt, &other_key)?;
    if let Some(business) = other.filter(|other| other.is_business(context.config)) {
        integrity::blocked(attempt, context, &blocked, &business, on)?;
    }
    if on {
        rows::write(attempt, block_key, &Block {});
        account.blocked = account.blocked.saturating_add(1);
    } else {
        attempt.delete(block_key);
        account.blocked = account.blocked.saturating_sub(1);
    }
    rows::write(attempt, keys::account(&by), &account);
    attempt.event(Event::Blocked { by, blocked, on });
    Ok(())
}

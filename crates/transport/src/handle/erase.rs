//! Removes what is kept of a deleted account, a page of rows at a time.
//!
//! A row records how far this has come, so that a restart goes on from there. Whoever wrote to the
//! account is told what did not arrive, and every business that may hold something of it is told
//! that it is gone; both wait in their mailboxes until they are acknowledged. Last go the rows of
//! others that name the account, which are found by looking through their tables.

use alloc::{collections::BTreeMap, vec::Vec};

use hop::Waiting;
use prost::Message as _;
use store::{Key, transaction::Stored};
use vocab::{Address, DeviceId, MessageId, PhoneNumber, limits};
use wire::transport::{Envelope, Notice};

use super::{Attempt, Context, Note, Stop, integrity, suppress};
use crate::{
    alias::Alias,
    input::Job,
    mutant::planted,
    output::{Event, Refusal},
    rows::{self, Account, Erasing, Kept, Mail, Report, keys},
};

/// One step of an erasure, over the rows of one prefix.
enum Step {
    /// What waited for the account: its senders are told.
    Mail(Key),
    /// Businesses that may hold something of it: they are told.
    Businesses(Key),
    /// Whom it blocked.
    Blocked(Key),
    /// What it published or did.
    Own(Key),
    /// Rows of others that may name it.
    Elsewhere(Key),
    /// What it stored for others to fetch.
    Blobs(Key),
}

impl Step {
    /// Step `number` of an erasure; `None` behind the last.
    fn number(alias: &Alias, number: u32) -> Option<Self> {
        let told = [Self::Mail(keys::mailboxes(alias)), Self::Businesses(keys::known(alias))];
        let blocked = Self::Blocked(keys::blocks(alias));
        let own = keys::own(alias).map(Self::Own);
        let elsewhere = keys::ELSEWHERE.into_iter().map(|table| Self::Elsewhere(Key::table(table)));
        let blobs = [keys::blobs(alias), keys::stored(alias)].map(Self::Blobs);
        let steps = told.into_iter().chain([blocked]).chain(own);
        // Behind all others, whose numbers stand in rows.
        let mut steps = steps.chain(elsewhere).chain(blobs);
        steps.nth(usize::try_from(number).ok()?)
    }

    const fn prefix(&self) -> &Key {
        match self {
            Self::Mail(key)
            | Self::Businesses(key)
            | Self::Blocked(key)
            | Self::Own(key)
            | Self::Elsewhere(key)
            | Self::Blobs(key) => key,
        }
    }

    /// Rows of one page: envelopes and pieces of blobs are large.
    const fn most(&self) -> usize {
        match self {
            Self::Mail(_) | Self::Blobs(_) => limits::MAX_ENVELOPES_READ,
            Self::Businesses(_) | Self::Blocked(_) | Self::Own(_) | Self::Elsewhere(_) => {
                limits::MAX_ROWS_READ
            }
        }
    }
}

/// Whose account goes.
struct Going {
    alias: Alias,
    phone: PhoneNumber,
}

/// Nobody claims a number as long as its last owner is not forgotten.
pub(super) fn is_over(attempt: &mut Attempt<'_>, alias: &Alias) -> Result<(), Stop> {
    let under_way = rows::read::<Erasing>(attempt, &keys::erasing(alias))?.is_some();
    let wait = limits::ERASURE_WAIT;
    if under_way { Err(Refusal::Limited { wait }.into()) } else { Ok(()) }
}

/// Finds what was being erased when the node stopped.
pub(super) fn resume(attempt: &mut Attempt<'_>, after: Option<&Key>) -> Result<(), Waiting> {
    let rows = attempt.scan(&keys::erasings(), after, limits::MAX_ROWS_READ)?;
    for row in rows {
        attempt.note(Note::Next(Job::Erase(row.key.clone())));
    }
    if rows.len() >= limits::MAX_ROWS_READ
        && let Some(last) = rows.last()
    {
        attempt.note(Note::Next(Job::ResumeErasing { after: Some(last.key.clone()) }));
    }
    Ok(())
}

/// Removes one page of what is kept, and leaves the next to another piece of work.
pub(super) fn erase(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    erasing: &Key,
) -> Result<(), Waiting> {
    match page(attempt, context, erasing) {
        Ok(()) => Ok(()),
        Err(Stop::Waiting) => Err(Waiting),
        Err(Stop::Refused(why)) => {
            attempt.act(hop::Act::Log(alloc::format!("an erasure stops: {why}")));
            Ok(())
        }
    }
}

fn page(attempt: &mut Attempt<'_>, context: &mut Context<'_>, erasing: &Key) -> Result<(), Stop> {
    let Some(row) = rows::read::<Erasing>(attempt, erasing)? else { return Ok(()) };
    let alias = keys::other(erasing).ok_or(Refusal::Damaged)?;
    let phone = PhoneNumber::parse(&row.phone).map_err(|_| Refusal::Damaged)?;
    let going = Going { alias, phone };
    let Some(step) = Step::number(&alias, row.step) else {
        attempt.delete(erasing.clone());
        attempt.event(Event::Erased { account: alias });
        return Ok(());
    };
    let after = (!row.after.is_empty()).then(|| Key::from_bytes(row.after.clone()));
    let found = attempt.scan(step.prefix(), after.as_ref(), step.most())?;
    match &step {
        Step::Mail(_) => mail(attempt, context, &going, found)?,
        Step::Businesses(_) => businesses(attempt, context, &going, found)?,
        Step::Blocked(_) => blocked(attempt, context, &going, found)?,
        Step::Own(_) if planted!(context.config, PublishedOutlivesAccount) => {}
        Step::Own(_) | Step::Blobs(_) => {
            found.iter().for_each(|row| attempt.delete(row.key.clone()))
        }
        Step::Elsewhere(_) => {
            let named = found.iter().filter(|row| names(row, &going.alias));
            named.for_each(|row| attempt.delete(row.key.clone()));
        }
    }
    let next = match found.last().filter(|_| found.len() >= step.most()) {
        Some(last) => Erasing { after: last.key.as_bytes().to_vec(), ..row },
        None => Erasing { step: row.step.saturating_add(1), after: Vec::new(), ..row },
    };
    rows::write(attempt, erasing.clone(), &next);
    attempt.note(Note::Next(Job::Erase(erasing.clone())));
    Ok(())
}

/// What waited goes, and its senders are told which of their messages it was.
fn mail(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    going: &Going,
    found: &[Stored],
) -> Result<(), Stop> {
    let mut failed: BTreeMap<Address, Vec<MessageId>> = BTreeMap::new();
    for row in found {
        let mail: Result<Mail, Stop> = rows::decode(&row.value);
        // A receipt is nothing that anybody waits for; a notice is about somebody else.
        let envelope = mail.ok().and_then(|mail| Envelope::decode(&mail.envelope).ok());
        if let Some(envelope) = envelope.filter(|one| one.payload.ciphertext().is_some()) {
            failed.entry(envelope.from).or_default().push(envelope.id);
        }
        attempt.delete(row.key.clone());
    }
    let hash_key = &context.config.hash_key;
    let senders: Vec<Key> =
        failed.keys().map(|from| keys::account(&hash_key.alias(&from.phone))).collect();
    attempt.need(&senders)?;
    for ((from, ids), key) in failed.iter().zip(senders) {
        let account = rows::read::<Account>(attempt, &key)?.filter(|account| account.has(from));
        let Some(account) = account else { continue };
        for ids in ids.chunks(limits::MAX_NOTICE_IDS) {
            tell(attempt, context, going, (&account, from.clone()), ids.to_vec())?;
        }
    }
    Ok(())
}

/// Every business that may hold something of the account is told; what was noticed of both goes.
fn businesses(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    going: &Going,
    found: &[Stored],
) -> Result<(), Stop> {
    let known: Vec<Alias> = found.iter().filter_map(|row| keys::other(&row.key)).collect();
    let accounts: Vec<Key> = known.iter().map(keys::account).collect();
    attempt.need(&accounts)?;
    for (business, key) in known.iter().zip(accounts) {
        if let Some(account) = rows::read::<Account>(attempt, &key)? {
            let phone = PhoneNumber::parse(&account.phone).map_err(|_| Refusal::Damaged)?;
            for device in account.devices.iter().filter_map(|device| DeviceId::new(*device)) {
                let to = Address { phone: phone.clone(), device };
                tell(attempt, context, going, (&account, to), Vec::new())?;
            }
        }
        attempt.delete(keys::contact(business, &going.alias));
        attempt.delete(keys::reporter(business, &going.alias));
    }
    found.iter().for_each(|row| attempt.delete(row.key.clone()));
    Ok(())
}

/// Puts a notice into a mailbox.
fn tell(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    going: &Going,
    (account, to): (&Account, Address),
    ids: Vec<MessageId>,
) -> Result<(), Stop> {
    let queue = keys::mailbox(&context.config.hash_key.alias(&to.phone), to.device);
    let notice = Notice { to: to.clone(), phone: going.phone.clone(), ids }.encode();
    let mail = Mail { day: attempt.now().wall.day(), envelope: Vec::new(), notice };
    attempt.append(queue, mail.encode_to_vec(), Mail::CLASS, Mail::KEEP);
    attempt.note(Note::Arrived { link: account.noise_key()?, address: to });
    Ok(())
}

/// Whom the person blocked is no business of anybody's any more, but that a business was is kept as
/// a hash.
fn blocked(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    going: &Going,
    found: &[Stored],
) -> Result<(), Stop> {
    let others: Vec<Alias> = found.iter().filter_map(|row| keys::other(&row.key)).collect();
    let mut wanted: Vec<Key> = others.iter().map(keys::account).collect();
    wanted.extend(others.iter().map(keys::integrity));
    wanted.push(suppress::row(context.config, &going.alias));
    attempt.need(&wanted)?;
    let mut unwanted = Vec::new();
    for other in others {
        let account = rows::read::<Account>(attempt, &keys::account(&other))?;
        let business = account.filter(|account| account.is_business(context.config));
        if let Some(business) = business {
            integrity::blocked(attempt, context, &other, &business, false)?;
            unwanted.push(other);
        }
    }
    suppress::add(attempt, context.config, &unwanted, &going.alias)?;
    found.iter().for_each(|row| attempt.delete(row.key.clone()));
    Ok(())
}

/// Whether a row of somebody else names the account: at the end of its key, or as reported.
fn names(row: &Stored, alias: &Alias) -> bool {
    let is_report = row.key.starts_with(&Key::table("report"));
    if is_report {
        return Report::decode(row.value.as_slice()).is_ok_and(|report| report.about == alias.0);
    }
    keys::other(&row.key).as_ref() == Some(alias)
}

//! What is noticed about a business's way of messaging, from the headers of its envelopes alone,
//! and what follows from it (requirements R009, R010, R012).
//!
//! Inputs are from, to, size, time and type; there are no others. A business that only answers is
//! never flagged, however many it answers: who wrote to it first counts for nothing here. One that
//! was flagged goes on reaching those who wrote to it, and nobody else for a time.

use alloc::{format, string::String};

use hop::Act;
use rand_core::CryptoRng;
use vocab::{DataClass, limits, marker};

use super::{Attempt, Context, Stop};
use crate::{
    alias::Alias,
    gcra,
    output::{Event, Refusal, Signal},
    rows::{self, Account, Census, Contact, Integrity, Known, Reporter, keys},
};

/// A business sends a message.
pub(super) fn sent(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    [business, recipient]: [&Alias; 2],
    account: &Account,
    dropped: bool,
) -> Result<(), Stop> {
    let contact_key = keys::contact(business, recipient);
    attempt.need(&[keys::integrity(business), contact_key.clone(), keys::census()])?;
    let now = attempt.now().wall;
    let contact = rows::read::<Contact>(attempt, &contact_key)?.unwrap_or_default();
    let mut record = record(attempt, context, business, account)?;
    let is_new = now.0.saturating_sub(contact.counted) >= limits::CONTACT_AGE.0;
    let throttles = context.config.rules.integrity_throttling;
    if throttles && !contact.asked && record.throttled_until > now.0 {
        known(attempt, business, recipient);
        let wait = vocab::Micros(record.throttled_until.saturating_sub(now.0));
        return Err(Refusal::Throttled { wait }.into());
    }
    match gcra::take(limits::MESSAGES_PER_BUSINESS, record.spent, 1, now.0) {
        Ok(spent) => record.spent = spent,
        Err(wait) => {
            flag(attempt, business, &mut record, Signal::Rate, false);
            rows::write(attempt, keys::integrity(business), &record);
            if throttles {
                known(attempt, business, recipient);
                return Err(Refusal::Limited { wait }.into());
            }
        }
    }
    if is_new {
        rows::write(attempt, contact_key, &Contact { counted: now.0, ..contact });
        known(attempt, business, recipient);
    }
    record.sent = record.sent.saturating_add(1);
    record.dropped = record.dropped.saturating_add(dropped.into());
    record.recipients = record.recipients.saturating_add(is_new.into());
    record.reached = record.reached.saturating_add(is_new.into());
    let unasked = is_new && !contact.asked;
    record.unasked = record.unasked.saturating_add(unasked.into());
    if unasked && record.unasked >= limits::FAN_OUT_LEAST {
        let census = rows::read::<Census>(attempt, &keys::census())?.unwrap_or_default();
        let is_everybody = record.unasked.saturating_mul(2) > census.accounts;
        let begins = record.throttled_until <= now.0;
        if begins && (is_everybody || record.unasked >= limits::FAN_OUT_MOST) {
            flag(attempt, business, &mut record, Signal::FanOut, throttles);
        }
    }
    rows::write(attempt, keys::integrity(business), &record);
    Ok(())
}

/// A person wrote to a business: what it answers is no message that nobody asked for.
pub(super) fn asked(
    attempt: &mut Attempt<'_>,
    business: &Alias,
    person: &Alias,
) -> Result<(), Stop> {
    let contact_key = keys::contact(business, person);
    let contact = rows::read::<Contact>(attempt, &contact_key)?.unwrap_or_default();
    if !contact.asked {
        rows::write(attempt, contact_key, &Contact { asked: true, ..contact });
        known(attempt, business, person);
    }
    Ok(())
}

/// From now on the business's end may hold something of the person.
pub(super) fn known(attempt: &mut Attempt<'_>, business: &Alias, person: &Alias) {
    rows::write(attempt, keys::known(person).with(&business.0), &Known {});
}

/// A person reported a business. It counts for a signal once a day, and only from somebody whom the
/// business wrote to: nobody brings a business down that never bothered them.
pub(super) fn reported(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    [business, by]: [&Alias; 2],
    account: &Account,
) -> Result<(), Stop> {
    let (reporter_key, contact_key) = (keys::reporter(business, by), keys::contact(business, by));
    attempt.need(&[keys::integrity(business), reporter_key.clone(), contact_key.clone()])?;
    let now = attempt.now().wall;
    let mut record = record(attempt, context, business, account)?;
    record.reports = record.reports.saturating_add(1);
    let contact = rows::read::<Contact>(attempt, &contact_key)?.unwrap_or_default();
    let is_first = rows::read::<Reporter>(attempt, &reporter_key)?.is_none();
    if is_first && contact.counted > 0 {
        rows::write(attempt, reporter_key, &Reporter {});
        record.reporters = record.reporters.saturating_add(1);
        let share = record.reporters.saturating_mul(limits::RECIPIENTS_PER_REPORTER);
        let is_much = record.reporters >= limits::REPORTERS_LEAST && share >= record.reached;
        if is_much && record.throttled_until <= now.0 {
            let throttles = context.config.rules.integrity_throttling;
            flag(attempt, business, &mut record, Signal::Reports, throttles);
        }
    }
    rows::write(attempt, keys::integrity(business), &record);
    Ok(())
}

/// A person blocked a business, or no longer blocks it.
pub(super) fn blocked(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    business: &Alias,
    account: &Account,
    on: bool,
) -> Result<(), Stop> {
    let mut record = record(attempt, context, business, account)?;
    record.blocks =
        if on { record.blocks.saturating_add(1) } else { record.blocks.saturating_sub(1) };
    rows::write(attempt, keys::integrity(business), &record);
    Ok(())
}

/// A business's record, which begins with its first event; what is counted by day begins anew.
fn record(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    business: &Alias,
    account: &Account,
) -> Result<Integrity, Stop> {
    let record = match rows::read::<Integrity>(attempt, &keys::integrity(business))? {
        Some(record) => record,
        None => {
            let (phone, reference) = (account.phone.clone(), reference(context.rng));
            Integrity { phone, reference, ..Integrity::default() }
        }
    };
    let day = attempt.now().wall.day();
    if record.day == day {
        return Ok(record);
    }
    Ok(Integrity { day, reached: 0, unasked: 0, reporters: 0, ..record })
}

/// A signal, recorded against the business and nobody else.
fn flag(
    attempt: &mut Attempt<'_>,
    business: &Alias,
    record: &mut Integrity,
    signal: Signal,
    throttled: bool,
) {
    record.flags = record.flags.saturating_add(1);
    record.signal = String::from(signal.name());
    if throttled {
        record.throttled_until = attempt.now().wall.after(limits::THROTTLE_AGE).0;
    }
    attempt.act(Act::Log(format!("business {business} is flagged: {}", signal.name())));
    attempt.event(Event::Flagged { business: *business, signal, throttled });
}

fn reference(rng: &mut dyn CryptoRng) -> String {
    let mut unique = [0; 14];
    rng.fill_bytes(&mut unique);
    marker::reference(DataClass::IntegritySignals, unique)
}

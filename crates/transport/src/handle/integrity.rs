//! What is noticed about a business's way of messaging, from the headers of its envelopes alone.

use alloc::string::String;

use rand_core::CryptoRng;
use vocab::{DataClass, marker};

use super::{Attempt, Context, Stop};
use crate::{
    alias::Alias,
    rows::{self, Account, Contact, Integrity, keys},
};

/// A business sent a message.
pub(super) fn sent(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    [business, recipient]: [&Alias; 2],
    account: &Account,
    dropped: bool,
) -> Result<(), Stop> {
    let contact_key = keys::contact(business, recipient);
    attempt.need(&[keys::integrity(business), contact_key.clone()])?;
    let is_new = rows::read::<Contact>(attempt, &contact_key)?.is_none();
    if is_new {
        rows::write(attempt, contact_key, &Contact {});
    }
    change(attempt, context, business, account, |record| {
        record.sent = record.sent.saturating_add(1);
        record.recipients = record.recipients.saturating_add(is_new.into());
        record.dropped = record.dropped.saturating_add(dropped.into());
    })
}

/// A person reported a business.
pub(super) fn reported(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    business: &Alias,
    account: &Account,
) -> Result<(), Stop> {
    change(attempt, context, business, account, |record| {
        record.reports = record.reports.saturating_add(1);
    })
}

/// A person blocked a business, or no longer blocks it.
pub(super) fn blocked(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    business: &Alias,
    account: &Account,
    on: bool,
) -> Result<(), Stop> {
    change(attempt, context, business, account, |record| {
        record.blocks =
            if on { record.blocks.saturating_add(1) } else { record.blocks.saturating_sub(1) };
    })
}

/// Changes a business's record, which begins with its first event.
fn change(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    business: &Alias,
    account: &Account,
    change: impl FnOnce(&mut Integrity),
) -> Result<(), Stop> {
    let key = keys::integrity(business);
    let mut record = match rows::read::<Integrity>(attempt, &key)? {
        Some(record) => record,
        None => {
            let (phone, reference) = (account.phone.clone(), reference(context.rng));
            Integrity { phone, reference, ..Integrity::default() }
        }
    };
    change(&mut record);
    rows::write(attempt, key, &record);
    Ok(())
}

fn reference(rng: &mut dyn CryptoRng) -> String {
    let mut unique = [0; 14];
    rng.fill_bytes(&mut unique);
    marker::reference(DataClass::IntegritySignals, unique)
}

//! An account is deleted by its owner: out of reach at once, removed step by step after it.

use alloc::{string::ToString, vec::Vec};

use vocab::{DeviceId, NoiseKey, PhoneNumber};

use super::{Attempt, Context, Note, Stop, owned};
use crate::{
    input::Job,
    output::{Event, Refusal},
    rows::{self, Census, Claims, Erasing, keys as key},
};

/// Deletes the account of a person. With this transaction nobody reaches it any more and nothing
/// joins what is kept of it; [`super::erase`] removes the rest.
pub(super) fn account(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    phone: &PhoneNumber,
) -> Result<(), Stop> {
    let (alias, account) = owned(attempt, context, link, phone)?;
    if account.is_business(context.config) {
        // Whose number it is was agreed with the business, not claimed.
        return Err(Refusal::NotOwner.into());
    }
    let (claims_key, census_key) = (key::claims(&link), key::census());
    attempt.need(&[claims_key.clone(), census_key.clone()])?;
    let claims = rows::read::<Claims>(attempt, &claims_key)?.unwrap_or_default();
    let census = rows::read::<Census>(attempt, &census_key)?.unwrap_or_default();
    let devices = account.devices.iter().filter_map(|device| DeviceId::new(*device));
    for device in devices {
        attempt.delete(key::device(&alias, device));
        attempt.delete(key::stock(&alias, device));
        attempt.delete(key::fill(&alias, device));
    }
    attempt.delete(key::codes(&alias));
    attempt.delete(key::account(&alias));
    rows::write(attempt, claims_key, &Claims { accounts: claims.accounts.saturating_sub(1) });
    rows::write(attempt, census_key, &Census { accounts: census.accounts.saturating_sub(1) });
    let erasing = key::erasing(&alias);
    let row = Erasing { phone: phone.digits().to_string(), step: 0, after: Vec::new() };
    rows::write(attempt, erasing.clone(), &row);
    attempt.event(Event::Deleted { account: alias });
    attempt.note(Note::Lost { link, phone: phone.clone() });
    attempt.note(Note::Next(Job::Erase(erasing)));
    Ok(())
}

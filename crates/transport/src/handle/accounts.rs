//! Accounts: a number and its devices belong to the link that claimed them.

use keys::IdentityKey;
use vocab::{Address, DeviceId, NoiseKey, limits};

use super::{Attempt, Context, Note, Stop};
use crate::{
    alias::Alias,
    input::Job,
    output::{Event, Refusal},
    rows::{
        self, Account, Claims, Clearing, Device, Stock,
        keys::{self as key, Owner},
    },
};

/// Claims a number and device for a link, or tells of the device's new identity.
pub(super) fn register(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
    registration_id: u32,
    identity_key: &[u8],
) -> Result<(), Stop> {
    let identity = IdentityKey::decode(identity_key).map_err(|_| Refusal::Malformed)?.encode();
    let alias = context.config.hash_key.alias(&address.phone);
    let device_key = key::device(&alias, address.device);
    attempt.need(&[key::account(&alias), device_key.clone(), key::claims(&link)])?;
    let before = rows::read::<Device>(attempt, &device_key)?;
    let account = claim(attempt, context, link, address, &alias)?;
    let same = before.as_ref().is_some_and(|device| device.identity_key == identity);
    let device = match before {
        Some(device) if same => Device { registration_id, ..device },
        Some(device) => {
            drop_prekeys(attempt, &alias, address.device, device.generation);
            attempt.event(Event::IdentityChanged { account: alias, device: address.device.get() });
            let generation = device.generation.saturating_add(1);
            let identity_key = identity.to_vec();
            Device { registration_id, identity_key, generation, signed: None, last_resort: None }
        }
        None => {
            let identity_key = identity.to_vec();
            Device { registration_id, identity_key, ..Device::default() }
        }
    };
    rows::write(attempt, device_key, &device);
    let hosted = account.hosted;
    attempt.event(Event::Registered { account: alias, device: address.device.get(), hosted });
    Ok(())
}

/// The account that has the device now, written.
fn claim(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
    alias: &Alias,
) -> Result<Account, Stop> {
    let hosted = context.config.is_cloud_api(link);
    let mut account = match rows::read::<Account>(attempt, &key::account(alias))? {
        Some(account) if account.link == link.0 => account,
        Some(_) => return Err(Refusal::NumberTaken.into()),
        None => {
            let claims_key = key::claims(&link);
            let claims = rows::read::<Claims>(attempt, &claims_key)?.unwrap_or_default();
            if !hosted && claims.accounts >= limits::MAX_ACCOUNTS_PER_LINK {
                return Err(Refusal::ListFull.into());
            }
            let accounts = claims.accounts.saturating_add(1);
            rows::write(attempt, claims_key, &Claims { accounts });
            Account::new(address, link, hosted)
        }
    };
    if !account.has(address) {
        account.devices.push(address.device.get().into());
    }
    account.hosted = hosted;
    rows::write(attempt, key::account(alias), &account);
    Ok(account)
}

/// The prekeys that an earlier identity signed lead to nobody any more. They are out of reach with
/// this transaction and are removed after it.
fn drop_prekeys(attempt: &mut Attempt<'_>, alias: &Alias, device: DeviceId, generation: u64) {
    let clearing = key::clearing(&Owner::new(alias, device, generation));
    rows::write(attempt, clearing.clone(), &Clearing {});
    rows::write(attempt, key::stock(alias, device), &Stock::default());
    attempt.note(Note::Next(Job::Clear(clearing)));
}

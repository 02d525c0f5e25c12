//! Accounts: a number and its devices belong to the link that claimed them.

use alloc::vec::Vec;

use keys::IdentityKey;
use vocab::{DeviceId, NoiseKey, limits};

use super::{Attempt, Claim, Context, Note, Stop, codes, erase, suppress};
use crate::{
    alias::Alias,
    input::Job,
    output::{Event, Refusal},
    rows::{
        self, Account, Census, Claims, Clearing, Device, Stock,
        keys::{self as key, Owner},
    },
};

/// Claims a number and device for a link, or tells of the device's new identity.
pub(super) fn register(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    wanted: &Claim<'_>,
    registration_id: u32,
    identity_key: &[u8],
) -> Result<(), Stop> {
    let address = wanted.address;
    let identity = IdentityKey::decode(identity_key).map_err(|_| Refusal::Malformed)?.encode();
    let alias = context.config.hash_key.alias(&address.phone);
    let device_key = key::device(&alias, address.device);
    attempt.need(&[
        key::account(&alias),
        device_key.clone(),
        key::claims(&wanted.link),
        key::census(),
        key::erasing(&alias),
        suppress::row(context.config, &alias),
    ])?;
    erase::is_over(attempt, &alias)?;
    let before = rows::read::<Device>(attempt, &device_key)?;
    let account = claim(attempt, context, wanted, &alias)?;
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
    let (hosted, by) = (account.hosted, wanted.link);
    attempt.event(Event::Registered { account: alias, device: address.device.get(), hosted, by });
    Ok(())
}

/// The account that has the device now, written.
fn claim(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    wanted: &Claim<'_>,
    alias: &Alias,
) -> Result<Account, Stop> {
    let (config, link) = (context.config, wanted.link);
    let hosted = config.is_cloud_api(link);
    let freely = config.claims_freely(link, &wanted.address.phone);
    let mut account = match rows::read::<Account>(attempt, &key::account(alias))? {
        Some(account) if account.link == link.0 => account,
        // Who hosts a number gives it back; nobody takes it away.
        Some(account) if freely || account.hosted => return Err(Refusal::NumberTaken.into()),
        Some(account) => {
            codes::check(attempt, config, wanted, alias)?;
            move_away(attempt, wanted, &account)?;
            count(attempt, link, hosted)?;
            Account { link: link.0.to_vec(), devices: Vec::new(), ..account }
        }
        None => {
            if !freely {
                codes::check(attempt, config, wanted, alias)?;
            }
            count(attempt, link, hosted)?;
            let census = rows::read::<Census>(attempt, &key::census())?.unwrap_or_default();
            let accounts = census.accounts.saturating_add(1);
            rows::write(attempt, key::census(), &Census { accounts });
            let suppressed = !hosted && suppress::is_any(attempt, config, alias)?;
            Account { suppressed, ..Account::new(wanted.address, link, hosted) }
        }
    };
    if !account.has(wanted.address) {
        account.devices.push(wanted.address.device.get().into());
    }
    account.hosted = hosted;
    rows::write(attempt, key::account(alias), &account);
    Ok(account)
}

/// One number more belongs to a link.
fn count(attempt: &mut Attempt<'_>, link: NoiseKey, hosted: bool) -> Result<(), Stop> {
    let claims_key = key::claims(&link);
    let claims = rows::read::<Claims>(attempt, &claims_key)?.unwrap_or_default();
    if !hosted && claims.accounts >= limits::MAX_ACCOUNTS_PER_LINK {
        return Err(Refusal::ListFull.into());
    }
    let accounts = claims.accounts.saturating_add(1);
    rows::write(attempt, claims_key, &Claims { accounts });
    Ok(())
}

/// Who can read what is sent to a number has it: the link that had it before acts for it no more.
fn move_away(attempt: &mut Attempt<'_>, wanted: &Claim<'_>, account: &Account) -> Result<(), Stop> {
    let old = account.noise_key()?;
    let claims_key = key::claims(&old);
    let claims = rows::read::<Claims>(attempt, &claims_key)?.unwrap_or_default();
    let accounts = claims.accounts.saturating_sub(1);
    rows::write(attempt, claims_key, &Claims { accounts });
    attempt.note(Note::Lost { link: old, phone: wanted.address.phone.clone() });
    Ok(())
}

/// The prekeys that an earlier identity signed lead to nobody any more. They are out of reach with
/// this transaction and are removed after it.
fn drop_prekeys(attempt: &mut Attempt<'_>, alias: &Alias, device: DeviceId, generation: u64) {
    let clearing = key::clearing(&Owner::new(alias, device, generation));
    rows::write(attempt, clearing.clone(), &Clearing {});
    rows::write(attempt, key::stock(alias, device), &Stock::default());
    attempt.note(Note::Next(Job::Clear(clearing)));
}

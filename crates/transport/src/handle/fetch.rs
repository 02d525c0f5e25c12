//! Bundles: what a session starts from, with one-time prekeys that leave exactly once.

use hop::Act;
use store::{Key, transaction::Stored};
use vocab::{Address, NoiseKey, limits};
use wire::transport::{Bundle, FromTransport, KemPrekey, Operator, Prekey};

use super::{Attempt, Context, Stop, meeting};
use crate::{
    alias::Alias,
    gcra,
    mutant::planted,
    output::{Event, PrekeyKind, Refusal},
    rows::{
        self, Account, Device, Stock,
        keys::{self as key, Owner},
    },
};

//= spec: x3dh r1 3.3 none-left — a bundle has none when none is left.
//= spec: pqxdh r3 3.3 kem-one-time — the last resort serves when no one-time KEM prekey is left.
/// The bundle of `address`, and one fewer one-time prekey of each kind.
pub(super) fn fetch(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
) -> Result<Bundle, Stop> {
    let alias = context.config.hash_key.alias(&address.phone);
    let (account_key, device_key) = (key::account(&alias), key::device(&alias, address.device));
    let stock_key = key::stock(&alias, address.device);
    let [met, caller] = meeting::rows(&link, &alias);
    attempt.need(&[account_key.clone(), device_key.clone(), stock_key.clone(), met, caller])?;
    let may_have_one_time = meeting::fetch(attempt, context, link, &alias)?;
    let account = rows::read::<Account>(attempt, &account_key)?.ok_or(Refusal::NoAccount)?;
    let device = rows::read::<Device>(attempt, &device_key)?.ok_or(Refusal::NoAccount)?;
    let mut stock = rows::read::<Stock>(attempt, &stock_key)?.unwrap_or_default();
    let signed = device.signed.clone().ok_or(Refusal::NoPrekeys)?;

    // Asked for together, and only when the rest is here: what is taken is gone from the store.
    let owner = Owner::new(&alias, address.device, device.generation);
    let (one_time, kem_one_time) =
        if may_have_one_time && spend(attempt, context, &account, &mut stock) {
            let one_time = take(attempt, context, &key::one_time(PrekeyKind::Curve, &owner));
            let kem_one_time = take(attempt, context, &key::one_time(PrekeyKind::Kem, &owner));
            let (one_time, kem_one_time) = (one_time?, kem_one_time?);
            stock.one_time = left(stock.one_time, one_time.is_some());
            stock.kem_one_time = left(stock.kem_one_time, kem_one_time.is_some());
            rows::write(attempt, stock_key, &stock);
            (one_time, kem_one_time)
        } else {
            (None, None)
        };
    let one_time = one_time.map(|row| rows::decode::<Prekey>(&row.value)).transpose()?;
    let kem_one_time = kem_one_time.map(|row| rows::decode::<KemPrekey>(&row.value)).transpose()?;
    let curve_id = one_time.as_ref().map(|prekey| (PrekeyKind::Curve, prekey.id));
    let kem_id = kem_one_time.as_ref().map(|prekey| (PrekeyKind::Kem, prekey.id));
    for (kind, id) in curve_id.into_iter().chain(kem_id) {
        let device = address.device.get();
        attempt.event(Event::OneTimeKeyTaken { account: alias, device, kind, id, by: link });
    }
    if context.links.is_open(account.noise_key()?, address) {
        warn_if_low(attempt, &account, address, &alias, &device, &stock)?;
    }
    let hosted = account.hosted || planted!(context.config, OperatorAssumed);
    let operator = if hosted { Operator::CloudApi } else { Operator::Owner };
    Ok(Bundle {
        registration_id: device.registration_id,
        device: address.device.get().into(),
        identity_key: device.identity_key,
        signed_prekey: Some(signed),
        one_time,
        kem: kem_one_time.or(device.last_resort),
        operator: operator.into(),
    })
}

//= spec: pqxdh r3 3.3 one-time — the same, for one-time prekeys of the curve.
//= spec: x3dh r1 3.3 one-time — a one-time prekey is given out once, and then deleted.
/// Takes the first one-time prekey of a range.
fn take<'a>(
    attempt: &mut Attempt<'a>,
    context: &Context<'_>,
    range: &Key,
) -> Result<Option<&'a Stored>, Stop> {
    if planted!(context.config, OneTimeKeyTwice) {
        return Ok(attempt.scan(range, None, 1)?.first());
    }
    Ok(attempt.take_first(range)?)
}

/// Whether everybody together may take one-time prekeys of a device now: beyond that a bundle is
/// given all the same, and says what serves when none is left. Nobody is refused for what others
/// do.
fn spend(
    attempt: &Attempt<'_>,
    context: &Context<'_>,
    account: &Account,
    stock: &mut Stock,
) -> bool {
    let config = context.config;
    let rate = if account.is_business(config) {
        limits::ONE_TIME_PER_DEVICE_HOP3
    } else {
        limits::ONE_TIME_PER_DEVICE
    };
    let now = attempt.now().wall.0;
    match gcra::take(rate, stock.spent, 1, now) {
        _ if !config.rules.fetch_limits => true,
        Ok(spent) => {
            stock.spent = spent;
            true
        }
        Err(_wait) => false,
    }
}

/// How many are left by the count, which may be too high: where none was found there is none.
const fn left(counted: u32, found: bool) -> u32 {
    if found { counted.saturating_sub(1) } else { 0 }
}

/// Tells an owner who is here that few one-time prekeys are left.
pub(super) fn warn_if_low(
    attempt: &mut Attempt<'_>,
    account: &Account,
    address: &Address,
    alias: &Alias,
    device: &Device,
    stock: &Stock,
) -> Result<(), Stop> {
    let low = u32::try_from(limits::PREKEYS_LOW).unwrap_or(u32::MAX);
    // Who publishes no prekey of last resort speaks a profile without a KEM.
    let kem_low = device.last_resort.is_some() && stock.kem_one_time < low;
    if device.signed.is_none() || !(stock.one_time < low || kem_low) {
        return Ok(());
    }
    let Stock { one_time, kem_one_time, .. } = *stock;
    let frame = FromTransport::PrekeysLow { address: address.clone(), one_time, kem_one_time };
    attempt.act(Act::Send { to: account.noise_key()?, bytes: frame.encode() });
    attempt.event(Event::PrekeysLow { account: *alias, one_time, kem_one_time });
    Ok(())
}

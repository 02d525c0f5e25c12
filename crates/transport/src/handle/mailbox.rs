//! Mailboxes: how full one is, who opens it, and what its owner has taken out of it.

use alloc::vec::Vec;

use hop::Waiting;
use vocab::{Address, NoiseKey, limits};
use wire::transport::Envelope;

use super::{Attempt, Context, Note, Stop, fetch::warn_if_low, owned_device, still_owned};
use crate::{
    alias::Alias,
    input::Mailbox,
    mutant::planted,
    output::{Event, Refusal},
    rows::{self, Account, Device, Fill, Mail, Stock, keys as key},
};

/// The row of an envelope that came now.
pub(super) fn mail(attempt: &Attempt<'_>, envelope: &Envelope) -> Mail {
    Mail { day: attempt.now().wall.day(), envelope: envelope.encode(), notice: Vec::new() }
}

/// The owner of a mailbox is here: what waits is pushed, from its first row on.
pub(super) fn hello(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
    request: u64,
) -> Result<(), Stop> {
    let (alias, account) = owned_device(attempt, context, link, address)?;
    stock(attempt, &alias, &account, address)?;
    attempt.note(Note::Hello { link, address: address.clone(), request });
    Ok(())
}

/// Tells an owner who is here if few prekeys are left.
fn stock(
    attempt: &mut Attempt<'_>,
    alias: &Alias,
    account: &Account,
    address: &Address,
) -> Result<(), Stop> {
    let (device_key, stock_key) =
        (key::device(alias, address.device), key::stock(alias, address.device));
    attempt.need(&[device_key.clone(), stock_key.clone()])?;
    let device = rows::read::<Device>(attempt, &device_key)?.ok_or(Refusal::NoAccount)?;
    let stock = rows::read::<Stock>(attempt, &stock_key)?.unwrap_or_default();
    warn_if_low(attempt, account, address, alias, &device, &stock)
}

/// Looks into a mailbox whose owner is here, as one of several nodes: a word about an envelope that
/// another node took may be lost, and nobody says that another node gave the last prekeys away.
pub(super) fn look(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    to: &Mailbox,
) -> Result<(), Waiting> {
    if !context.links.is_current(to) || !still_owned(attempt, context, to)? {
        return Ok(());
    }
    match warn(attempt, context, to) {
        Err(Stop::Waiting) => return Err(Waiting),
        // A row that does not read back is said where it is asked for.
        Ok(()) | Err(Stop::Refused(_)) => {}
    }
    attempt.note(Note::Arrived { link: to.link, address: to.address.clone() });
    Ok(())
}

fn warn(attempt: &mut Attempt<'_>, context: &Context<'_>, to: &Mailbox) -> Result<(), Stop> {
    let address = &to.address;
    let (alias, account) = owned_device(attempt, context, to.link, address)?;
    stock(attempt, &alias, &account, address)
}

/// Envelopes are safe at their owner's end and are forgotten here.
pub(super) fn ack(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
    places: &[u64],
) -> Result<(), Stop> {
    let (alias, _account) = owned_device(attempt, context, link, address)?;
    let queue = key::mailbox(&alias, address.device);
    let fill_key = key::fill(&alias, address.device);
    let mut wanted: Vec<_> = places.iter().map(|place| queue.clone().with_number(*place)).collect();
    if planted!(context.config, AckTakesAllBefore) {
        let last = places.iter().max().copied().unwrap_or_default();
        let there = attempt.scan(&queue, None, limits::MAX_ROWS_READ)?.iter();
        let before = there.filter(|row| row.key.last_number().is_some_and(|place| place < last));
        wanted.extend(before.map(|row| row.key.clone()));
    }
    wanted.push(fill_key.clone());
    attempt.need(&wanted)?;
    wanted.pop();
    let mut fill = rows::read::<Fill>(attempt, &fill_key)?.unwrap_or_default();
    let mut envelopes = 0_u32;
    for key in wanted {
        // A place that is empty was acknowledged before, or has expired.
        if let Some(mail) = rows::read::<Mail>(attempt, &key)? {
            if mail.notice.is_empty() {
                fill = fill.without(&mail);
            }
            envelopes = envelopes.saturating_add(1);
            attempt.delete(key);
        }
    }
    if envelopes > 0 {
        rows::write(attempt, fill_key, &fill);
        attempt.event(Event::Forgotten { account: alias, envelopes });
    }
    attempt.note(Note::Gone { link, address: address.clone(), places: places.to_vec() });
    Ok(())
}

impl Fill {
    /// With one more envelope; `None` if there is no room for it within the quota.
    pub(super) fn with(mut self, mail: &Mail, has_quota: bool) -> Option<Self> {
        let oldest = mail.day.saturating_sub(limits::MAILBOX_AGE.0 / DAY);
        self.days.retain(|of_day| of_day.day >= oldest);
        let sum = |sum: u64, number: u64| sum.saturating_add(number);
        let envelopes = self.days.iter().map(|of_day| of_day.envelopes).fold(1, sum);
        let bytes = self.days.iter().map(|of_day| of_day.bytes).fold(size(mail), sum);
        let is_full =
            envelopes > count(limits::MAX_MAILBOX_ENVELOPES) || bytes > limits::MAX_MAILBOX_BYTES;
        if is_full && has_quota {
            return None;
        }
        if !self.days.iter().any(|of_day| of_day.day == mail.day) {
            self.days.push(rows::FillOfDay { day: mail.day, envelopes: 0, bytes: 0 });
        }
        for of_day in self.days.iter_mut().filter(|of_day| of_day.day == mail.day) {
            of_day.envelopes = of_day.envelopes.saturating_add(1);
            of_day.bytes = of_day.bytes.saturating_add(size(mail));
        }
        Some(self)
    }

    /// With one envelope fewer.
    fn without(mut self, mail: &Mail) -> Self {
        for of_day in self.days.iter_mut().filter(|of_day| of_day.day == mail.day) {
            of_day.envelopes = of_day.envelopes.saturating_sub(1);
            of_day.bytes = of_day.bytes.saturating_sub(size(mail));
        }
        self.days.retain(|of_day| of_day.envelopes > 0);
        self
    }
}

/// Microseconds of a day.
const DAY: u64 = vocab::Micros::days(1).0;

fn size(mail: &Mail) -> u64 {
    count(mail.envelope.len())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

//! A link and a number that it asks about or writes to: how many new ones, how many bundles.
//!
//! Counted before it is looked whether anybody has the number, with the same rows read and written
//! either way, so that who tries all numbers learns of so many a day and not of one more.

use store::Key;
use vocab::{NoiseKey, limits};

use super::{Attempt, Context, Stop};
use crate::{
    alias::Alias,
    gcra,
    output::Refusal,
    rows::{self, Caller, Met, keys as key},
};

/// Rows that [`meet`] and [`fetch`] look at.
pub(super) fn rows(link: &NoiseKey, alias: &Alias) -> [Key; 2] {
    [key::met(link, alias), key::caller(link)]
}

/// A link writes to a number or reports it. New ones are limited, unless the link acts for
/// businesses, whose way of messaging is watched as such.
pub(super) fn meet(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    alias: &Alias,
) -> Result<(), Stop> {
    let config = context.config;
    if !config.rules.enumeration_limits || config.acts_for_businesses(link) {
        return Ok(());
    }
    if met(attempt, context, link, alias)?.is_none() {
        rows::write(attempt, key::met(&link, alias), &Met::default());
    }
    Ok(())
}

/// A link asks for a bundle of a number: whether one-time prekeys may go with it, as far as this
/// requester is concerned.
pub(super) fn fetch(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    alias: &Alias,
) -> Result<bool, Stop> {
    let rules = context.config.rules;
    if !rules.fetch_limits {
        return meet(attempt, context, link, alias).map(|()| true);
    }
    let mut met = met(attempt, context, link, alias)?.unwrap_or_default();
    let (bundles, one_time) = if context.config.acts_for_businesses(link) {
        (limits::BUNDLES_PER_PAIR_HOP3, limits::ONE_TIME_PER_PAIR_HOP3)
    } else {
        (limits::BUNDLES_PER_PAIR, limits::ONE_TIME_PER_PAIR)
    };
    let now = attempt.now().wall.0;
    met.bundles =
        gcra::take(bundles, met.bundles, 1, now).map_err(|wait| Refusal::Limited { wait })?;
    let allowed = gcra::take(one_time, met.one_time, 1, now);
    met.one_time = allowed.unwrap_or(met.one_time);
    rows::write(attempt, key::met(&link, alias), &met);
    Ok(allowed.is_ok())
}

/// What is known of a link and a number; a new one is counted.
fn met(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    alias: &Alias,
) -> Result<Option<Met>, Stop> {
    let config = context.config;
    let met = rows::read::<Met>(attempt, &key::met(&link, alias))?;
    if met.is_none() && config.rules.enumeration_limits && !config.acts_for_businesses(link) {
        let caller_key = key::caller(&link);
        let mut caller = rows::read::<Caller>(attempt, &caller_key)?.unwrap_or_default();
        let now = attempt.now().wall.0;
        caller.numbers = gcra::take(limits::NEW_NUMBERS_PER_LINK, caller.numbers, 1, now)
            .map_err(|wait| Refusal::Limited { wait })?;
        rows::write(attempt, caller_key, &caller);
    }
    Ok(met)
}

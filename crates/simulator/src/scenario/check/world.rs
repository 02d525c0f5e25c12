//! What holds for the whole run: seed, clock, protocol, defences.

use toml::value::{Datetime, Offset};
use vocab::UnixMicros;

use super::desk::Desk;
use crate::scenario::{
    ScenarioError,
    format::{self, File},
    limits::{MAX_PARTITIONS, SEEDS},
    model::{Claims, Profile, Rules},
    source::Spot,
};

pub(super) struct World {
    pub(super) seed: u64,
    pub(super) profile: Profile,
    pub(super) claims: Claims,
    pub(super) start: UnixMicros,
    pub(super) partitions: u32,
    pub(super) rules: Rules,
}

pub(super) fn check(desk: &Desk<'_>, file: &File) -> Result<World, ScenarioError> {
    let seed = match &file.seed {
        Some(seed) => desk.whole("seed", seed, 0..=SEEDS.saturating_sub(1))?,
        None => 1,
    };
    let partitions = match &file.partitions {
        Some(partitions) => desk.whole("partitions", partitions, 1..=MAX_PARTITIONS)?,
        None => 1,
    };
    let start = match &file.start {
        Some(start) => unix(&start.value).ok_or_else(|| bad_start(desk, start))?,
        None => DEFAULT_START,
    };
    Ok(World {
        seed,
        profile: file.profile.unwrap_or(Profile::V4),
        claims: file.claims.unwrap_or(Claims::Seed),
        start,
        partitions: partitions as u32, // At most 64.
        rules: rules(file.rules.as_ref()),
    })
}

/// All that is not switched off is on.
fn rules(rules: Option<&format::Rules>) -> Rules {
    let on = |rule: fn(&format::Rules) -> Option<bool>| rules.and_then(rule).unwrap_or(true);
    Rules {
        business_sender_check: on(|rules| rules.business_sender_check),
        registration_code: on(|rules| rules.registration_code),
        fetch_limits: on(|rules| rules.fetch_limits),
        message_rates: on(|rules| rules.message_rates),
        enumeration_limits: on(|rules| rules.enumeration_limits),
        mailbox_quota: on(|rules| rules.mailbox_quota),
        integrity_throttling: on(|rules| rules.integrity_throttling),
    }
}

fn bad_start(desk: &Desk<'_>, start: &Spot<Datetime>) -> ScenarioError {
    let expected = "a date and time with an offset, from 2009 to 2099, such as \
                    2026-01-05T08:00:00Z";
    desk.value(&start.at, "start", start.value.to_string(), expected)
}

/// Microseconds since 1970 of a date and time with an offset; `None` for all others.
fn unix(moment: &Datetime) -> Option<UnixMicros> {
    let (date, time, offset) = (moment.date?, moment.time?, moment.offset?);
    if !(2009..=2099).contains(&date.year) {
        return None;
    }
    let days = days_since_1970(date.year.into(), date.month.into(), date.day.into())?;
    let of_day = u64::from(time.hour)
        .checked_mul(3_600)?
        .checked_add(u64::from(time.minute).checked_mul(60)?)?
        .checked_add(time.second.unwrap_or(0).into())?;
    let micros = u64::from(time.nanosecond.unwrap_or(0) / 1_000);
    let east = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let local = days.checked_mul(86_400)?.checked_add(of_day)?;
    let utc = local.checked_add_signed(east.checked_mul(60)?.checked_neg()?)?;
    Some(UnixMicros(utc.checked_mul(1_000_000)?.checked_add(micros)?))
}

/// Days before a year, by counting leap days, and then before a month; from 2009 to 2099 every
/// fourth year has a leap day.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let years = year.checked_sub(1970)?;
    let leap_days_before = years.checked_add(1)? / 4; // 1972 is the first leap year.
    let leap = u64::from(year.is_multiple_of(4));
    let before: u64 = (1..month)
        .map(|month| match month {
            2 => 28_u64.saturating_add(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        })
        .sum();
    years
        .checked_mul(365)?
        .checked_add(leap_days_before)?
        .checked_add(before)?
        .checked_add(day.checked_sub(1)?)
}

/// 2026-01-05T08:00:00Z.
const DEFAULT_START: UnixMicros = UnixMicros(1_767_600_000_000_000);

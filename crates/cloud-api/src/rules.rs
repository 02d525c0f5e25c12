//! What the platform allows a business: the customer service window, how often one person may be
//! written to, and how much a number may send (facts, cloud-api.md section 1.7).
//!
//! What is remembered of a person stands under a keyed hash and expires with its window.

use hop::Waiting;
use store::Key;
use vocab::{DataClass, Instant, Keep, Micros, Reason, UnixMicros, limits, rate::Rate};

use crate::{handle::Attempted, mutant::Mutant, number::Number, rows};

/// Templates that advertise, from one number to one person: ten at once, and ten in a day (ours;
/// what Meta allows depends on the person, and no number of it is published).
const MARKETING_PER_PERSON: Rate = Rate { burst: 10, every: Micros::minutes(144) };

/// Calls that manage an account that is in use (facts, cloud-api.md section 1.7: 5,000 an hour).
const CALLS: Rate = Rate { burst: 5_000, every: Micros::millis(720) };

/// Which rules hold. A scenario can switch each off, to see why it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether only a template reaches somebody who has not written for 24 hours.
    pub window: bool,
    /// How often one person may be written to.
    pub pair: Option<Rate>,
    /// How much one number may send.
    pub throughput: Option<Rate>,
    /// How much marketing one person is sent.
    pub marketing: Option<Rate>,
    /// How often one business manages its account, and one app itself.
    pub calls: Option<Rate>,
    /// Whether a number that the transport throttles is rated as one that people do not like.
    pub quality: bool,
    /// Whether statuses speak of conversations, as they did up to version 23.
    pub conversations: bool,
    /// Whether it is kept how far messages got, and the webhooks that told it.
    pub history: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            window: true,
            pair: Some(limits::MESSAGES_PER_PAIR),
            throughput: Some(limits::MESSAGES_PER_NUMBER),
            marketing: Some(MARKETING_PER_PERSON),
            calls: Some(CALLS),
            quality: true,
            conversations: false,
            history: true,
        }
    }
}

impl Rules {
    /// No rule holds.
    pub const NONE: Self = Self {
        window: false,
        pair: None,
        throughput: None,
        marketing: None,
        calls: None,
        quality: false,
        conversations: false,
        history: false,
    };
}

/// A moment on one clock, in microseconds: when everything that was used up would be whole again.
/// The generic cell rate algorithm; ITU-T I.371 appendix I describes it as a virtual schedule.
fn taken(rate: Rate, whole_at: u64, now: u64) -> Option<u64> {
    let every = rate.every.0;
    let burst = every.saturating_mul(rate.burst.into());
    // A clock that jumped back must not refuse for longer than a burst takes.
    let whole_at = whole_at.clamp(now, now.saturating_add(burst));
    let after = whole_at.saturating_add(every);
    (after.saturating_sub(now) <= burst).then_some(after)
}

/// How much a number has used of its throughput.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace(u64);

impl Pace {
    /// Takes one message of the throughput; `false` if there is none left.
    pub(crate) fn take(&mut self, rate: Option<Rate>, now: Instant) -> bool {
        let Some(rate) = rate else { return true };
        let after = taken(rate, self.0, now.0);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }
}

/// Takes one message of what a person may be sent; `false` if there is none left.
pub(crate) fn take_pair(
    number: &Number,
    attempt: &mut Attempted<'_>,
    name: &[u8; 16],
) -> Result<bool, Waiting> {
    let rate = number.rules.pair.filter(|_| !number.planted(Mutant::PairRateIgnored));
    let Some(rate) = rate else { return Ok(true) };
    take(attempt, rows::pair(number.grant.slot, name), rate)
}

/// Takes one message of how much a person is sent that advertises; `false` if there is none left.
pub(crate) fn take_marketing(
    number: &Number,
    attempt: &mut Attempted<'_>,
    name: &[u8; 16],
) -> Result<bool, Waiting> {
    let rate = number.rules.marketing.filter(|_| !number.planted(Mutant::MarketingUncapped));
    let Some(rate) = rate else { return Ok(true) };
    take(attempt, rows::marketing(number.grant.slot, name), rate)
}

fn take(attempt: &mut Attempted<'_>, key: Key, rate: Rate) -> Result<bool, Waiting> {
    let before = moment(attempt.read(&key)?);
    let now = attempt.now().wall;
    let after = taken(rate, before.map_or(0, |at| at.0), now.0);
    if let Some(after) = after {
        let keep = Keep::For(Micros(after.saturating_sub(now.0)));
        let value = after.to_be_bytes().to_vec();
        attempt.write(key, value, DataClass::ConnectionMetadata, keep);
    }
    Ok(after.is_some())
}

/// A person wrote: the window is open for 24 hours from now.
pub(crate) fn open_window(number: &Number, attempt: &mut Attempted<'_>, name: &[u8; 16]) {
    if number.rules.window {
        let now = attempt.now().wall.0.to_be_bytes().to_vec();
        let age = if number.planted(Mutant::WindowForEver) { 30 } else { 1 };
        let keep = Keep::For(Micros(limits::SERVICE_WINDOW.0.saturating_mul(age)));
        let class = DataClass::ConnectionMetadata;
        attempt.write(rows::window(number.grant.slot, name), now, class, keep);
    }
}

/// Whether a person wrote within the last 24 hours. The row may lie on the desk longer than in the
/// store, so that its time is judged here too.
pub(crate) fn is_window_open(
    number: &Number,
    attempt: &mut Attempted<'_>,
    name: &[u8; 16],
) -> Result<bool, Waiting> {
    if !number.rules.window {
        return Ok(true);
    }
    let row = attempt.peek(&rows::window(number.grant.slot, name))?;
    let now = attempt.now().wall;
    let for_ever = number.planted(Mutant::WindowForEver);
    Ok(moment(row).is_some_and(|at| for_ever || now.since(at) < limits::SERVICE_WINDOW))
}

/// A person wants no marketing of this business from now on, or wants it again.
pub(crate) fn prefer_marketing(
    number: &Number,
    attempt: &mut Attempted<'_>,
    name: &[u8; 16],
    stops: bool,
) {
    let key = rows::marketing_stop(number.grant.slot, name);
    if stops {
        attempt.write(key, vec![1], DataClass::Consent, Keep::Never(Reason::Account));
    } else {
        attempt.delete(key);
    }
}

/// Whether a person wants no marketing of this business.
pub(crate) fn has_stopped_marketing(
    number: &Number,
    attempt: &mut Attempted<'_>,
    name: &[u8; 16],
) -> Result<bool, Waiting> {
    let row = attempt.peek(&rows::marketing_stop(number.grant.slot, name))?;
    Ok(row.is_some() && !number.planted(Mutant::MarketingStopIgnored))
}

/// Removes what the rules remember of a person.
pub(crate) fn forget(number: &Number, attempt: &mut Attempted<'_>, name: &[u8; 16]) {
    for key in remembered(number.grant.slot, name) {
        attempt.delete(key);
    }
    if number.rules.marketing.is_some() {
        attempt.delete(rows::marketing(number.grant.slot, name));
    }
    if number.insights {
        for key in rows::cells::conversations(number.grant.slot, name) {
            attempt.delete(key);
        }
    }
}

fn remembered(slot: u32, name: &[u8; 16]) -> [Key; 3] {
    [rows::pair(slot, name), rows::window(slot, name), rows::marketing_stop(slot, name)]
}

fn moment(row: Option<Vec<u8>>) -> Option<UnixMicros> {
    Some(UnixMicros(u64::from_be_bytes(row?.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use vocab::{Instant, Micros, limits};

    use super::{Pace, taken};

    #[test]
    fn a_burst_is_borrowed_from_the_quota_that_comes_after_it() {
        let rate = limits::MESSAGES_PER_PAIR;
        let start = Micros::days(1).0;
        let mut whole_at = 0;
        for message in 0..45 {
            whole_at = taken(rate, whole_at, start).unwrap_or_else(|| panic!("{message}"));
        }
        assert_eq!(taken(rate, whole_at, start), None);
        let later = start + Micros::seconds(6).0;
        assert_eq!(taken(rate, whole_at, later - 1), None);
        whole_at = taken(rate, whole_at, later).unwrap();
        assert_eq!(taken(rate, whole_at, later), None);
        // A clock that jumped back by a day refuses for the time of a burst, not for a day.
        let back = later - Micros::hours(20).0;
        assert_eq!(taken(rate, whole_at, back), None);
        assert!(taken(rate, taken(rate, 0, back).unwrap(), back).is_some());
    }

    #[test]
    fn a_number_without_a_throughput_is_never_slowed() {
        let mut pace = Pace::default();
        assert!((0..1_000).all(|_| pace.take(None, Instant(0))));
        let rate = Some(limits::MESSAGES_PER_NUMBER);
        assert_eq!((0..1_000).filter(|_| pace.take(rate, Instant(0))).count(), 80);
        assert!(pace.take(rate, Instant(0).after(Micros::millis(13))));
        let raised = Some(limits::MESSAGES_PER_RAISED_NUMBER);
        let mut pace = Pace::default();
        assert_eq!((0..2_000).filter(|_| pace.take(raised, Instant(0))).count(), 1_000);
        assert!(pace.take(raised, Instant(0).after(Micros::millis(1))));
    }
}

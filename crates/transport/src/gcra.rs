//! The generic cell rate algorithm, in whole microseconds.
//!
//! What was used up is one number: the moment at which the whole burst is there again. It fits a
//! row as well as memory; the clock it is read by is the caller's.

use vocab::{Micros, Rate};

/// What is used up of `rate` once `cost` more of it is taken at `now`.
///
/// `spent` and the result are moments of the clock that `now` is read from; 0 is a whole burst. No
/// more than a whole burst can be used up, so a moment beyond that tells that the clock jumped
/// back, and nothing of what was used: the burst is there again, since nobody is to blame.
///
/// # Errors
///
/// How long to wait before it can be taken. Nothing is used up then.
pub(crate) fn take(rate: Rate, spent: u64, cost: u64, now: u64) -> Result<u64, Micros> {
    let every = rate.every.0.max(1);
    let burst = every.saturating_mul(u64::from(rate.burst.max(1)));
    let full = now.saturating_add(burst);
    let begin = if spent > full { now } else { spent.max(now) };
    let end = begin.saturating_add(every.saturating_mul(cost));
    if end <= full { Ok(end) } else { Err(Micros(end.saturating_sub(full))) }
}

#[cfg(test)]
mod tests {
    use vocab::{Micros, Rate};

    use super::take;

    const RATE: Rate = Rate { burst: 3, every: Micros(10) };

    fn taken(mut spent: u64, moments: &[u64]) -> alloc::vec::Vec<bool> {
        let mut once = |now: u64| match take(RATE, spent, 1, now) {
            Ok(next) => {
                spent = next;
                true
            }
            Err(_wait) => false,
        };
        moments.iter().map(|now| once(*now)).collect()
    }

    #[test]
    fn a_burst_is_there_at_once_and_then_one_in_each_span() {
        assert_eq!(
            taken(0, &[100, 100, 100, 100, 109, 110, 110]),
            [true, true, true, false, false, true, false]
        );
    }

    #[test]
    fn an_idle_time_brings_back_the_burst_and_no_more() {
        assert_eq!(taken(130, &[1_000, 1_000, 1_000, 1_000]), [true, true, true, false]);
    }

    #[test]
    fn the_wait_that_is_named_is_enough_and_no_longer_than_needed() {
        let spent = taken_three();
        let wait = take(RATE, spent, 1, 104).unwrap_err();
        assert_eq!(wait, Micros(6));
        assert!(take(RATE, spent, 1, 104 + wait.0).is_ok());
        assert!(take(RATE, spent, 1, 104 + wait.0 - 1).is_err());
    }

    fn taken_three() -> u64 {
        (0..3).fold(0, |spent, _| take(RATE, spent, 1, 100).unwrap())
    }

    #[test]
    fn a_clock_that_jumped_back_brings_the_burst_back_instead_of_blaming_whoever_asks() {
        assert_eq!(taken(1_000_000, &[100, 100, 100, 100]), [true, true, true, false]);
    }

    #[test]
    fn what_costs_more_takes_more() {
        assert_eq!(take(RATE, 0, 3, 100), Ok(130));
        assert_eq!(take(RATE, 0, 4, 100), Err(Micros(10)));
    }
}

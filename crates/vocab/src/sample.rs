//! Sampling of ranges from random words. Ours, since crates change theirs and a seed must not.

/// A number below `bound` from one random word, by multiply-and-shift.
///
/// The bias is at most `bound / 2^64`: below 2^-11 for every bound under 2^53, and below 2^-44 for
/// anything that a simulation draws (latencies, choices among a million nodes).
pub const fn below(word: u64, bound: u64) -> u64 {
    let wide = (word as u128).wrapping_mul(bound as u128);
    (wide >> 64) as u64
}

/// A number from `low` to `high`, both included; `low` where the range is empty.
pub const fn between(word: u64, low: u64, high: u64) -> u64 {
    if high <= low {
        return low;
    }
    let width = high.saturating_sub(low).saturating_add(1);
    low.saturating_add(below(word, width))
}

/// Whether an event of `parts_per_million` happens.
pub const fn happens(word: u64, parts_per_million: u32) -> bool {
    below(word, 1_000_000) < parts_per_million as u64
}

#[cfg(test)]
mod tests {
    use super::{below, between, happens};

    #[test]
    fn a_sample_stays_inside_its_range_at_both_ends_of_the_word() {
        assert_eq!(below(0, 10), 0);
        assert_eq!(below(u64::MAX, 10), 9);
        assert_eq!(between(0, 3, 5), 3);
        assert_eq!(between(u64::MAX, 3, 5), 5);
        assert_eq!(between(u64::MAX, 5, 3), 5);
    }

    #[test]
    fn what_never_happens_and_what_always_happens_do_so_for_every_word() {
        for word in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!happens(word, 0));
            assert!(happens(word, 1_000_000));
        }
    }
}

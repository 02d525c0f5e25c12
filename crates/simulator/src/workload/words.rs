//! Random words for one purpose each, so that leaving one out moves no other.

use vocab::sample;

/// A source of random words, named by where it is used.
#[derive(Clone, Debug)]
pub(super) struct Words {
    state: u64,
}

impl Words {
    /// The words of item `index` of `list`, under the run's `key`.
    pub(super) const fn of(key: u64, list: u64, index: u64) -> Self {
        let place = mix(list.wrapping_mul(STEP) ^ mix(index.wrapping_add(STEP)));
        Self { state: mix(key ^ place) }
    }

    /// The next word (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
    /// generators", 2014). Good enough to choose texts with; nothing secret comes from it.
    pub(super) const fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// One of `choices`; the default of the type if there is none.
    pub(super) fn choose<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = sample::below(self.word(), choices.len() as u64);
        choices.get(index as usize).copied().unwrap_or_default()
    }
}

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The golden ratio in 64 bits, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

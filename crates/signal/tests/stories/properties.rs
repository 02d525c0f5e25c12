//! What holds for made-up conversations over networks that lose, repeat and reorder.
//!
//! A failure names the seed that makes the same conversation again.

use signal::{OpenError, Profile, Sealed};

use crate::people::{ALL, Person, acquainted, strangers};

/// SplitMix64.
struct MadeUp {
    seed: u64,
    state: u64,
}

impl MadeUp {
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

impl Drop for MadeUp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.seed);
        }
    }
}

fn for_each_seed(seeds: u64, tells: impl Fn(Profile, &mut MadeUp)) {
    for profile in ALL {
        for seed in 0..seeds {
            tells(profile, &mut MadeUp { seed, state: seed << 32 });
        }
    }
}

/// A message on its way, by whom, and what it says.
struct Flight {
    number: usize,
    from: usize,
    sealed: Sealed,
    text: String,
}

//= test: double-ratchet r4 2.6 skipped
//= test: mlkem-braid r1 1.3 robust-chunks
#[test]
fn whatever_is_lost_or_late_each_message_that_arrives_opens_exactly_once() {
    for_each_seed(6, |profile, made_up| {
        let (alice, bob) = acquainted(profile);
        let mut people = [alice, bob];
        people.iter_mut().for_each(|person| person.forgetful = made_up.one_in(2));
        let loss = 2 + made_up.below(8);
        let (mut under_way, mut arrived) = (Vec::new(), Vec::new());
        for number in 0..160_usize {
            let from = made_up.below(2);
            let text = number.to_string();
            let sealed = people[from].seals(&text);
            if !made_up.one_in(loss) {
                under_way.push(Flight { number, from, sealed, text });
            }
            // None is so late that its chain is forgotten.
            while under_way.len() > made_up.below(4) {
                let too_late =
                    under_way.iter().position(|flight: &Flight| flight.number + 5 < number);
                let any = made_up.below(under_way.len());
                let flight = under_way.swap_remove(too_late.unwrap_or(any));
                people[1 - flight.from].opens(&flight.sealed, &flight.text);
                arrived.push(flight);
            }
        }
        for flight in &arrived {
            people[1 - flight.from].refuses(&flight.sealed);
        }
        goes_on(&mut people);
    });
}

//= test: double-ratchet r4 2.6 skipped
#[test]
fn one_chain_opens_in_any_order_and_a_copy_is_a_duplicate() {
    for_each_seed(4, |profile, made_up| {
        let (mut alice, mut bob) = strangers(profile);
        bob.forgetful = true;
        let mut flights: Vec<_> = (0..40).map(|number| number.to_string()).collect();
        let mut flights: Vec<_> =
            flights.drain(..).map(|text| (alice.seals(&text), text)).collect();
        for last in (1..flights.len()).rev() {
            flights.swap(last, made_up.below(last + 1));
        }
        for (sealed, text) in &flights {
            bob.opens(sealed, text);
            let refused = bob.refuses(sealed);
            assert!(matches!(refused, OpenError::Duplicate { .. }), "{refused}");
        }
        goes_on(&mut [alice, bob]);
    });
}

#[test]
fn whatever_was_changed_in_whatever_arrives_the_session_is_as_before_and_goes_on() {
    for_each_seed(3, |profile, made_up| {
        let (alice, bob) = acquainted(profile);
        let mut people = [alice, bob];
        for _ in 0..60 {
            let from = made_up.below(2);
            let genuine = people[from].seals("genuine");
            let mut changed = genuine.clone();
            for _ in 0..=made_up.below(3) {
                let at = made_up.below(changed.bytes.len());
                match made_up.below(4) {
                    0 => changed.bytes.truncate(at.max(1)),
                    1 => changed.bytes.insert(at, made_up.below(256) as u8),
                    _ => changed.bytes[at] ^= 1 << made_up.below(8),
                }
            }
            if changed.bytes != genuine.bytes {
                people[1 - from].refuses(&changed);
            }
            people[1 - from].opens(&genuine, "genuine");
        }
        goes_on(&mut people);
    });
}

fn goes_on(people: &mut [Person; 2]) {
    let [alice, bob] = people;
    for text in ["and", "so", "on"] {
        let sealed = alice.seals(text);
        bob.opens(&sealed, text);
        let sealed = bob.seals(text);
        alice.opens(&sealed, text);
    }
}

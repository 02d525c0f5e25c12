//! Stories about latencies and faults.

use vocab::Micros;

use super::{BadLatency, Fate, Latency, LinkConfig};
use crate::rng;

fn faulty() -> LinkConfig {
    LinkConfig {
        loss_ppm: 200_000,
        duplicate_ppm: 100_000,
        reorder_ppm: 50_000,
        reorder_delay: (Micros::millis(10), Micros::millis(90)),
        ..LinkConfig::perfect("device", Latency::Fixed(Micros::millis(5)))
    }
}

fn fates(config: &LinkConfig, seed: u64) -> Vec<Fate> {
    let key = rng::key(seed, "link", "anna");
    (0..10_000).map(|number| Fate::decide(config, rng::words(&key, 1, number))).collect()
}

#[test]
fn faults_come_about_as_often_as_they_were_asked_for_and_the_same_for_the_same_seed() {
    let fates = fates(&faulty(), 1);
    let lost = fates.iter().filter(|fate| fate.first.is_none()).count();
    let doubled = fates.iter().filter(|fate| fate.second.is_some()).count();
    let late = fates.iter().filter_map(|fate| fate.first).filter(|first| !first.in_order).count();
    assert!((1_900..2_100).contains(&lost), "{lost} of 10000 lost at 20 %");
    assert!((720..880).contains(&doubled), "{doubled} of 8000 doubled at 10 %");
    assert!((340..460).contains(&late), "{late} of 8000 late at 5 %");
    assert_eq!(fates, self::fates(&faulty(), 1));
    assert_ne!(fates, self::fates(&faulty(), 2));
}

#[test]
fn taking_one_fault_away_changes_only_the_messages_that_it_struck() {
    let without_loss = LinkConfig { loss_ppm: 0, ..faulty() };
    for (with, without) in fates(&faulty(), 1).into_iter().zip(fates(&without_loss, 1)) {
        assert!(with.first.is_none() || with == without);
    }
}

#[test]
fn a_delay_never_falls_below_the_minimum_that_was_declared() {
    let quantiles = [5, 6, 8, 20, 300].map(Micros::millis).to_vec();
    for latency in [
        Latency::Fixed(Micros(7)),
        Latency::Uniform { low: Micros(3), high: Micros(9) },
        Latency::Quantiles(quantiles),
    ] {
        assert_eq!(latency.sample(0), latency.minimum());
        let key = rng::key(1, "latency", "");
        for number in 0..1_000 {
            let [word, ..] = rng::words(&key, 0, number);
            assert!(latency.sample(word) >= latency.minimum());
        }
    }
}

#[test]
fn half_of_what_a_quantile_table_draws_lies_below_its_middle_entry() {
    let latency = Latency::Quantiles([5, 6, 8, 20, 300].map(Micros::millis).to_vec());
    let key = rng::key(1, "latency", "");
    let below = (0..10_000)
        .filter(|number| {
            let [word, ..] = rng::words(&key, 0, *number);
            latency.sample(word) < Micros::millis(8)
        })
        .count();
    assert!((4_850..5_150).contains(&below), "{below} of 10000");
    assert_eq!(latency.sample(u64::MAX), Micros::millis(300));
}

#[test]
fn tables_that_make_no_sense_are_refused_with_their_numbers() {
    assert_eq!(Latency::Fixed(Micros(0)).check(), Err(BadLatency::Zero));
    assert_eq!(
        Latency::Uniform { low: Micros(9), high: Micros(3) }.check(),
        Err(BadLatency::Upside { low: 9, high: 3 })
    );
    assert_eq!(
        Latency::Quantiles(vec![Micros(1)]).check(),
        Err(BadLatency::TooFewQuantiles { found: 1 })
    );
    assert_eq!(
        Latency::Quantiles([1, 5, 4].map(Micros).to_vec()).check(),
        Err(BadLatency::Upside { low: 5, high: 4 })
    );
    assert_eq!(Latency::Quantiles([1, 5, 5].map(Micros).to_vec()).check(), Ok(()));
}

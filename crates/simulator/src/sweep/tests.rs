//! Stories of sweeps.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{MergeError, Results, Shard, Sweep};
use crate::scenario::{self, Scenario};

const TOWN: &str = r#"
title = "A talk"
duration = "5m"
heal = "3m"
[swarm]
from = "20s"
[[person]]
name = "Maria"
[[person]]
name = "Nadia"
[[business]]
name = "Forno Bianchi"
[[business.rule]]
when = "any"
reply = "Yes, {name}."
[[generate]]
from = "everyone"
to = "Forno Bianchi"
count = 4
start = "30s"
every = { min = "1s", max = "20s" }
"#;

fn town() -> Scenario {
    scenario::parse(TOWN, "town.toml").unwrap()
}

fn sweep(scenario: &Scenario, seeds: (u64, u64), shard: Shard, threads: usize) -> Results {
    timed(scenario, seeds, shard, threads, &|| 0)
}

fn timed(
    scenario: &Scenario,
    seeds: (u64, u64),
    shard: Shard,
    threads: usize,
    clock: &(dyn Fn() -> u64 + Sync),
) -> Results {
    let sweep = Sweep {
        scenario,
        seeds,
        shard,
        threads,
        mutant: None,
        until_first: false,
        determinism: false,
        clock,
    };
    sweep.run(&|_| {}).unwrap()
}

#[test]
fn parts_of_a_sweep_merge_to_what_one_machine_finds() {
    let town = town();
    let whole = sweep(&town, (3, 9), Shard::WHOLE, 2);
    assert_eq!(whole.seeds, 7);
    let parts: Vec<Results> =
        (1..=3).map(|index| sweep(&town, (3, 9), Shard { index, of: 3 }, 1)).collect();
    let mut merged = parts[2].clone();
    assert_eq!(merged.missing(), [1, 2]);
    merged.merge(&parts[0]).unwrap();
    merged.merge(&parts[1]).unwrap();
    assert_eq!(merged.missing(), [0; 0]);
    let (of, shards) = (1, BTreeSet::from([1]));
    assert_eq!(Results { of, shards, ..merged.clone() }, whole);
    let twice = merged.clone().merge(&parts[1]);
    assert_eq!(twice, Err(MergeError::Twice { index: 2, of: 3 }));
}

#[test]
fn the_median_of_a_sweep_is_right_to_a_sixteenth() {
    // Each seed takes as long as the clock goes on between two looks: 100 ms, 200 ms and so on.
    let looks = AtomicU64::new(0);
    let clock = || {
        let look = looks.fetch_add(1, Ordering::Relaxed);
        let (seed, begun) = (look / 2 + 1, look.is_multiple_of(2));
        if begun { 0 } else { seed * 100_000 }
    };
    let results = timed(&town(), (1, 5), Shard::WHOLE, 1, &clock);
    let median = results.median_us();
    assert!((300_000..=300_000 * 17 / 16).contains(&median), "{median}");
}

#[test]
fn parts_of_different_sweeps_do_not_merge() {
    let town = town();
    let mut one = sweep(&town, (1, 2), Shard { index: 1, of: 2 }, 1);
    let other = sweep(&town, (1, 3), Shard { index: 2, of: 2 }, 1);
    let error = one.merge(&other).unwrap_err().to_string();
    assert_eq!(error, "the last seed is 3: expected 2, as in the parts before");
    let mut changed = town.clone();
    changed.people.pop();
    let of = Shard { index: 2, of: 2 };
    assert!(one.merge(&sweep(&changed, (1, 2), of, 1)).is_err());
}

#[test]
fn every_seed_is_in_exactly_one_part() {
    for of in 1..9 {
        for seed in 5..60 {
            let parts = (1..=of).filter(|index| Shard { index: *index, of }.has(seed, 5));
            assert_eq!(parts.count(), 1);
        }
    }
}

//! Random interleavings: whatever the order of jobs, answers, refusals and other writers, every
//! addition counts once and is told once.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use vocab::{Micros, sample};

use super::world::{Event, Job, Node, World};
use crate::Desk;

struct Dice(u64);

impl Dice {
    /// A counter, mixed as SplitMix64 does.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        sample::below(word ^ (word >> 31), bound)
    }
}

const ROWS: u64 = 3;
const JOBS: u64 = 300;

/// Gives `JOBS` additions to two hops that share a store, in a random interleaving with
/// everything else, and lets it come to rest.
fn additions(seed: u64, most: usize) -> (World, BTreeMap<u8, Vec<u64>>) {
    let mut dice = Dice(seed);
    let mut world = World::with(vec![Desk::new(most).for_writer(1), Desk::new(most).for_writer(2)]);
    let mut expected: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    let mut asked = 0;
    while asked < JOBS {
        let node = usize::from(dice.below(4) == 0);
        match dice.below(12) {
            0..=3 => {
                let to = u8::try_from(dice.below(ROWS)).unwrap();
                let amount = 1 + dice.below(1_000_000);
                expected.entry(to).or_default().push(amount);
                asked += 1;
                world.ask_node(node, Job::Add { to, amount });
            }
            4..=6 => drop(world.reach(node)),
            7..=9 => drop(world.deliver(node)),
            10 => {
                let read_only = dice.below(3) == 0;
                world.store.set_read_only(read_only);
            }
            _ => {
                world.later(Micros(dice.below(3) * dice.below(500_000)));
                world.wake_due();
            }
        }
    }
    world.store.set_read_only(false);
    world.settle();
    (world, expected)
}

#[test]
fn sums_are_exact_whatever_conflicts_is_refused_or_is_late() {
    let (mut conflicts, mut told) = (0, 0);
    for seed in 0..150 {
        let (mut world, mut expected) = additions(seed, [0, 1, 100][seed as usize % 3]);
        for (row, amounts) in &expected {
            assert_eq!(world.sum(*row), Some(amounts.iter().sum()), "seed {seed}, row {row}");
        }
        // The sums that were told go up by each amount exactly once.
        let mut sums: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
        for event in world.nodes.iter().flat_map(|node| &node.left) {
            let Event::Sum { row, sum } = event else { panic!("{event:?}") };
            sums.entry(*row).or_default().push(*sum);
        }
        for (row, mut all) in sums {
            all.sort_unstable();
            told += all.len();
            let before = core::iter::once(0).chain(all.iter().copied());
            let mut steps: Vec<_> =
                all.iter().zip(before).map(|(sum, before)| sum - before).collect();
            steps.sort_unstable();
            let amounts = expected.get_mut(&row).unwrap();
            amounts.sort_unstable();
            assert_eq!(&steps, amounts, "seed {seed}, row {row}");
        }
        let notes: usize = world.nodes.iter().map(|node| node.notes.len()).sum();
        assert_eq!(notes as u64, JOBS, "seed {seed}");
        assert!(world.nodes.iter().all(Node::is_at_rest), "seed {seed}");
        conflicts += world.conflicts;
    }
    assert_eq!(told as u64, 150 * JOBS);
    assert!(conflicts > 1_000, "only {conflicts} conflicts: this walk shows little");
}

#[test]
fn moving_between_rows_keeps_their_total() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut world = World::with(vec![Desk::new(2).for_writer(1), Desk::new(2).for_writer(2)]);
        for row in 0..5 {
            world.ask(Job::Add { to: row, amount: 20 });
        }
        world.settle();
        for _ in 0..400 {
            let node = usize::from(dice.below(2) == 0);
            let (from, to) = (dice.below(5) as u8, dice.below(5) as u8);
            match dice.below(8) {
                0 => world.ask_node(node, Job::Move { from, to }),
                1 => world.ask_node(node, Job::MoveTogether { from, to }),
                2..=4 => drop(world.reach(node)),
                _ => drop(world.deliver(node)),
            }
        }
        world.settle();
        let total: u64 = (0..5).filter_map(|row| world.sum(row)).sum();
        assert_eq!(total, 100, "seed {seed}");
    }
}

#[test]
fn every_row_of_a_pile_is_taken_once_whatever_happens_to_the_takers() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut world = World::with(vec![Desk::new(1).for_writer(1), Desk::new(1).for_writer(2)]);
        world.pile(40);
        for _ in 0..300 {
            let node = usize::from(dice.below(2) == 0);
            match dice.below(10) {
                0 => world.ask_node(node, Job::Take { rows: 1 + dice.below(2) as u8, to: 1 }),
                1 => {
                    let read_only = dice.below(2) == 0;
                    world.store.set_read_only(read_only);
                }
                2 => drop(world.wake()),
                3..=5 => drop(world.reach(node)),
                _ => drop(world.deliver(node)),
            }
        }
        world.store.set_read_only(false);
        world.ask(Job::Take { rows: 41, to: 1 });
        world.settle();
        let mut taken: Vec<_> = world.nodes.iter().flat_map(|node| &node.left).collect();
        taken.retain(|event| matches!(event, Event::Taken { .. }));
        let mut values = Vec::new();
        for event in taken {
            let Event::Taken { values: some } = event else { panic!("{event:?}") };
            values.extend(some.iter().flatten().copied());
        }
        values.sort_unstable();
        assert_eq!(values, (0..40).collect::<Vec<u8>>(), "seed {seed}");
        assert_eq!(world.sum(1), Some(40), "seed {seed}");
    }
}

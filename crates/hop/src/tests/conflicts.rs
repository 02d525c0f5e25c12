//! Somebody else changes rows behind the desk's back.

use alloc::{vec, vec::Vec};

use vocab::Micros;

use super::world::{Event, Job, World};
use crate::Desk;

fn add(to: u8, amount: u64) -> Job {
    Job::Add { to, amount }
}

fn sum(row: u8, sum: u64) -> Event {
    Event::Sum { row, sum }
}

fn two() -> World {
    World::with(vec![Desk::new(100).for_writer(1), Desk::new(100).for_writer(2)])
}

#[test]
fn a_conflict_drops_the_copy_and_redoes_the_work_and_nothing_dropped_has_left() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    world.meddle(1, 500);
    world.ask(add(1, 10));
    world.exchange();
    assert_eq!(world.conflicts, 1);
    assert_eq!(world.nodes[0].left, [sum(1, 1)], "the effect of the attempt was dropped");
    assert_eq!(world.sum(1), Some(500), "and nothing was written");
    world.settle();
    assert_eq!(world.sum(1), Some(510));
    assert_eq!(world.nodes[0].left, [sum(1, 1), sum(1, 510)]);
    assert_eq!(world.nodes[0].notes, [1, 10]);
    assert!(world.nodes[0].is_at_rest());
}

#[test]
fn everything_that_was_built_on_a_dropped_write_is_redone() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    for amount in [10, 100, 1_000] {
        world.ask(add(1, amount));
    }
    world.ask(Job::Look { at: 1 });
    world.meddle(1, 50_000);
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(51_110), 4));
    let told: Vec<_> = world.nodes[0].left.iter().skip(1).cloned().collect();
    assert_eq!(told, [sum(1, 50_010), sum(1, 50_110), sum(1, 51_110), sum(1, 51_110)]);
}

#[test]
fn work_on_other_rows_is_left_alone_by_a_conflict() {
    let mut world = World::new();
    for row in [1, 2] {
        world.ask(add(row, 1));
        world.settle();
    }
    world.ask(add(1, 10));
    world.ask(add(2, 10));
    world.meddle(1, 500);
    let before = world.nodes[0].attempts;
    world.settle();
    assert_eq!((world.sum(1), world.sum(2)), (Some(510), Some(11)));
    assert_eq!(world.nodes[0].attempts - before, 2, "only the first work: fetched and redone");
}

#[test]
fn a_write_built_on_a_dropped_one_does_not_pass_for_built_on_the_others_write() {
    // Both desks have the row at one revision and write it in the same microsecond. The second
    // desk's first write conflicts; its second one was built on that and must conflict too, though
    // the first desk has written the row exactly once, as the second desk meant to.
    let mut world = two();
    world.ask_node(0, add(1, 1));
    world.settle();
    world.ask_node(1, Job::Look { at: 1 });
    world.settle();
    world.ask_node(0, add(1, 10));
    world.ask_node(1, add(1, 100));
    world.ask_node(1, add(1, 1_000));
    world.reach(0);
    world.reach(1);
    world.reach(1);
    assert_eq!((world.sum(1), world.conflicts), (Some(11), 2));
    world.settle();
    assert_eq!(world.sum(1), Some(1_111));
}

#[test]
fn a_row_deleted_and_made_again_in_one_microsecond_is_not_taken_for_the_old_one() {
    let mut world = two();
    world.ask_node(0, add(1, 5));
    world.settle();
    world.ask_node(1, Job::Look { at: 1 });
    world.settle();
    world.ask_node(0, Job::Clear { at: 1 });
    world.ask_node(0, add(1, 7));
    while world.reach(0) {}
    world.ask_node(1, add(1, 100));
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(107), 1));
}

#[test]
fn a_row_written_blindly_twice_in_one_microsecond_is_not_taken_for_the_one_before() {
    // The first desk keeps no copy, so it cannot know which revision it gave the row before.
    let mut world = World::with(vec![Desk::new(0).for_writer(1), Desk::new(100).for_writer(2)]);
    world.ask_node(0, Job::Set { at: 1, to: 5 });
    world.settle();
    world.ask_node(1, Job::Look { at: 1 });
    world.settle();
    world.ask_node(0, Job::Set { at: 1, to: 7 });
    world.reach(0);
    world.ask_node(1, add(1, 100));
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(107), 1));
}

#[test]
fn what_was_taken_is_kept_for_the_work_when_it_is_redone() {
    let mut world = World::new();
    world.pile(3);
    world.ask(add(1, 1));
    world.settle();
    world.ask(Job::Take { rows: 1, to: 1 });
    world.exchange();
    world.meddle(1, 500);
    world.exchange();
    assert_eq!(world.conflicts, 1);
    world.settle();
    let taken = Event::Taken { values: vec![vec![0]] };
    assert_eq!(world.nodes[0].left, [sum(1, 1), sum(1, 501), taken]);
    world.ask(Job::Take { rows: 3, to: 1 });
    world.settle();
    let rest = Event::Taken { values: vec![vec![1], vec![2]] };
    assert_eq!(world.nodes[0].left.last(), Some(&rest));
}

#[test]
fn what_was_taken_is_kept_for_the_work_when_the_store_could_not_commit() {
    let mut world = World::new();
    world.pile(1);
    world.ask(Job::Take { rows: 1, to: 1 });
    world.exchange();
    world.exchange();
    world.nodes[0].refuse_all();
    world.deliver(0);
    world.settle();
    let taken = Event::Taken { values: vec![vec![0]] };
    assert_eq!(world.nodes[0].left, [sum(1, 1), taken]);
}

#[test]
fn an_empty_desk_loses_no_write_however_much_is_under_way() {
    let mut world = World::with(vec![Desk::new(0)]);
    for turn in 0..200_u64 {
        let (from, to) = ((turn % 7) as u8, (turn % 5) as u8);
        world.ask(add(to, 1));
        world.ask(Job::Move { from, to });
        if turn % 3 == 0 {
            world.reach(0);
            world.deliver(0);
        }
    }
    world.settle();
    let total: u64 = (0..7).filter_map(|row| world.sum(row)).sum();
    assert_eq!((total, world.conflicts), (200, 0));
}

#[test]
fn work_on_two_rows_ends_though_other_work_makes_the_desk_forget_all_the_time() {
    for job in [Job::Move { from: 1, to: 2 }, Job::MoveTogether { from: 1, to: 2 }] {
        let mut world = World::with(vec![Desk::new(0)]);
        world.meddle(1, 5);
        world.ask(add(3, 1));
        world.exchange();
        world.ask(job.clone());
        // Other work commits between any two answers that the moving work waits for.
        for _ in 0..20 {
            world.ask(add(3, 1));
            world.exchange();
        }
        assert_eq!((world.sum(1), world.sum(2)), (Some(4), Some(1)), "{job:?}");
    }
}

#[test]
fn conflicts_over_days_leave_no_work_behind() {
    let mut world = two();
    for turn in 0..50 {
        world.ask_node(turn % 2, add(1, 1));
        world.ask_node((turn + 1) % 2, add(1, 1));
        world.settle();
        world.later(Micros::days(1));
    }
    assert_eq!(world.sum(1), Some(100));
    assert!(world.nodes.iter().all(super::world::Node::is_at_rest));
}

//! A store that answers, sooner or later.

use alloc::{vec, vec::Vec};

use store::{Answer, Key, Op, Refusal, Revision, Row, TxId, Value};
use vocab::{DataClass, Keep, Micros, Reason};

use super::world::{Event, Job, World, counter};
use crate::{Desk, Effect, Work};

fn add(to: u8, amount: u64) -> Job {
    Job::Add { to, amount }
}

fn sum(row: u8, sum: u64) -> Event {
    Event::Sum { row, sum }
}

#[test]
fn a_row_that_is_missing_is_fetched_and_the_work_attempted_again() {
    let mut world = World::new();
    world.meddle(1, 40);
    world.ask(add(1, 2));
    let (_, fetch) = world.nodes[0].asked[0].clone();
    assert_eq!((fetch.checks, fetch.ops), (Vec::new(), vec![Op::Get(counter(1))]));
    world.exchange();
    assert_eq!((world.nodes[0].attempts, world.sum(1)), (2, Some(40)));
    world.exchange();
    assert_eq!(world.sum(1), Some(42));
    assert_eq!(world.nodes[0].left, [sum(1, 42)]);
    assert!(world.nodes[0].is_at_rest());
}

#[test]
fn a_row_that_is_on_the_desk_is_not_fetched_again() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    world.ask(add(1, 1));
    let (_, commit) = world.nodes[0].asked[0].clone();
    assert!(!commit.is_read_only(), "{commit:?}");
    world.settle();
    assert_eq!((world.nodes[0].attempts, world.sum(1)), (3, Some(2)));
}

#[test]
fn all_rows_that_are_needed_come_in_one_fetch() {
    let mut world = World::new();
    world.ask(Job::MoveTogether { from: 1, to: 2 });
    let (_, fetch) = world.nodes[0].asked[0].clone();
    assert_eq!(fetch.ops, [Op::Get(counter(1)), Op::Get(counter(2))]);
}

#[test]
fn effects_and_notes_wait_until_their_transaction_is_durable() {
    let mut world = World::new();
    world.ask(add(1, 7));
    world.exchange();
    world.reach(0);
    assert_eq!(world.sum(1), Some(7));
    assert_eq!((&world.nodes[0].left[..], &world.nodes[0].notes[..]), (&[][..], &[][..]));
    world.deliver(0);
    assert_eq!(world.nodes[0].left, [sum(1, 7)]);
    assert_eq!(world.nodes[0].notes, [7]);
}

#[test]
fn what_needs_no_row_is_said_at_once() {
    let mut world = World::new();
    world.ask(Job::Say { what: 5 });
    assert_eq!(world.nodes[0].left, [Event::Said(5)]);
    assert_eq!(world.nodes[0].notes, [5]);
    assert!(world.nodes[0].is_at_rest() && world.nodes[0].asked.is_empty());
}

#[test]
fn work_on_one_row_is_pipelined_without_waiting_and_all_of_it_applies() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    for amount in [10, 100, 1_000] {
        world.ask(add(1, amount));
    }
    assert_eq!(world.nodes[0].asked.len(), 3, "none of them waits for another");
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(1_111), 0));
    assert_eq!(world.nodes[0].left, [sum(1, 1), sum(1, 11), sum(1, 111), sum(1, 1_111)]);
    assert_eq!(world.nodes[0].attempts, 5);
}

#[test]
fn a_look_at_what_is_not_durable_yet_is_told_only_when_it_is() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.exchange();
    world.ask(Job::Look { at: 1 });
    assert_eq!(world.nodes[0].left, []);
    world.exchange();
    assert_eq!(world.nodes[0].left, [sum(1, 1)]);
    world.exchange();
    assert_eq!(world.nodes[0].left, [sum(1, 1), sum(1, 1)]);
}

#[test]
fn rows_are_deleted_and_made_again_in_one_go() {
    let mut world = World::new();
    world.ask(add(1, 5));
    world.settle();
    world.ask(Job::Clear { at: 1 });
    world.ask(add(1, 3));
    world.ask(Job::Clear { at: 1 });
    world.ask(add(1, 4));
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(4), 0));
    assert_eq!(world.nodes[0].left, [sum(1, 5), sum(1, 5), sum(1, 3), sum(1, 3), sum(1, 4)]);
}

#[test]
fn a_row_that_was_not_read_is_written_whatever_stands_there() {
    let mut world = World::new();
    world.meddle(1, 99);
    world.ask(Job::Set { at: 1, to: 5 });
    world.ask(add(1, 1));
    world.settle();
    assert_eq!((world.sum(1), world.conflicts), (Some(6), 0));
}

#[test]
fn the_keys_that_a_queue_gave_are_handed_back_in_order() {
    let mut world = World::new();
    for value in [1, 2, 3] {
        world.ask(Job::Append { value });
    }
    world.ask(Job::Count);
    world.settle();
    let values = world.nodes[0].appended.clone().into_iter().map(|key| {
        let Value::Row(Some(row)) = world.direct(Op::Get(key)) else { panic!("no row") };
        row.value
    });
    assert_eq!(values.collect::<Vec<_>>(), [[1], [2], [3]]);
    assert_eq!(world.nodes[0].left, [Event::Counted(3)]);
}

#[test]
fn a_scan_sees_what_was_under_way_when_it_was_asked_for() {
    let mut world = World::new();
    world.ask(Job::Append { value: 1 });
    world.ask(Job::Count);
    world.ask(Job::Append { value: 2 });
    world.settle();
    assert_eq!(world.nodes[0].left, [Event::Counted(1)]);
}

#[test]
fn one_piece_of_work_takes_as_many_different_rows_as_it_asks_for() {
    let mut world = World::new();
    world.pile(5);
    world.ask(Job::Take { rows: 2, to: 1 });
    world.ask(Job::Take { rows: 4, to: 1 });
    world.settle();
    let taken = world.nodes[0].left.iter().filter_map(|event| match event {
        Event::Taken { values } => Some(values.len()),
        Event::Sum { .. } | Event::Counted(_) | Event::Said(_) => None,
    });
    assert_eq!(taken.collect::<Vec<_>>(), [2, 3]);
    let mut all: Vec<_> = world.nodes[0].left.iter().flat_map(taken_values).collect();
    all.sort_unstable();
    assert_eq!(all, [[0], [1], [2], [3], [4]]);
    assert_eq!(world.sum(1), Some(5));
}

fn taken_values(event: &Event) -> Vec<Vec<u8>> {
    match event {
        Event::Taken { values } => values.clone(),
        Event::Sum { .. } | Event::Counted(_) | Event::Said(_) => Vec::new(),
    }
}

#[test]
fn a_store_that_cannot_postpones_the_work_and_it_is_done_later_once() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    world.ask(add(1, 10));
    world.ask(add(1, 100));
    world.ask(add(2, 1_000));
    world.nodes[0].refuse_all();
    while world.deliver(0) {}
    assert_eq!(world.nodes[0].left, [sum(1, 1)], "effects of refused work are dropped");
    assert!(world.nodes[0].asked.is_empty(), "it asks again only after a while");
    assert_eq!(world.nodes[0].desk.under_way(), 3);
    let at = world.nodes[0].desk.wake_at().unwrap();
    world.later(Micros(at.0 - world.now.mono.0 - 1));
    world.wake_due();
    assert!(world.nodes[0].asked.is_empty(), "and not a microsecond before");
    world.settle();
    assert_eq!((world.sum(1), world.sum(2)), (Some(111), Some(1_000)));
    assert_eq!(world.nodes[0].left, [sum(1, 1), sum(1, 11), sum(1, 111), sum(2, 1_000)]);
    assert_eq!(world.nodes[0].notes, [1, 10, 100, 1_000]);
    assert!(world.nodes[0].is_at_rest());
}

#[test]
fn work_that_builds_on_a_refused_write_is_not_done_without_it() {
    let mut world = World::new();
    world.ask(add(1, 1));
    world.settle();
    world.ask(add(1, 10));
    world.store.set_read_only(true);
    world.reach(0);
    world.store.set_read_only(false);
    world.ask(add(1, 100));
    world.reach(0);
    assert_eq!((world.sum(1), world.conflicts), (Some(1), 1));
    world.settle();
    assert_eq!(world.sum(1), Some(111));
}

#[test]
fn a_read_only_store_still_lets_work_be_prepared() {
    let mut world = World::new();
    world.meddle(1, 5);
    world.store.set_read_only(true);
    world.ask(add(1, 1));
    world.exchange();
    world.exchange();
    assert_eq!(world.nodes[0].left, []);
    world.store.set_read_only(false);
    world.settle();
    assert_eq!(world.nodes[0].left, [sum(1, 6)]);
}

#[test]
fn a_row_that_expired_while_its_copy_lay_on_the_desk_is_known_to_be_gone() {
    let mut world = World::new();
    world.direct(Op::Put(Row {
        key: counter(1),
        revision: Revision(3),
        value: 50_u64.to_be_bytes().to_vec(),
        class: DataClass::Audit,
        keep: Keep::For(Micros::seconds(10)),
    }));
    world.ask(Job::Look { at: 1 });
    world.settle();
    world.later(Micros::seconds(10));
    world.ask(Job::Look { at: 1 });
    world.settle();
    assert_eq!(world.nodes[0].left, [sum(1, 50), sum(1, 0)]);
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut world = World::new();
    let mut desk: Desk<Job, u64> = Desk::new(1);
    for answer in [
        Answer::Done(vec![Value::Appended(Key::table("queue"))]),
        Answer::Conflict { check: 0 },
        Answer::Unavailable(Refusal::Full),
    ] {
        let turn = desk.stored(TxId(9), answer, world.now);
        assert!(turn.notes.is_empty() && turn.appended.is_empty() && turn.again.is_none());
    }
    world.later(Micros::days(1));
    assert!(desk.due(world.now).is_empty() && desk.wake_at().is_none());
}

#[test]
fn notes_of_an_attempt_that_came_to_nothing_are_handed_back() {
    let now = World::new().now;
    let attempted = |answer: Answer| {
        let mut desk: Desk<(), u64> = Desk::new(1);
        let mut effects: Vec<Effect<()>> = Vec::new();
        let at_once = desk.attempt(Work::from(()), now, &mut effects, |attempt, ()| {
            let keep = Keep::Never(Reason::UntilDone);
            attempt.append(Key::table("queue"), vec![1], DataClass::Template, keep);
            attempt.note(7);
            Ok(())
        });
        assert_eq!(at_once, []);
        let turn = desk.stored(TxId(1), answer, now);
        (turn.notes, turn.dropped)
    };
    let done = Answer::Done(vec![Value::Appended(Key::table("queue"))]);
    assert_eq!(attempted(done), (vec![7], vec![]));
    assert_eq!(attempted(Answer::Conflict { check: 0 }), (vec![], vec![7]));
    assert_eq!(attempted(Answer::Unavailable(Refusal::Full)), (vec![], vec![7]));
}

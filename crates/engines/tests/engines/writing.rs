//! The writer's thread: groups, order, what it counts, and how it ends.

use std::{sync::mpsc, time::Duration};

use engines::{Limits, Refused, Writer};
use store::{Answer, Memory, Op, Value};

use crate::common::{START, Temporary, append, key, only, open, put, value};

#[test]
fn what_waits_is_committed_in_one_group_and_answered_in_order() {
    let place = Temporary::new();
    let (answers, answered) = mpsc::channel();
    let (go, gate) = mpsc::channel::<()>();
    let limits = Limits { batch: 100, ..Limits::default() };
    let writer = Writer::start(open(&place.at("store")), limits, || START).unwrap();
    writer.with_engine(move |_, _| gate.recv().unwrap()).unwrap();
    for number in 0..250_u64 {
        let answers = answers.clone();
        let reply = move |answer| answers.send((number, answer)).unwrap();
        writer.submit(only(append("queue", &number.to_be_bytes())), reply).unwrap();
    }
    go.send(()).unwrap();
    let mut last = 0;
    for number in 0..250 {
        let (whose, answer) = answered.recv().unwrap();
        assert_eq!(whose, number);
        let Answer::Done(values) = answer else { panic!("{answer:?}") };
        let Some(Value::Appended(key)) = values.first() else { panic!("{values:?}") };
        assert!(key.last_number().unwrap() > last);
        last = key.last_number().unwrap();
    }
    let counters = writer.counters();
    assert_eq!((counters.commits, counters.largest, counters.answered), (3, 100, 250));
    assert_eq!(counters.sizes, [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0]);
    writer.stop().unwrap();
}

#[test]
fn reads_alone_commit_nothing() {
    let writer = Writer::start(Memory::new(), Limits::default(), || START).unwrap();
    let (sender, answers) = mpsc::channel();
    writer.submit(only(Op::Get(key("a"))), move |answer| sender.send(answer).unwrap()).unwrap();
    assert_eq!(answers.recv().unwrap(), Answer::Done(vec![Value::Row(None)]));
    let counters = writer.counters();
    assert_eq!((counters.commits, counters.reads), (0, 1));
}

#[test]
fn a_batch_that_lingers_starts_as_soon_as_it_is_full() {
    // An hour would be noticed.
    let limits = Limits { batch: 2, linger: Duration::from_secs(3_600), ..Limits::default() };
    let writer = Writer::start(Memory::new(), limits, || START).unwrap();
    let (sender, answers) = mpsc::channel();
    for name in ["a", "b"] {
        let sender = sender.clone();
        writer.submit(only(put(name, b"")), move |answer| sender.send(answer).unwrap()).unwrap();
    }
    for _ in 0..2 {
        assert_eq!(answers.recv().unwrap(), Answer::Done(vec![Value::Written]));
    }
    assert_eq!(writer.counters().largest, 2);
}

#[test]
fn a_writer_that_stops_does_what_waits_and_gives_the_engine_back() {
    let place = Temporary::new();
    let writer = Writer::start(open(&place.at("store")), Limits::default(), || START).unwrap();
    for name in ["a", "b", "c"] {
        writer.submit(only(put(name, name.as_bytes())), drop).unwrap();
    }
    let mut engine = writer.stop().unwrap();
    for name in ["a", "b", "c"] {
        assert_eq!(value(&mut engine, START, name).as_deref(), Some(name.as_bytes()));
    }
}

#[test]
fn more_than_may_wait_is_refused_at_once() {
    let limits = Limits { waiting: 2, ..Limits::default() };
    let writer = Writer::start(Memory::new(), limits, || START).unwrap();
    let (go, gate) = mpsc::channel::<()>();
    let (began, beginning) = mpsc::channel();
    writer
        .with_engine(move |_, _| {
            began.send(()).unwrap();
            gate.recv().unwrap();
        })
        .unwrap();
    beginning.recv().unwrap();
    for _ in 0..2 {
        writer.submit(only(put("a", b"")), drop).unwrap();
    }
    let refused = writer.submit(only(put("a", b"")), drop);
    assert_eq!(refused, Err(Refused::Busy { waiting: 2 }));
    go.send(()).unwrap();
}

#[test]
fn nobody_waits_for_a_writer_whose_thread_has_died() {
    let writer = Writer::start(Memory::new(), Limits::default(), || START).unwrap();
    let (sender, answers) = mpsc::channel::<Answer>();
    let reply = move |_| {
        let _kept = &sender;
        panic!("planted")
    };
    let (sender, death) = mpsc::channel();
    let again = sender.clone();
    writer.when_it_dies(move || sender.send(()).unwrap());
    writer.submit(only(put("a", b"")), reply).unwrap();
    assert!(answers.recv().is_err());
    death.recv().unwrap();
    writer.when_it_dies(move || again.send(()).unwrap());
    death.recv().unwrap();
    assert_eq!(writer.submit(only(put("a", b"")), drop), Err(Refused::Stopped));
    assert!(writer.stop().is_none());
}

#[test]
fn a_writer_that_is_stopped_has_not_died() {
    let writer = Writer::start(Memory::new(), Limits::default(), || START).unwrap();
    let (sender, death) = mpsc::channel::<()>();
    writer.when_it_dies(move || sender.send(()).unwrap());
    assert!(writer.stop().is_some());
    assert!(death.recv().is_err());
}

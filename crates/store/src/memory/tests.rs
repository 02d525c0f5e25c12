//! What the memory engine promises beyond the suite.

use alloc::{boxed::Box, format, string::ToString, vec, vec::Vec};

use vocab::{DataClass, Keep, Micros, Reason, UnixMicros};

use super::Memory;
use crate::{
    Answer, Engine, Key, Op, Refusal, Revision, Row, Transaction, Value,
    suite::{self, CrashableEngine},
};

const NOW: UnixMicros = UnixMicros(1_700_000_000_000_000);

fn row(name: &str, value: &[u8]) -> Row {
    Row {
        key: Key::table("t").with(name.as_bytes()),
        revision: Revision(1),
        value: value.to_vec(),
        class: DataClass::KeyMaterial,
        keep: Keep::Never(Reason::Account),
    }
}

fn apply(store: &mut Memory, op: Op) -> Answer {
    let transaction = Transaction { checks: Vec::new(), ops: vec![op] };
    store.apply(&[transaction], NOW).remove(0)
}

fn written() -> Answer {
    Answer::Done(vec![Value::Written])
}

#[test]
fn the_memory_engine_passes_the_suite() {
    let report = suite::run(&mut || Box::new(Memory::new()) as Box<dyn CrashableEngine>);
    assert!(report.is_pass(), "{report}");
}

#[test]
fn the_memory_engine_answers_like_the_simplest_store_for_other_seeds_too() {
    for seed in 100..120 {
        assert_eq!(suite::model_check(&mut Memory::new(), seed, 1_000), Ok(()));
    }
}

#[test]
fn a_full_store_refuses_growth_and_still_reads_shrinks_and_rewrites() {
    let mut store = Memory::new();
    // Two bytes of table, one of name, seven of value: ten bytes each.
    store.set_capacity(Some(20));
    for name in ["a", "b"] {
        assert_eq!(apply(&mut store, Op::Put(row(name, &[1; 7]))), written());
    }
    let full = Answer::Unavailable(Refusal::Full);
    assert_eq!(apply(&mut store, Op::Put(row("c", b""))), full);
    assert_eq!(apply(&mut store, Op::Append(row("q", b""))), full);
    assert_eq!(apply(&mut store, Op::Put(row("a", &[2; 8]))), full);
    assert_eq!(apply(&mut store, Op::Put(row("a", &[2; 7]))), written());
    assert!(matches!(apply(&mut store, Op::Get(row("b", b"").key)), Answer::Done(_)));
    assert_eq!(apply(&mut store, Op::Delete(row("b", b"").key)), written());
    assert_eq!(apply(&mut store, Op::Put(row("c", &[3; 7]))), written());
    assert_eq!((store.len(), store.bytes()), (2, 20));
}

#[test]
fn a_transaction_that_finds_the_store_full_halfway_does_nothing() {
    let mut store = Memory::new();
    store.set_capacity(Some(30));
    apply(&mut store, Op::Put(row("a", &[1; 7])));
    let before = store.snapshot();
    let ops = vec![
        Op::Put(row("b", &[1; 7])),
        Op::Append(row("", b"")),
        Op::TakeFirst(Key::table("t")),
        Op::Put(row("c", &[1; 20])),
    ];
    let answers = store.apply(&[Transaction { checks: Vec::new(), ops }], NOW);
    assert_eq!(answers, [Answer::Unavailable(Refusal::Full)]);
    assert_eq!(store.snapshot(), before);
}

#[test]
fn a_store_over_a_capacity_that_shrank_can_be_emptied() {
    let mut store = Memory::new();
    apply(&mut store, Op::Put(row("a", &[1; 7])));
    store.set_capacity(Some(5));
    assert_eq!(apply(&mut store, Op::Put(row("a", &[1; 6]))), written());
    assert_eq!(apply(&mut store, Op::Delete(row("a", b"").key)), written());
    assert!(store.is_empty());
    assert_eq!(store.bytes(), 0);
}

#[test]
fn bytes_are_counted_right_over_crashes_and_sweeps() {
    let mut store = Memory::new();
    let short = Row { keep: Keep::For(Micros(1)), ..row("a", &[1; 7]) };
    apply(&mut store, Op::Put(short));
    store.sync();
    apply(&mut store, Op::Put(row("a", &[1; 70])));
    apply(&mut store, Op::Put(row("b", &[1; 7])));
    store.crash();
    assert_eq!((store.len(), store.bytes()), (1, 10));
    assert_eq!(store.sweep(NOW.after(Micros(1))), [(DataClass::KeyMaterial, 1)]);
    assert_eq!((store.len(), store.bytes()), (0, 0));
    store.crash();
    assert_eq!((store.len(), store.bytes()), (1, 10));
}

#[test]
fn a_restored_snapshot_goes_on_as_the_store_it_was_taken_of() {
    let mut store = Memory::new();
    let short = Row { keep: Keep::For(Micros(9)), ..row("a", b"old") };
    apply(&mut store, Op::Put(short));
    apply(&mut store, Op::Append(row("q", b"first")));
    let image = store.snapshot();
    let mut copy = Memory::restore(image.clone());
    copy.crash();
    assert_eq!(copy.snapshot(), image);
    assert_eq!(copy.next_expiry(), Some(NOW.after(Micros(9))));
    let again = Op::Append(row("q", b"second"));
    assert_eq!(apply(&mut copy, again.clone()), apply(&mut store, again));
    assert_eq!(copy.snapshot(), store.snapshot());
    assert_ne!(copy.snapshot(), image);
}

#[test]
fn a_value_is_never_printed() {
    let mut store = Memory::new();
    apply(&mut store, Op::Put(row("a", b"secret")));
    assert_eq!(format!("{store:?}"), "Memory(1 rows, 9 bytes, 1 changes not durable)");
    assert_eq!(format!("{:?}", store.snapshot()), "Snapshot(1 rows, last number 0)");
    store.visit(&mut |row| assert!(!format!("{row:?}").contains("115"), "{row:?}"));
}

#[test]
fn a_crash_undoes_thousands_of_changes_in_the_order_in_which_they_came() {
    let mut store = Memory::new();
    for number in 0..100_u8 {
        apply(&mut store, Op::Put(row(&number.to_string(), &[number])));
    }
    store.sync();
    let before = store.snapshot();
    for turn in 0..5_000_u32 {
        let name = (turn % 150).to_string();
        let op = match turn % 4 {
            0 => Op::Delete(row(&name, b"").key),
            1 => Op::TakeFirst(Key::table("t")),
            2 => Op::Append(row(&name, b"x")),
            _ => Op::Put(row(&name, &turn.to_be_bytes())),
        };
        apply(&mut store, op);
    }
    store.crash();
    assert_eq!(store.snapshot(), before);
}

#[test]
fn a_torn_crash_keeps_as_many_transactions_as_it_was_told_and_their_queue_numbers() {
    for keep in 0..5 {
        let mut store = Memory::new();
        apply(&mut store, Op::Append(row("q", b"durable")));
        store.sync();
        let mut images = vec![store.snapshot()];
        for text in ["one", "two", "three"] {
            apply(&mut store, Op::Append(row("q", text.as_bytes())));
            apply(&mut store, Op::Get(row("q", b"").key));
            images.push(store.snapshot());
        }
        assert_eq!(store.unsynced(), 3);
        assert_eq!(CrashableEngine::crash_torn(&mut store, keep), keep.min(3));
        assert_eq!(store.snapshot(), images[keep.min(3)]);
        assert_eq!(store.unsynced(), 0);
        store.crash();
        assert_eq!(store.snapshot(), images[keep.min(3)]);
    }
}

#[test]
fn a_row_is_held_with_all_that_is_known_of_it_whatever_its_class() {
    for (place, class) in DataClass::ALL.into_iter().enumerate() {
        assert_eq!(class as usize, place);
        for keep in [Keep::Never(Reason::Account), Keep::For(Micros(7))] {
            let mut store = Memory::new();
            let written = Row { class, keep, revision: Revision(u64::MAX), ..row("a", &[9; 300]) };
            apply(&mut store, Op::Put(written.clone()));
            let mut seen = 0;
            store.visit(&mut |raw| {
                seen += 1;
                assert_eq!((raw.key, raw.class), (&written.key, class));
                assert_eq!((raw.revision, raw.value), (written.revision, &[9; 300][..]));
                let expires = (keep == Keep::For(Micros(7))).then(|| NOW.after(Micros(7)));
                assert_eq!(raw.expires, expires);
            });
            assert_eq!(seen, 1);
        }
    }
}

#[test]
fn a_row_that_is_written_again_with_the_same_expiry_leaves_nothing_of_the_one_before() {
    let mut store = Memory::new();
    let moment = Keep::Until(NOW.after(Micros(50)));
    apply(&mut store, Op::Put(Row { keep: moment, ..row("a", b"old") }));
    apply(&mut store, Op::Put(Row { keep: moment, ..row("a", b"new") }));
    store.sync();
    let held = store.expiries.first().map(|(_, held)| held.value().to_vec());
    assert_eq!(held, Some(b"new".to_vec()));
    assert_eq!(store.sweep(NOW.after(Micros(50))), [(DataClass::KeyMaterial, 1)]);
    assert!(store.is_empty() && store.next_expiry().is_none());
}

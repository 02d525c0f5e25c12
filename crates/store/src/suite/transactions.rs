//! All or none, under preconditions, and each transaction alone.

use alloc::vec::Vec;

use super::{
    Case, CrashableEngine,
    bed::{Bed, FOR_GOOD, Verdict, absent, at, key, put, row, same},
};
use crate::{
    key::Key,
    transaction::{Answer, Op, Transaction, Value},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "what-is-written-is-read",
        shows: "A row is read back as it was written, and overwritten, and deleted.",
        check: what_is_written_is_read,
    },
    Case {
        id: "all-or-none",
        shows: "A transaction whose check fails does none of its operations.",
        check: all_or_none,
    },
    Case {
        id: "expect-absent",
        shows: "A row that must be absent holds back a transaction exactly while it is there.",
        check: expect_absent,
    },
    Case {
        id: "expect-revision",
        shows: "A row must be at exactly the expected revision: no other, and not gone.",
        check: expect_revision,
    },
    Case {
        id: "conflict-names-its-check",
        shows: "A conflict names the first check that did not hold.",
        check: conflict_names_its_check,
    },
    Case {
        id: "conflict-spares-neighbours",
        shows: "Transactions before and after one that conflicts are done, in order.",
        check: conflict_spares_neighbours,
    },
    Case {
        id: "deleted-and-made-again",
        shows: "A row deleted and made again is not the row that was before.",
        check: deleted_and_made_again,
    },
    Case {
        id: "deleting-nothing",
        shows: "Deleting a row that is not there is done and changes nothing.",
        check: deleting_nothing,
    },
];

fn what_is_written_is_read(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for (revision, value) in [(7, &b"first"[..]), (8, b""), (9, b"\0third\0")] {
        bed.put(&key("a"), revision, value)?;
        let stored = bed.get(&key("a"))?;
        let found = stored.map(|row| (row.key, row.revision.0, row.value, row.expires));
        same("the row", &found, &Some((key("a"), revision, value.to_vec(), None)))?;
    }
    for name in ["b", "c", "d"] {
        bed.put(&key(name), 1, name.as_bytes())?;
        same("the row", &bed.value(&key(name))?, &Some(name.as_bytes().to_vec()))?;
    }
    bed.one(Op::Delete(key("a")))?;
    same("the deleted row", &bed.get(&key("a"))?, &None)?;
    same("the rows left", &bed.keys(&key(""))?, &["b", "c", "d"].map(key).to_vec())
}

fn all_or_none(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("kept"), 1, b"old")?;
    let queue = Key::table("queue");
    bed.append(&queue, b"waits")?;
    let before = bed.raw();
    let ops = [
        put(&key("kept"), 2, b"new"),
        put(&key("fresh"), 1, b"new"),
        Op::Append(row(&queue, 1, b"more", FOR_GOOD)),
        Op::TakeFirst(queue.clone()),
        Op::Delete(key("kept")),
    ];
    let refused = Transaction { checks: [absent(&key("kept"))].into(), ops: ops.into() };
    same("the answer", &bed.answer(refused)?, &Answer::Conflict { check: 0 })?;
    same("the rows", &bed.raw(), &before)?;
    same("the row", &bed.value(&key("kept"))?, &Some(b"old".to_vec()))
}

fn expect_absent(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let create = |value: &[u8]| Transaction {
        checks: [absent(&key("a"))].into(),
        ops: [put(&key("a"), 1, value)].into(),
    };
    same("the first", &bed.answer(create(b"one"))?, &Answer::Done([Value::Written].into()))?;
    same("the second", &bed.answer(create(b"two"))?, &Answer::Conflict { check: 0 })?;
    same("the row", &bed.value(&key("a"))?, &Some(b"one".to_vec()))?;
    bed.one(Op::Delete(key("a")))?;
    same("the third", &bed.answer(create(b"three"))?, &Answer::Done([Value::Written].into()))
}

fn expect_revision(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 5, b"five")?;
    let change = |revision, next| Transaction {
        checks: [at(&key("a"), revision)].into(),
        ops: [put(&key("a"), next, b"next")].into(),
    };
    let conflict = Answer::Conflict { check: 0 };
    for wrong in [0, 4, 6, u64::MAX] {
        same("a wrong revision", &bed.answer(change(wrong, 7))?, &conflict)?;
    }
    same("the row", &bed.value(&key("a"))?, &Some(b"five".to_vec()))?;
    same("the right one", &bed.answer(change(5, 6))?, &Answer::Done([Value::Written].into()))?;
    same("the one before", &bed.answer(change(5, 6))?, &conflict)?;
    bed.one(Op::Delete(key("a")))?;
    same("a row that is gone", &bed.answer(change(6, 7))?, &conflict)
}

fn conflict_names_its_check(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"")?;
    let (good, bad, worse) = (at(&key("a"), 1), at(&key("a"), 2), absent(&key("a")));
    for (checks, check) in [
        ([bad.clone(), good.clone(), good.clone()], 0),
        ([good.clone(), worse.clone(), bad.clone()], 1),
        ([good.clone(), good, worse], 2),
    ] {
        let transaction = Transaction { checks: checks.into(), ops: Vec::new() };
        same("the answer", &bed.answer(transaction)?, &Answer::Conflict { check })?;
    }
    Ok(())
}

fn conflict_spares_neighbours(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let step = |expected, next| Transaction {
        checks: [at(&key("a"), expected)].into(),
        ops: [put(&key("a"), next, &[]), Op::Get(key("a"))].into(),
    };
    bed.put(&key("a"), 1, b"")?;
    let answers = bed.answers(&[step(1, 2), step(1, 9), step(2, 3), step(2, 9), step(3, 4)])?;
    let done = answers.map(|answer| matches!(answer, Answer::Done(_))).collect::<Vec<_>>();
    same("which were done", &done, &[true, false, true, false, true].to_vec())?;
    same("the revision", &bed.get(&key("a"))?.map(|row| row.revision.0), &Some(4))
}

fn deleted_and_made_again(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 10, b"before")?;
    bed.all([Op::Delete(key("a")), put(&key("a"), 20, b"again")].into())?;
    let old = Transaction { checks: [at(&key("a"), 10)].into(), ops: Vec::new() };
    same("the old row", &bed.answer(old)?, &Answer::Conflict { check: 0 })?;
    let new = Transaction { checks: [at(&key("a"), 20)].into(), ops: Vec::new() };
    same("the new row", &bed.answer(new)?, &Answer::Done(Vec::new()))
}

fn deleting_nothing(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("ab"), 1, b"stays")?;
    same("the value", &bed.one(Op::Delete(key("a")))?, &Value::Written)?;
    same("the rows", &bed.keys(&key(""))?, &[key("ab")].to_vec())
}

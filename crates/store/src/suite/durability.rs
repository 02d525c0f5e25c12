//! A crash loses exactly what was not synced.

use alloc::vec::Vec;

use super::{
    Case, CrashableEngine,
    bed::{Bed, Verdict, at, holds, key, put, same},
};
use crate::transaction::{Op, Transaction};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "visible-before-durable",
        shows: "What is applied is visible at once, synced or not.",
        check: visible_before_durable,
    },
    Case {
        id: "sync-outlives-a-crash",
        shows: "What was synced is there after a crash, and after a second one.",
        check: sync_outlives_a_crash,
    },
    Case {
        id: "crash-loses-what-was-not-synced",
        shows: "A crash undoes puts, overwrites, deletes and takes since the last sync.",
        check: crash_loses_what_was_not_synced,
    },
    Case {
        id: "many-changes-of-one-row",
        shows: "A row changed many times since the last sync comes back as it was then.",
        check: many_changes_of_one_row,
    },
    Case {
        id: "conflict-after-a-crash",
        shows: "After a crash revisions are judged by what is durable.",
        check: conflict_after_a_crash,
    },
    Case {
        id: "torn-crash-keeps-whole-transactions",
        shows: "A crash in the middle of a sync keeps the oldest transactions, each as a whole.",
        check: torn_crash_keeps_whole_transactions,
    },
];

fn visible_before_durable(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"one")?;
    same("before the sync", &bed.value(&key("a"))?, &Some(b"one".to_vec()))?;
    bed.sync()?;
    same("after the sync", &bed.value(&key("a"))?, &Some(b"one".to_vec()))
}

fn sync_outlives_a_crash(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"one")?;
    bed.put(&key("b"), 1, b"one")?;
    bed.sync()?;
    bed.one(Op::Delete(key("b")))?;
    bed.put(&key("a"), 2, b"two")?;
    bed.sync()?;
    for _ in 0..2 {
        bed.engine.crash();
        same("the row", &bed.value(&key("a"))?, &Some(b"two".to_vec()))?;
        same("the rows with bytes", &bed.raw(), &[key("a")].to_vec())?;
    }
    Ok(())
}

fn crash_loses_what_was_not_synced(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    let names = ["deleted", "overwritten", "taken"];
    bed.all(names.map(|name| put(&key(name), 1, b"before")).into())?;
    bed.sync()?;
    bed.put(&key("overwritten"), 2, b"after")?;
    bed.put(&key("put"), 1, b"after")?;
    bed.one(Op::Delete(key("deleted")))?;
    bed.take(&key("taken"))?;
    same("the rows before", &bed.raw(), &["overwritten", "put"].map(key).to_vec())?;
    bed.engine.crash();
    same("the rows after", &bed.raw(), &names.map(key).to_vec())?;
    for name in names {
        let found = bed.get(&key(name))?.map(|row| (row.revision.0, row.value));
        same("the row", &found, &Some((1, b"before".to_vec())))?;
    }
    Ok(())
}

fn many_changes_of_one_row(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"durable")?;
    bed.sync()?;
    for revision in 2..20 {
        bed.put(&key("a"), revision, b"passing")?;
        if revision % 3 == 0 {
            bed.one(Op::Delete(key("a")))?;
        }
    }
    bed.engine.crash();
    let found = bed.get(&key("a"))?.map(|row| (row.revision.0, row.value));
    same("the row", &found, &Some((1, b"durable".to_vec())))
}

fn conflict_after_a_crash(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    bed.put(&key("a"), 1, b"")?;
    bed.sync()?;
    bed.put(&key("a"), 2, b"")?;
    bed.engine.crash();
    for (revision, holds) in [(2, false), (1, true)] {
        let transaction = Transaction { checks: [at(&key("a"), revision)].into(), ops: Vec::new() };
        let done = matches!(bed.answer(transaction)?, crate::Answer::Done(_));
        same("whether the revision holds", &done, &holds)?;
    }
    Ok(())
}

fn torn_crash_keeps_whole_transactions(engine: &mut dyn CrashableEngine) -> Verdict {
    let mut bed = Bed::new(engine);
    for wanted in 0..5 {
        for name in ["left", "right"] {
            bed.put(&key(name), 100, b"durable")?;
        }
        bed.sync()?;
        for revision in 1..=3 {
            // Reads and refusals in between are no transactions that could be kept.
            bed.get(&key("left"))?;
            let stale = Transaction {
                checks: [at(&key("left"), 999)].into(),
                ops: [put(&key("left"), 0, b"")].into(),
            };
            bed.answer(stale)?;
            bed.all(["left", "right"].map(|name| put(&key(name), revision, b"passing")).into())?;
        }
        let kept = bed.engine.crash_torn(wanted);
        holds("no more is kept than was asked for", kept <= wanted.min(3))?;
        let revision = if kept == 0 { 100 } else { kept as u64 };
        for _ in 0..2 {
            for name in ["left", "right"] {
                let found = bed.get(&key(name))?.map(|row| row.revision.0);
                same("the revision", &found, &Some(revision))?;
            }
            bed.engine.crash();
        }
    }
    Ok(())
}
